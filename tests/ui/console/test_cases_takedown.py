"""A severe error that is confirmed closes its theme, whoever confirms it; opening it again is not one person’s whim."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Figures, Store
from ethics.case import Finding, answered, assigned, closed, corrected, open_case
from ethics.gate import Place, rosters
from ethics.levels import in_force
from ethics.records import read_records
from tests.ethics.city import City
from tests.ui.console.at_work import PRICE, AtWork, Contested, a_contest, ask
from tests.ui.identity.conftest import Clock
from tests.ui.reading import text_of
from ui.quarantine import FILE, Quarantine
from ui.records import Records
from ui.takedown import Takedown
from ui.watch import Watch

THEME = "Papiers"
CLOSED = "Une erreur grave a été reconnue"
REPLY = "Vous aviez raison de contester."


@pytest.fixture
def contest(bot: Assembly, records: Records, store: Store, clock: Clock) -> Contested:
    return a_contest(bot, records, store, clock, severe=True)


@pytest.fixture
def member(visitor: TestClient) -> AtWork:
    return AtWork(visitor, "committee")


def confirm(member: AtWork, contest: Contested, **more: str) -> int:
    fields = {"act": "answer", "finding": "fondé", "text": REPLY, "why": "vérifié"}
    return int(member.post(contest.page, **(fields | more)).status_code)


def themes(document: str) -> tuple[str, ...]:
    return (THEME,) if document else ()


def takedown(store: Store, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Takedown:
    return Takedown(Figures(store.turns.engine), folder, Quarantine(folder), themes, now)


def confirmed_elsewhere(store: Store, contest: Contested, finding: Finding = Finding.FOUNDED) -> None:
    """As the desk or the command does, which know nothing of the console."""
    now = datetime.now(UTC)
    store.cases.keep(answered(assigned(contest.case, "État civil", now), finding, REPLY, now))


def test_confirming_a_severe_error_closes_its_theme_at_once_and_says_so(
    member: AtWork, contest: Contested, visitor: TestClient
) -> None:
    assert f"thème « {THEME} »" in text_of(member.get(contest.page).text)

    assert confirm(member, contest) == 303

    refused = ask(visitor)
    assert refused.status_code == 503
    assert CLOSED in text_of(refused.text)
    assert "3975" in text_of(refused.text)
    status = visitor.get("/api/v1/status").json()
    assert contest.case.number in " ".join(status["findings"])


@pytest.mark.parametrize("finding", ["non fondé", "partiellement fondé"])
def test_an_unfounded_case_closes_nothing_and_a_partly_founded_one_does(
    member: AtWork, contest: Contested, visitor: TestClient, finding: str
) -> None:
    confirm(member, contest, finding=finding)

    assert (CLOSED in text_of(ask(visitor).text)) is (finding != "non fondé")


def test_an_error_that_is_not_severe_closes_nothing(
    member: AtWork, bot: Assembly, records: Records, store: Store, clock: Clock, visitor: TestClient
) -> None:
    confirm(member, a_contest(bot, records, store, clock))

    assert PRICE in text_of(ask(visitor).text)


def test_the_executive_opens_a_theme_again_once_the_error_is_corrected_and_not_before(
    visitor: TestClient, contest: Contested, store: Store
) -> None:
    confirm(AtWork(visitor, "committee"), contest)
    reopen = {"act": "open", "what": THEME, "why": "corrigé et mesuré"}
    assert AtWork(visitor, "committee").post("/console/dossiers/themes", **reopen).status_code == 403
    executive = AtWork(visitor, "executive")
    too_early = executive.post("/console/dossiers/themes", **reopen)
    assert too_early.status_code == 422
    assert "pas encore corrigée" in text_of(too_early.text)

    case = store.cases.find(contest.case.number)
    assert case is not None
    store.cases.keep(corrected(case, "Le prix est à jour.", datetime.now(UTC)))
    assert executive.post("/console/dossiers/themes", **reopen).status_code == 303

    assert PRICE in text_of(ask(visitor).text)
    assert executive.post("/console/dossiers/themes", **reopen).status_code == 422


def test_a_severe_case_without_a_receipt_is_confirmed_only_with_a_theme_chosen_by_hand(
    member: AtWork, store: Store, clock: Clock, visitor: TestClient
) -> None:
    case = open_case(store.cases, clock(), "", severe=True)
    contest = Contested(case, None, "")  # type: ignore[arg-type]

    assert confirm(member, contest) == 422
    assert confirm(member, contest, theme="Chasse au trésor") == 422
    assert store.cases.find(case.number) == case
    assert confirm(member, contest, theme=THEME) == 303

    assert CLOSED in text_of(ask(visitor).text)


def test_an_error_confirmed_elsewhere_is_found_at_the_next_look_and_once_only(
    store: Store, contest: Contested, tmp_path: Path
) -> None:
    confirmed_elsewhere(store, contest)

    (made,) = takedown(store, tmp_path).look()

    assert (made.themes, made.case, made.filed) == ((THEME,), contest.case.number, False)
    assert takedown(store, tmp_path).look() == ()
    assert list(Quarantine(tmp_path).themes) == [THEME]


def test_an_error_corrected_meanwhile_still_closes_its_theme_and_a_case_long_closed_does_not(
    store: Store, contest: Contested, tmp_path: Path
) -> None:
    confirmed_elsewhere(store, contest)
    case = store.cases.find(contest.case.number)
    assert case is not None
    case = corrected(case, "Le prix est à jour.", datetime.now(UTC))
    store.cases.keep(case)
    (tmp_path / "later").mkdir()
    assert len(takedown(store, tmp_path / "later").look()) == 1

    store.cases.keep(closed(case, datetime.now(UTC)))

    assert takedown(store, tmp_path).look() == ()


def test_two_processes_that_look_at_once_close_the_theme_once(store: Store, contest: Contested, tmp_path: Path) -> None:
    confirmed_elsewhere(store, contest)
    threads = [threading.Thread(target=takedown(store, tmp_path).look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(Quarantine(tmp_path).history) == 1


def test_a_document_of_several_themes_closes_them_all(store: Store, contest: Contested, tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    both = Takedown(Figures(store.turns.engine), tmp_path, quarantine, lambda _: (THEME, "Loisirs"))
    confirmed_elsewhere(store, contest)

    both.look()

    assert set(quarantine.themes) == {THEME, "Loisirs"}
    assert both.look() == ()


def test_an_error_whose_theme_nobody_knows_is_told_to_the_committee(
    member: AtWork, store: Store, contest: Contested, tmp_path: Path
) -> None:
    store.turns.erase(contest.line.receipt)
    confirmed_elsewhere(store, contest)

    assert takedown(store, tmp_path).look() == ()
    assert "aucun thème n’a pu être suspendu" in text_of(member.get("/console/dossiers").text)
    assert member.post(contest.page, act="theme", theme="Chasse au trésor", why="vérifié").status_code == 422
    assert member.post(contest.page, act="theme", theme=THEME, why="vérifié").status_code == 303
    assert member.post(contest.page, act="theme", theme=THEME, why="vérifié").status_code == 422

    assert list(Quarantine(tmp_path).themes) == [THEME]
    assert "aucun thème n’a pu être suspendu" not in text_of(member.get("/console/dossiers").text)
    assert store.acts.latest()[0].what == "theme_close"


def test_where_a_committee_sits_the_theme_is_closed_in_the_signed_log_and_only_a_quorum_opens_it(
    store: Store, contest: Contested, tmp_path: Path
) -> None:
    folder = tmp_path / "signed"
    folder.mkdir()
    city = City(folder)
    city.seat()
    confirmed_elsewhere(store, contest)

    (made,) = takedown(store, folder, city.tick).look()

    records = read_records(folder)
    held = in_force(records, rosters(records))
    assert made.filed
    assert (held.level.name, held.themes) == ("L1", (THEME,))
    assert contest.case.number in held.why
    assert Quarantine(folder).themes == {}
    assert takedown(store, folder).look() == ()


def test_when_the_log_refuses_the_file_beside_it_holds_the_theme(
    store: Store, contest: Contested, tmp_path: Path
) -> None:
    (tmp_path / "log.jsonl").write_bytes(b"spoilt\n")
    confirmed_elsewhere(store, contest)

    (made,) = takedown(store, tmp_path).look()

    assert not made.filed
    assert list(Quarantine(tmp_path).themes) == [THEME]


def test_the_gate_looks_for_errors_at_each_interval_and_survives_one_that_fails(
    tmp_path: Path,
) -> None:
    looked, twice = threading.Event(), threading.Event()

    def look() -> None:
        if looked.is_set():
            twice.set()
        looked.set()
        raise OSError("disk")

    watch = Watch(tmp_path, Place("demo", loopback=True), errors=look)
    stopped = watch.follow()
    # A line more in the log is looked at without waiting for the interval.
    assert looked.wait(20)
    (tmp_path / "log.jsonl").write_text("x\n", encoding="utf-8")
    assert twice.wait(20)
    stopped.set()
    assert (tmp_path / FILE).exists() is False
