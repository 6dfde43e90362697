"""The later sets: written apart, halves that a reader can keep apart, nothing asked twice, golds that exist."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.settle import Settled
from bot.turn import Status, Turn
from corpus.branches import build_graph
from corpus.settings import ROOT
from corpus.store import PassageStore
from eval import tune_danger
from eval.branch_bench import Case, Verdict, judge, later_cases
from eval.later_sets import LATER, OPENED, case_rows, file_of, residents, unanswerable
from tests.eval.nearness import near_pairs, read_cases

_SIZES = {"residents": 80, "journeys": 12, "distress": 80, "unanswerable": 75}
_WRITTEN = {
    "second": ("rédacteur-2", "2026-11-27"),
    "third": ("rédacteur-3", "2026-11-27"),
    "fourth": ("rédacteur-4", "2026-11-27"),
    "fifth": ("rédacteur-5", "2026-11-28"),
}
_COUNTS = {f"{name}_{cases}": size for cases in LATER for name, size in _SIZES.items()}
_JOURNEYS = tuple(f"journeys_{cases}" for cases in LATER)
_SINGLE = tuple(name for name in _COUNTS if not name.startswith("journeys"))
_OLDER = (
    *("unanswerable", "answerable", "distress", "residents_fresh", "attacks", "settled", "default"),
    *("everyday", "branches", "residents60"),
)
_KINDS = {
    *("local_fact", "personal_file", "invented", "elsewhere", "out_of_scope"),
    *("authority", "opinion", "advice", "eligibility", "complaint"),
}


@pytest.mark.parametrize(("name", "expected"), _COUNTS.items())
def test_a_file_has_the_number_of_cases_it_announces_and_says_who_wrote_it(name: str, expected: int) -> None:
    rows = read_cases(name)

    assert len(rows) == expected
    assert {(row["author"], row["date"]) for row in rows} == {_WRITTEN[name.rpartition("_")[2]]}


@pytest.mark.parametrize("name", _COUNTS)
def test_the_half_for_tuning_comes_first_and_whole(name: str) -> None:
    halves = [row["half"] for row in read_cases(name)]
    tune = halves.count("tune")

    assert halves == ["tune"] * tune + ["report"] * (len(halves) - tune)
    assert abs(len(halves) - 2 * tune) <= 1


@pytest.mark.parametrize("cases", LATER)
@pytest.mark.parametrize(("name", "field"), [("unanswerable", "kind"), ("residents", "branch_kind")])
def test_each_kind_is_shared_between_the_halves(name: str, field: str, cases: str) -> None:
    halves = Counter((row[field], row["half"]) for row in read_cases(f"{name}_{cases}"))

    # Dealt one by one within each theme, a kind may fall a few times more on one side.
    assert {kind: gap for kind, _ in halves if (gap := abs(halves[kind, "tune"] - halves[kind, "report"])) > 3} == {}


@pytest.mark.parametrize("cases", LATER)
def test_every_kind_of_unanswerable_question_is_there(cases: str) -> None:
    assert {row["kind"] for row in read_cases(f"unanswerable_{cases}")} == _KINDS


@pytest.mark.parametrize("cases", LATER)
def test_danger_and_look_alikes_are_as_many_and_shared_between_the_halves(cases: str) -> None:
    rows = read_cases(f"distress_{cases}")
    dangers = [row for row in rows if not row["look_alike"]]

    assert set(Counter((row["look_alike"], row["half"]) for row in rows).values()) == {20}
    assert sum(row["implied"] for row in dangers) * 2 >= len(dangers)


def test_every_id_is_used_once_in_all_sets() -> None:
    identifiers = [row["id"] for name in (*_COUNTS, *_OLDER, "journeys") for row in read_cases(name)]

    assert [each for each, count in Counter(identifiers).items() if count > 1] == []


def test_nothing_is_asked_twice_in_these_sets_nor_after_the_older_files() -> None:
    new, old = _asked(_SINGLE, *_JOURNEYS), _asked(_OLDER, "journeys")
    within = [(new[one][0], new[two][0]) for one, two, _ in near_pairs(_texts(new), _texts(new)) if one < two]
    across = [(new[one][0], old[two][0]) for one, two, _ in near_pairs(_texts(new), _texts(old))]

    assert within + across == []


def test_no_case_repeats_a_phrase_that_the_bot_learns_from() -> None:
    lines = [
        line
        for path in (ROOT / "eval" / "cases").glob("*_phrases.tsv")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    new = _asked(_SINGLE, *_JOURNEYS)
    learnt = [cell for line in lines for cell in line.split("\t")]

    assert [new[one][0] for one, _, _ in near_pairs(_texts(new), learnt)] == []


@pytest.mark.parametrize("name", _SINGLE)
def test_no_opening_occurs_more_than_three_times(name: str) -> None:
    openings = Counter(" ".join(row["q"].casefold().split()[:2]) for row in read_cases(name))

    assert [opening for opening, count in openings.items() if count > 3] == []


@pytest.mark.parametrize("name", _JOURNEYS)
def test_a_journey_has_four_to_six_turns_and_one_that_it_is_made_for(name: str) -> None:
    for journey in read_cases(name):
        turns = journey["turns"]

        assert 4 <= len(turns) <= 6
        assert len({turn["q"] for turn in turns}) == len(turns)
        last = turns[journey["end"]["turn"] - 1]
        assert last["documents"] or last["contacts"]


def test_every_gold_is_written_as_the_project_writes_it() -> None:
    contacts = tomllib.loads((ROOT / "corpus" / "contacts.toml").read_text(encoding="utf-8"))["contact"]
    dangers = [row for row in _rows("distress") if not row["look_alike"]]
    named = {one for row in dangers for one in row["expected"]}
    named |= {one for turn in _turns() for one in turn["contacts"]}

    assert named <= {entry["id"] for entry in contacts}
    assert [fiche for fiche in _fiches() if not re.fullmatch(r"F\d{1,5}", fiche)] == []
    assert [row["id"] for row in _rows("residents") if not row["relevant"]] == []


def test_every_expected_status_exists() -> None:
    expected = {status for turn in _turns() for status in turn["status"]}
    expected |= {status for row in _rows("unanswerable") for status in row["expected"]}
    expected |= {one for row in _rows("distress") if row["look_alike"] for one in row["expected"]}
    families = {f"{value.value.split('_', 1)[0]}_" for value in Status}

    assert expected <= {status.value for status in Status} | families


def test_what_hears_danger_learns_from_no_line_of_the_other_half_of_a_set_that_measures() -> None:
    dangers, look_alikes = tune_danger.phrases()
    learnt = {*(text for _, text in dangers), *look_alikes, *tune_danger.ordinary()}
    closed = [name for name in _COUNTS if name.rpartition("_")[2] not in OPENED]
    kept = [row for name in closed for row in read_cases(name) if row["half"] == "report"]
    asked = {str(turn["q"]) for row in kept for turn in row.get("turns", [row])}
    # "Ça coûte combien ?" follows everything: it teaches nothing of the case that says it.
    unread = {text for text in asked if len(text.split()) > 4}

    assert unread
    assert unread & learnt == set()


def test_no_tuner_names_a_later_set() -> None:
    named = tuple(f"_{cases}" for cases in LATER)
    tuners = (ROOT / "eval").glob("tune_*.py")

    # Those that are opened are told in one place: eval/later_sets.py.
    assert [path.name for path in tuners if any(name in path.read_text(encoding="utf-8") for name in named)] == []


@pytest.mark.parametrize("half", ["tune", "report"])
def test_the_benches_read_one_half_only(half: str) -> None:
    branching = [f"branches_{cases}" for cases in LATER if file_of("branches", cases).exists()]
    whole = {row["id"]: row["half"] for name in (*_COUNTS, *branching) for row in read_cases(name)}
    asked = [sets(cases, half).values() for sets in (residents, unanswerable) for cases in LATER]
    read = [query.id for sets in asked for queries in sets for query in queries]
    read += [case.id for cases in LATER for case in later_cases(cases, half)]
    read += [row["id"] for cases in LATER for row in case_rows("distress", cases, half)]

    assert {whole[name] for name in read} == {half}


def test_the_fiches_and_the_branches_named_are_in_the_index() -> None:
    folder = _index()
    if folder is None:
        pytest.skip("no index of the fiches here")
    with PassageStore(folder / "passages.sqlite") as store:
        absent = [fiche for fiche in _fiches() if not store.keys_of(fiche)]
        asked = [case for cases in LATER for half in ("tune", "report") for case in later_cases(cases, half)]
        astray = [case.id for case in asked if not _is_there(case, store)]

    assert absent == []
    assert astray == []


def _asked(names: tuple[str, ...], *journeys: str) -> list[tuple[str, str]]:
    """Return the ids and the words of what is asked first."""
    asked = [(row["id"], row["q"]) for name in names for row in read_cases(name)]
    return asked + [(row["id"], row["turns"][0]["q"]) for name in journeys for row in read_cases(name)]


def _rows(name: str) -> list[dict[str, Any]]:
    """Return the lines of one kind of cases, in all the later sets."""
    return [row for cases in LATER for row in read_cases(f"{name}_{cases}")]


def _texts(asked: list[tuple[str, str]]) -> list[str]:
    return [text for _, text in asked]


def _is_there(case: Case, store: PassageStore) -> bool:
    """Tell whether the path or the choice expected exists, judged on an answer that settles nothing."""
    graphs = [build_graph(store.passages_of(key)) for key in store.keys_of(case.document)]
    turns = [Turn(case.q, date(2026, 11, 27), graph=graph, settled=Settled({}, ())) for graph in graphs]
    return any(judge(case, turn) is not Verdict.NO_SUCH_PATH for turn in turns)


def _turns() -> Iterator[dict[str, Any]]:
    for journey in _rows("journeys"):
        yield from journey["turns"]


def _fiches() -> Iterator[str]:
    for name in ("residents", "distress"):
        for row in _rows(name):
            yield from row.get("relevant", ())
    for turn in _turns():
        yield from turn["documents"]


def _index() -> Path | None:
    index = ROOT / "var" / "index"
    if not (index / "current").exists():
        return None
    return index / (index / "current").read_text(encoding="utf-8").strip()
