"""What spares work changes no answer: a search made once, documents without their passages, rows read by runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.assembly import Assembly, assemble
from bot.retrieve import DOCUMENTS
from corpus.found import Found
from corpus.ranking import runs_of
from tests.bot.town import DAY, EVERY_QUESTION, PASSPORT, TERRACE, town_in


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembly]:
    made = assemble(town_in(tmp_path_factory.mktemp("town")))
    yield made
    made.opened.store.close()


def searched(bot: Assembly, text: str, *, passages: bool = False) -> Found:
    return bot.opened.searcher.search(text, DOCUMENTS, as_of=DAY, passages=passages)


@pytest.mark.parametrize("question", EVERY_QUESTION)
def test_a_search_that_was_made_already_gives_the_same_answer(bot: Assembly, question: str) -> None:
    assert bot.responder.respond(question, DAY, found=searched(bot, question)) == bot.responder.respond(question, DAY)


def test_a_search_of_other_words_is_not_taken_for_this_one(bot: Assembly) -> None:
    assert bot.responder.respond(PASSPORT, DAY, found=searched(bot, TERRACE)) == bot.responder.respond(PASSPORT, DAY)


@pytest.mark.parametrize("question", EVERY_QUESTION)
def test_documents_rank_the_same_without_their_passages(bot: Assembly, question: str) -> None:
    whole, bare = searched(bot, question, passages=True), searched(bot, question)

    assert all(hit.passages for hit in whole.documents)
    assert bare == replace(whole, documents=tuple(replace(hit, passages=()) for hit in whole.documents))


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(-1, 1, width=32)), max_size=40))
def test_the_best_row_of_each_document_is_the_same_by_runs(rows: list[tuple[int, float]]) -> None:
    rows.sort(key=lambda row: row[0])
    documents = np.asarray([document for document, _ in rows], dtype=np.int32)
    scores = np.asarray([score for _, score in rows], dtype=np.float32)
    expected = np.zeros(10, dtype=np.float32)
    np.maximum.at(expected, documents, scores)

    runs = runs_of(documents)
    assert runs is not None
    best = np.zeros(10, dtype=np.float32)
    if len(runs.starts):
        best[runs.documents] = np.maximum(np.maximum.reduceat(scores, runs.starts), 0)
    assert best.tolist() == expected.tolist()


def test_rows_in_another_order_have_no_runs() -> None:
    assert runs_of(np.asarray([0, 2, 1], dtype=np.int32)) is None
