from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.turn import Citation, Origin, Role, Sentence, Status, Turn
from eval.unplug_drill import Outcome, Scenario, outcome, row, run, scenarios

_CITED = Citation("r1", "F1", "La copie est gratuite.", None, "Acte", "", None)
_SENTENCE = Sentence("La copie est gratuite.", Role.LEAD, (_CITED,))
QUOTED = Turn("Combien ?", date(2026, 3, 2), status=Status.ANSWERED, sentences=(_SENTENCE,))
CUT = replace(QUOTED, notices=(("model_unavailable", ""),), timings=(("quote", 40.0), ("generate", 1500.0)))
REWORDED = replace(QUOTED, sentences=(replace(_SENTENCE, text="C’est gratuit.", origin=Origin.MODEL),))
EMPTIED = replace(CUT, sentences=())

SERVER = ("http://127.0.0.1:9", "test-verbatim")


def scenario(expects: str, cut_after: int = 0) -> Scenario:
    return Scenario("essai", SERVER, None, expects, cut_after)


def judged(*turns: Turn, expects: str, deadline: float = 6.0) -> str:
    return row(scenario(expects), [outcome(turn, QUOTED, 0.1) for turn in turns], deadline).failed


def test_a_cut_answer_is_the_quoted_one_with_its_notice() -> None:
    assert outcome(CUT, QUOTED, 2.0) == Outcome(
        answered=True, reworded=False, noticed=True, same=True, seconds=2.0, waited=1.5
    )
    assert outcome(CUT, QUOTED, 2.0).complete
    assert outcome(REWORDED, QUOTED, 2.0).complete
    assert not outcome(EMPTIED, QUOTED, 2.0).complete
    assert not outcome(replace(CUT, status=Status.ERROR_INTERNAL), QUOTED, 2.0).complete


@pytest.mark.parametrize(
    ("turns", "expects", "said"),
    [
        ((CUT, CUT), "notice", ""),
        ((REWORDED, REWORDED), "model", ""),
        ((REWORDED, CUT), "both", ""),
        ((CUT, EMPTIED), "notice", "1 answers lost"),
        ((CUT, QUOTED), "notice", "not told"),
        ((QUOTED, QUOTED), "model", "not used"),
        ((REWORDED, CUT), "model", "not used"),
        ((REWORDED, REWORDED), "both", "nothing was cut"),
        ((CUT, CUT), "both", "nothing was cut"),
    ],
)
def test_a_scenario_says_what_is_wrong_with_it(turns: tuple[Turn, ...], expects: str, said: str) -> None:
    failed = judged(*turns, expects=expects)

    assert failed == "" if not said else said in failed


def test_a_model_waited_for_past_the_deadline_is_a_failure() -> None:
    late = replace(CUT, timings=(("generate", 60_000.0),))

    assert "60.0 s" in judged(late, expects="notice")


def test_the_cut_comes_while_turns_are_under_way() -> None:
    cut: list[int] = []
    asked: list[str] = []

    def ask(question: str) -> Turn:
        asked.append(question)
        return CUT if cut else REWORDED

    outcomes = run(scenario("both", 2), ["q"] * 20, [QUOTED] * 20, ask, lambda: cut.append(len(asked)))

    assert len(outcomes) == 20
    assert len(cut) == 1
    assert cut[0] >= 2


def test_every_scenario_of_the_brief_is_run_and_the_cut_is_the_last() -> None:
    names = [one.name for one in scenarios("http://127.0.0.1:9", 100)]

    assert names[-1] == "killed midway"
    assert any("second answers" in name for name in names)
    assert any("Retry-After" in name for name in names)
