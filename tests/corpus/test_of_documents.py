"""Scores of rows, seen by document: the best row, the mean of the best few."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.of_documents import FEW, OfDocuments

_DOCUMENTS = 6
_ROWS = st.lists(st.tuples(st.integers(0, _DOCUMENTS - 2), st.integers(-100, 100)), max_size=30)


def _seen(rows: list[tuple[int, int]]) -> tuple[OfDocuments, dict[int, list[float]], np.ndarray]:
    by_document: dict[int, list[float]] = {}
    for document, score in rows:
        by_document.setdefault(document, []).append(score / 100)
    documents = np.asarray([document for document, _ in rows], dtype=np.int32)
    scores = np.asarray([score / 100 for _, score in rows], dtype=np.float32)
    return OfDocuments(documents, _DOCUMENTS), by_document, scores


@given(rows=_ROWS)
def test_a_document_has_its_best_row_and_nothing_below_zero(rows: list[tuple[int, int]]) -> None:
    for ordered in (rows, sorted(rows)):
        seen, by_document, scores = _seen(ordered)
        expected = [max(0.0, *by_document.get(document, [0.0])) for document in range(_DOCUMENTS)]

        assert seen.best(scores) == pytest.approx(expected)


@given(rows=_ROWS)
def test_a_document_has_the_mean_of_its_best_few_and_none_without_a_row(rows: list[tuple[int, int]]) -> None:
    seen, by_document, scores = _seen(rows)
    found = seen.best_few(scores)

    assert found[_DOCUMENTS - 1] == 0
    for document, own in by_document.items():
        if len(own) >= FEW:
            assert found[document] == pytest.approx(sum(sorted(own)[-FEW:]) / FEW, abs=1e-6)
        else:
            assert min(own) - 1e-6 <= found[document] <= max(own) + 1e-6
