"""What is ranked: neighbouring passages under one heading, joined, and one card a document.

A passage is the unit that is quoted, often one sentence; a unit is large enough to match a question (research/
retrieval.md, section 1: median 480 characters).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.document import BlockKind, DocumentKind, Passage

_FULL = 700
_UNRANKED = frozenset({BlockKind.CONTACT, BlockKind.SERVICE, BlockKind.BANNER})


@dataclass(frozen=True, slots=True)
class Unit:
    """One ranked row.

    Attributes:
        key: document key.
        refs: the passages it is made of, in order.
        title, heading, body: its three fields.
    """

    key: str
    refs: tuple[str, ...]
    title: str
    heading: str
    body: str


def units_of(passages: Sequence[Passage]) -> Iterator[Unit]:
    """Join the passages of one document, in reading order, into units of about 700 characters under one heading."""
    waiting: list[Passage] = []
    length = 0
    for passage in passages:
        if not _ranked(passage):
            continue
        if waiting and (_place(passage) != _place(waiting[0]) or length > _FULL):
            yield _unit(waiting)
            waiting, length = [], 0
        waiting.append(passage)
        length += len(passage.text)
    if waiting:
        yield _unit(waiting)


def _ranked(passage: Passage) -> bool:
    """Addresses and links are shown with an answer, and never found by it, but for sheets that are nothing else."""
    return passage.kind not in _UNRANKED or passage.document_kind is DocumentKind.SERVICE


def _place(passage: Passage) -> tuple[str, ...]:
    """Where a passage stands: two headings of a fiche, all those of a file, whose chapters are subjects apart."""
    depth = None if passage.document_kind is DocumentKind.FILE else 2
    return tuple(step.title for step in passage.path[:depth])


def _unit(passages: list[Passage]) -> Unit:
    first = passages[0]
    headings = dict.fromkeys(step.title for passage in passages for step in passage.path)
    return Unit(
        key=first.key,
        refs=tuple(passage.ref for passage in passages),
        title=first.title,
        heading=" ; ".join(heading for heading in headings if heading),
        body="\n".join(passage.text for passage in passages),
    )
