"""The artefacts that rank documents: BM25 and vectors over units and cards, built once a generation.

Rows: one a unit (`corpus.units`), one a document card (title, summary, everyday phrases). Vectors are computed again
only for texts that were not in the previous generation.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import orjson

from corpus.analyse import LEXICON, terms
from corpus.embed import Embedder, unit
from corpus.errors import IndexDamagedError
from corpus.lexical import Floats, LexicalIndex
from corpus.store import DocumentCard, PassageStore
from corpus.units import Unit, units_of

BODY, HEADING = 0.6, 0.4
_ROWS, _VECTORS = "rows.json", "vectors.npz"
_TITLE, _HEADINGS = 3, 2
"""Field weights: heavier titles did not help (research/retrieval.md, section 3)."""

Keys = npt.NDArray[np.uint64]


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
class Rows:
    """The rows that scores are indexed by.

    Attributes:
        documents: what ranking needs of each document, as `DocumentCard` fields.
        unit_documents: shape (units,), row of the document of each unit.
        unit_refs: passages of each unit.
    """

    documents: list[dict[str, Any]]
    unit_documents: npt.NDArray[np.int32]
    unit_refs: list[list[str]]


class Ranking:
    """The artefacts of one generation, opened for queries; arrays are shared and never written to."""

    def __init__(self, folder: Path) -> None:
        """Open the artefacts.

        Raises:
            IndexDamagedError: one is absent or unreadable.
        """
        try:
            values = orjson.loads((folder / _ROWS).read_bytes())
            with (folder / _VECTORS).open("rb") as stream, np.load(stream) as arrays:
                self.unit_vectors: Floats = arrays["units"].astype(np.float32)
                self.card_vectors: Floats = arrays["cards"].astype(np.float32)
                self.said_vectors: Floats = arrays["said"].astype(np.float32)
        except (OSError, EOFError, BadZipFile, ValueError, KeyError) as error:
            raise IndexDamagedError("L'index est incomplet : relancez `python -m corpus sync`.") from error
        self.rows = Rows(values["documents"], np.asarray(values["unit_documents"], np.int32), values["unit_refs"])
        self.said_documents = np.asarray(values["said_documents"], np.int32)
        self.units = LexicalIndex.load(folder / "units")
        self.cards = LexicalIndex.load(folder / "cards")
        self.said = LexicalIndex.load(folder / "said")
        self.wholes = LexicalIndex.load(folder / "wholes")


def build_ranking(folder: Path, store: PassageStore, embedder: Embedder, previous: Path | None) -> VectorRows:
    """Write the ranking artefacts of a new generation.

    Args:
        folder: the new generation's folder.
        store: its passages.
        embedder: the weights in force.
        previous: folder of the generation in force, whose vectors are used again where the text is the same.

    Returns:
        the rows for the vector store.
    """
    cards = list(store.documents())
    units, first_row, refs = _units(store, cards)
    _build_lexical(folder, cards, units, first_row)
    reused = _Vectors(previous, embedder)
    unit_texts = [(unit_.body, f"{unit_.title} {unit_.heading}") for unit_ in units]
    card_texts = [(card.title, f"{card.summary} {said_of(card.id)}") for card in cards]
    unit_vectors, unit_keys = reused.encode(unit_texts)
    card_vectors, card_keys = reused.encode(card_texts)
    phrases = [(row, phrase) for row, card in enumerate(cards) for phrase in said_of(card.id).splitlines()]
    said_vectors, said_keys = reused.encode([(phrase, phrase) for _, phrase in phrases])
    np.savez(
        folder / _VECTORS,
        units=unit_vectors.astype(np.float16),
        cards=card_vectors.astype(np.float16),
        unit_keys=unit_keys,
        card_keys=card_keys,
        said=said_vectors.astype(np.float16),
        said_keys=said_keys,
        embedder=np.frombuffer(bytes.fromhex(embedder.digest), dtype=np.uint8),
    )
    links = Counter(target for card in cards for target in card.related)
    documents = [_document_row(card, links) for card in cards]
    of_unit = [row for row, count in enumerate(np.diff(first_row)) for _ in range(count)]
    (folder / _ROWS).write_bytes(
        orjson.dumps(
            {
                "documents": documents,
                "unit_documents": of_unit,
                "unit_refs": refs,
                "said_documents": [row for row, _ in phrases],
            },
            default=str,
        )
    )
    audiences = tuple(cards[row].audiences for row in of_unit)
    return VectorRows(tuple(names[0] for names in refs), unit_vectors, audiences, reused.embedded)


def _units(store: PassageStore, cards: Sequence[DocumentCard]) -> tuple[list[Unit], list[int], list[list[str]]]:
    units: list[Unit] = []
    first_row = [0]
    for card in cards:
        units += units_of(store.passages_of(card.key))
        first_row.append(len(units))
    return units, first_row, [list(unit_.refs) for unit_ in units]


def _build_lexical(
    folder: Path, cards: Sequence[DocumentCard], units: Sequence[Unit], first_row: Sequence[int]
) -> None:
    bodies = [terms(unit_.body) for unit_ in units]
    headings = [terms(unit_.heading) for unit_ in units]
    titles = [terms(card.title) for card in cards]
    title_of = [titles[row] for row, count in enumerate(np.diff(first_row)) for _ in range(count)]
    said = [terms(said_of(card.id)) for card in cards]
    LexicalIndex.build(
        folder / "units",
        (t * _TITLE + h * _HEADINGS + b for t, h, b in zip(title_of, headings, bodies, strict=True)),
    )
    trails = [terms(" ".join(card.breadcrumb)) for card in cards]
    summaries = [terms(card.summary) for card in cards]
    LexicalIndex.build(
        folder / "cards",
        (t * _TITLE + s * _HEADINGS + b for t, s, b in zip(titles, summaries, trails, strict=True)),
    )
    LexicalIndex.build(folder / "said", said)
    wholes: Iterator[list[str]] = (
        [*titles[row], *(word for body in bodies[start:end] for word in body)]
        for row, (start, end) in enumerate(pairwise(first_row))
    )
    LexicalIndex.build(folder / "wholes", wholes)


def _document_row(card: DocumentCard, links: Counter[str]) -> dict[str, Any]:
    return {
        "key": card.key,
        "id": card.id,
        "kind": card.kind,
        "title": card.title,
        "audiences": card.audiences,
        "valid_from": card.valid_from,
        "valid_until": card.valid_until,
        "updated": card.updated,
        "rank": card.rank,
        "links": links[card.id],
        "acronyms": card.acronyms,
    }


@lru_cache(maxsize=1)
def _said() -> dict[str, str]:
    """Everyday phrases of each fiche, our own words (lexicon/said_of.tsv): found by, never shown."""
    lines = (LEXICON / "said_of.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if "\t" in line and not line.startswith("#"))
    return {identifier: phrases.replace(" ; ", "\n") for identifier, phrases in pairs}


def said_of(identifier: str) -> str:
    """Return how residents ask for a document, one phrase a line; empty when nobody wrote it down."""
    return _said().get(identifier, "")


class _Vectors:
    """Encodes (body, heading) pairs, taking from the previous generation what it already holds."""

    def __init__(self, previous: Path | None, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[int, Floats] = {}
        self.embedded = 0
        if previous is not None and (previous / _VECTORS).exists():
            with np.load(previous / _VECTORS) as arrays:
                if arrays["embedder"].tobytes().hex() == embedder.digest:
                    for name, keys in (("units", "unit_keys"), ("cards", "card_keys"), ("said", "said_keys")):
                        vectors = arrays[name].astype(np.float32)
                        self._known.update(zip(arrays[keys].tolist(), vectors, strict=True))

    def encode(self, texts: Sequence[tuple[str, str]]) -> tuple[Floats, Keys]:
        """Return shape (n, dimension) vectors of unit norm, and a 64-bit key of each text."""
        keys = np.asarray([_key(body, heading) for body, heading in texts], dtype=np.uint64)
        missing = [row for row, key in enumerate(keys.tolist()) if key not in self._known]
        vectors = np.zeros((len(texts), self._embedder.dimension), dtype=np.float32)
        if missing:
            bodies = self._embedder.encode([texts[row][0] for row in missing])
            headings = self._embedder.encode([texts[row][1] for row in missing])
            vectors[missing] = unit(BODY * bodies + HEADING * headings)
        absent = set(missing)
        for row, key in enumerate(keys.tolist()):
            if row not in absent:
                vectors[row] = self._known[key]
        self.embedded += len(missing)
        # Half precision is what is stored, and so what must be compared: a vector used again equals a new one.
        return vectors.astype(np.float16).astype(np.float32), keys


def _key(*texts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(texts).encode()).digest()[:8], "big")


def training_rows(store_cards: Iterable[DocumentCard], units: Iterable[Unit]) -> Iterator[tuple[str, str]]:
    """Yield (query-like text, text that answers it) from the documents and from our everyday phrases."""
    opening: dict[str, str] = {}
    for unit_ in units:
        opening.setdefault(unit_.key, unit_.body)
        last = unit_.heading.rpartition(" ; ")[2]
        if unit_.heading:
            yield unit_.heading.replace(" ; ", " "), unit_.body
        yield f"{unit_.title} {last}", unit_.body
    for card in store_cards:
        yield card.title, card.summary
        yield from card.acronyms
        body = opening.get(card.key, "")
        yield card.title, body
        yield card.summary, body
        for phrase in said_of(card.id).splitlines():
            yield phrase, f"{card.title}\n{card.summary}"
            yield phrase, body
