"""A committee of the tests at its console: real records in a folder, accounts of the same names, keys of the tests."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Account, Store, open_store
from ethics.canonical import digest
from ethics.envelope import PAYLOAD_TYPE, encoded
from ethics.evidence import evidence_statement
from ethics.records import read_records
from tests.bot.town import DAY
from tests.ethics.city import MEASURES, MEMBERS, City, an_audit, signed
from tests.ethics.signers import key
from tests.ui.conftest import DEMO, ROOMY
from tests.ui.identity.conftest import CHEAP, PASSWORD, signed_in, token_of
from ui.admission import Admission
from ui.door import Hurried
from ui.identity import Identity
from ui.records import Records
from ui.server import create_app
from ui.service import Service

ROLES = dict.fromkeys(MEMBERS, "committee") | {"executive": "executive", "stranger": "committee", "agent": "agent"}
"""Accounts, by the id of who holds them on the roster; `stranger` sits nowhere."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "data" / "records")
    yield made
    made.turns.close()


@pytest.fixture
def people(store: Store) -> Identity:
    for name, role in ROLES.items():
        store.accounts.add(Account(name, CHEAP.hash(PASSWORD), (role,), active=True, made=datetime.now(UTC)))
    return Identity(store, passwords=CHEAP)


@pytest.fixture
def city(store: Store, tmp_path: Path) -> City:
    """A release proposed in scope `demo`, on which nobody said anything yet."""
    assert store is not None
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    made = City(tmp_path / "data" / "records", scope="demo", now=start)
    made.seat()
    made.propose(made.evaluate())
    return made


@pytest.fixture
def app(bot: Assembly, store: Store, city: City, people: Identity) -> FastAPI:
    return app_for(bot, store, city.folder, people)


def app_for(bot: Assembly, store: Store, folder: Path, people: Identity) -> FastAPI:
    records = Records(store, folder, City(folder).policy)
    service = Service(bot, Admission(ROOMY), lambda: DEMO, today=lambda: DAY, records=records)
    return create_app(service, identity=people)


class Seat:
    """Somebody at the console, who signs as their browser would."""

    def __init__(self, app: FastAPI, name: str) -> None:
        self.name = name
        self.client = TestClient(app, base_url="https://testserver", follow_redirects=False)
        signed_in(self.client, name)
        self.token = token_of(self.client.get("/compte").text)

    def get(self, path: str) -> str:
        return self.client.get(path).text

    def post(self, path: str, files: Any = None, **fields: Any) -> Any:
        return self.client.post(path, data={"token": self.token, **fields}, files=files)

    def sign(self, page: Any, signer: str = "", **change: str) -> Any:
        """Sign what a page shows, and send it as the script of the page does."""
        fields = {name: field(page.text, name) for name in ("payload", "audit", "back")} | change
        message = encoded(PAYLOAD_TYPE, base64.b64decode(fields["payload"]))
        signature = base64.b64encode(key(signer or self.name).sign(message)).decode()
        return self.post("/console/signature", **({"signature": signature} | fields))

    def prepare_opinion(self, city: City, audit: bytes | None = None, **fields: str) -> Any:
        audit = an_audit(self.name, city.manifest.fingerprint) if audit is None else audit
        said = {"view": "favorable", "reasons": "Les réponses lues sont justes.", "reservations": "", "conflicts": ""}
        path = f"/console/version/{city.proposal.digest}/avis"
        return self.post(path, files={"audit": ("relecture.json", audit)}, **(said | fields))

    def opine(self, city: City, **fields: Any) -> Any:
        return self.sign(self.prepare_opinion(city, **fields))

    def prepare_decision(self, city: City, act: bytes = b"%PDF acte") -> Any:
        sent = self.post("/console/acte", files={"act": ("arrete.pdf", act)}, version=city.proposal.digest)
        return self.client.get(sent.headers["location"]) if sent.status_code == 303 else sent


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


