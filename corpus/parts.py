"""What a document is about, as one part, or as one part a chapter when it is a file that covers many subjects.

A fiche answers one question and is matched whole. A regulation of a hundred pages holds every word of every question:
matched whole it would answer anything, or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from corpus.document import DocumentKind
from corpus.phrases import said_of
from corpus.store import DocumentCard
from corpus.units import Unit


@dataclass(frozen=True, slots=True)
class Part:
    """One subject.

    Attributes:
        row: row of its document.
        title, summary, trail: what it is about, and where the publisher files it.
        units: ranks of its units among all of them.
        said: everyday phrases, one a line.
    """

    row: int
    title: str
    summary: str
    trail: str
    units: tuple[int, ...]
    said: str = ""


def parts_of(row: int, card: DocumentCard, units: Sequence[Unit], first: int) -> Iterator[Part]:
    """Yield the parts of one document.

    Args:
        row: of the document.
        card: of the document.
        units: of the document, in reading order.
        first: rank of the first one among the units of the index.
    """
    if card.kind is not DocumentKind.FILE or not units:
        every = tuple(range(first, first + len(units)))
        yield Part(row, card.title, card.summary, " ".join(card.breadcrumb), every, said_of(card.id))
        return
    for heading, group in groupby(enumerate(units, first), key=lambda item: item[1].heading):
        chapters = heading.split(" ; ")
        ranks = tuple(rank for rank, _ in group)
        yield Part(row, chapters[-1] or card.title, " ".join(chapters[:-1]), card.title, ranks)
