"""The one way a passage store is written: whole, once, for a generation that nobody reads yet."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Self

from corpus.document import Document, Passage, SetAside, passage_body
from corpus.store import PASSAGE_COLUMNS, DocumentCard, SourceRecord

_SCHEMA = """
CREATE TABLE documents (key TEXT PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL,
    title TEXT NOT NULL, card BLOB NOT NULL);
CREATE TABLE passages (ref TEXT PRIMARY KEY, key TEXT NOT NULL REFERENCES documents(key), position INTEGER NOT NULL,
    digest TEXT NOT NULL, body BLOB NOT NULL, fetched TEXT NOT NULL, rank INTEGER NOT NULL, text_until TEXT,
    figures_until TEXT);
CREATE TABLE set_aside (source TEXT NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE sources (name TEXT PRIMARY KEY, kind TEXT NOT NULL, origin TEXT NOT NULL, origin_kind TEXT NOT NULL,
    archive_digest TEXT NOT NULL, pipeline TEXT NOT NULL, read_on TEXT NOT NULL, good_until TEXT,
    synced_at TEXT NOT NULL, newest TEXT, ad_hoc INTEGER NOT NULL, files INTEGER NOT NULL, documents INTEGER NOT NULL,
    merged INTEGER NOT NULL, set_aside INTEGER NOT NULL, passages INTEGER NOT NULL, state TEXT NOT NULL);
CREATE INDEX passages_in_order ON passages (key, position);
CREATE INDEX documents_by_id ON documents (id);
CREATE INDEX documents_by_source ON documents (source);
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its passages, ready to be written."""

    card: DocumentCard
    passages: tuple[Passage, ...]
    digest: str

    @classmethod
    def of(cls, document: Document, passages: tuple[Passage, ...], rank: int) -> Self:
        """Make an entry; its digest covers what the document says, not our settings nor the day of the fetch."""
        card = DocumentCard.of(document, rank)
        said = hashlib.sha256(replace(card, rank=0).to_json())
        for passage in passages:
            said.update(passage.digest.encode())
        return cls(card, passages, said.hexdigest())


def state_digest(entries: Iterable[Entry], set_aside: Iterable[SetAside]) -> str:
    """Digest everything that a source contributes, limits and ranks included, but not the day it was fetched."""
    state = hashlib.sha256()
    for entry in sorted(entries, key=lambda entry: entry.card.key):
        state.update(f"{entry.digest} {entry.card.rank}\n".encode())
        for passage in entry.passages:
            state.update(f"{passage.rank} {passage.text_until} {passage.figures_until}\n".encode())
    for item in sorted(map(astuple, set_aside)):
        state.update("\x1f".join(item).encode() + b"\n")
    return state.hexdigest()


class StoreWriter:
    """Writes a new passage store; use it in a `with`, which commits when no error was raised."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # A half-written store is thrown away with its folder: neither a journal nor a wait for the disk is of use.
        self._connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA} BEGIN;")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            self._connection.close()

    def add(self, record: SourceRecord, entries: Sequence[Entry], set_aside: Iterable[SetAside]) -> None:
        """Write what a source gave."""
        cards = [entry.card for entry in sorted(entries, key=lambda entry: entry.card.key)]
        digests = {entry.card.key: entry.digest for entry in entries}
        self._many(
            "documents (key, id, source, digest, title, card)",
            [(card.key, card.id, card.source, digests[card.key], card.title, card.to_json()) for card in cards],
        )
        passages = [passage for entry in entries for passage in entry.passages]
        self._many(f"passages ({PASSAGE_COLUMNS})", [_row(passage) for passage in passages])
        self._many("set_aside (source, name, reason)", list(map(astuple, set_aside)))
        names = [field.name for field in fields(SourceRecord)]
        self._many(f"sources ({', '.join(names)})", [tuple(map(_text, astuple(record)))])

    def carry(self, previous: Path, sources: Sequence[str]) -> None:
        """Copy what `sources` gave to an earlier store, as it is."""
        # A transaction must be closed to attach a file.
        self._connection.execute("COMMIT")
        self._connection.execute("ATTACH ? AS old", (f"{previous.resolve().as_uri()}?mode=ro&immutable=1",))
        self._connection.execute("BEGIN")
        for name in sources:
            self._connection.execute("INSERT INTO sources SELECT * FROM old.sources WHERE name = ?", (name,))
            self._connection.execute("INSERT INTO set_aside SELECT * FROM old.set_aside WHERE source = ?", (name,))
            self._connection.execute("INSERT INTO documents SELECT * FROM old.documents WHERE source = ?", (name,))
            self._connection.execute(
                "INSERT INTO passages SELECT passages.* FROM old.passages AS passages "
                "JOIN old.documents AS documents USING (key) WHERE documents.source = ?",
                (name,),
            )
        self._connection.execute("COMMIT")
        self._connection.execute("DETACH old")
        self._connection.execute("BEGIN")

    def _many(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _row(passage: Passage) -> tuple[object, ...]:
    days = (passage.fetched, passage.rank, passage.text_until, passage.figures_until)
    said = (passage.ref, passage.key, passage.position, passage.digest, passage_body(passage))
    return (*said, *map(_text, days))


def _text(value: object) -> object:
    """Dates as ISO text: the adapter that sqlite3 has for them is deprecated."""
    return value.isoformat() if hasattr(value, "isoformat") else value