def told(answer: Any) -> str:
    """The sentence of a refusal, and nothing else of the page."""
    found = re.search(r'role="alert" class="warning">(.*?)</p>', answer.text, re.DOTALL)
    assert found, answer.text
    return html.unescape(found[1])


def kinds(city: City) -> list[str]:
    return [entry.kind for entry in read_records(city.folder).log.entries]


def journal(store: Store, what: str = "act_refused") -> list[tuple[str, str]]:
    """(who, why) of the lines of the journal of one sort, the last one first."""
    return [(act.who, act.why) for act in store.acts.latest(200) if act.what == what]


RATE = {"failed": 3, "of": 100, "share": 0.03, "bound": 0.0757}
NONE = {"failed": 0, "of": 0, "share": None, "bound": None}
FEW = {"failed": 1, "of": 3, "share": 0.3333, "bound": 0.8647}


def a_slice(name: str, cases: int, harmful: dict[str, Any] = RATE) -> dict[str, Any]:
    return {"name": name, "cases": cases, "harmful": harmful} | dict.fromkeys(
        ("severe", "false_refusal", "missed_refusal"), RATE
    )


def a_report(count: int = 120, **change: Any) -> dict[str, Any]:
    """A report in the form that `python -m eval run` writes: every tenth case misleads, some are refused."""
    cases = [
        {
            "id": f"c{number:05}",
            "statuses": ["unanswerable_no_source" if number % 7 == 0 else "answered"],
            "failures": {"harmful": "mauvaise démarche"} if number % 10 == 0 else {},
        }
        for number in range(count)
    ]
    worst = {"failed": 9, "of": 20, "share": 0.45, "bound": 0.6533}
    slices = {
        "theme": [a_slice("etrangers", 20, worst), a_slice("papiers", 100), a_slice("rare", 3, FEW)],
        "language": [a_slice("fr", count)],
        "group": [a_slice("plain", count)],
        "kind": [a_slice("everyday", count)],
    }
    return {
        "run": "mesure-1",
        "summary": {
            "counts": {"cases": count, "fresh": count - 20},
            "rates": {"harmful": RATE, "missed_refusal": RATE, "verbatim": NONE},
            "tuned_rates": {"harmful": RATE},
            "slices": slices,
            "worst": worst | {"way": "theme", "name": "etrangers"},
        },
        "against": {
            "run": "mesure-0",
            "changes": [
                {"metric": "harmful", "pairs": 100, "fixed": ["c00001"] * 8, "broken": ["c00002"], "sure": True}
            ],
        },
        "cases": cases,
    } | change


def written_report(folder: Path, count: int = 120, **change: Any) -> dict[str, str]:
    """Write a report and its cases in a run folder; return the digests that an evidence names."""
    run = folder / "eval" / "mesure-1"
    run.mkdir(parents=True)
    asked = [
        {
            "id": f"c{number:05}",
            "q": f"Question inventée numéro {number} ?",
            "theme": "papiers" if number % 6 else "etrangers",
            "language": "fr" if number % 20 else "en",
            "kind": "everyday",
        }
        | ({"shown": False} if number == 10 else {})
        for number in range(count)
    ]
    (run / "report.json").write_text(json.dumps(a_report(count, **change)), encoding="utf-8")
    (run / "cases.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    (run / "observations.jsonl").write_bytes(b"{}\n")
    names = ("report.json", "cases.jsonl", "observations.jsonl")
    return {name: digest((run / name).read_bytes()) for name in names}


def evaluated(city: City, named: Mapping[str, str]) -> str:
    """File an evidence that names some files, and return its digest."""
    statement = evidence_statement(city.manifest.fingerprint, MEASURES, city.policy.thresholds, named)
    envelope = signed(statement, "evaluation")
    city.file("evidence", envelope)
    return envelope.digest


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve an application in a thread; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", http=Hurried))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
