"""Lexical scores are those of BM25, and a weighted question is a weighted sum."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import IndexDamagedError
from corpus.lexical import LexicalIndex

ROWS = (
    ("carte", "identité", "mairie", "carte"),
    ("passeport", "mairie"),
    (),
    ("vélo",),
    ("carte", "grise", "véhicule", "carte", "carte", "vélo"),
)
VOCABULARY = sorted({word for row in ROWS for word in row})
K1, B = 1.2, 0.75


def bm25(rows: Sequence[Sequence[str]], weights: Mapping[str, float]) -> list[float]:
    """The formula as Lucene writes it, term by term."""
    mean = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        counts, total = Counter(row), 0.0
        for word, weight in weights.items():
            held = sum(word in other for other in rows)
            idf = math.log(1 + (len(rows) - held + 0.5) / (held + 0.5))
            total += weight * idf * counts[word] / (counts[word] + K1 * (1 - B + B * len(row) / mean))
        scores.append(total)
    return scores


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return LexicalIndex.build(tmp_path_factory.mktemp("lexical") / "units", ROWS)


@pytest.mark.parametrize(
    "weights",
    [{"carte": 1.0}, {"vélo": 0.3}, {"carte": 1.0, "mairie": 0.6, "vélo": 0.3}, dict.fromkeys(VOCABULARY, 1.0)],
)
def test_scores_are_those_of_bm25_computed_by_hand(index: LexicalIndex, weights: dict[str, float]) -> None:
    assert index.scores(weights).tolist() == pytest.approx(bm25(ROWS, weights), abs=1e-6)


def test_a_row_without_any_term_is_legal_and_scores_nothing(index: LexicalIndex) -> None:
    assert index.rows == len(ROWS)
    assert index.scores(dict.fromkeys(VOCABULARY, 1.0))[2] == 0


def test_unknown_terms_are_ignored(index: LexicalIndex) -> None:
    assert index.scores({"carte": 1.0, "licorne": 5.0}).tolist() == index.scores({"carte": 1.0}).tolist()
    assert not index.scores({"licorne": 5.0}).any()
    assert not index.scores({}).any()


def test_the_rows_that_hold_a_term_are_named(index: LexicalIndex) -> None:
    assert sorted(index.rows_with("carte")) == [0, 4]
    assert index.rows_with("licorne").tolist() == []
    assert "carte" in index
    assert "licorne" not in index


def test_the_rarer_a_term_the_higher_its_rarity_and_an_unknown_one_is_the_rarest(index: LexicalIndex) -> None:
    assert index.rarity("licorne") > index.rarity("grise") > index.rarity("carte") > 0
    assert index.rarity("carte") == pytest.approx(math.log(1 + (5 - 2 + 0.5) / (2 + 0.5)))


def test_a_repeated_term_weighs_more_than_one_said_once(tmp_path: Path) -> None:
    once, twice = LexicalIndex.build(tmp_path, [("carte", "vélo"), ("carte", "carte"), ("bus", "bus")]).scores(
        {"carte": 1.0}
    )[:2]

    assert twice > once > 0


@given(
    st.dictionaries(st.sampled_from([*VOCABULARY, "licorne"]), st.floats(0, 4, width=32)),
    st.dictionaries(st.sampled_from(VOCABULARY), st.floats(0, 4, width=32)),
    st.floats(0, 4, width=32),
)
def test_scores_are_linear_in_the_weights(
    index: LexicalIndex, one: dict[str, float], other: dict[str, float], factor: float
) -> None:
    summed = {word: factor * one.get(word, 0.0) + other.get(word, 0.0) for word in {*one, *other}}

    expected = factor * index.scores(one) + index.scores(other)

    assert np.allclose(index.scores(summed), expected, atol=1e-4)


def test_an_index_loaded_from_its_folder_equals_the_one_that_was_built(tmp_path: Path, index: LexicalIndex) -> None:
    LexicalIndex.build(tmp_path / "deep" / "units", ROWS)
    loaded = LexicalIndex.load(tmp_path / "deep" / "units")
    weights = {word: 1.0 + rank for rank, word in enumerate(VOCABULARY)}

    assert loaded.rows == index.rows
    assert loaded.scores(weights).tolist() == index.scores(weights).tolist()
    assert loaded.rarity("carte") == index.rarity("carte")


@pytest.mark.parametrize("rows", [[], [()], [(), ()]])
def test_a_corpus_without_any_word_is_indexed(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    LexicalIndex.build(tmp_path, rows)
    loaded = LexicalIndex.load(tmp_path)

    assert loaded.scores({"carte": 1.0}).tolist() == [0.0] * len(rows)


def test_an_absent_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="corpus sync"):
        LexicalIndex.load(tmp_path / "units")


def test_every_file_of_an_index_is_needed_or_its_damage_is_told(tmp_path: Path) -> None:
    LexicalIndex.build(tmp_path, ROWS)
    names = sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        folder = tmp_path / f"without-{name}"
        folder.mkdir()
        for other in names:
            if other != name:
                (folder / other).write_bytes((tmp_path / other).read_bytes())
        (folder / name).write_bytes(b"\x00damaged")
        with pytest.raises(IndexDamagedError):
            LexicalIndex.load(folder)
