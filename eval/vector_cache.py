"""Vectors kept from one run of a bench to the next, by digest of their text."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class VectorCache:
    """A SQLite file that a stopped run leaves usable.

    Args:
        path: the file, made with its folder if absent; None keeps the vectors in memory, for this run only.
    """

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path or ":memory:")
        self._connection.execute("CREATE TABLE IF NOT EXISTS vectors (text BLOB PRIMARY KEY, vector BLOB NOT NULL)")

    def __contains__(self, text: str) -> bool:
        return self._row(text) is not None

    def __getitem__(self, text: str) -> Floats:
        row = self._row(text)
        if row is None:
            raise KeyError(text)
        return np.frombuffer(row, dtype=np.float32)

    def keep(self, texts: Sequence[str], vectors: Floats) -> None:
        """Keep one vector a text; shape (len(texts), dimension)."""
        rows = [(_digest(text), row.astype(np.float32).tobytes()) for text, row in zip(texts, vectors, strict=True)]
        with self._connection:
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def _row(self, text: str) -> bytes | None:
        row = self._connection.execute("SELECT vector FROM vectors WHERE text = ?", [_digest(text)]).fetchone()
        return row[0] if row else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
