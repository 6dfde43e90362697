"""Two runs are compared case by case; chance is not announced as progress."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from eval.compare import compare, mcnemar, overall
from tests.eval.seen import judged, right, wrong


def test_two_identical_runs_claim_no_change() -> None:
    every = judged(*right(5), *wrong(3))

    assert all((c.fixed, c.broken, c.p, c.sure) == ((), (), 1.0, False) for c in compare(every, every))
    assert overall(every, every).pairs == 8


def test_what_was_fixed_and_what_was_broken_are_named() -> None:
    before = judged(*wrong(6, "a"), *right(1, "b"))
    now = judged(*right(6, "a"), *wrong(1, "b"))

    change = next(c for c in compare(now, before) if c.metric == "harmful")

    assert change.fixed == ("a0", "a1", "a2", "a3", "a4", "a5")
    assert change.broken == ("b0",)
    assert change.p == pytest.approx(0.125)
    assert not change.sure


def test_six_fixed_and_none_broken_are_more_than_chance() -> None:
    assert overall(judged(*right(6)), judged(*wrong(6, "r"))).sure


def test_a_case_whose_expectations_changed_is_not_compared() -> None:
    assert overall(judged(*right(3, documents=("F1", "F2"))), judged(*right(3))).pairs == 0


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_probability_is_the_exact_binomial_one(fixed: int, broken: int) -> None:
    both = fixed + broken
    tail = min(1.0, 2 * float(binom.cdf(min(fixed, broken), both, 0.5))) if both else 1.0

    assert mcnemar(fixed, broken) == pytest.approx(tail, abs=1e-9)
    assert mcnemar(fixed, broken) == mcnemar(broken, fixed)
