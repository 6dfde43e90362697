"""Two searches of one message make one ranking, led by the one that finds the best document by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fuse import fuse
from corpus.found import DocumentHit, Found
from corpus.question import Question

Scores = dict[str, float]
SCORES = st.dictionaries(st.sampled_from("ABCDEF"), st.floats(min_value=0, max_value=2), max_size=6)


def found(text: str, scores: Scores) -> Found:
    ranked = sorted(scores, key=lambda key: -scores[key])
    question = Question(text, {}, (), "", (), {}, "fr")
    return Found(question, tuple(DocumentHit(key, key, key, scores[key], ()) for key in ranked))


def ranked(beside: Scores, alone: Scores, weight: float, less: Scores | None = None) -> tuple[str, str]:
    both = fuse(found("beside", beside), found("alone", alone), weight, less or {})
    return "".join(hit.key for hit in both.documents), both.question.text


def test_the_more_a_message_says_the_more_it_is_taken_by_itself() -> None:
    beside, alone = {"A": 1.0, "B": 0.8}, {"B": 1.0, "A": 0.2}

    assert ranked(beside, alone, 0.1) == ("AB", "beside")
    assert ranked(beside, alone, 2.0) == ("BA", "alone")


def test_a_message_that_says_nothing_leaves_the_ranking_of_its_subject() -> None:
    assert ranked({"A": 1.0}, {"B": 9.0}, 0.0) == ("A", "beside")
    assert ranked({"A": 1.0}, {}, 1.0) == ("A", "beside")
    assert ranked({}, {"B": 1.0}, 1.0) == ("B", "alone")


def test_a_document_that_one_search_does_not_list_counts_there_as_the_last_one_listed() -> None:
    order, _ = ranked({"A": 1.0, "C": 0.9, "B": 0.1}, {"B": 1.0, "A": 0.9}, 1.0)

    assert order == "ACB"


def test_what_found_itself_can_lose() -> None:
    assert ranked({"A": 1.0, "B": 0.8}, {"B": 0.5, "A": 0.4}, 0.5, {"A": 0.5})[0] == "BA"


def test_the_score_is_on_the_scale_of_one_search() -> None:
    both = fuse(found("beside", {"A": 1.0}), found("alone", {"A": 0.4}), 2.0, {})

    assert both.documents[0].score == pytest.approx(0.6)


@given(SCORES, SCORES, st.floats(min_value=0, max_value=3))
def test_every_document_comes_once_the_best_first(beside: Scores, alone: Scores, weight: float) -> None:
    both = fuse(found("beside", beside), found("alone", alone), weight, {})
    keys = [hit.key for hit in both.documents]
    scores = [hit.score for hit in both.documents]

    assert len(keys) == len(set(keys))
    assert set(keys) <= {*beside, *alone}
    assert scores == sorted(scores, reverse=True)
