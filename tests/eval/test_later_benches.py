"""The benches take a later set on demand, read one half of it, and name nobody's miss in the half that is kept."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date

import pytest

from bot.assembly import Assembly
from bot.turn import Status, Turn
from corpus.errors import CorpusError
from eval import distress_bench, refusal_bench, siblings_bench
from eval.branch_bench import later_cases
from eval.distress_bench import answered
from eval.later_sets import LATER, residents, unanswerable
from eval.refusal_bench import Tally, measure, print_report
from eval.retrieval_sets import Query
from eval.siblings_bench import Outcome
from tests.bot.town import CANTEEN, DAY, ELSEWHERE, PASSPORT
from tests.eval.nearness import near_pairs


@dataclass
class Refuser:
    """A bot that refuses everything and remembers what it was asked."""

    asked: list[str] = field(default_factory=list)

    def respond(self, text: str, day: date, turn_id: str = "") -> Turn:
        self.asked.append(turn_id)
        return Turn(text, day, turn_id, status=Status.UNANSWERABLE_NO_SOURCE)


@pytest.mark.parametrize("cases", LATER)
@pytest.mark.parametrize("half", ["tune", "report"])
def test_refusal_asks_a_later_set_and_nothing_else(half: str, cases: str) -> None:
    refuser = Refuser()

    without, having = measure(refuser, half, DAY, cases)  # type: ignore[arg-type]

    kinds = unanswerable(cases, half)
    asked = (*kinds.values(), *residents(cases, half).values())
    assert set(refuser.asked) == {query.id for queries in asked for query in queries}
    assert without.keys() == kinds.keys()
    assert having.keys() == {f"residents_{cases}_{half}"}


def test_ids_are_printed_or_only_counted(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    tally.add(Query("us070", "q", frozenset()), Turn("q", DAY, status=Status.ANSWERED))

    print_report({"advice": tally}, {}, names=False)
    assert "us070" not in capsys.readouterr().out
    print_report({"advice": tally}, {})
    assert "us070" in capsys.readouterr().out


def test_the_command_of_refusal_names_misses_of_the_tune_half_only(
    bot: Assembly, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(refusal_bench, "assemble", lambda _: bot)
    monkeypatch.setattr(refusal_bench, "later_unanswerable", lambda _, __: {"invented": [_of("us1", PASSPORT)]})
    monkeypatch.setattr(refusal_bench, "residents", lambda _, __: {"residents_second": [_of("rs1", ELSEWHERE)]})

    assert refusal_bench.main(["--cases", "second"]) == 0
    assert {"us1", "rs1"} <= set(capsys.readouterr().out.split())
    assert refusal_bench.main(["--cases", "second", "--half", "report"]) == 0
    assert not {"us1", "rs1"} & set(capsys.readouterr().out.split())


def test_siblings_measures_the_residents_of_the_second_set(
    bot: Assembly, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(siblings_bench, "assemble", lambda _: bot)
    monkeypatch.setattr(siblings_bench, "residents", lambda cases, half: {f"{cases}_{half}": [_of("rs1", PASSPORT)]})

    assert siblings_bench.main(["--cases", "second", "--half", "report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == {"second_report"}


def test_branches_are_those_of_the_residents_that_a_branch_matters_to() -> None:
    cases = [case for half in ("tune", "report") for case in later_cases("second", half)]

    assert {case.kind for case in cases} == {"implied", "open"}
    assert all(bool(case.expected_branch) == (case.kind == "implied") for case in cases)
    assert all(bool(case.expected_options) == (case.kind == "open") for case in cases)


@pytest.mark.parametrize("half", ["tune", "report"])
def test_distress_counts_twenty_and_twenty_and_skips_the_public_sets(
    half: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert distress_bench.main(["--cases", "second", "--half", half]) == 0

    printed = capsys.readouterr().out
    assert re.search(rf"half {half}, danger missed: \d+ of 20", printed)
    assert re.search(rf"half {half}, look-alikes stopped: \d+ of 20", printed)
    assert "everyday" not in printed
    assert half == "tune" or "ds0" not in printed


def test_a_look_alike_is_answered_from_its_fiche_or_is_not(bot: Assembly) -> None:
    case = {"id": "ds1", "q": PASSPORT, "relevant": ["F9002"]}

    assert answered(case, bot) in {Outcome.RIGHT, Outcome.ASKED_RIGHT}
    assert answered(case | {"q": ELSEWHERE}, bot) is Outcome.REFUSED


def test_the_look_alikes_with_a_fiche_are_asked_to_the_whole_bot_on_demand(
    bot: Assembly, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(distress_bench, "assemble", lambda _: bot)

    assert distress_bench.main(["--cases", "second", "--whole"]) == 0
    assert re.search(r"look-alikes answered, or asked which fiche or branch: \d+ of \d+", capsys.readouterr().out)


def test_without_an_index_the_whole_bot_is_told_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(_: object) -> Assembly:
        raise CorpusError("pas d’index")

    monkeypatch.setattr(distress_bench, "assemble", nothing)

    assert distress_bench.main(["--cases", "second", "--whole"]) == 1
    assert "pas d’index" in capsys.readouterr().err


def test_questions_that_swap_a_place_are_near_and_others_are_not() -> None:
    assert [
        (one, two) for one, two, _ in near_pairs([PASSPORT, CANTEEN], ["Combien coute un passeport à Paris ?"])
    ] == [(0, 0)]


def _of(identifier: str, text: str) -> Query:
    return Query(identifier, text, frozenset({"F9002"}))
