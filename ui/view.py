"""An answer as a page shows it: the same turn as `bot.render`, in pieces that a template and a stream can lay out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.assembly import Assembly
from bot.render import energy_text
from bot.replies import asked_text, day_text, notice_text, status_text, texts, warning_text
from bot.turn import Asked, Citation, Origin, Role, Sentence, Status, Turn
from corpus.contacts import Contact
from corpus.document import Passage, fold_spaces
from ui.missing import missing_roles
from ui.rights import Right, rights_beside

_ALSO = ("exception", "branch", "document")
_FIRST = frozenset({"language", "translated"})
"""Warnings without which the rest cannot be read."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a passage; `quoted` ones are those that the answer cites."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Source:
    """One passage cited.

    Attributes:
        number: as printed after each sentence, from 1.
        pieces: the whole passage, its quoted words marked.
        condition: the case in which the passage holds, as the publisher words it.
        host: of its address, for the name of the link.
    """

    number: int
    citation: Citation
    pieces: tuple[Piece, ...]
    updated: str
    condition: str
    host: str


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence, with the numbers of its sources."""

    text: str
    numbers: tuple[int, ...]
    link: str
    host: str
    by_model: bool
    quotes: tuple[str, ...]
    translation: str


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences under one heading; `heading` is empty for the answer itself."""

    role: str
    heading: str
    parts: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One button under a deciding question: what it sends, and what it says."""

    name: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class View:
    """All that a page shows of one answer; every text is plain, and escaped where it is laid out."""

    question: str
    status: str
    said: str
    title: str
    branch: tuple[str, ...]
    notices: tuple[str, ...]
    urgent: tuple[Contact, ...]
    beside: str
    groups: tuple[Group, ...]
    asked: str
    options: tuple[Option, ...]
    also: tuple[tuple[str, str, tuple[str, ...]], ...]
    warnings: tuple[str, ...]
    warnings_first: tuple[str, ...]
    sources: tuple[Source, ...]
    contact: Contact | None
    contact_checked: str
    contact_host: str
    energy: str
    receipt: str
    language: str
    may_reword: bool
    missing: tuple[str, ...]
    rights: tuple[Right, ...]


def view_of(turn: Turn, assembly: Assembly) -> View:
    """Lay out a finished turn."""
    contact = assembly.reply.contact(turn)
    numbers: dict[str, int] = {}
    groups = tuple(_groups(turn.sentences, numbers))
    return View(
        question=turn.text,
        status=str(turn.status),
        said=status_text(turn.status or Status.ERROR_INTERNAL, turn.topic),
        title=turn.card.title if turn.card is not None and turn.sentences else "",
        branch=turn.branch if turn.sentences else (),
        notices=tuple(notice_text(key, value) for key, value in turn.notices if key != "urgent"),
        urgent=assembly.reply.urgent(turn),
        beside=texts()["notice"]["urgent"],
        groups=groups,
        asked=asked_text(turn.question.text) if turn.question is not None else "",
        options=tuple(_options(turn.question)) if turn.question is not None else (),
        also=tuple(_also(turn)),
        warnings=tuple(warning_text(key, value) for key, value in turn.warnings if key not in _FIRST),
        warnings_first=tuple(warning_text(key, value) for key, value in turn.warnings if key in _FIRST),
        sources=tuple(_sources(turn.sentences, numbers, assembly.opened.store.passage)),
        contact=contact,
        contact_checked=day_text(contact.checked) if contact else "",
        contact_host=host_of(contact.url or "") if contact else "",
        energy=energy_text(turn),
        receipt=turn.receipt,
        language=turn.language,
        may_reword=assembly.may_reword and turn.status is Status.ANSWERED and not turn.generated,
        missing=tuple(missing_roles(turn, assembly.opened.store)),
        rights=rights_beside(turn.card, assembly.opened.store) if turn.card is not None and turn.sentences else (),
    )


def line_of(sentence: Sentence, numbers: dict[str, int]) -> Line:
    """Lay out one sentence, numbering its passages in the order they are first met."""
    found = (numbers.setdefault(citation.passage, len(numbers) + 1) for citation in sentence.citations)
    model = sentence.origin is Origin.MODEL
    return Line(
        text=sentence.text,
        numbers=tuple(dict.fromkeys(found)),
        link=sentence.link,
        host=host_of(sentence.link),
        by_model=model,
        quotes=tuple(citation.quote for citation in sentence.citations) if model else (),
        translation=sentence.translation,
    )


def _groups(sentences: Sequence[Sentence], numbers: dict[str, int]) -> Iterator[Group]:
    for role in Role:
        parts: list[tuple[str, list[Line]]] = []
        for sentence in (s for s in sentences if s.role is role):
            heading = sentence.heading if role in {Role.CASE, Role.DOCUMENTS} else ""
            if not parts or parts[-1][0] != heading:
                parts.append((heading, []))
            parts[-1][1].append(line_of(sentence, numbers))
        if parts:
            heading = "" if role is Role.LEAD else texts()["role"][role]
            yield Group(role, heading, tuple((title, tuple(lines)) for title, lines in parts))


def _options(asked: Asked) -> Iterator[Option]:
    for rank, label in enumerate(asked.options):
        if asked.documents:
            yield Option("document", asked.documents[rank], label)
        else:
            yield Option("pick", f"{asked.choice}|{label}", label)


def _also(turn: Turn) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for kind in _ALSO:
        labels = tuple(dict.fromkeys(item.label for item in turn.also if item.kind == kind))
        if labels:
            yield kind, texts()["also"][kind], labels


def _sources(
    sentences: Sequence[Sentence], numbers: dict[str, int], passage_of: Callable[[str], Passage | None]
) -> Iterator[Source]:
    cited: dict[str, list[Citation]] = {}
    for sentence in sentences:
        for citation in sentence.citations:
            cited.setdefault(citation.passage, []).append(citation)
    for ref, citations in sorted(cited.items(), key=lambda pair: numbers[pair[0]]):
        passage, first = passage_of(ref), citations[0]
        quotes = [citation.quote for citation in citations]
        yield Source(
            number=numbers[ref],
            citation=first,
            pieces=marked(passage.text if passage is not None else first.quote, quotes),
            updated=day_text(first.updated) if first.updated else "",
            condition=passage.condition if passage is not None else "",
            host=host_of(first.url or ""),
        )


def marked(text: str, quotes: Sequence[str]) -> tuple[Piece, ...]:
    """Cut a passage where its quotes begin and end; white space may differ, and quotes may overlap."""
    inside = bytearray(len(text))
    for quote in quotes:
        words = fold_spaces(quote).split(" ")
        for found in re.finditer(r"\s+".join(map(re.escape, words)), text):
            inside[found.start() : found.end()] = b"\x01" * (found.end() - found.start())
    pieces: list[Piece] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or inside[at] != inside[start]:
            pieces.append(Piece(text[start:at], bool(inside[start])))
            start = at
    return tuple(pieces)


def host_of(url: str) -> str:
    """Return the site of an address, for the name of its link; empty without an address."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
