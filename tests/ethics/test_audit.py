"""The draw can be redone, plants cannot be told apart, agreement is the one of scikit-learn."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from ethics.audit import agreement, drawn, measured, mixed, noticed, settled, to_adjudicate
from ethics.evidence import Measure
from ethics.interval import lower_bound
from ethics.opinion import CORRECT

STRATA = {f"case-{number}": ("logement", "etat-civil", "stationnement")[number % 7 % 3] for number in range(211)}
LABELS = st.dictionaries(st.integers(0, 30).map(str), st.sampled_from([CORRECT, "fausse", "omission"]))


@given(st.integers(0, 300), st.text(max_size=5))
def test_each_stratum_is_drawn_in_proportion(size: int, seed: str) -> None:
    found = drawn(STRATA, size, seed)
    counts, drawn_counts = Counter(STRATA.values()), Counter(STRATA[case] for case in found)

    assert len(found) == len(set(found)) == min(size, len(STRATA))
    assert all(abs(drawn_counts[name] - min(size, 211) * counts[name] / 211) < 1 for name in counts)


def test_the_draw_depends_on_its_seed_and_on_nothing_else() -> None:
    assert drawn(dict(reversed(STRATA.items())), 40, "graine") == drawn(STRATA, 40, "graine")
    assert drawn(STRATA, 40, "graine") != drawn(STRATA, 40, "autre")
    assert drawn({}, 10, "graine") == []


@given(st.integers(1, 60), st.text(max_size=4), st.text(max_size=4))
def test_planted_answers_are_anywhere_in_the_queue(size: int, seed: str, member: str) -> None:
    cases, plants = drawn(STRATA, size, seed), [f"x-{number}" for number in range(5)]

    assert sorted(mixed(cases, plants, seed, member)) == sorted([*cases, *plants])
    assert mixed(cases, plants, seed, member) == mixed(cases[::-1], plants[::-1], seed, member)


def test_two_readers_have_two_orders() -> None:
    cases = drawn(STRATA, 40, "g")

    assert mixed(cases, ["x"], "g", "alice") != mixed(cases, ["x"], "g", "bruno")


@pytest.mark.filterwarnings("ignore")
@given(LABELS, LABELS)
def test_kappa_is_the_one_of_scikit_learn(first: dict[str, str], second: dict[str, str]) -> None:
    both = sorted(set(first) & set(second))
    assume(both)
    found = agreement(first, second)
    expected = float(cohen_kappa_score([first[case] for case in both], [second[case] for case in both]))

    assert found.both == len(both)
    assert found.kappa == pytest.approx(expected, nan_ok=True)
    assert found.raw == pytest.approx(sum(first[case] == second[case] for case in both) / len(both))


def test_where_errors_are_rare_kappa_misleads_and_the_others_do_not() -> None:
    first = {str(number): "fausse" if number < 10 else CORRECT for number in range(1000)}
    second = {str(number): "fausse" if 5 <= number < 15 else CORRECT for number in range(1000)}
    found = agreement(first, second)

    assert (found.raw, round(found.kappa, 2), found.positive) == (0.99, 0.49, 0.5)


def test_nothing_read_twice_is_not_a_perfect_agreement() -> None:
    found = agreement({"a": CORRECT}, {"b": CORRECT})

    assert found.both == 0
    assert all(math.isnan(value) for value in (found.raw, found.kappa, found.positive))


def test_a_disagreement_waits_for_a_third_reader() -> None:
    first, second = {"a": CORRECT, "b": CORRECT, "c": "fausse"}, {"a": CORRECT, "b": "fausse"}

    assert to_adjudicate(first, second) == ["b"]
    assert settled([first, second], {}) == {"a": CORRECT, "c": "fausse"}
    assert settled([first, second], {"b": "fausse"}) == {"a": CORRECT, "b": "fausse", "c": "fausse"}


def test_planted_answers_do_not_count_in_what_is_measured() -> None:
    labels = {"a": CORRECT, "b": "fausse", "c": "omission", "p": "fausse"}

    assert measured(labels, ["p"], ["fausse"]) == Measure("human", 1, 3)
    assert measured(labels, ["p"], ["fausse", "omission"], attempt=2) == Measure("human", 2, 3, attempt=2)


def test_what_readers_notice_is_a_bound() -> None:
    labels = {f"p{number}": CORRECT if number < 2 else "fausse" for number in range(60)}

    assert noticed(labels, labels) == pytest.approx(lower_bound(58, 60, 0.975))
    assert noticed(labels, labels) == pytest.approx(0.885, abs=0.001)
    assert math.isnan(noticed(labels, []))
