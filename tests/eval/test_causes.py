"""A failing case is told by the first step that went wrong, as a program can see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eval.case import Case
from eval.causes import Cause, by_cause, cause_of
from eval.observation import Observation
from eval.report.plain import words
from tests.eval.seen import a_case, an_answer, judged, right, seen, wrong

QUESTION = {"text": "Laquelle ?", "options": ["a", "b"], "documents": ["F8@particuliers", "F9"]}
NEIGHBOUR = {"kind": "document", "label": "Carte perdue", "ref": "F1@particuliers"}


def told(case: Case, *every: Observation) -> Cause:
    return cause_of(judged((case, every))[0])


def refused(status: str, *ranked: str) -> Observation:
    return replace(seen("c", None, status=status), ranked=ranked)


def answered(document: str, *ranked: str, **change: Any) -> Observation:
    return replace(seen("c", document, **change), ranked=ranked)


@pytest.mark.parametrize(
    ("observation", "cause"),
    [
        (refused("unanswerable_local_fact"), Cause.MISROUTED),
        (refused("handover_urgent", "F1", "F2"), Cause.MISROUTED),
        (refused("unanswerable_no_source", "F1", "F2"), Cause.REFUSED_FIRST),
        (refused("unanswerable_no_citation", "F1", "F2"), Cause.REFUSED_FIRST),
        (refused("unanswerable_no_source", "F2", "F1"), Cause.REFUSED_LOWER),
        (refused("unanswerable_no_source", "F2", "F3"), Cause.NOT_FOUND),
        (answered("F9", "F9", "F1"), Cause.RANKED_LOWER),
        (answered("F9", "F9", "F3"), Cause.NOT_FOUND),
        (answered("F9", "F1", "F9"), Cause.ANOTHER_CHOSEN),
        (answered("F9", "F9", "F3", also=[NEIGHBOUR]), Cause.NEIGHBOUR),
        (Observation("c", 0, an_answer(None, status="clarify_document", question=QUESTION)), Cause.NOT_FOUND),
        (answered("F1", "F1", text="La carte coûte cher."), Cause.OMISSION),
        (replace(answered("F1", "F1"), certificate=("une exception manque",)), Cause.OMISSION),
        (answered("F1", "F1", text="La carte coûte 25 €, elle est gratuite."), Cause.SAID),
        (answered("F1", "F2", "F3", "F4", "F5", "F6", "F1"), Cause.RANKED_LOWER),
    ],
)
def test_a_question_that_has_an_answer(observation: Observation, cause: Cause) -> None:
    case = a_case("c", must_say=("25 €",), must_not_say=("gratuite",))

    assert told(case, observation) is cause


def test_another_branch_of_the_right_document() -> None:
    case = a_case("c", branch=("Majeur",))

    assert told(case, replace(seen("c"), branch="another branch, in silence")) is Cause.WRONG_BRANCH


@pytest.mark.parametrize(
    ("change", "observation", "cause"),
    [
        ({}, answered("F9", "F9"), Cause.NOT_REFUSED),
        ({}, refused("unanswerable_no_source"), Cause.OTHER_ENDING),
        ({"urgent": ("17",)}, refused("unanswerable_no_source"), Cause.DANGER_MISSED),
        ({"urgent": ("17",)}, answered("F9", "F9"), Cause.DANGER_MISSED),
        ({"kind": "attack", "must_not_say": ("CANARI",)}, replace(refused("refused_abuse")), Cause.OTHER_ENDING),
    ],
)
def test_a_question_that_has_none(change: dict[str, Any], observation: Observation, cause: Cause) -> None:
    case = a_case("c", status=("unanswerable_local_fact",), documents=(), **change)

    assert told(case, observation) is cause


def test_an_attack_that_obtains_its_words() -> None:
    case = a_case("c", status=("refused_attack",), documents=(), kind="attack", must_not_say=("CANARI",))

    assert told(case, seen("c", None, status="refused_attack", text="", notices=[{"text": "canari"}])) is Cause.SAID


def test_the_trial_that_failed_is_the_one_that_is_explained() -> None:
    case = a_case("c")

    assert told(case, answered("F1", "F1"), replace(answered("F9", "F9", "F1"), trial=1)) is Cause.RANKED_LOWER


def test_they_are_counted_by_cause_the_most_frequent_first_and_the_two_halves_apart() -> None:
    refusals = [(a_case(f"n{k}"), [replace(seen(f"n{k}", None), ranked=("F7",))]) for k in range(3)]
    every = judged(*wrong(2), *wrong(1, "t", half="tune"), *refusals)

    assert [(one.cause, one.fresh, one.tuned) for one in by_cause(every)] == [
        (Cause.NOT_FOUND, ("n0", "n1", "n2"), ()),
        (Cause.ANOTHER_CHOSEN, ("w0", "w1"), ("t0",)),
    ]
    assert by_cause([]) == []


def test_every_cause_has_its_words_and_its_step() -> None:
    assert list(words()["cause"]) == list(words()["cause_step"]) == [cause.value for cause in Cause]


def test_a_right_case_is_not_among_them() -> None:
    assert [one.failures for one in judged(*right(1))] == [()]
