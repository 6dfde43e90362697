"""Time the list of cases with many of them: `python -m ui.console.cases.bench [--cases 5000]`.

Cases of every state, severe or not, late or not, are made in a database of its own, over the index in force; the page
is asked for over HTTP (in the process), signed in, with each filter. One JSON object is printed, in milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import httpx

from bot.assembly import assemble
from bot.store import Account, Line, Store, open_store
from corpus.settings import load_settings
from corpus.store import PassageStore
from ethics.case import Case, Finding, answered, assigned, closed, corrected, open_case
from ethics.policy import load_policy
from ethics.receipt import new_receipt
from ui.admission import Admission, Limits
from ui.identity import Identity, Role
from ui.records import Records
from ui.server import create_app
from ui.service import Service, Standing

FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"state": "open"},
    {"state": "clos"},
    {"late": "1"},
    {"severe": "1", "late": "1"},
    {"finding": "fondé"},
    {"theme": "Logement"},
    {"number": "0042"},
    {"page": "80"},
)
_PASSWORD = "une phrase pour mesurer"  # noqa: S105  an account of a temporary database
_TRIALS = 10
_DOCUMENTS = 400


def fill(store: Store, index: PassageStore, count: int) -> None:
    """Keep `count` cases, each state and age among them, over answers of the index."""
    now = datetime.now(UTC)
    documents = [card.id for card in islice(index.documents(), _DOCUMENTS)]
    for rank in range(count):
        at = now - timedelta(days=rank % 60, seconds=rank)
        receipt = new_receipt(f"{rank:064x}", "mesure", (), at)
        document = documents[rank % len(documents)]
        line = (receipt.id, at.replace(microsecond=0), "answered", receipt.answer, receipt.release, document)
        store.turns.keep(Line(*line, (), "fr", generated=False, milliseconds=1.0, energy=(0.0, 0.0)))
        _advance(store, open_case(store.cases, at, receipt.id, severe=rank % 7 == 0), rank % 5, now)


def _advance(store: Store, case: Case, steps: int, now: datetime) -> None:
    finding = tuple(Finding)[steps % 3]
    if steps > 0:
        case = assigned(case, "État civil", now)
    if steps > 1:
        case = answered(case, finding, "La page officielle a été relue.", now)
    if steps > 2 and finding is not Finding.UNFOUNDED:
        case = corrected(case, "Le montant est à jour.", now)
    if steps > 3:
        case = closed(case, now)
    store.cases.keep(case)


async def measure(count: int, folder: Path) -> dict[str, object]:
    """Return the time of each filter in milliseconds: median, worst, and the median of the processor's own time."""
    bot, store = assemble(load_settings()), open_store(folder)
    fill(store, bot.opened.store, count)
    records = Records(store, folder, load_policy())
    identity = Identity(store)
    hashed = identity.passwords.hash(_PASSWORD)
    store.accounts.add(Account("member", hashed, (Role.COMMITTEE.value,), active=True, made=datetime.now(UTC)))
    roomy = Limits(per_address="100000/minute", overall="100000/minute")
    service = Service(bot, Admission(roomy), lambda: Standing("L2", demo=True), records=records)
    transport = httpx.ASGITransport(create_app(service, identity=identity))
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
        await _sign_in(client)
        found = {json.dumps(one, ensure_ascii=False): await _timed(client, one) for one in FILTERS}
    return {"cases": count, "trials": _TRIALS, "milliseconds": found}


async def _timed(client: httpx.AsyncClient, query: dict[str, str]) -> dict[str, float]:
    took, worked = [], []
    for _ in range(_TRIALS):
        started, working = time.perf_counter(), time.process_time()
        answer = await client.get("/console/dossiers", params=query)
        took.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - working) * 1000)
        answer.raise_for_status()
    found = {"median": statistics.median(took), "worst": max(took), "processor": statistics.median(worked)}
    return {name: round(value, 1) for name, value in found.items()}


async def _sign_in(client: httpx.AsyncClient) -> None:
    token = re.search(r'name="token" value="([^"]+)"', (await client.get("/connexion")).text)
    assert token is not None
    sent = {"token": token[1], "name": "member", "password": _PASSWORD}
    await client.post("/connexion", data=sent)


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        said = asyncio.run(measure(chosen.cases, Path(folder)))
    sys.stdout.write(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
