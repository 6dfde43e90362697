"""How long a list of 10,000 answers read twice takes to be filtered: `python -m tests.ui.console.audit_bench [COUNT]`.

The whole request is timed, in this process: sign-in checked, audit opened, list filtered, page written.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from bot.assembly import assemble
from bot.store import open_store
from bot.store.tables import AuditRow, LabelRow, SeatRow
from ethics.policy import load_policy
from tests.bot.town import DAY, town_in
from tests.ui.conftest import DEMO, ROOMY
from tests.ui.console.audit_room import ALICE, BRUNO, Reader, opened_in, people_in, town_run
from tests.ui.identity.conftest import CHEAP, Clock
from ui.admission import Admission
from ui.identity import Identity
from ui.records import Records
from ui.server import create_app
from ui.service import Service

QUERIES = (
    "",
    "theme=logement",
    "language=français",
    "slice=fautes de frappe",
    "label=omission",
    "status=réponse",
    "outcome=open",
    "theme=école&label=périmée&outcome=agreed&page=2",
)
TIMES = 20


def main(count: int) -> None:
    """Measure, and print one line a query."""
    with tempfile.TemporaryDirectory() as place:
        folder, clock = Path(place), Clock()
        (folder / "town").mkdir()
        bot = assemble(town_in(folder / "town"))
        store = open_store(folder)
        people_in(store, clock)
        audit = opened_in(folder, town_run(folder / "eval" / "mesure", bot, count), bot, size=count, planted=20)
        answers = list(audit.made.key["console"])
        labels = ("correct", "correct", "correct", "omission", "périmée")
        engine = store.turns.engine
        with Session(engine) as session, session.begin():
            session.add(AuditRow(audit=audit.name, stopped=1.0, stopped_by=ALICE, closed=1.0, closed_by=ALICE))
            for shift, name in enumerate((ALICE, BRUNO)):
                session.add(SeatRow(audit=audit.name, seat=name, name=name, taken=1.0, sealed=1.0))
                session.add_all(
                    LabelRow(
                        audit=audit.name,
                        seat=name,
                        answer=answer,
                        label=labels[(rank + shift * (rank % 50 == 0)) % 5],
                        severe=False,
                        comment="",
                        marks="",
                        at=1.0,
                        withdrawn=False,
                    )
                    for rank, answer in enumerate(answers)
                )
        records = Records(store, folder, load_policy(), clock)
        service = Service(bot, Admission(ROOMY), lambda: DEMO, today=lambda: DAY, records=records)
        app = create_app(service, identity=Identity(store, passwords=CHEAP, now=clock))
        with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
            reader = Reader(client, ALICE, audit)
            _time(reader, "", 1, f"the first time, {len(answers)} answers")
            for query in QUERIES:
                _time(reader, query, TIMES, query or "no filter")
            _timed(reader.get, 5, "overview with its figures")
        bot.opened.store.close()
    sys.stdout.write(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB\n")


def _time(reader: Reader, query: str, times: int, named: str) -> None:
    _timed(lambda: reader.get(f"/reponses?{query}"), times, named)


def _timed(ask: Callable[[], Any], times: int, named: str) -> None:
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        assert ask().status_code == 200
        spent.append(1000 * (time.perf_counter() - start))
    sys.stdout.write(f"{named}: median {statistics.median(spent):.0f} ms, worst {max(spent):.0f} ms, n = {times}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
