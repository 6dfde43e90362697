"""The documents that every engine of a bench ranks: our search over them, and their units as plain texts for peers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from corpus.embed import Embedder
from corpus.ranking import Ranking
from corpus.ranking_writing import build_ranking
from corpus.search import Searcher
from corpus.store import STORE_FILE, DocumentCard, PassageStore, SourceRecord
from corpus.store_writing import Entry, StoreWriter
from corpus.units import units_of


class UnitText(NamedTuple):
    """One ranked unit, as a peer reads it; `document` is the publisher's id."""

    document: str
    title: str
    heading: str
    body: str

    @property
    def text(self) -> str:
        """The three fields as one text."""
        return "\n".join(part for part in (self.title, self.heading, self.body) if part)


@dataclass(frozen=True, slots=True)
class Ours:
    """Our search as an engine."""

    searcher: Searcher
    day: date
    name: str = "cite"
    note: str = "our search in process, with the passages it ranks inside each document (peers stop at documents)"

    def rank(self, text: str, limit: int) -> list[str]:
        """Rank the documents in force on the day."""
        return [hit.id for hit in self.searcher.search(text, limit=limit, as_of=self.day).documents]


def units_in_force(store: PassageStore, day: date) -> Iterator[UnitText]:
    """Yield the very units that our ranking holds, of the documents in force on `day`, by document key."""
    for card in store.documents():
        if _in_force(card, day):
            for unit in units_of(store.passages_of(card.key)):
                yield UnitText(card.id, unit.title, unit.heading, unit.body)


def entries_of(store: PassageStore, identifiers: frozenset[str]) -> list[Entry]:
    """Return the documents of a store that have one of the publisher's `identifiers`."""
    cards = (card for card in store.documents() if card.id in identifiers)
    return [Entry(card, store.passages_of(card.key), "") for card in cards]


def build_collection(
    folder: Path, entries: Sequence[Entry], embedder: Embedder, previous: Path | None = None
) -> tuple[PassageStore, Searcher]:
    """Index documents aside, with the analyser, the weights and the ranking in force.

    Args:
        folder: an empty folder, thrown away by the caller.
        entries: documents with their passages.
        embedder: the weights in force.
        previous: generation whose vectors are used again where the text is the same.
    """
    path = folder / STORE_FILE
    with StoreWriter(path) as writer:
        writer.add(_record(len(entries)), entries, ())
    store = PassageStore(path)
    build_ranking(folder, store, embedder, previous)
    return store, Searcher(Ranking(folder), store, embedder)


def _in_force(card: DocumentCard, day: date) -> bool:
    started = card.valid_from is None or card.valid_from <= day
    return started and (card.valid_until is None or day <= card.valid_until)


def _record(documents: int) -> SourceRecord:
    return SourceRecord(
        name="bench",
        kind="folder",
        origin="",
        origin_kind="path",
        archive_digest="",
        pipeline="",
        read_on=date.min,
        good_until=None,
        synced_at="",
        newest=None,
        ad_hoc=True,
        files=documents,
        documents=documents,
        merged=0,
        set_aside=0,
        passages=0,
        state="",
    )
