"""The words of one answer: Turn, Status, Sentence, Citation, Conversation.

A step takes a `Turn` and returns a `Turn`. A step that settles the turn gives it a status; the steps after it then
leave it alone, but for those that run on every turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING

from corpus.document import DocumentKind, Passage

if TYPE_CHECKING:
    from bot.certificate import Certificate
    from bot.settle import Settled
    from corpus.branches import Graph
    from corpus.found import Found
    from corpus.store import DocumentCard


class Status(StrEnum):
    """How a turn ended; the prefix names the family, replies.toml words each for a resident.

    `handover_*` is for turns that end with a person or a service to call at once, rather than with a document.
    """

    ANSWERED = "answered"
    CLARIFY_BRANCH = "clarify_branch"
    CLARIFY_DOCUMENT = "clarify_document"
    HANDOVER_URGENT = "handover_urgent"
    HANDOVER_HUMAN = "handover_human"
    HANDOVER_REPORT = "handover_report"
    REFUSED_EMPTY = "refused_empty"
    REFUSED_TOO_LONG = "refused_too_long"
    REFUSED_ATTACK = "refused_attack"
    REFUSED_ABUSE = "refused_abuse"
    REFUSED_OPINION = "refused_opinion"
    REFUSED_ADVICE = "refused_advice"
    REFUSED_SMALL_TALK = "refused_small_talk"
    UNANSWERABLE_LOCAL_FACT = "unanswerable_local_fact"
    UNANSWERABLE_PERSONAL_FILE = "unanswerable_personal_file"
    UNANSWERABLE_ELSEWHERE = "unanswerable_elsewhere"
    UNANSWERABLE_AUTHORITY = "unanswerable_authority"
    UNANSWERABLE_OUT_OF_SCOPE = "unanswerable_out_of_scope"
    UNANSWERABLE_LANGUAGE = "unanswerable_language"
    UNANSWERABLE_NO_SOURCE = "unanswerable_no_source"
    UNANSWERABLE_NO_CITATION = "unanswerable_no_citation"
    ERROR_INTERNAL = "error_internal"


class Origin(StrEnum):
    """Who worded a sentence: the publisher (a verbatim quote) or a model (around quotes)."""

    QUOTE = "quote"
    MODEL = "model"


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
        origin: who worded it.
        translation: the same sentence in the resident's language, shown beside the French and marked as such.
    """

    text: str
    role: Role
    citations: tuple[Citation, ...]
    heading: str = ""
    link: str = ""
    origin: Origin = Origin.QUOTE
    translation: str = ""


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
    """The question that decides, with its options as the publisher words them.

    Attributes:
        choice: id of the choice of the document; empty when the options are documents.
        documents: key of the document behind each option, when the options are neighbouring documents.
    """

    text: str
    choice: str
    options: tuple[str, ...]
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier turn of the conversation, as the page kept it: the server keeps none.

    Attributes:
        text: the question, masked.
        status: how it ended.
        document: key of the document it was answered from, empty without one.
        title: of that document.
        branch: labels of the branches that held.
        picked: (choice id, label) of the deciding questions answered so far on that document.
        question: what was asked back, None when nothing was.
    """

    text: str
    status: Status
    document: str = ""
    title: str = ""
    branch: tuple[str, ...] = ()
    picked: tuple[tuple[str, str], ...] = ()
    question: Asked | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """What came before a question, oldest first, and the buttons pressed.

    Attributes:
        exchanges: earlier turns.
        document: key of the document the resident chose, empty when the search decides.
        picked: (choice id, label) for each deciding question answered by a button.
        every_case: "afficher tous les cas": ask nothing, show each case.
        subject: what the next follow-up completes, when it is not all that was searched.
    """

    exchanges: tuple[Exchange, ...] = ()
    document: str = ""
    picked: tuple[tuple[str, str], ...] = ()
    every_case: bool = False
    subject: str = ""


NO_CONVERSATION = Conversation()


@dataclass(frozen=True, slots=True)
class Draft:
    """One sentence as the model wrote it, before any check.

    Attributes:
        passages: numbers of the passages it names, from 1, in the order they were given to the model.
        quotes: the words it says support it, one a passage named.
    """

    text: str
    passages: tuple[int, ...]
    quotes: tuple[str, ...]
    role: Role = Role.LEAD


@dataclass(frozen=True, slots=True)
class Energy:
    """Estimated electricity of the generative model for one answer, from the request to the last word.

    Attributes:
        low, high: Wh.
        method: name and date of the method.
    """

    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question on its way to an answer.

    Attributes:
        day: the civil day the answer is for; versions in force on it are searched.
        status: None until a step settles the turn.
        warnings: keys of replies.toml [warning], with what fills them; read after the answer.
        notices: keys of replies.toml [notice], with what fills them; read before the answer.
        contact: id of the line of contacts.toml to send the resident to.
        urgent: ids of emergency lines, shown first whatever the rest of the answer is.
        in_doubt: a danger may be told in words that no expression fits; it is answered on strong evidence only.
        least: belief under which no document answers, when the words sound like a question that none does; 0 leaves it
            to the search.
        topic: what an early step understood of the matter, for the contact and the reply (a DansMaRue category, the
            name of a town or an authority); empty when nothing was.
        conversation: what came before.
        searched: the question as it is searched, once completed from the conversation; `text` when empty.
        own_words: how many words of its own a follow-up says, beside talk and what is asked for; None for a message
            that stands alone.
        masked: kinds of personal data replaced in `text`, which every later step sees masked.
        wanted: a model may word the answer (policy `always`, or the resident asked for it).
        numbered: passages given to the model, in order; a citation [n] of the draft is the n-th of them.
        draft: sentences of the model, before any check.
        rejected: (sentence of the model, reason) of those that the guard did not let through.
        model: name of the model that wrote the draft, empty without one.
        energy: of every call of the model in this turn, None without one or when nothing is known of it.
        receipt: its number, empty when none was given.
        timings: (step, milliseconds) in the order of the steps; two turns are equal whatever they took.
        until: instant of `time.monotonic()` past which no model is waited for in this turn, set before its first call.
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
    notices: tuple[tuple[str, str], ...] = field(default=())
    contact: str = ""
    urgent: tuple[str, ...] = ()
    in_doubt: bool = False
    least: float = 0.0
    topic: str = ""
    conversation: Conversation = NO_CONVERSATION
    searched: str = ""
    own_words: int | None = None
    masked: tuple[str, ...] = ()
    wanted: bool = False
    numbered: tuple[Passage, ...] = ()
    draft: tuple[Draft, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()
    model: str = ""
    energy: Energy | None = None
    receipt: str = ""
    timings: tuple[tuple[str, float], ...] = field(default=(), compare=False)
    until: float = field(default=inf, compare=False)

    @property
    def query(self) -> str:
        """The question to search: completed from the conversation, or as asked."""
        return self.searched or self.text

    @property
    def generated(self) -> bool:
        """Tell whether a model worded anything that is shown."""
        return any(s.origin is Origin.MODEL or s.translation for s in self.sentences)

    @property
    def card_is_service(self) -> bool:
        """Tell whether the document is a service sheet, whose one line may be all there is to quote."""
        return self.card is not None and self.card.kind is DocumentKind.SERVICE
