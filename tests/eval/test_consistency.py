"""The same question gets the same answer, trial after trial and wording after wording; or it is counted."""

from __future__ import annotations

from eval.consistency import consistency, succeeded
from tests.eval.seen import a_case, judged, right, seen, wrong


def test_a_single_trial_says_nothing_of_stability() -> None:
    found = consistency(judged(*right(3)))

    assert found.trials == 1
    assert found.unstable == (0, 0)
    assert found.not_every_time == (0, 3)


def test_any_word_that_changes_between_trials_counts() -> None:
    same = (a_case("a"), [seen("a"), seen("a", trial=1)])
    other = (a_case("b"), [seen("b"), seen("b", trial=1, text="La carte coûte toujours 25 €.")])

    assert consistency(judged(same, other)).unstable == (1, 2)


def test_receipts_and_times_are_no_difference() -> None:
    trials = [seen("a", receipt="1"), seen("a", trial=1, receipt="2")]

    assert consistency(judged((a_case("a"), trials))).unstable == (0, 1)


def test_a_case_must_succeed_at_each_trial() -> None:
    every = judged((a_case("a"), [seen("a"), seen("a", "F9", trial=1)]))

    assert not succeeded(every[0])
    assert consistency(every).not_every_time == (1, 1)


def test_a_family_that_ends_differently_is_counted_once() -> None:
    agreeing = right(4, "a", family="un")
    refused = [(a_case("n", family="deux"), [seen("n", None)]), *right(3, "b", family="deux")]

    assert consistency(judged(*agreeing, *refused, *wrong(1, family="seule"))).families == (1, 2)


def test_two_rules_told_for_one_question_are_a_contradiction() -> None:
    rule = {"family": "prix", "must_say": ("25 €",)}
    said = (a_case("a", **rule), [seen("a")])
    other = (a_case("b", **rule), [seen("b", text="La carte est gratuite.")])
    refused = (a_case("c", **rule), [seen("c", None)])

    assert consistency(judged(said, other)).contradictions == (1, 1)
    assert consistency(judged(said, refused)).contradictions == (0, 1)
