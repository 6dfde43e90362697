"""The artefacts that rank documents, opened for queries: BM25 and vectors over units, parts and everyday phrases.

Rows: one a unit (what is quoted stands in it), one a part (what a fiche, or a chapter of a file, is about), one an
everyday phrase. corpus/ranking_writing.py builds them, once a generation.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import orjson

from corpus.errors import IndexDamagedError
from corpus.lexical import Floats, LexicalIndex

ROWS_FILE, VECTORS_FILE, SENSE_FILE = "rows.json", "vectors.npz", "sense.npz"

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class VectorRows:
    """What the vector store holds: one row a unit, named by its first passage.

    Attributes:
        ids: passage refs, one a row.
        vectors: shape (n, dimension), unit norm.
        audiences: who each row is for; empty means everybody.
        embedded: how many texts had to be embedded anew.
    """

    ids: tuple[str, ...]
    vectors: Floats
    audiences: tuple[tuple[str, ...], ...]
    embedded: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows that stand together because they are of one document: where each run starts, and its document."""

    starts: npt.NDArray[np.int64]
    documents: Numbers


def runs_of(rows: Numbers) -> Runs | None:
    """Return the runs of rows that stand in the order of their documents; None when they stand in another.

    Args:
        rows: document of each row, shape (rows,).
    """
    steps = np.diff(rows)
    if (steps < 0).any():
        return None
    starts = np.flatnonzero(np.concatenate(([True], steps > 0)))[: len(rows)]
    return Runs(starts, rows[starts])


class Ranking:
    """The artefacts of one generation; arrays are shared and never written to.

    Attributes:
        documents: what ranking needs of each document, as `DocumentCard` fields.
        unit_documents, part_documents, phrase_documents: row of the document of each unit, part and phrase.
        unit_refs: passages of each unit.
        part_titles: what each part is about, for people.
        unit_vectors, part_vectors, phrase_vectors: shape (rows, dimension), unit norm.
        card_senses, phrase_senses: what parts are about and what phrases say (corpus/sense.py), shape (rows, 384),
            unit norm; `sense_digest` names the reading that made them.
        units, parts, said, wholes: BM25 over units, part titles, everyday phrases of a part, whole text of a part.
    """

    def __init__(self, folder: Path) -> None:
        """Open the artefacts.

        Raises:
            IndexDamagedError: one is absent or unreadable.
        """
        try:
            values = orjson.loads((folder / ROWS_FILE).read_bytes())
            with (folder / VECTORS_FILE).open("rb") as stream, np.load(stream) as arrays:
                self.unit_vectors: Floats = arrays["units"].astype(np.float32)
                self.part_vectors: Floats = arrays["parts"].astype(np.float32)
                self.phrase_vectors: Floats = arrays["phrases"].astype(np.float32)
            with (folder / SENSE_FILE).open("rb") as stream, np.load(stream) as arrays:
                self.card_senses: Floats = arrays["cards"].astype(np.float32)
                self.phrase_senses: Floats = arrays["phrases"].astype(np.float32)
                self.sense_digest = arrays["reader"].tobytes().hex()
            self.documents: list[dict[str, Any]] = values["documents"]
            self.unit_refs: list[list[str]] = values["unit_refs"]
            self.part_titles: list[str] = values["part_titles"]
            self.unit_documents: Numbers = np.asarray(values["unit_documents"], np.int32)
            self.part_documents: Numbers = np.asarray(values["part_documents"], np.int32)
            self.phrase_documents: Numbers = np.asarray(values["phrase_documents"], np.int32)
        except (OSError, EOFError, BadZipFile, ValueError, KeyError) as error:
            raise IndexDamagedError("L’index est incomplet : relancez `python -m corpus sync`.") from error
        self.units = LexicalIndex.load(folder / "units")
        self.parts = LexicalIndex.load(folder / "parts")
        self.said = LexicalIndex.load(folder / "said")
        self.wholes = LexicalIndex.load(folder / "wholes")
