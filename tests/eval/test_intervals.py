"""Figures carry honest bounds: exact for shares, by pairs for two systems on the same questions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.intervals import Interval, paired_difference, paired_ratio, proportion

counts = st.integers(1, 400).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))
pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)

unhurried = settings(deadline=None, max_examples=50)


def test_a_share_has_the_published_bounds() -> None:
    # 81 of 263: the worked example of Newcombe, Statistics in Medicine 17, 1998, table I, method 5.
    share = proportion(81, 263)

    assert share == pytest.approx((0.3080, 0.2527, 0.3676), abs=1e-4)


def test_no_success_in_ten_still_allows_three_in_ten() -> None:
    assert proportion(0, 10) == pytest.approx((0.0, 0.0, 1 - 0.025 ** (1 / 10)))


@unhurried
@given(counts)
def test_a_share_is_inside_its_bounds_and_they_are_inside_0_and_1(count: tuple[int, int]) -> None:
    share = proportion(*count)

    assert 0 <= share.low <= share.value <= share.high <= 1


@unhurried
@given(counts)
def test_counting_failures_mirrors_counting_successes(count: tuple[int, int]) -> None:
    successes, trials = count
    share, mirrored = proportion(successes, trials), proportion(trials - successes, trials)

    assert (1 - share.high, 1 - share.low) == pytest.approx((mirrored.low, mirrored.high))


@unhurried
@given(counts)
def test_ten_times_the_questions_narrow_the_bounds(count: tuple[int, int]) -> None:
    few, many = proportion(*count), proportion(count[0] * 10, count[1] * 10)

    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize("measured", [proportion(0, 0), paired_ratio([], []), paired_difference([], [])])
def test_nothing_measured_is_not_a_number(measured: Interval) -> None:
    assert all(math.isnan(bound) for bound in measured)


@pytest.mark.parametrize(("successes", "trials"), [(3, 2), (-1, 2), (0, -1)])
def test_an_impossible_count_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="share"):
        proportion(successes, trials)


@unhurried
@given(pairs)
def test_the_bounds_of_a_comparison_hold_its_figure(answers: list[tuple[bool, bool]]) -> None:
    ours, theirs = (list(map(float, side)) for side in zip(*answers, strict=True))
    difference = paired_difference(ours, theirs)

    assert difference.value == pytest.approx(np.mean(ours) - np.mean(theirs))
    assert -1 <= difference.low <= difference.value <= difference.high <= 1


@unhurried
@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=30), st.floats(0.1, 10))
def test_a_system_that_takes_n_times_as_long_has_ratio_n_whatever_the_questions(
    theirs: list[float], factor: float
) -> None:
    ratio = paired_ratio([factor * value for value in theirs], theirs)

    assert tuple(ratio) == pytest.approx((factor, factor, factor))


def test_the_same_measures_give_the_same_bounds_again() -> None:
    ours, theirs = [1.0, 2.0, 4.0, 3.0], [2.0, 1.0, 5.0, 9.0]

    assert paired_ratio(ours, theirs, np.median) == paired_ratio(ours, theirs, np.median)


def test_a_peer_that_finds_nothing_gives_no_ratio() -> None:
    assert math.isnan(paired_ratio([1.0, 0.0], [0.0, 0.0]).value)


def test_a_peer_that_finds_hardly_anything_gives_an_infinite_upper_bound() -> None:
    ratio = paired_ratio([1.0] * 10, [1.0] + [0.0] * 9)

    assert ratio.value == pytest.approx(10)
    assert math.isinf(ratio.high)


def test_answers_to_other_questions_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="shape"):
        paired_ratio([1.0], [1.0, 2.0])
