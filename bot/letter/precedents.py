"""Sentences that were validated and exported once, offered again to whoever answers a like question.

What is kept is the factual sentences and the passages that prove them: no word of a letter, no name, nothing that a
mask would hide. What is offered is verified again, as it would be today for this question: when one of its passages
changed, or holds for another branch than this question's, none of it is offered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pydantic import TypeAdapter, ValidationError

from bot.letter.masking import hide, tokens_in
from bot.letter.reply import Line, Offer, Part, Reply, State
from bot.page import Relevance
from bot.store import PRECEDENT_DAYS, Precedent, PrecedentTable
from bot.turn import Turn
from corpus.document import Passage
from corpus.question import Question

_DOCUMENTS = 3
"""Best documents of a question whose precedents are looked at."""

_OFFERED = 2
_NEAR = 0.3
"""Relevance under which sentences are about something else (mean of similarity and of words held, corpus/search.py)."""

TurnOf = Callable[[Part, str], Turn]
"""Answers a part from one document, whose key is given."""

Verified = Callable[[Line, Turn], Line | None]
"""Returns a line as it stands today behind a turn; None when nothing proves it."""


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is kept.

    Attributes:
        title: of the document.
        branch: labels of the situation that it holds for.
        lines: the sentences.
        passages: digest of each passage, by ref.
    """

    title: str
    branch: tuple[str, ...]
    lines: tuple[Line, ...]
    passages: dict[str, str]


_SENTENCES = TypeAdapter(Sentences)


class Precedents:
    """Keeps and finds them.

    Args:
        table: where they are kept.
        passage_of: reads the passages in force.
        relevance: compares sentences with a question.
    """

    def __init__(
        self, table: PrecedentTable, passage_of: Callable[[str], Passage | None], relevance: Relevance
    ) -> None:
        self._table = table
        self._passage_of = passage_of
        self._relevance = relevance

    def keep(self, reply: Reply, day: date) -> int:
        """Keep what a reply that leaves says of each question, and return how many were kept.

        Raises:
            StoreError: they could not be written.
        """
        self._table.purge(day - timedelta(days=PRECEDENT_DAYS))
        kept = 0
        for part in reply.parts:
            lines = tuple(filter(None, map(_factual, part.lines)))
            digests = dict(self._digests(lines))
            if not lines or not part.key or not all(digests.values()):
                continue
            content = _SENTENCES.dump_json(Sentences(part.title, part.branch, lines, digests)).decode()
            identifier = hashlib.sha256(content.encode()).hexdigest()[:24]
            self._table.keep(Precedent(identifier, day, part.key, content))
            kept += 1
        return kept

    def near(self, part: Part, turn: Turn, turn_of: TurnOf, verified: Verified) -> tuple[Offer, ...]:
        """Return what was validated for like questions, nearest first; nothing that is what the part says already.

        Args:
            part: as answered.
            turn: that answered it.
            turn_of: answers it from another document.
            verified: checks a line again.

        Raises:
            StoreError: the database does not answer.
        """
        if turn.found is None:
            return ()
        keys = tuple(
            dict.fromkeys((*filter(None, (part.key,)), *(hit.key for hit in turn.found.documents[:_DOCUMENTS])))
        )
        offers: list[Offer] = []
        for precedent, kept in self._ranked(turn.found.question, self._table.of(keys)):
            if len(offers) == _OFFERED:
                break
            here = turn if precedent.document == part.key else turn_of(part, precedent.document)
            lines = self._lines(kept, here, verified)
            if lines and {line.text for line in lines} != {line.text for line in part.lines if _of_ours(line)}:
                offers.append(Offer(precedent.id, precedent.day, kept.title, lines))
        return tuple(offers)

    def again(self, identifier: str, part: Part, turn_of: TurnOf, verified: Verified) -> tuple[Turn, Offer] | None:
        """Return one precedent, verified again, and the turn that it was verified behind; None when it is no more.

        Raises:
            StoreError: the database does not answer.
        """
        precedent = self._table.find(identifier)
        kept = _read(precedent) if precedent is not None else None
        if precedent is None or kept is None:
            return None
        turn = turn_of(part, precedent.document)
        lines = self._lines(kept, turn, verified)
        return (turn, Offer(precedent.id, precedent.day, kept.title, lines)) if lines else None

    def _ranked(self, question: Question, found: Sequence[Precedent]) -> list[tuple[Precedent, Sentences]]:
        read = [(precedent, kept) for precedent in found if (kept := _read(precedent)) is not None]
        texts = [" ".join((kept.title, *(line.text for line in kept.lines))) for _, kept in read]
        near = self._relevance(question, texts).tolist()
        ranked = sorted(zip(near, read, strict=True), key=lambda one: (-one[0], one[1][0].id))
        return [pair for score, pair in ranked if score >= _NEAR]

    def _lines(self, kept: Sentences, turn: Turn, verified: Verified) -> tuple[Line, ...]:
        """Every sentence as it stands today; none when one of them does not stand any more."""
        if not set(kept.branch) <= set(turn.branch):
            return ()
        for ref, digest in kept.passages.items():
            passage = self._passage_of(ref)
            if passage is None or _digest(passage) != digest or not passage.in_force(turn.day):
                return ()
        lines = tuple(verified(line, turn) for line in kept.lines)
        return tuple(line for line in lines if line is not None) if all(lines) else ()

    def _digests(self, lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
        for source in (source for line in lines for source in line.sources):
            passage = self._passage_of(source.passage)
            yield source.passage, "" if passage is None else _digest(passage)


def _factual(line: Line) -> Line | None:
    """A sentence that a passage proves and that says nothing of anybody, without who validated it; else None."""
    # What is old was proved too, and is verified by a person each time.
    proved = line.state in {State.QUOTE, State.VERIFIED} or (line.state is State.AGENT and line.why == "old")
    if not proved or not line.sources or not line.validated or not all(one.passage for one in line.sources):
        return None
    if line.contact or line.internal or line.simplified:
        return None
    if line.edited and (tokens_in(line.text) or hide(line.text).words):
        return None
    return replace(line, id=0, validated="", checked="", why="", edited=False)


def _of_ours(line: Line) -> bool:
    """Tell a sentence that an offer would take the place of."""
    return bool(line.sources) and not line.contact and not line.internal


def _digest(passage: Passage) -> str:
    """Digest of what a passage says and under which headings; not of its dates, which a new edition changes alone."""
    return hashlib.sha256(f"{passage.heading}\n{passage.text}".encode()).hexdigest()


def _read(precedent: Precedent) -> Sentences | None:
    try:
        return _SENTENCES.validate_json(precedent.content)
    except ValidationError:
        # Another version of the program wrote it: it is worth nothing more.
        return None
