"""The words of one answer: Turn, Status, Sentence, Citation.

A step takes a `Turn` and returns a `Turn`. A step that settles the turn gives it a status; the steps after it then
leave it alone, but for those that run on every turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from corpus.document import DocumentKind, Passage

if TYPE_CHECKING:
    from bot.certificate import Certificate
    from bot.settle import Settled
    from corpus.branches import Graph
    from corpus.search import Found
    from corpus.store import DocumentCard


class Status(StrEnum):
    """How a turn ended; the prefix names the family, replies.toml words each for a resident."""

    ANSWERED = "answered"
    CLARIFY_BRANCH = "clarify_branch"
    REFUSED_EMPTY = "refused_empty"
    REFUSED_TOO_LONG = "refused_too_long"
    UNANSWERABLE_NO_SOURCE = "unanswerable_no_source"
    UNANSWERABLE_NO_CITATION = "unanswerable_no_citation"
    ERROR_INTERNAL = "error_internal"


class Role(StrEnum):
    """What a sentence does in the answer, which decides where it is shown."""

    LEAD = "lead"
    CASE = "case"
    STEPS = "steps"
    DOCUMENTS = "documents"
    COST = "cost"
    DELAY = "delay"
    WHERE = "where"
    ONLINE = "online"
    CAUTION = "caution"


@dataclass(frozen=True, slots=True)
class Citation:
    """The proof of one sentence: where its words stand in a stored passage.

    Attributes:
        passage: ref of the passage.
        document: the publisher's own id.
        quote: verbatim, found in the passage after white space is folded.
        path: headings above the quote, outermost first.
        updated: date printed on the document.
    """

    passage: str
    document: str
    quote: str
    url: str | None
    title: str
    path: str
    updated: date | None
    publisher: str = ""
    licence: str = ""
    page: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    figures_are_old: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence shown, with its citations.

    Attributes:
        text: what is read.
        heading: the last heading above it, shown before a group of sentences.
        link: address attached to it (an online service, a form).
    """

    text: str
    role: Role
    citations: tuple[Citation, ...]
    heading: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Also:
    """Something decisive that the answer lists instead of showing.

    Attributes:
        kind: `branch` (another situation), `exception`, or `document` (a neighbouring fiche).
        label: words of the publisher.
        ref: id of the branch, ref of the passage, or id of the document.
        choice: id of the choice a branch belongs to.
    """

    kind: str
    label: str
    ref: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that decides between branches, with its options as the publisher words them."""

    text: str
    choice: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way to an answer.

    Attributes:
        day: the civil day the answer is for; versions in force on it are searched.
        status: None until a step settles the turn.
        warnings: keys of replies.toml [warning], with what fills them.
        contact: id of the line of contacts.toml to send the resident to.
    """

    text: str
    day: date
    id: str = ""
    language: str = "fr"
    status: Status | None = None
    found: Found | None = None
    card: DocumentCard | None = None
    passages: tuple[Passage, ...] = ()
    graph: Graph | None = None
    settled: Settled | None = None
    branch: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    also: tuple[Also, ...] = ()
    question: Asked | None = None
    certificate: Certificate | None = None
    warnings: tuple[tuple[str, str], ...] = field(default=())
    contact: str = ""

    @property
    def card_is_service(self) -> bool:
        """Tell whether the document is a service sheet, whose one line may be all there is to quote."""
        return self.card is not None and self.card.kind is DocumentKind.SERVICE
