"""The words of the floor: Document, Block, Passage, and what is set aside.

A reader (dila, files, pages, opendata) turns one official document into a `Document`: a flat list of blocks, each
carrying its path of headings. A step of a path that is an option of a choice ("Vous êtes mineur") names that choice,
so that the decision graph of the document can be rebuilt from its passages alone (`corpus.branches`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Any

import orjson

_SPACES = re.compile(r"\s+")


def fold_spaces(text: str) -> str:
    """Return `text` with each run of white space (no-break spaces included) as one plain space, ends stripped."""
    return _SPACES.sub(" ", text).strip()


class BlockKind(StrEnum):
    """What a block is; the four remarks qualify the text around them."""

    TEXT = "text"
    LIST = "list"
    TABLE = "table"
    ATTENTION = "attention"
    NOTE = "note"
    KNOW = "know"
    REMINDER = "reminder"
    CONTACT = "contact"
    SERVICE = "service"
    BANNER = "banner"
    RECORD = "record"


REMARKS = frozenset({BlockKind.ATTENTION, BlockKind.NOTE, BlockKind.KNOW, BlockKind.REMINDER})
"""Kinds that carry exceptions and precautions: an answer shows or lists them, it never drops them."""


class DocumentKind(StrEnum):
    """The genre of a document, which decides how it may be answered from."""

    SHEET = "sheet"
    FOLDER = "folder"
    SERVICE = "service"
    FILE = "file"
    PAGE = "page"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Link:
    """An address printed by the document, with its label; `kind` is the publisher's own word."""

    label: str
    url: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One heading on the way to a block.

    Attributes:
        title: the heading, or the label of the option.
        choice: id of the choice this step is an option of, unique in its document; empty for a plain heading.
            Ids start with `c` for a choice between situations and with `m` for a choice between ways to do
            the same thing (online, by post, at the desk).
        prompt: the question the publisher puts before the choice, where there is one.
    """

    title: str
    choice: str = ""
    prompt: str = ""


Trail = tuple[Step, ...]
"""The headings above a block, outermost first."""


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document.

    Attributes:
        kind: what it is.
        text: plain text; a list has one item a line, a table one row a line (`[caption] column : value | ...`).
        path: headings from the top of the document to the block.
        links: addresses attached to it.
        condition: label or expression of the questionnaire answer it depends on; empty when it always holds.
        page: 1-based page of a paged file.
        dated: day printed on a banner.
    """

    kind: BlockKind
    text: str
    path: Trail = ()
    links: tuple[Link, ...] = ()
    condition: str = ""
    page: int | None = None
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One official document, whatever it was read from.

    Attributes:
        id: the publisher's own identifier (`F1344`, the manifest's id, `dataset/record`).
        key: unique in the index; differs from `id` only where one id has different texts by audience.
        source: name of its source in sources.toml.
        audiences: who it is for (`particuliers`, `professionnels`, `associations`); empty means everybody.
        family: documents the publisher files beside this one, nearest first, as (id, title).
        acronyms: (short form, meaning) printed by the document.
        related: ids of the documents it links to.
        updated: date printed on the document, not the date we fetched it.
        valid_from, valid_until: days on which the text is in force, both included; None where not bounded.
        superseded_by: id of the version that replaced it.
    """

    id: str
    source: str
    kind: DocumentKind
    title: str
    publisher: str
    licence: str
    fetched: date
    blocks: tuple[Block, ...]
    key: str = ""
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

    def __post_init__(self) -> None:
        """Default the key to the id."""
        if not self.key:
            object.__setattr__(self, "key", self.id)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A document, or a part of a source, that was not indexed, with the reason in plain French."""

    source: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One quotable piece of an official document, self-contained evidence.

    Attributes:
        ref: `<document key>#<8 hex digits>`, the digits taken from path, kind and text: an unchanged passage keeps
            its ref when others are inserted around it, and a changed one gets another.
        position: 0-based rank in its document.
        text: plain text, 1 to about 2000 characters; each line is a paragraph, an item or a table row.
        rank: authority of its source, 1 is the highest.
        text_until, figures_until: last day on which the text, and its figures, are fresh by the limits of its source;
            None where the limit does not apply (no date printed, or no figure in the text).
        digest: SHA-256 over every other field except those that depend on the day of the fetch or on our settings.
    """

    ref: str
    document: str
    key: str
    position: int
    source: str
    document_kind: DocumentKind
    title: str
    path: Trail
    text: str
    kind: BlockKind
    publisher: str
    licence: str
    fetched: date
    audiences: tuple[str, ...] = ()
    theme: str = ""
    url: str | None = None
    updated: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    superseded_by: str | None = None
    links: tuple[Link, ...] = ()
    condition: str = ""
    page: int | None = None
    rank: int = 1
    text_until: date | None = None
    figures_until: date | None = None
    digest: str = field(default="")

    @property
    def heading(self) -> str:
        """The path as one line, outermost first."""
        return " > ".join(step.title for step in self.path if step.title)

    def in_force(self, day: date) -> bool:
        """Tell whether the text holds on `day` (both bounds included)."""
        started = self.valid_from is None or self.valid_from <= day
        return started and (self.valid_until is None or day <= self.valid_until)

    def old_figures(self, day: date) -> bool:
        """Tell whether the figures of the text are past the freshness limit of its source on `day`."""
        return self.figures_until is not None and day > self.figures_until


_NOT_IN_BODY = frozenset({"digest", "fetched", "rank", "text_until", "figures_until", "position"})
_DAYS = ("fetched", "updated", "valid_from", "valid_until", "text_until", "figures_until")


def passage_body(passage: Passage) -> bytes:
    """Encode what a passage says and where it comes from, the one way digests are taken.

    Returns:
        canonical JSON: sorted keys, no spaces, UTF-8 (as `json.dumps(..., sort_keys=True, ensure_ascii=False,
        separators=(",", ":"))` writes it, so that the standard library alone can check it).
    """
    said = {f.name: getattr(passage, f.name) for f in fields(passage) if f.name not in _NOT_IN_BODY}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def passage_digest(passage: Passage) -> str:
    """SHA-256 of the body, 64 hex digits."""
    return hashlib.sha256(passage_body(passage)).hexdigest()


def passage_from_json(values: dict[str, Any]) -> Passage:
    """Rebuild a passage from its body and the fields kept beside it, dates as ISO text."""
    for name in _DAYS:
        if isinstance(values.get(name), str):
            values[name] = date.fromisoformat(values[name])
    values["path"] = tuple(Step(**step) for step in values.get("path", ()))
    values["links"] = tuple(Link(**link) for link in values.get("links", ()))
    values["audiences"] = tuple(values.get("audiences", ()))
    values["kind"] = BlockKind(values["kind"])
    values["document_kind"] = DocumentKind(values["document_kind"])
    return Passage(**values)


def content_length(blocks: Iterable[Block]) -> int:
    """Characters of text in `blocks`, banners excluded."""
    return sum(len(block.text) for block in blocks if block.kind is not BlockKind.BANNER)
