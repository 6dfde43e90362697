"""A threshold is proved safe or not given; a lower one is never safer, and less doubt never answers more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eval.risk_control import RISKS, most_cautious, p_value, table, threshold

BELIEFS = arrays(np.float64, st.integers(0, 120), elements=st.floats(0, 1))


def test_the_p_value_is_the_binomial_tail() -> None:
    assert p_value(0, 24, 0.12) == pytest.approx(0.88**24)
    assert p_value(0, 0, 0.12) == 1.0
    assert p_value(24, 24, 0.12) == 1.0


def test_too_few_questions_prove_nothing() -> None:
    assert threshold(np.zeros(20), 0.12, 0.05) == float("inf")
    assert threshold(np.zeros(24), 0.12, 0.05) == pytest.approx(0.01)


def test_the_threshold_stands_above_the_answers_that_would_be_one_too_many() -> None:
    beliefs = np.r_[np.zeros(90), np.full(20, 0.40)]

    assert threshold(beliefs, 0.12, 0.05) == pytest.approx(0.41)


@given(BELIEFS, st.sampled_from(RISKS))
def test_the_share_answered_never_exceeds_the_risk_that_was_proved(beliefs: np.ndarray, risk: float) -> None:
    level = threshold(beliefs, risk, 0.05)

    assert (beliefs >= level).sum() <= risk * len(beliefs)


@given(BELIEFS, st.sampled_from(RISKS))
def test_less_doubt_never_answers_more(beliefs: np.ndarray, risk: float) -> None:
    assert threshold(beliefs, risk, 0.01) >= threshold(beliefs, risk, 0.10)


def test_the_table_has_a_line_for_each_risk() -> None:
    written = table(np.zeros(200), np.ones(10), 0.05)

    assert len(written.splitlines()) == 1 + len(RISKS)
    assert "1.000 of 10" in written


@given(BELIEFS, st.sampled_from([0.5, 0.9, 0.95]))
def test_caution_never_costs_more_answers_than_allowed(beliefs: np.ndarray, coverage: float) -> None:
    level = most_cautious(beliefs, coverage)

    assert level == 0 or (beliefs >= level).mean() >= coverage
