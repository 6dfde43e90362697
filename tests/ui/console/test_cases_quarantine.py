"""« Source fausse »: what is withheld is shown by no process, says why and whom to call, and returns with a reason."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Store
from corpus.settings import Settings
from ethics.errors import RecordsError
from tests.bot.town import LOST_CARD_CHILD
from tests.house.tree import ROOT
from tests.ui.console.at_work import PRICE, AtWork, Contested, a_contest, ask, said
from tests.ui.identity.conftest import Clock
from tests.ui.reading import asked, text_of
from ui.mcp_server import found
from ui.quarantine import FILE, Quarantine
from ui.records import Records
from ui.service import Service

PAGE = "/console/dossiers/quarantaine"
WHY = "le prix du timbre a changé"
WITHHELD = "signalé comme faux"
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


@pytest.fixture
def contest(bot: Assembly, records: Records, store: Store, clock: Clock) -> Contested:
    return a_contest(bot, records, store, clock)


def put(somebody: AtWork, ref: str, act: str = "put", why: str = WHY) -> int:
    return int(somebody.post(PAGE, act=act, what=ref, why=why).status_code)


@pytest.mark.parametrize("name", ["committee", "supervisor"])
def test_a_passage_in_quarantine_is_not_shown_until_somebody_lifts_it_with_a_reason(
    visitor: TestClient, contest: Contested, store: Store, name: str
) -> None:
    somebody = AtWork(visitor, name)
    assert PRICE in text_of(ask(visitor).text)

    assert put(somebody, contest.passage) == 303
    refused = ask(visitor)
    assert refused.status_code == 503
    assert WITHHELD in text_of(refused.text)
    assert "3975" in text_of(refused.text)
    assert PRICE not in text_of(refused.text)
    assert put(somebody, contest.passage, "lift", "") == 422
    assert WITHHELD in text_of(ask(visitor).text)
    assert put(somebody, contest.passage, "lift", "le prix est confirmé") == 303

    assert PRICE in text_of(ask(visitor).text)
    lines = [(act.who, act.what, act.why) for act in store.acts.latest() if act.subject == contest.passage]
    assert lines == [(name, "quarantine_lift", "le prix est confirmé"), (name, "quarantine_put", WHY)]


def test_a_machine_is_told_too_and_a_search_leaves_the_passage_out(
    visitor: TestClient, contest: Contested, app: object
) -> None:
    service: Service = app.state.service  # type: ignore[attr-defined]
    assert contest.passage in {one["ref"] for one in found(service, LOST_CARD_CHILD, 20)}
    key = {"idempotency-key": "une-cle"}
    assert visitor.post("/api/v1/ask", json={"q": LOST_CARD_CHILD}, headers=key).status_code == 200
    put(AtWork(visitor, "committee"), contest.passage)

    # Even what was answered before under the same key.
    answer = visitor.post("/api/v1/ask", json={"q": LOST_CARD_CHILD}, headers=key)
    stream = visitor.post("/api/v1/ask/stream", json={"q": LOST_CARD_CHILD}).text

    assert answer.status_code == 503
    assert answer.json()["type"].endswith("/withheld")
    assert "3975" in answer.json()["detail"]
    assert "event: problem" in stream
    assert "withheld" in stream
    assert PRICE not in stream
    assert contest.passage not in {one["ref"] for one in found(service, LOST_CARD_CHILD, 20)}


def test_the_page_of_the_passage_says_that_it_is_being_checked(visitor: TestClient, contest: Contested) -> None:
    put(AtWork(visitor, "committee"), contest.passage)

    page = visitor.get(f"/passage/{contest.passage.replace('#', '%23')}")

    assert WITHHELD in text_of(page.text)


@pytest.mark.parametrize("ref", ["", "F9001#00000000", "<script>alert(1)</script>", "x" * 5000])
def test_only_a_passage_of_the_index_can_be_withheld(visitor: TestClient, tmp_path: Path, ref: str) -> None:
    sent = AtWork(visitor, "committee").post(PAGE, act="put", what=ref, why=WHY)

    assert sent.status_code == 422
    assert "Aucun passage du recueil" in text_of(sent.text)
    assert "<script>alert" not in sent.text
    assert not (tmp_path / FILE).exists()


def test_a_reason_that_names_somebody_is_refused_since_it_is_kept_beside_the_records(
    visitor: TestClient, contest: Contested, tmp_path: Path
) -> None:
    sent = AtWork(visitor, "committee").post(
        PAGE, act="put", what=contest.passage, why="dit par Madame Jeanne Martin, 06 12 34 56 78"
    )

    assert "donnée personnelle" in text_of(sent.text)
    assert not (tmp_path / FILE).exists()


def test_the_same_passage_twice_is_said_and_an_unknown_act_is_refused(visitor: TestClient, contest: Contested) -> None:
    member = AtWork(visitor, "committee")
    put(member, contest.passage)

    assert put(member, contest.passage) == 422
    assert put(member, "F9001#00000000", "lift") == 422
    assert member.post(PAGE, act="erase", what=contest.passage, why=WHY).status_code == 400


def test_a_supervisor_sees_the_quarantine_and_no_other_page_of_the_console(
    visitor: TestClient, contest: Contested
) -> None:
    supervisor = AtWork(visitor, "supervisor")

    page = supervisor.get(PAGE, passage=contest.passage).text

    assert PRICE in text_of(page)
    assert 'href="/console/suivi"' not in page
    assert supervisor.get("/console/dossiers").status_code == 403
    assert put(AtWork(visitor, "agent"), contest.passage) == 403


def test_the_address_of_a_passage_stands_for_its_reference(visitor: TestClient, contest: Contested) -> None:
    member = AtWork(visitor, "committee")
    address = f"https://testserver/passage/{contest.passage.replace('#', '%23')}"

    assert PRICE in text_of(member.get(PAGE, passage=address).text)
    assert put(member, address) == 303
    assert f"<code>{contest.passage}</code>" in member.get(PAGE).text


# What is kept.


def test_every_act_stays_in_the_file_and_the_last_one_holds(tmp_path: Path) -> None:
    one, other = Quarantine(tmp_path), Quarantine(tmp_path)

    assert one.put("F1#a", "faux", NOW)
    assert not other.put("F1#a", "encore", NOW)
    assert other.passages["F1#a"].why == "faux"
    assert other.lift("F1#a", "vérifié", NOW)
    assert not one.lift("F1#a", "encore", NOW)

    assert one.passages == {}
    assert [kept.act for kept in one.history] == ["put", "lift"]


@pytest.mark.parametrize(
    "spoilt", [b"{", b"[]\n", b'{"act": "put"}\n', b'{"act":"x","what":"a","why":"b","time":"2026-01-01"}\n', b"\xff"]
)
def test_a_file_that_cannot_be_read_closes_the_service_and_is_never_written_over(
    visitor: TestClient, contest: Contested, tmp_path: Path, spoilt: bytes
) -> None:
    member = AtWork(visitor, "committee")
    (tmp_path / FILE).write_bytes(spoilt)

    assert FILE in text_of(member.get(PAGE).text)
    page = ask(visitor)

    assert page.status_code == 503
    assert PRICE not in page.text
    assert FILE in visitor.get("/api/v1/status").json()["findings"][-1]
    with pytest.raises(RecordsError, match=FILE):
        Quarantine(tmp_path).put(contest.passage, WHY, NOW)
    assert (tmp_path / FILE).read_bytes() == spoilt


def test_many_threads_put_many_passages_and_none_is_lost(tmp_path: Path) -> None:
    def each(rank: int) -> None:
        assert Quarantine(tmp_path).put(f"F{rank}#a", "faux", NOW)

    threads = [threading.Thread(target=each, args=(rank,)) for rank in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(Quarantine(tmp_path).passages) == {f"F{rank}#a" for rank in range(12)}
    assert all(json.loads(line) for line in (tmp_path / FILE).read_text("utf-8").splitlines())


# Two real processes.


@contextmanager
def started(data: Path) -> Iterator[httpx.Client]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CITE_")}
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "ui", "--port", "0"],
        cwd=ROOT,
        env=environment | {"CITE_DATA": str(data)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told = ""
    try:
        while not (address := re.search(r"http://\S+", told)):
            line = process.stderr.readline()
            assert line, told
            told += line
        with httpx.Client(base_url=address[0], timeout=120) as client:
            yield client
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()


@pytest.mark.slow
def test_two_processes_stop_quoting_at_their_next_answer_and_start_again_when_it_is_lifted(
    town: Settings, bot: Assembly, contest: Contested, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(town.data, data, ignore=shutil.ignore_patterns("chroma", "records", "downloads"))
    quarantine = Quarantine(data / "records")

    with started(data) as first, started(data) as second:

        def each(read: Callable[[str], bool]) -> list[bool]:
            return [read(text_of(asked(client, LOST_CARD_CHILD).text)) for client in (first, second)]

        assert each(lambda page: PRICE in page) == [True, True]
        quarantine.put(contest.passage, WHY, NOW)
        assert each(lambda page: WITHHELD in page and PRICE not in page) == [True, True]
        quarantine.lift(contest.passage, WHY, NOW)
        assert each(lambda page: PRICE in page) == [True, True]
    assert PRICE in said(bot, contest.passage)
