"""How the service holds: every figure counted from what is kept, NaN where nothing was, and an alarm that can ring."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Figures, Line, Store
from bot.turn import Status
from corpus.generation import POINTER, Manifest
from ethics.canonical import digest
from ethics.errors import RecordsError
from ethics.policy import load_policy
from ethics.receipt import new_receipt
from ethics.records import file_data
from ethics.snapshot import Snapshot
from ethics.update import Piece, compare
from tests.ethics.city import City, signed
from tests.ui.console.at_work import AtWork
from tests.ui.identity.conftest import Clock
from tests.ui.reading import text_of
from ui.console.monitoring.chart import HEIGHT, capital_chart, share_chart
from ui.console.monitoring.pages import FOLDER
from ui.console.monitoring.sources import governed, on_disk
from ui.console.monitoring.traffic import Traffic, traffic
from ui.console.monitoring.weekly import Week, Weekly, followed
from ui.identity import words_in
from ui.quarantine import CLOSE, Kept, Quarantine

PAGE = "/console/suivi"
THEMES = {"F9001": "Papiers", "F9002": "Logement"}
TODAY = date(2026, 3, 2)
MONDAY = date(2026, 2, 23)


@pytest.fixture
def member(visitor: TestClient) -> AtWork:
    return AtWork(visitor, "committee")


def keep(
    store: Store,
    clock: Clock,
    days: float,
    count: int,
    status: str = "answered",
    document: str = "F9001",
    energy: tuple[float, float] | None = (0.0, 0.0),
    *,
    generated: bool = False,
) -> None:
    for rank in range(count):
        at = (clock() - timedelta(days=days, seconds=rank)).replace(microsecond=0)
        receipt = new_receipt(f"{rank:064x}", f"{days} {status} {document}", (), at)
        line = (receipt.id, at, status, receipt.answer, receipt.release, document, (), "fr", generated, 1.0, energy)
        store.turns.keep(Line(*line))


def counted(store: Store, past: dict[str, int] | None = None) -> Traffic:
    return traffic(Figures(store.turns.engine), THEMES, past or {}, TODAY, 30)


# Traffic.


def test_refusals_are_counted_week_by_week_with_their_exact_bounds_and_by_kind(store: Store, clock: Clock) -> None:
    keep(store, clock, 1, 15)
    keep(store, clock, 1, 4, "unanswerable_no_source", "")
    keep(store, clock, 1, 1, "refused_opinion", "")
    keep(store, clock, 8, 2, "error_internal", "")
    keep(store, clock, 8, 2, "clarify_branch")

    found = counted(store)

    assert [week.turns for week in found.weeks] == [0, 0, 4, 20]
    last = found.weeks[-1].refused
    assert last.value == pytest.approx(0.25)
    # Clopper-Pearson for 5 of 20 at 95 %, as printed in the tables.
    assert [last.low, last.high] == pytest.approx([0.0866, 0.4910], abs=1e-4)
    assert found.weeks[2].refused.value == 0
    assert found.weeks[2].errors == 2
    assert math.isnan(found.weeks[0].refused.value)
    assert found.kinds == (("unanswerable_no_source", 4), ("error_internal", 2), ("refused_opinion", 1))


def test_a_theme_that_takes_the_place_of_another_is_seen_and_a_small_change_is_not(store: Store, clock: Clock) -> None:
    keep(store, clock, 10, 38)
    keep(store, clock, 10, 2, document="F9002")
    keep(store, clock, 1, 4)
    keep(store, clock, 2, 16, document="F9002")

    found = counted(store)

    assert {theme.name: theme.moved for theme in found.themes} == {"Papiers": True, "Logement": True}
    assert found.drift.distance == pytest.approx(0.75)

    keep(store, clock, 3, 150)
    assert {theme.name: theme.moved for theme in counted(store).themes} == {"Papiers": False, "Logement": False}


def test_usefulness_and_old_figures_stand_beside_their_theme(store: Store, clock: Clock) -> None:
    keep(store, clock, 1, 3)
    for useful in (True, True, False):
        store.usefulness.count(TODAY, "F9001", useful=useful)
    store.usefulness.count(TODAY - timedelta(days=200), "F9001", useful=True)

    papers, housing = sorted(counted(store, {"Logement": 7}).themes, key=lambda one: one.past)

    assert (papers.name, papers.answers, papers.opinions) == ("Papiers", 3, 3)
    assert papers.useful.value == pytest.approx(2 / 3)
    assert (housing.name, housing.answers, housing.past) == ("Logement", 0, 7)
    assert math.isnan(housing.useful.value)


def test_energy_is_the_sum_of_what_is_known_and_nothing_where_nothing_is(store: Store, clock: Clock) -> None:
    keep(store, clock, 1, 2, energy=(0.1, 0.4), generated=True)
    keep(store, clock, 2, 1, energy=None, generated=True)
    keep(store, clock, 8, 1, energy=None, generated=True)

    week, before = counted(store).weeks[-1], counted(store).weeks[-2]

    assert (week.generated, week.measured) == (3, 2)
    assert list(week.energy) == pytest.approx([0.2, 0.8])
    assert math.isnan(before.energy[0])


def test_figures_past_their_limit_are_those_that_each_passage_says(bot: Assembly) -> None:
    index, far = bot.opened.store, date(2040, 1, 1)
    said = Counter(one.key for one in index.all_passages() if one.old_figures(far))

    assert index.past_figures(far) == said
    assert said
    assert index.past_figures(date(2000, 1, 1)) == {}


def test_every_way_to_end_without_an_answer_has_its_words() -> None:
    named = words_in(FOLDER).tables["status"]

    assert set(named) == {one.value for one in Status if not one.value.startswith(("answered", "clarify"))}


# The weekly reading.


def note(member: AtWork, **change: str) -> object:
    fields = {"week": MONDAY.isoformat(), "read": "50", "wrong": "1", "severe": "0", "why": "tirage du lundi"}
    return member.post(f"{PAGE}/relecture", **(fields | change))


def test_a_member_notes_a_week_and_the_page_shows_the_capital_with_its_table(
    member: AtWork, store: Store, tmp_path: Path
) -> None:
    assert note(member).status_code == 303  # type: ignore[attr-defined]

    page = member.get(PAGE).text
    assert '<svg class="chart"' in page
    assert "La limite n’a jamais été atteinte" in text_of(page)
    assert [(week.monday, week.read, week.wrong) for week in Weekly(tmp_path).weeks()] == [(MONDAY, 50, 1)]
    act = store.acts.latest()[0]
    assert (act.who, act.what, act.subject, act.why) == ("committee", "weekly_audit", "2026-02-23", "tirage du lundi")


def test_a_week_given_again_replaces_its_counts_says_so_and_leaves_the_former_ones_in_the_file(
    member: AtWork, tmp_path: Path
) -> None:
    note(member)
    note(member, wrong="3")

    (week,) = Weekly(tmp_path).weeks()
    assert (week.wrong, week.corrected) == (3, 1)
    assert "comptes corrigés 1 fois" in text_of(member.get(PAGE).text)
    assert len((tmp_path / "weekly.jsonl").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"week": "2020-01-06"},
        {"week": "<script>"},
        {"read": "0", "wrong": "0"},
        {"read": "10", "wrong": "11"},
        {"wrong": "1", "severe": "2"},
        {"read": "-5"},
        {"read": "٥٠"},
        {"read": "99999999999"},
        {"read": "12000"},
        {"why": " "},
    ],
)
def test_counts_that_cannot_be_are_refused(member: AtWork, tmp_path: Path, change: dict[str, str]) -> None:
    assert note(member, **change).status_code == 422  # type: ignore[attr-defined]
    assert not (tmp_path / "weekly.jsonl").exists()


def test_a_service_that_errs_rings_on_the_page(member: AtWork) -> None:
    note(member, wrong="7")

    told = text_of(member.get(PAGE).text)

    assert "Décidez d’un arrêt ou d’une correction" in told
    assert "La limite a été atteinte la semaine du 23 février 2026" in told


def test_what_is_withheld_is_told_first(member: AtWork, tmp_path: Path, clock: Clock) -> None:
    quarantine = Quarantine(tmp_path)
    quarantine.put("F9001#00000000", "faux", clock())
    with quarantine.holding() as add:
        add(Kept(CLOSE, "Papiers", "erreur grave", clock(), "PAR-2026-000001-16"))

    told = text_of(member.get(PAGE).text)

    assert "Passages en quarantaine : 1." in told
    assert "Thèmes suspendus : Papiers." in told


def test_without_a_limit_in_the_policy_nothing_is_concluded() -> None:
    policy = load_policy()
    bare = policy.__class__(**{name: getattr(policy, name) for name in policy.__slots__} | {"thresholds": ()})

    found = followed((Week(MONDAY, 50, 50, 50),), bare)

    assert (found.limit, found.capital, found.since) == (None, (), None)


@pytest.mark.parametrize("line", ["{", '{"week": "2026-02-23"}', '{"week":"x","read":1,"wrong":0,"severe":0}'])
def test_a_spoilt_file_of_readings_is_told_on_the_page_and_never_taken_for_none(
    member: AtWork, tmp_path: Path, line: str
) -> None:
    (tmp_path / "weekly.jsonl").write_text(line + "\n", encoding="utf-8")

    assert "Les relectures ne se lisent pas" in text_of(member.get(PAGE).text)
    with pytest.raises(RecordsError):
        Weekly(tmp_path).weeks()


# The sources, and the drills.


def piece(text: str, document: str = "F9001") -> Piece:
    return Piece(document, "Carte perdue > Coût", text, (), digest(text.encode()))


def an_update(city: City, before: str, after: str, *signers: str) -> None:
    others = [piece("Rien n’y change.", f"F{rank}") for rank in range(20)]
    update = compare([piece(before), *others], [piece(after), *others], city.policy)
    file_data(city.folder, "changes", update.listed(), city.tick(), "changes", ".json")
    snapshot: Snapshot = update.snapshot("ab" * 32, ("ab" * 32, "cd" * 32), "ef" * 32)
    city.file("snapshot", signed(snapshot.statement(), *signers))


def test_an_update_that_changes_an_amount_waits_with_its_words_before_and_after(member: AtWork, tmp_path: Path) -> None:
    city = City(tmp_path)
    city.seat()
    city.drill()
    an_update(city, "La carte coûte 19 €.", "La carte coûte 25 €.", "corpus")
    an_update(city, "Prenez rendez-vous.", "Prenez un rendez-vous.", "corpus")
    an_update(city, "La carte coûte 19 €.", "La carte coûte 26 €.", "corpus", "alice")

    told = text_of(member.get(f"{PAGE}/sources").text)

    assert "La carte coûte 19 €." in told
    assert "La carte coûte 25 €." in told
    states = ["Lue et signée par une personne.", "elle passe sans lecture", "Attend une personne"]
    places = [told.index(state) for state in states]
    assert places == sorted(places)
    assert "attendent qu’une personne les lise : 1" in text_of(member.get(PAGE).text)


def test_drills_done_and_due_are_read_from_the_signed_log(tmp_path: Path, member: AtWork) -> None:
    assert "Aucun exercice n’est noté" in text_of(member.get(PAGE).text)
    city = City(tmp_path)
    city.seat()
    city.drill()

    found = governed(tmp_path, city.policy)

    assert found.drilled is not None
    assert found.due == (found.drilled + timedelta(days=city.policy.gate.drill_days)).date()
    assert "Dernier exercice : le 1er novembre 2026" in text_of(member.get(PAGE).text)


def test_a_log_that_does_not_hold_is_told_and_the_page_stays(tmp_path: Path, member: AtWork) -> None:
    (tmp_path / "log.jsonl").write_bytes(b"spoilt\n")

    page = member.get(PAGE)

    assert page.status_code == 200
    assert "Le journal signé ne se lit pas" in text_of(page.text)
    assert "Le journal signé ne se lit pas" in text_of(member.get(f"{PAGE}/sources").text)


def test_the_generation_that_waits_is_compared_with_the_one_served(tmp_path: Path, bot: Assembly) -> None:
    served = bot.opened.folder
    here, there = tmp_path / served.name, tmp_path / "20990101T000000000000"
    for folder, previous in ((here, ""), (there, here.name)):
        folder.mkdir()
        manifest = json.loads((served / "manifest.json").read_bytes())
        Manifest(**(manifest | {"generation": folder.name, "previous": previous})).write(folder)
    (tmp_path / POINTER).write_text(here.name, encoding="utf-8")
    assert on_disk(here) is None

    (tmp_path / POINTER).write_text(there.name, encoding="utf-8")

    pair, last = on_disk(here), on_disk(there)
    assert pair is not None
    assert (pair.old, pair.new, pair.served) == (here, there, True)
    assert last is not None
    assert (last.old, last.new, last.served) == (here, there, False)


# The picture, and who sees it.


def test_a_picture_has_a_mark_for_what_was_measured_and_none_for_what_was_not() -> None:
    chart = share_chart([0.25, math.nan, 0.5], ["a", "b", "c"])

    assert [mark.label for mark in chart.marks] == ["a", "c"]
    assert chart.marks[0].y > chart.marks[1].y
    assert chart.steps[-1][1] == "50\u00a0%"
    assert share_chart([], []).marks == ()


def test_the_limit_is_drawn_above_a_small_capital_and_under_a_great_one() -> None:
    small, great = capital_chart([0.9], ["a"], 20), capital_chart([1e30], ["a"], 20)

    assert small.limit is not None
    assert great.limit is not None
    assert small.limit < small.marks[0].y
    assert great.marks[0].y < great.limit
    assert all(0 <= mark.y <= HEIGHT for mark in (*small.marks, *great.marks))


def test_the_executive_reads_and_notes_nothing_and_nobody_else_enters(visitor: TestClient, tmp_path: Path) -> None:
    executive = AtWork(visitor, "executive")
    assert executive.get(PAGE).status_code == 200
    assert executive.get(f"{PAGE}/sources").status_code == 200
    assert note(executive).status_code == 403  # type: ignore[attr-defined]
    assert not (tmp_path / "weekly.jsonl").exists()
    for name in ("agent", "supervisor", "admin"):
        assert AtWork(visitor, name).get(PAGE).status_code == 403
