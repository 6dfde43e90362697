"""The passages of one index generation, in a SQLite file that is only ever read."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import orjson

from corpus.document import Document, DocumentKind, Link, Passage, SetAside, passage_from_json
from corpus.errors import IndexDamagedError
from ethics.merkle import digests_root

STORE_FILE = "passages.sqlite"
PASSAGE_COLUMNS = "ref, key, position, digest, body, fetched, rank, text_until, figures_until"

_PAGE = 500
"""Rows read at once, and refs in one query: under the oldest limit of SQLite on variables (999)."""


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """What is known of a document as a whole; its attributes are those of `Document`, its text is in its passages."""

    key: str
    id: str
    source: str
    kind: DocumentKind
    title: str
    summary: str = ""
    theme: str = ""
    breadcrumb: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    url: str | None = None
    updated: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    superseded_by: str | None = None
    family: tuple[tuple[str, str], ...] = ()
    acronyms: tuple[tuple[str, str], ...] = ()
    references: tuple[Link, ...] = ()
    related: tuple[str, ...] = ()
    rank: int = 1

    @classmethod
    def of(cls, document: Document, rank: int) -> Self:
        """Make the card of a document whose source has authority `rank`."""
        shared = {name: getattr(document, name) for name in cls.__slots__ if name != "rank"}
        return cls(**shared, rank=rank)

    def to_json(self) -> bytes:
        """Encode the card, keys sorted."""
        return orjson.dumps(self, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Decode a card."""
        values: dict[str, Any] = orjson.loads(data)
        for name in ("updated", "valid_from", "valid_until"):
            values[name] = _day(values[name])
        for name in ("breadcrumb", "audiences", "related"):
            values[name] = tuple(values[name])
        for name in ("family", "acronyms"):
            values[name] = tuple((short, long) for short, long in values[name])
        values["references"] = tuple(Link(**link) for link in values["references"])
        values["kind"] = DocumentKind(values["kind"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What a source gave when it was last read.

    Attributes:
        origin: where it was read, for people (`flux officiel`, `instantané npm 1.199.0 du 2020-11-12`).
        origin_kind: `feed`, `package`, `path` or `live`.
        archive_digest: SHA-256 of what was read, empty where the source is not an archive or a folder.
        pipeline: digest of our code and settings that read it.
        read_on: day it was read; `good_until`: last day on which reading the same bytes gives the same passages.
        synced_at: moment it was read, ISO 8601, UTC.
        newest: latest date printed on one of its documents.
        ad_hoc: given on the command line, absent from sources.toml.
        state: digest over everything it contributes to the index.
    """

    name: str
    kind: str
    origin: str
    origin_kind: str
    archive_digest: str
    pipeline: str
    read_on: date
    good_until: date | None
    synced_at: str
    newest: date | None
    ad_hoc: bool
    files: int
    documents: int
    merged: int
    set_aside: int
    passages: int
    state: str

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> Self:
        """Read a row of the table `sources`."""
        values: dict[str, Any] = {name: row[name] for name in cls.__slots__}
        values["ad_hoc"] = bool(values["ad_hoc"])
        for name in ("good_until", "newest", "read_on"):
            values[name] = _day(values[name])
        return cls(**values)


class PassageStore:
    """Reads one passage store; any number of threads may share it. Close it, or use it in a `with`."""

    def __init__(self, path: Path) -> None:
        """Open the store.

        Raises:
            IndexDamagedError: the file is absent or is not a passage store.
        """
        self.path = path
        self._lock = threading.Lock()
        try:
            # `immutable` spares every lock: the file is complete before its generation is put in force.
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("SELECT ref FROM passages LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise _damaged(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def passage(self, ref: str) -> Passage | None:
        """Return the passage called `ref`, None when there is none."""
        return next(iter(self.passages([ref])), None)

    def passages(self, refs: Iterable[str]) -> tuple[Passage, ...]:
        """Return the passages called `refs`, in that order; unknown refs are left out."""
        wanted = list(dict.fromkeys(refs))
        found: dict[str, Passage] = {}
        for start in range(0, len(wanted), _PAGE):
            page = wanted[start : start + _PAGE]
            marks = ",".join("?" * len(page))
            rows = self._rows(f"SELECT {PASSAGE_COLUMNS} FROM passages WHERE ref IN ({marks})", page)  # noqa: S608
            found.update((row["ref"], _passage(row)) for row in rows)
        return tuple(found[ref] for ref in wanted if ref in found)

    def passages_of(self, key: str) -> tuple[Passage, ...]:
        """Return the passages of one document, in reading order."""
        query = f"SELECT {PASSAGE_COLUMNS} FROM passages WHERE key = ? ORDER BY position"  # noqa: S608
        return tuple(map(_passage, self._rows(query, [key])))

    def all_passages(self) -> Iterator[Passage]:
        """Yield every passage, by document key then reading order."""
        for (key,) in self._rows("SELECT key FROM documents ORDER BY key"):
            yield from self.passages_of(key)

    def document(self, key: str) -> DocumentCard | None:
        """Return the card of one document, None when there is none."""
        rows = self._rows("SELECT card FROM documents WHERE key = ?", [key])
        return DocumentCard.from_json(rows[0]["card"]) if rows else None

    def documents(self) -> Iterator[DocumentCard]:
        """Yield every card, by key."""
        for row in self._rows("SELECT card FROM documents ORDER BY key"):
            yield DocumentCard.from_json(row["card"])

    def keys_of(self, identifier: str) -> tuple[str, ...]:
        """Return the keys under which the publisher's `identifier` is indexed, the plain one first."""
        rows = self._rows("SELECT key FROM documents WHERE id = ? ORDER BY length(key), key", [identifier])
        return tuple(row["key"] for row in rows)

    def document_digests(self, source: str) -> dict[str, str]:
        """Return the digest of each document of a source, by key."""
        rows = self._rows("SELECT key, digest FROM documents WHERE source = ?", [source])
        return {row["key"]: row["digest"] for row in rows}

    def keys_by_source(self) -> dict[str, str]:
        """Return the source of every document, by key."""
        return {row["key"]: row["source"] for row in self._rows("SELECT key, source FROM documents")}

    def past_figures(self, day: date) -> dict[str, int]:
        """Return how many passages of each document hold figures past their limit on `day`, by key."""
        query = "SELECT key, count(*) AS many FROM passages WHERE figures_until < ? GROUP BY key"
        return {row["key"]: row["many"] for row in self._rows(query, [day.isoformat()])}

    def set_aside(self) -> tuple[SetAside, ...]:
        """Return what was not indexed, and why."""
        rows = self._rows("SELECT source, name, reason FROM set_aside ORDER BY source, name, reason")
        return tuple(SetAside(row["source"], row["name"], row["reason"]) for row in rows)

    def sources(self) -> tuple[SourceRecord, ...]:
        """Return the record of each source, by name."""
        return tuple(map(SourceRecord.from_row, self._rows("SELECT * FROM sources ORDER BY name")))

    def root(self) -> str:
        """Return the Merkle root of the recorded digests; `ethics.merkle.passages_root` recomputes them as well."""
        return digests_root(self.digests())

    def digests(self) -> tuple[str, ...]:
        """Return the recorded digest of every passage, in no order."""
        return tuple(row["digest"] for row in self._rows("SELECT digest FROM passages"))

    def counts(self) -> dict[str, int]:
        """Count documents, passages, set aside and sources."""
        tables = ("documents", "passages", "set_aside", "sources")
        return {table: self._rows(f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608

    def _rows(self, query: str, values: Iterable[object] = ()) -> list[sqlite3.Row]:
        try:
            with self._lock:
                return self._connection.execute(query, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise _damaged(self.path, error) from error


def _damaged(path: Path, error: sqlite3.Error) -> IndexDamagedError:
    return IndexDamagedError(
        f"Le recueil {path.name} est absent ou abîmé ({error}) : relancez `python -m corpus sync`."
    )


def _passage(row: sqlite3.Row) -> Passage:
    values: dict[str, Any] = orjson.loads(row["body"])
    beside = ("position", "digest", "fetched", "rank", "text_until", "figures_until")
    return passage_from_json(values | {name: row[name] for name in beside})


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
