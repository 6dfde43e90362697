"""A threshold is met, not met, or lacks evidence; no figure of a language model's judgement can reach it."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from pathlib import Path

import pytest

from ethics.evidence import Measure
from ethics.policy import load_policy
from ethics.rules import Threshold
from eval.rates import Judged
from eval.verdict import FAILURES, SUCCESSES, Outcome, automatic, fresh, measures_of, verdicts
from tests.eval.seen import a_case, judged, right, seen, wrong

THRESHOLDS = load_policy().thresholds
HARMFUL = Threshold("harmful_automatic", "trompeuses", "harness", "upper", 0.05, 0.95, ("demo", "public"))
FOUND = Threshold("document_found", "trouvées", "harness", "lower", 0.8, 0.95, ("demo",))
HUMAN = Threshold("harmful", "nuisibles", "human", "upper", 0.01, 0.95, ("demo", "public"))
NONE_AT_ALL = Threshold("settled_wrong", "règles", "harness", "value_at_most", 0, 0.95, ("demo",))
EVAL = Path(__file__).resolve().parents[2] / "eval"


def outcome(threshold: Threshold, every: list[Judged]) -> Outcome:
    return verdicts([threshold], measures_of(every))[0].outcome


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        (59, 0, Outcome.MET),
        (58, 0, Outcome.NOT_ENOUGH),
        (90, 3, Outcome.NOT_ENOUGH),
        (90, 9, Outcome.NOT_MET),
        (0, 0, Outcome.NOT_ENOUGH),
    ],
)
def test_few_questions_without_failure_are_not_enough(good: int, bad: int, expected: Outcome) -> None:
    assert outcome(HARMFUL, judged(*right(good), *wrong(bad))) is expected


def test_what_lacks_is_told_in_questions() -> None:
    (told,) = verdicts([HARMFUL], measures_of(judged(*right(90), *wrong(3))))

    assert told.needed == 153
    assert told.bound == pytest.approx(0.0814, abs=1e-3)


def test_successes_are_judged_by_their_lower_bound() -> None:
    assert outcome(FOUND, judged(*right(14))) is Outcome.MET
    assert outcome(FOUND, judged(*right(10))) is Outcome.NOT_ENOUGH
    assert outcome(FOUND, judged(*right(10, documents=("F8",)))) is Outcome.NOT_MET


def test_none_at_all_means_none() -> None:
    assert outcome(NONE_AT_ALL, judged(*right(3, settled=True))) is Outcome.MET
    assert outcome(NONE_AT_ALL, judged(*right(300, settled=True), *wrong(1, settled=True))) is Outcome.NOT_MET
    assert outcome(NONE_AT_ALL, judged(*right(3))) is Outcome.NOT_ENOUGH


def test_where_no_human_audited_there_is_not_enough_evidence() -> None:
    (nobody,) = verdicts([HUMAN], measures_of(judged(*right(2000))))
    (audited,) = verdicts([HUMAN], {"harmful": Measure("human", 0, 299)})
    (posing,) = verdicts([HUMAN], {"harmful": Measure("harness", 0, 5000)})

    assert (nobody.outcome, nobody.measure) == (Outcome.NOT_ENOUGH, None)
    assert math.isnan(nobody.bound)
    assert audited.outcome is Outcome.MET
    assert posing.outcome is Outcome.NOT_ENOUGH


def test_one_threshold_not_met_decides_for_its_scopes_alone() -> None:
    found = verdicts([HARMFUL, FOUND, HUMAN], measures_of(judged(*right(70), *wrong(30))))

    assert automatic(found, "demo") is Outcome.NOT_MET
    assert automatic([one for one in found if one.threshold is FOUND], "demo") is Outcome.MET
    assert automatic(found, "nowhere") is Outcome.NOT_ENOUGH


def test_every_automatic_threshold_of_the_city_is_one_that_the_harness_measures() -> None:
    named = {threshold.measure for threshold in THRESHOLDS if threshold.by == "harness"}

    assert named <= {*FAILURES, *SUCCESSES, "energy_wh"}


def test_the_cases_read_while_tuning_decide_nothing() -> None:
    every = judged(*right(70), *wrong(30, half="tune"))

    assert outcome(HARMFUL, fresh(every)) is Outcome.MET
    assert outcome(HARMFUL, every) is Outcome.NOT_MET


def test_energy_that_could_not_be_estimated_is_not_zero() -> None:
    budget = replace(NONE_AT_ALL, measure="energy_wh", limit=1.0)
    known = judged((a_case("a"), [seen("a", generated=True, energy_wh=[0.1, 0.4])]))
    unknown = judged((a_case("a"), [seen("a", generated=True, energy_wh=None)]))

    assert outcome(budget, known) is Outcome.MET
    assert outcome(budget, unknown) is Outcome.NOT_ENOUGH


def imported_from(module: str, known: set[str]) -> set[str]:
    """Modules of this floor that one imports, directly or not."""
    path = EVAL / f"{module}.py"
    tree = ast.parse((path if path.exists() else EVAL / module / "__init__.py").read_text(encoding="utf-8"))
    named = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    named |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    new = {name.split(".")[1] for name in named if name.startswith("eval.")} - known
    known |= new
    for name in new:
        imported_from(name, known)
    return known


def test_no_judgement_of_a_language_model_can_reach_a_verdict() -> None:
    """No module that counts, judges or writes the report imports the judge, nor reads what it wrote."""
    reached = imported_from("verdict", {"verdict"}) | imported_from("summary", {"summary"})
    sources = [*(EVAL / "report").glob("*.py"), *(EVAL / f"{name}.py" for name in reached)]
    texts = {path.name: path.read_text(encoding="utf-8") for path in sources if path.exists()}

    assert {"rates", "metrics", "observation"} <= reached
    assert "judge" not in reached
    assert [
        name for name, text in texts.items() if "eval.judge" in text.replace("`eval/judge", "") or "ragas" in text
    ] == []
