"""Document to passages: neighbours under one heading are joined, long ones are split, nothing is dropped silently."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from langchain_text_splitters import RecursiveCharacterTextSplitter

from corpus.document import REMARKS, Block, BlockKind, Document, Link, Passage, Trail, passage_digest
from corpus.figures import has_figures
from corpus.source import Source

_FULL = 1000
"""Characters after which a passage takes no further block (median 480 in the prototype, recall unchanged above)."""

_LONGEST = 2000
_JOINED = frozenset({BlockKind.TEXT, BlockKind.LIST})
_SPLITTER = RecursiveCharacterTextSplitter(
    chunk_size=_LONGEST,
    chunk_overlap=0,
    separators=["\n", ". ", " ; ", " "],
    keep_separator="end",
    strip_whitespace=True,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: BlockKind
    text: str
    path: Trail
    links: tuple[Link, ...]
    condition: str
    page: int | None


def passages_of(document: Document, source: Source, today: date) -> tuple[Passage, ...]:
    """Cut a document into passages.

    Args:
        document: what a reader produced.
        source: its source, for authority and freshness limits.
        today: dated banners older than the source's limit on this day are left out.

    Returns:
        passages in reading order; a text printed twice under the same path is kept once.
    """
    found: dict[str, Passage] = {}
    for piece in _pieces(document, source, today):
        ref = f"{document.key}#{_short_digest(piece)}"
        if ref not in found:
            found[ref] = _passage(document, source, piece, ref, len(found))
    return tuple(found.values())


def _pieces(document: Document, source: Source, today: date) -> Iterator[_Piece]:
    waiting: _Piece | None = None
    for block in document.blocks:
        if block.kind is BlockKind.BANNER and _expired(block, source, today):
            continue
        for piece in _split(block):
            if waiting is not None and _joins(waiting, piece):
                links = tuple(dict.fromkeys((*waiting.links, *piece.links)))
                waiting = replace(waiting, text=f"{waiting.text}\n{piece.text}", links=links)
                continue
            if waiting is not None:
                yield waiting
            waiting = piece
    if waiting is not None:
        yield waiting


def _split(block: Block) -> Iterator[_Piece]:
    texts = [block.text] if len(block.text) <= _LONGEST else _SPLITTER.split_text(block.text)
    kind = BlockKind.TEXT if block.kind is BlockKind.LIST else block.kind
    for text in texts:
        yield _Piece(kind, text, block.path, block.links, block.condition, block.page)


def _joins(before: _Piece, after: _Piece) -> bool:
    same_place = (before.path, before.condition, before.page) == (after.path, after.condition, after.page)
    # A remark stands alone: it is listed, shown and counted as one exception.
    return (
        same_place
        and before.kind is after.kind
        and before.kind not in REMARKS
        and len(before.text) + len(after.text) < _FULL
    )


def _expired(block: Block, source: Source, today: date) -> bool:
    """A banner without a date cannot be trusted either: nothing says that it still holds."""
    return block.dated is None or today > _later(block.dated, source.banner_days)


def _later(day: date, days: int) -> date:
    """Add `days`; a document may be in force until the last day there is."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _short_digest(piece: _Piece) -> str:
    path = "\x1f".join(f"{step.title}\x1e{step.choice}" for step in piece.path)
    content = f"{path}\x1d{piece.kind}\x1d{piece.condition}\x1d{piece.page or ''}\x1d{piece.text}"
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def _passage(document: Document, source: Source, piece: _Piece, ref: str, position: int) -> Passage:
    dated = document.updated or document.valid_from
    text_until = _later(dated, source.text_days) if dated else None
    figures_until = _later(dated, source.figure_days) if dated and has_figures(piece.text) else None
    passage = Passage(
        ref=ref,
        document=document.id,
        key=document.key,
        position=position,
        source=document.source,
        document_kind=document.kind,
        title=document.title,
        path=piece.path,
        text=piece.text,
        kind=piece.kind,
        publisher=document.publisher,
        licence=document.licence,
        fetched=document.fetched,
        audiences=document.audiences,
        theme=document.theme,
        url=document.url,
        updated=document.updated,
        valid_from=document.valid_from,
        valid_until=document.valid_until,
        superseded_by=document.superseded_by,
        links=piece.links,
        condition=piece.condition,
        page=piece.page,
        rank=source.rank,
        text_until=text_until,
        figures_until=figures_until,
    )
    return replace(passage, digest=passage_digest(passage))
