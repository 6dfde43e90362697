"""Several searches of one message make one ranking, led by one that finds the best document by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fuse import LIKELY, TIED, fuse, trust
from corpus.found import DocumentHit, Found
from corpus.question import Question

Scores = dict[str, float]
SCORES = st.dictionaries(st.sampled_from("ABCDEF"), st.floats(min_value=0, max_value=2), max_size=6)


def found(text: str, scores: Scores) -> Found:
    ranked = sorted(scores, key=lambda key: -scores[key])
    question = Question(text, {}, (), "", (), {}, "fr")
    return Found(question, tuple(DocumentHit(key, key, key, scores[key], ()) for key in ranked))


def ranked(*searches: tuple[Scores, float]) -> tuple[str, str]:
    """The keys in order, and the name of the search that leads (a, b, c...)."""
    fused = fuse([(found("abc"[rank], scores), weight) for rank, (scores, weight) in enumerate(searches)])
    return "".join(hit.key for hit in fused.documents), fused.question.text


def test_a_document_that_two_searches_agree_on_passes_the_best_of_one() -> None:
    assert ranked(({"A": 1.0, "B": 0.9}, 1.0), ({"B": 1.0, "C": 0.9}, 1.0), ({"B": 1.0, "C": 0.8}, 1.0))[0] == "BAC"


def test_the_heavier_search_decides() -> None:
    one, other = {"A": 1.0, "B": 0.8}, {"B": 1.0, "A": 0.2}

    assert ranked((one, 1.0), (other, 0.1)) == ("AB", "a")
    assert ranked((one, 0.1), (other, 1.0)) == ("BA", "b")


def test_a_search_that_found_nothing_changes_nothing() -> None:
    assert ranked(({}, 1.0), ({"B": 1.0}, 0.5)) == ("B", "b")
    assert ranked(({"A": 1.0}, 1.0), ({}, 0.5)) == ("A", "a")
    assert ranked(({}, 1.0), ({}, 0.5)) == ("", "a")


def test_a_document_that_one_search_does_not_list_counts_there_as_the_last_one_listed() -> None:
    order, _ = ranked(({"A": 1.0, "C": 0.9, "B": 0.1}, 1.0), ({"B": 1.0, "A": 0.9}, 1.0))

    assert order == "ACB"


def test_the_score_is_on_the_scale_of_one_search() -> None:
    both = fuse([(found("a", {"A": 1.0}), 1.0), (found("b", {"A": 0.4}), 2.0)])

    assert both.documents[0].score == pytest.approx(0.6)


@given(st.lists(st.tuples(SCORES, st.floats(min_value=0.01, max_value=3)), min_size=1, max_size=3))
def test_every_document_comes_once_the_best_first(searches: list[tuple[Scores, float]]) -> None:
    both = fuse([(found(str(rank), scores), weight) for rank, (scores, weight) in enumerate(searches)])
    keys = [hit.key for hit in both.documents]
    scores = [hit.score for hit in both.documents]

    assert len(keys) == len(set(keys))
    assert set(keys) == {key for listed, _ in searches for key in listed}
    assert scores == sorted(scores, reverse=True)


def test_a_document_that_leads_is_trusted_and_one_that_all_searches_put_low_is_not() -> None:
    assert trust(found("a", {"A": 1.5, "B": 0.8})) > LIKELY
    assert trust(found("a", {"A": 0.7, "B": 0.65})) < LIKELY
    assert trust(found("a", {})) == 0.0


def test_a_document_tied_with_the_best_takes_nothing_from_its_lead() -> None:
    alone, tied = {"A": 1.0, "C": 0.7}, {"A": 1.0, "B": 1.0 - TIED / 2, "C": 0.7}

    assert trust(found("a", tied)) == pytest.approx(trust(found("a", alone)))
    assert trust(found("a", {"A": 1.0, "B": 0.9, "C": 0.7})) < trust(found("a", alone))


@given(SCORES)
def test_trust_is_a_probability(scores: Scores) -> None:
    assert 0.0 <= trust(found("a", scores)) <= 1.0
