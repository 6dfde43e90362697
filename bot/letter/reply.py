"""The words of a draft: Reply, Part, Line, Source, Gap, Offer. All of it is masked, and can be kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from pydantic import TypeAdapter


class State(StrEnum):
    """What stands behind a line.

    * `quote`: the words of an official document, found in it letter by letter;
    * `verified`: other words, which the checks of bot/checks prove by the quotes beside them;
    * `to_check`: nothing proves it here, or its figures are older than their source allows;
    * `agent`: written or vouched for by the agent;
    * `formula`: courtesy, from words.toml: it states nothing.
    """

    QUOTE = "quote"
    VERIFIED = "verified"
    TO_CHECK = "to_check"
    AGENT = "agent"
    FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the words of a line stand.

    Attributes:
        passage: ref of the passage; empty for a contact, whose facts come from corpus/contacts.toml.
        quote: verbatim.
        updated: date printed on the document, or the day a contact was checked.
        old: its figures are older than the limit of their source.
    """

    passage: str
    document: str
    quote: str
    title: str
    path: str = ""
    url: str | None = None
    updated: date | None = None
    publisher: str = ""
    licence: str = ""
    old: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the reply.

    Attributes:
        id: unique in the reply.
        heading: shown before it (the case that it holds for).
        why: a key of checks/reasons.toml, or `old`, `unsourced`, `simplified` or `repeated`: why somebody must look at
            it; empty otherwise.
        checked: where the agent verified it, in their words; empty otherwise.
        validated: name of the agent who validated it; empty until then.
        contact: it tells whom to turn to.
        edited: no longer as it was proposed.
        internal: it quotes a document of the agents' own corpus, which residents cannot read.
        disclosed: the agent confirmed that such a sentence, and its source, may be told to the resident.
        simplified: a model worded it after the quote of its source, which then stands beside it wherever it goes.
    """

    id: int
    text: str
    state: State
    heading: str = ""
    sources: tuple[Source, ...] = ()
    why: str = ""
    checked: str = ""
    validated: str = ""
    contact: bool = False
    edited: bool = False
    internal: bool = False
    disclosed: bool = False
    simplified: bool = False

    @property
    def waits(self) -> bool:
        """A person must look at it: it states something, or stands where an answer is missing."""
        return self.state is not State.FORMULA or bool(self.why)

    @property
    def stays(self) -> bool:
        """It is for the agent alone: no letter nor annex tells it."""
        return self.internal and not self.disclosed

    @property
    def settled(self) -> bool:
        """Nothing waits for it: validated, a formula that states nothing, or for the agent alone."""
        return bool(self.validated) or self.stays or not self.waits

    @property
    def may_be_validated(self) -> bool:
        """Nothing is validated that nothing stands behind."""
        return self.state is not State.TO_CHECK


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that no document answers: left open, never filled.

    Attributes:
        status: how the turn ended.
        reason: in French.
        service: whom to ask.
    """

    status: str
    reason: str
    service: str


@dataclass(frozen=True, slots=True)
class Missing:
    """What the letter does not say and the answer depends on.

    Attributes:
        question: as it would be put to the resident.
        options: each (what is sent to answer anew, what it says).
        by_document: the options are neighbouring procedures.
    """

    question: str
    options: tuple[tuple[str, str], ...]
    by_document: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What answered a like question once, validated by a person, and was verified again for this one.

    Attributes:
        id: of what is kept of it.
        day: when it was last sent.
        title: of the document that it is from.
        lines: its sentences, as they would be taken up.
    """

    id: str
    day: date
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The second reading of a reply.

    Attributes:
        state: `asked`, `agreed` or `refused`.
        reader: name of who read it; empty until then.
        reason: why it was refused, masked; empty otherwise.
        at: day of the last step.
    """

    state: str
    at: date
    reader: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What answers one question.

    Attributes:
        ask, searched: the question as written, and as it was searched.
        picked, document: what the agent answered in the resident's place, as `bot.turn.Conversation` holds it.
        title: of the document that answers; empty without one.
        branch: labels of the situation that it holds for.
        missing: what must be known to answer better; None when nothing is.
        gap: nothing answers; None when something does.
        also: exceptions and other situations that the answer does not show.
        urgent: emergency lines to call, as text; the letter tells of a danger.
        receipt: number of the answer that was kept.
        worded: `searched` is in the agent's own words, not in those of the letter.
        offers: validated sentences of like questions, nearest first.
    """

    ask: str
    searched: str
    lines: tuple[Line, ...] = ()
    status: str = ""
    title: str = ""
    key: str = ""
    branch: tuple[str, ...] = ()
    picked: tuple[tuple[str, str], ...] = ()
    document: str = ""
    missing: Missing | None = None
    gap: Gap | None = None
    also: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    receipt: str = ""
    worded: bool = False
    offers: tuple[Offer, ...] = ()

    @property
    def open(self) -> bool:
        """A gap that nothing validated fills yet."""
        return self.gap is not None and not any(line.validated for line in self.lines)


@dataclass(frozen=True, slots=True)
class Reply:
    """The draft of a reply.

    Attributes:
        letter: masked.
        day: the civil day whose versions are quoted ("as of").
        opening, closing: courtesy, around the parts.
        parts: one a question, in the order of the letter.
        decision: the reply communicates a decision; None until the agent says.
        service: who signs.
        addressee: whom the letter is for; tokens, most often.
        appeal: ways and time limits of appeal, when it is a decision.
        left: questions that were not taken up, because the letter asks too many.
        next_id: of the next line.
        written: the civil day it was prepared on; None in a letter of an older version, written for `day`.
        reading: the second reading; None when nobody asked for one, or when the reply changed since.
        second: it leaves only once a second person agreed, whatever the deployment asks; never taken back.
        exported: it left the desk as it stands.
    """

    letter: str
    day: date
    opening: tuple[Line, ...]
    parts: tuple[Part, ...]
    closing: tuple[Line, ...]
    decision: bool | None = None
    service: str = ""
    addressee: str = ""
    appeal: str = ""
    next_id: int = 1
    written: date | None = None
    reading: Reading | None = None
    second: bool = False
    exported: bool = False

    @property
    def agreed(self) -> bool:
        """A second person read it as it stands, and agreed."""
        return self.reading is not None and self.reading.state == "agreed"

    def lines(self) -> tuple[Line, ...]:
        """Every line, in the order of the letter."""
        return (*self.opening, *(line for part in self.parts for line in part.lines), *self.closing)

    def line(self, identifier: int) -> Line | None:
        """Return a line, or None."""
        return next((line for line in self.lines() if line.id == identifier), None)

    def unsettled(self) -> tuple[Line, ...]:
        """The lines that keep the reply from leaving."""
        return tuple(line for line in self.lines() if not line.settled)

    def with_line(self, identifier: int, line: Line | None) -> Reply:
        """Return the reply with one line replaced, or left out when None."""

        def changed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
            return tuple(new for one in lines if (new := line if one.id == identifier else one) is not None)

        parts = tuple(replace(part, lines=changed(part.lines)) for part in self.parts)
        return replace(self, opening=changed(self.opening), parts=parts, closing=changed(self.closing))


_REPLY = TypeAdapter(Reply)


def to_text(reply: Reply) -> str:
    """Write a reply as JSON."""
    return _REPLY.dump_json(reply).decode()


def from_text(text: str) -> Reply:
    """Read what `to_text` wrote.

    Raises:
        pydantic.ValidationError: another version of the program wrote it otherwise.
    """
    return _REPLY.validate_json(text)
