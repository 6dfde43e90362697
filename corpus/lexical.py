"""BM25 over weighted fields, with a weight for each term of the question.

Owns bm25s: it builds and stores the matrix of precomputed scores (one column a term); a query is a weighted sum of
columns, which its own `retrieve` does not offer. What it stored is read without it: it brings scipy, a quarter of a
second that whoever asks one question would wait for.

Source: Robertson, Zaragoza & Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004 (fields enter as
repeated terms); Lù, "BM25S", 2024 (eager sparse scoring).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from corpus.errors import IndexDamagedError

Floats = npt.NDArray[np.float32]

_ARRAYS = ("data", "indices", "indptr")
_ARRAY_FILE, _VOCABULARY_FILE, _PARAMETERS_FILE = "{}.csc.index.npy", "vocab.index.json", "params.index.json"
"""Files of bm25s: a matrix by columns, the column of each term, and its settings, with the number of rows."""


class LexicalIndex:
    """Scores of every row for a bag of weighted terms."""

    def __init__(self, scores: Mapping[str, Any], vocabulary: dict[str, int]) -> None:
        # The same memory, as plain arrays: a memory map makes each of the thousand slices of a question slower.
        self._data, self._indices, self._starts = (np.asarray(scores[name]) for name in _ARRAYS)
        self._vocabulary = vocabulary
        self.rows = int(scores["num_docs"])

    @classmethod
    def build(cls, folder: Path, rows: Iterable[Sequence[str]]) -> LexicalIndex:
        """Index `rows` of terms and write the index to `folder`.

        Args:
            folder: created if absent.
            rows: the terms of each row, a term repeated as many times as its field weighs.
        """
        import bm25s  # noqa: PLC0415  see the head of this file

        vocabulary: dict[str, int] = {}
        ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in row] for row in rows]
        if not vocabulary:
            # Rows without any term are legal, and so is no row, but bm25s divides by their mean length.
            vocabulary[""] = 0
        engine = bm25s.BM25(k1=1.2, b=0.75)
        padded = ids if any(ids) else [[0], *ids[1:]]
        engine.index((padded, vocabulary), show_progress=False, create_empty_token=False)
        engine.scores["num_docs"] = len(ids)
        folder.mkdir(parents=True, exist_ok=True)
        engine.save(folder, corpus=None)
        return cls(engine.scores, engine.vocab_dict)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open an index written by `build`, memory-mapped.

        Raises:
            IndexDamagedError: the folder is absent or unreadable.
        """
        try:
            scores: dict[str, Any] = {
                name: np.load(folder / _ARRAY_FILE.format(name), mmap_mode="r", allow_pickle=False) for name in _ARRAYS
            }
            scores["num_docs"] = orjson.loads((folder / _PARAMETERS_FILE).read_bytes())["num_docs"]
            return cls(scores, orjson.loads((folder / _VOCABULARY_FILE).read_bytes()))
        except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
            raise IndexDamagedError(
                f"L'index lexical {folder.name} est illisible : relancez `python -m corpus sync`."
            ) from error

    def __contains__(self, term: str) -> bool:
        return term in self._vocabulary

    def scores(self, query: Mapping[str, float]) -> Floats:
        """Score every row.

        Args:
            query: weight of each term, 0 or more; unknown terms are ignored.

        Returns:
            shape (rows,), 0 where no term occurs.
        """
        total = np.zeros(self.rows, dtype=np.float32)
        for term, weight in query.items():
            if (column := self._vocabulary.get(term)) is not None:
                start, end = int(self._starts[column]), int(self._starts[column + 1])
                total[self._indices[start:end]] += weight * self._data[start:end]
        return total

    def rows_with(self, term: str) -> npt.NDArray[np.int32]:
        """Return the rows that hold `term`, none when it is unknown."""
        column = self._vocabulary.get(term)
        if column is None:
            return np.zeros(0, dtype=np.int32)
        held: npt.NDArray[np.int32] = self._indices[int(self._starts[column]) : int(self._starts[column + 1])]
        return held

    def rarity(self, term: str) -> float:
        """Return the inverse document frequency of `term` in natural-log units; the highest one when unknown."""
        column = self._vocabulary.get(term)
        found = 0 if column is None else int(self._starts[column + 1] - self._starts[column])
        return float(np.log(1 + (self.rows - found + 0.5) / (found + 0.5)))
