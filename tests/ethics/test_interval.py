"""Bounds are exact (compared with scipy), and an audit that stops early keeps its promise."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ethics.interval import beta_cdf, enough_answers, lower_bound, share, upper_bound

COUNTS = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
CONFIDENCES = st.sampled_from([0.9, 0.95, 0.975, 0.99, 0.9995])


@settings(deadline=None)
@given(COUNTS, CONFIDENCES)
def test_bounds_are_those_of_scipy(counts: tuple[int, int], confidence: float) -> None:
    k, n = counts
    below = stats.binomtest(k, n, alternative="less").proportion_ci(confidence, "exact").high
    above = stats.binomtest(k, n, alternative="greater").proportion_ci(confidence, "exact").low
    both = stats.binomtest(k, n).proportion_ci(confidence, "exact")

    # scipy looks for these bounds to within 2e-12; ours go to the last bit (compared with its quantiles below).
    assert upper_bound(k, n, confidence) == pytest.approx(below, abs=1e-11)
    assert lower_bound(k, n, confidence) == pytest.approx(above, abs=1e-11)
    assert share(k, n, confidence) == pytest.approx((k / n, both.low, both.high), abs=1e-11)


@settings(deadline=None)
@given(COUNTS, CONFIDENCES)
def test_bounds_are_the_quantiles_of_scipy(counts: tuple[int, int], confidence: float) -> None:
    k, n = counts
    if k < n:
        assert upper_bound(k, n, confidence) == pytest.approx(stats.beta.ppf(confidence, k + 1, n - k), rel=1e-9)
    if k > 0:
        assert lower_bound(k, n, confidence) == pytest.approx(stats.beta.ppf(1 - confidence, k, n - k + 1), rel=1e-9)


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(1, 2000), st.integers(1, 2000))
def test_the_beta_function_is_the_one_of_scipy(x: float, a: int, b: int) -> None:
    assert beta_cdf(x, a, b) == pytest.approx(float(stats.beta.cdf(x, a, b)), rel=1e-8, abs=1e-13)


@pytest.mark.parametrize(
    ("limit", "sizes"),
    [(0.05, [59, 93, 124, 153, 181, 208]), (0.01, [299, 473, 628, 773, 913, 1049]), (0.005, [598, 947, 1258])],
)
def test_the_sample_sizes_of_the_design_are_the_smallest_that_pass(limit: float, sizes: list[int]) -> None:
    assert [upper_bound(k, n) <= limit < upper_bound(k, n - 1) for k, n in enumerate(sizes)] == [True] * len(sizes)


def test_three_errors_in_773_pass_and_four_do_not() -> None:
    assert upper_bound(3, 773) <= 0.01 < upper_bound(4, 773)


def test_nothing_measured_is_not_zero() -> None:
    assert math.isnan(upper_bound(0, 0))
    assert math.isnan(lower_bound(0, 0))
    assert all(math.isnan(value) for value in share(0, 0))


def test_what_is_refused_is_said() -> None:
    with pytest.raises(ValueError, match=r"^6 of 5: a share is between 0 and 1$"):
        upper_bound(6, 5)
    with pytest.raises(ValueError, match=r"^a confidence is between 0 and 1$"):
        upper_bound(1, 5, 1.0)


def test_all_or_nothing_has_its_natural_bound() -> None:
    assert upper_bound(5, 5) == 1.0
    assert lower_bound(0, 5) == 0.0


@pytest.mark.parametrize(("k", "n", "confidence"), [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 0.0), (1, 5, 1.0)])
def test_impossible_counts_are_refused(k: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="between"):
        upper_bound(k, n, confidence)
    with pytest.raises(ValueError, match="between"):
        lower_bound(k, n, confidence)


def test_the_stopping_rule_is_the_likelihood_ratio_reaching_twenty() -> None:
    for errors in range(6):
        n = enough_answers(errors, 0.01)

        def ratio(answers: int, k: int = errors) -> float:
            return (0.002 / 0.01) ** k * (0.998 / 0.99) ** (answers - k)

        assert ratio(n) >= 20 > ratio(n - 1)


def test_the_stopping_rule_is_never_laxer_than_the_one_of_the_poster() -> None:
    assert [enough_answers(k, 0.01) for k in range(4)] == [373, 574, 775, 976]
    assert all(enough_answers(k, 0.01) >= 373 + 200 * k for k in range(50))
    assert enough_answers(0, 0.05) == 73
    assert enough_answers(0, 0.02) == 185


@pytest.mark.slow
def test_a_system_at_the_limit_seldom_passes_though_everyone_looks_at_every_answer() -> None:
    chance, runs, passed = random.Random(20261127), 2000, 0
    enough = [enough_answers(errors, 0.01) for errors in range(1501)]
    for _ in range(runs):
        errors = 0
        for n in range(1, 1501):
            errors += chance.random() < 0.01
            if n >= enough[errors]:
                passed += 1
                break
    # At most 5 %; three standard errors of 2000 runs are 1.5 points.
    assert passed / runs <= 0.05 + 0.015


@pytest.mark.parametrize(
    ("k", "limit", "confidence"),
    [(-1, 0.01, 0.95), (0, 0.0, 0.95), (0, 1.0, 0.95), (0, 0.1, 1.0), (0, 0.1, 0.0)],
)
def test_an_impossible_rule_is_refused(k: int, limit: float, confidence: float) -> None:
    with pytest.raises(ValueError, match=r"^counts are not negative, shares are between 0 and 1$"):
        enough_answers(k, limit, confidence)
