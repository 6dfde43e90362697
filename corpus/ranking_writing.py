"""Builds the artefacts that rank documents, once a generation; only texts that are new are embedded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from corpus.analyse import terms
from corpus.embed import Embedder, unit
from corpus.lexical import Floats, LexicalIndex
from corpus.parts import Part, parts_of
from corpus.phrases import said_of
from corpus.ranking import ROWS_FILE, SENSE_FILE, VECTORS_FILE, VectorRows
from corpus.sense import Sense, card_text, key_of, sense
from corpus.sentence_model import DIMENSION
from corpus.store import DocumentCard, PassageStore
from corpus.units import Unit, units_of

BODY, HEADING = 0.6, 0.4
_TITLE, _HEADINGS = 3, 2
"""Field weights: heavier titles did not help (research/retrieval.md, section 3)."""

_STORED = (("units", "unit_keys"), ("parts", "part_keys"), ("phrases", "phrase_keys"))

Keys = npt.NDArray[np.uint64]


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
    units: list[Unit] = []
    unit_documents: list[int] = []
    parts: list[Part] = []
    for row, card in enumerate(cards):
        own = list(units_of(store.passages_of(card.key)))
        parts += parts_of(row, card, own, len(units))
        units += own
        unit_documents += [row] * len(own)
    _build_lexical(folder, units, parts)
    encoder = _Encoder(previous, embedder)
    phrases = [(part.row, phrase) for part in parts for phrase in part.said.splitlines()]
    unit_vectors, unit_keys = encoder.encode([(one.body, f"{one.title} {one.heading}") for one in units])
    part_vectors, part_keys = encoder.encode([(part.title, f"{part.summary} {part.said}") for part in parts])
    phrase_vectors, phrase_keys = encoder.encode([(phrase, phrase) for _, phrase in phrases])
    _write_sense(folder, previous, [(part.title, part.summary) for part in parts], [said for _, said in phrases])
    np.savez(
        folder / VECTORS_FILE,
        units=unit_vectors.astype(np.float16),
        unit_keys=unit_keys,
        parts=part_vectors.astype(np.float16),
        part_keys=part_keys,
        phrases=phrase_vectors.astype(np.float16),
        phrase_keys=phrase_keys,
        embedder=np.frombuffer(bytes.fromhex(embedder.digest), dtype=np.uint8),
    )
    links = Counter(target for card in cards for target in card.related)
    rows = {
        "documents": [_document_row(card, links) for card in cards],
        "unit_documents": unit_documents,
        "unit_refs": [one.refs for one in units],
        "part_documents": [part.row for part in parts],
        "part_titles": [part.title for part in parts],
        "phrase_documents": [row for row, _ in phrases],
    }
    (folder / ROWS_FILE).write_bytes(orjson.dumps(rows, default=str))
    audiences = tuple(cards[row].audiences for row in unit_documents)
    return VectorRows(tuple(one.refs[0] for one in units), unit_vectors, audiences, encoder.embedded)


def _write_sense(folder: Path, previous: Path | None, cards: Sequence[tuple[str, str]], phrases: Sequence[str]) -> None:
    """Write the vectors of cards and phrases, taking those of cards from the previous generation where it has them."""
    reader = sense()
    known = _known_cards(previous, reader)
    keys = [key_of(card_text(*card)) for card in cards]
    vectors, _ = _filled(keys, known, lambda rows: reader.of_cards([cards[row] for row in rows]), DIMENSION)
    np.savez(
        folder / SENSE_FILE,
        cards=vectors.astype(np.float16),
        card_keys=np.asarray(keys, dtype=np.uint64),
        phrases=reader.of_phrases(phrases).astype(np.float16),
        reader=np.frombuffer(bytes.fromhex(reader.digest), dtype=np.uint8),
    )


def _known_cards(previous: Path | None, reader: Sense) -> dict[int, Floats]:
    if previous is None or not (previous / SENSE_FILE).exists():
        return {}
    with np.load(previous / SENSE_FILE) as arrays:
        if arrays["reader"].tobytes().hex() != reader.digest:
            return {}
        return dict(zip(arrays["card_keys"].tolist(), arrays["cards"].astype(np.float32), strict=True))


def _filled(
    keys: Sequence[int], known: Mapping[int, Floats], encode: Callable[[list[int]], Floats], dimension: int
) -> tuple[Floats, int]:
    """Return the vector of each key, shape (keys, dimension), and how many were not known and had to be computed."""
    missing = [row for row, key in enumerate(keys) if key not in known]
    vectors = np.zeros((len(keys), dimension), dtype=np.float32)
    if missing:
        vectors[missing] = encode(missing)
    for row, key in enumerate(keys):
        if key in known:
            vectors[row] = known[key]
    return vectors, len(missing)


def _build_lexical(folder: Path, units: Sequence[Unit], parts: Sequence[Part]) -> None:
    bodies = [terms(one.body) for one in units]
    LexicalIndex.build(
        folder / "units",
        (
            terms(one.title) * _TITLE + terms(one.heading) * _HEADINGS + body
            for one, body in zip(units, bodies, strict=True)
        ),
    )
    titles = [terms(part.title) for part in parts]
    LexicalIndex.build(
        folder / "parts",
        (
            title * _TITLE + terms(part.summary) * _HEADINGS + terms(part.trail)
            for part, title in zip(parts, titles, strict=True)
        ),
    )
    LexicalIndex.build(folder / "said", (terms(part.said) for part in parts))
    LexicalIndex.build(
        folder / "wholes",
        (
            [*title, *(word for rank in part.units for word in bodies[rank])]
            for part, title in zip(parts, titles, strict=True)
        ),
    )


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


class _Encoder:
    """Encodes (body, heading) pairs, taking from the previous generation what it already holds."""

    def __init__(self, previous: Path | None, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[int, Floats] = {}
        self.embedded = 0
        if previous is not None and (previous / VECTORS_FILE).exists():
            with np.load(previous / VECTORS_FILE) as arrays:
                if arrays["embedder"].tobytes().hex() == embedder.digest:
                    # An index written by an earlier version of this code may hold other arrays.
                    for name, keys in ((name, keys) for name, keys in _STORED if name in arrays and keys in arrays):
                        vectors = arrays[name].astype(np.float32)
                        self._known.update(zip(arrays[keys].tolist(), vectors, strict=True))

    def encode(self, texts: Sequence[tuple[str, str]]) -> tuple[Floats, Keys]:
        """Return shape (n, dimension) vectors of unit norm, and a 64-bit key of each text."""
        keys = np.asarray([key_of(f"{body}\x1f{heading}") for body, heading in texts], dtype=np.uint64)

        def fresh(rows: list[int]) -> Floats:
            bodies = self._embedder.encode([texts[row][0] for row in rows])
            headings = self._embedder.encode([texts[row][1] for row in rows])
            return unit(BODY * bodies + HEADING * headings)

        vectors, missing = _filled(keys.tolist(), self._known, fresh, self._embedder.dimension)
        self.embedded += missing
        # Half precision is what is stored, and so what must be compared: a vector used again equals a new one.
        return vectors.astype(np.float16).astype(np.float32), keys


def training_rows(cards: Iterable[DocumentCard], units: Iterable[Unit]) -> Iterator[tuple[str, str]]:
    """Yield (query-like text, text that answers it) from the documents and from our everyday phrases."""
    opening: dict[str, str] = {}
    for unit_ in units:
        opening.setdefault(unit_.key, unit_.body)
        last = unit_.heading.rpartition(" ; ")[2]
        if unit_.heading:
            yield unit_.heading.replace(" ; ", " "), unit_.body
        yield f"{unit_.title} {last}", unit_.body
    for card in cards:
        yield card.title, card.summary
        yield from card.acronyms
        body = opening.get(card.key, "")
        yield card.title, body
        yield card.summary, body
        for phrase in said_of(card.id).splitlines():
            yield phrase, f"{card.title}\n{card.summary}"
            yield phrase, body
