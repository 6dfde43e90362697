"""A document is asked which of the question's words it holds: in its titles, anywhere, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.search import Searcher
from tests.corpus.small_index import SmallIndex, everyday_phrases, index


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder: Path = tmp_path_factory.mktemp("index")
    with everyday_phrases(folder):
        small: SmallIndex = index(folder / "generation")
    yield small.searcher()
    small.store.close()


def test_words_are_told_by_where_the_document_holds_them(searcher: Searcher) -> None:
    held = searcher.holding(searcher.analyse("identité justificatif tapage dragon"), "F1")

    assert held.words == ("ident", "justif", "tapag", "dragon")
    assert held.named.tolist() == [True, False, False, False]
    assert held.told.tolist() == [True, True, False, False]
    assert held.known.tolist() == [True, True, True, False]


def test_a_word_is_held_when_its_translation_is(searcher: Searcher) -> None:
    held = searcher.holding(searcher.analyse("CNI"), "F1")

    assert held.named.tolist() == [True]


def test_a_question_without_a_word_of_its_own_lacks_nothing(searcher: Searcher) -> None:
    held = searcher.holding(searcher.analyse("le la les"), "F1")

    assert held.words == ()
    assert held.share(held.told) == 1


@given(st.text(max_size=80))
def test_what_a_title_says_is_told_and_shares_are_between_0_and_1(searcher: Searcher, text: str) -> None:
    held = searcher.holding(searcher.analyse(text), "F6")

    assert not (held.named & ~held.told).any()
    assert 0 <= held.share(held.named) <= held.share(held.told) <= 1


def test_documents_left_out_are_as_if_they_were_not_indexed(searcher: Searcher) -> None:
    whole = searcher.search("vol de vélo")
    without = searcher.search("vol de vélo", without={"F6"})

    assert whole.documents[0].id == "F6"
    assert "F6" not in [hit.id for hit in without.documents]
