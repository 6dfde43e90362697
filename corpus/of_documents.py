"""From the scores of rows (units, parts, everyday phrases) to those of the documents that they belong to."""

from __future__ import annotations

from math import ceil

import numpy as np

from corpus.lexical import Floats
from corpus.ranking import Numbers, runs_of

FEW = 3
"""Rows of a document that must be near a question together: one alone may be near by chance."""


class OfDocuments:
    """The rows of one kind, seen by document.

    Args:
        documents: document of each row, shape (rows,).
        size: how many documents there are; some may have no row.
    """

    def __init__(self, documents: Numbers, size: int) -> None:
        self._documents, self._size = documents, size
        self._runs = runs_of(documents)
        self._having, self._rows_of = _rows_by_document(documents)

    def best(self, scores: Floats) -> Floats:
        """Give each document its best row, at least 0, shape (documents,)."""
        best = np.zeros(self._size, dtype=np.float32)
        if self._runs is None:
            np.maximum.at(best, self._documents, scores)
        elif len(self._runs.starts):
            best[self._runs.documents] = np.maximum(np.maximum.reduceat(scores, self._runs.starts), 0)
        return best

    def best_few(self, similar: Floats) -> Floats:
        """Give each document the mean of its `FEW` best rows, shape (documents,); 0 to one without any.

        Args:
            similar: cosine similarities, -1 at least.
        """
        means = np.zeros(self._size, dtype=np.float32)
        if len(self._having):
            best = np.partition(np.append(similar, np.float32(-1.0))[self._rows_of], -FEW, axis=1)
            means[self._having] = best[:, -FEW:].mean(axis=1)
        return means


def _rows_by_document(documents: Numbers) -> tuple[Numbers, Numbers]:
    """Gather rows by document.

    Args:
        documents: document of each row, shape (rows,).

    Returns:
        the documents that have rows, shape (n,), and the rows of each, shape (n, most rows of one): a document with
        less than `FEW` has its own again, the rest of its line is filled with -1.
    """
    order = np.argsort(documents, kind="stable")
    having, starts = np.unique(documents[order], return_index=True)
    lines = [line.tolist() for line in np.split(order, starts[1:])] if len(having) else []
    lines = [line * ceil(FEW / len(line)) if len(line) < FEW else line for line in lines]
    rows = np.full((len(lines), max(map(len, lines), default=0)), -1, dtype=np.int32)
    for at, line in enumerate(lines):
        rows[at, : len(line)] = line
    return having, rows
