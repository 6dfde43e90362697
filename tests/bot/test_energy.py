from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.energy import _words, estimate, total
from bot.turn import Energy
from ethics.policy import load_policy

_EVERY_ALIAS = sorted({model for _, model in _words().like} | {_words().lightest, _words().heaviest})


@pytest.mark.parametrize("model", load_policy().generation.models)
def test_every_model_of_the_policy_has_a_range_in_watt_hours(model: str) -> None:
    made = estimate(model, 300, 3.0)

    assert made
    assert 0.005 < made.low < made.high < 50
    assert model in made.method
    assert "EcoLogits 0." in made.method


def test_the_low_end_is_what_ecologits_says() -> None:
    ecologits = pytest.importorskip("ecologits.tracers.utils")
    said = ecologits.llm_impacts("mistralai", "mistral-small-2603", 300, 3.0, electricity_mix_zone="FRA")
    made = estimate("mistral-small-2603", 300, 3.0)

    assert made
    assert made.low == pytest.approx(said.energy.value * 1000)


@pytest.mark.parametrize("model", _EVERY_ALIAS)
def test_every_model_taken_for_another_is_one_that_ecologits_knows(model: str) -> None:
    made = estimate(model, 100, 1.0)

    assert made
    assert model in made.method


def test_a_model_that_ecologits_does_not_know_is_taken_for_one_no_smaller() -> None:
    made = estimate("mistralai/Mistral-Small-3.2-24B-Instruct-2506", 300, 3.0)

    assert made
    assert "magistral-small-latest" in made.method


def test_an_unknown_model_is_given_the_widest_range_never_zero() -> None:
    made = estimate("un-modele-inconnu", 300, 3.0)
    known = [estimate(model, 300, 3.0) for model in load_policy().generation.models]

    assert made
    assert "inconnu" in made.method
    assert all(made.low <= other.low and other.high <= made.high for other in known if other)
    assert made.low > 0


def test_what_is_not_a_model_or_wrote_nothing_is_not_estimated() -> None:
    assert estimate("test-honest", 300, 3.0) is None
    assert estimate("mistral-small-2603", 0, 3.0) is None


@given(tokens=st.integers(1, 20_000), seconds=st.floats(allow_nan=True, allow_infinity=True))
def test_an_estimate_is_finite_and_positive_whatever_was_timed(tokens: int, seconds: float) -> None:
    made = estimate("mistral-large-2512", tokens, seconds)

    assert made
    assert 0 < made.low <= made.high < math.inf


def test_two_calls_of_a_turn_add_up() -> None:
    first, second = Energy(1, 2, "a"), Energy(0.5, 4, "b")

    assert total(first, second) == Energy(1.5, 6, "a ; b")
    assert total(first, Energy(1, 1, "a")) == Energy(2, 3, "a")
    assert total(first, None) == total(None, first) == first
    assert total(None, None) is None
