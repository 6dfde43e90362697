"""The letters of the desk: taken in masked, drafted, changed line by line, ready or not to leave."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ValidationError

from bot.letter import Composer, Hidden, HiddenWord, Line, Part, Reply, State, hide
from bot.letter.masking import tokens_in
from bot.letter.reply import from_text, to_text
from bot.store import Kept, LetterTable
from ui.identity import words_in

KEPT_DAYS = 30
"""A letter is answered within the month, or taken up again from its original."""

LONGEST_LINE = 1500
_SHORTEST_HIDDEN = 2
_LOG = logging.getLogger("cite.ui")


class LetterGoneError(Exception):
    """No such letter, or not one of this person's."""


class LetterChangedError(Exception):
    """Somebody changed the letter meanwhile: what was sent was not kept."""


class NotReadyError(Exception):
    """The reply may not leave yet; `reasons` are keys of the table `ready` of words.fr.toml."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Opened:
    """One letter, read."""

    id: str
    author: str
    at: datetime
    version: int
    reply: Reply


class Settled(BaseModel):
    """What a reply needs beside its sentences, as the form sends it; `decision` is `yes`, `no` or empty."""

    decision: str = ""
    service: str = ""
    addressee: str = ""
    appeal: str = ""


class Letters:
    """The letters, and what an agent may do to them.

    Args:
        composer: drafts and checks.
        table: where they are kept, masked.
        today: the civil day.
        now: the clock.
    """

    def __init__(
        self,
        composer: Composer,
        table: LetterTable,
        today: Callable[[], date],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._composer = composer
        self._table = table
        self._today = today
        self._now = now

    def take(self, text: str, author: str) -> tuple[Opened, Hidden]:
        """Mask a letter, draft its reply, keep both, and return what was masked: it is in memory this once.

        Raises:
            StoreError: it could not be kept.
        """
        self._table.purge(self._now() - timedelta(days=KEPT_DAYS))
        hidden = hide(text)
        reply = self._composer.draft(hidden.text, self._today())
        kept = Kept(secrets.token_urlsafe(12), author, self._now(), 1, to_text(reply))
        self._table.add(kept)
        return Opened(kept.id, author, kept.at, 1, reply), hidden

    def of(self, author: str) -> tuple[Opened, ...]:
        """Return the letters of an agent, the last one first.

        Raises:
            StoreError: the database does not answer.
        """
        return tuple(opened for kept in self._table.of(author) if (opened := _read(kept)) is not None)

    def open(self, identifier: str, name: str, *, every: bool) -> Opened:
        """Return a letter to whoever answers it, or to anybody who may see `every` one.

        Raises:
            LetterGoneError: there is none, or it is somebody else's.
            StoreError: the database does not answer.
        """
        kept = self._table.find(identifier)
        opened = _read(kept) if kept is not None and (every or kept.author == name) else None
        if opened is None:
            raise LetterGoneError(identifier)
        return opened

    def remove(self, opened: Opened) -> None:
        """Delete a letter.

        Raises:
            StoreError: it could not be deleted.
        """
        self._table.remove(opened.id)

    def validate(self, opened: Opened, line: Line, name: str, checked: str) -> Reply:
        """Validate one line, in the name of one person.

        Args:
            opened: the letter.
            line: of it.
            name: of who validates.
            checked: where they verified it; needed for a line that nothing here proves.

        Raises:
            NotReadyError: nothing stands behind the line.
            LetterChangedError: somebody changed the letter meanwhile.
        """
        if not line.may_be_validated:
            if len(checked.strip()) < 4:
                raise NotReadyError(["checked"])
            line = replace(line, state=State.AGENT, checked=checked.strip()[:400])
        return self._keep(opened, opened.reply.with_line(line.id, replace(line, validated=name)))

    def undo(self, opened: Opened, line: Line) -> Reply:
        """Take a validation back: the line is checked anew as it is written.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        part = part_of(opened.reply, line)
        again = self._composer.rechecked(part, line, line.text, opened.reply.day) if line.checked else line
        return self._keep(opened, opened.reply.with_line(line.id, replace(again, validated="", edited=line.edited)))

    def edit(self, opened: Opened, line: Line, text: str) -> tuple[Reply, Hidden]:
        """Put the agent's words in a line, masked, and check them.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        hidden = self._hidden(opened.reply, text)
        part = part_of(opened.reply, line)
        changed = self._composer.rechecked(part, line, hidden.text, opened.reply.day)
        return self._keep(opened, opened.reply.with_line(line.id, changed)), hidden

    def drop(self, opened: Opened, line: Line) -> Reply:
        """Leave a line out.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        return self._keep(opened, opened.reply.with_line(line.id, None))

    def add(self, opened: Opened, rank: int, text: str) -> tuple[Reply, Hidden]:
        """Add a sentence of the agent's to what answers a question, and check it.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        reply = opened.reply
        hidden = self._hidden(reply, text)
        blank = Line(reply.next_id, "", State.AGENT)
        part = reply.parts[rank]
        line = self._composer.rechecked(part, blank, hidden.text, reply.day)
        parts = (*reply.parts[:rank], replace(part, lines=(*part.lines, line)), *reply.parts[rank + 1 :])
        return self._keep(opened, replace(reply, parts=parts, next_id=reply.next_id + 1)), hidden

    def answer_again(self, opened: Opened, rank: int, pick: str, document: str, ask: str) -> Reply:
        """Answer one question anew.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        words = hide(ask).text if ask else ""
        return self._keep(
            opened, self._composer.answer_again(opened.reply, rank, pick=pick, document=document, ask=words)
        )

    def settle(self, opened: Opened, settled: Settled) -> tuple[Reply, Hidden]:
        """Keep who signs, whom the letter is for, whether a decision is communicated, and how it can be appealed.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        hidden = self._hidden(opened.reply, settled.addressee)
        reply = replace(
            opened.reply,
            decision={"yes": True, "no": False}.get(settled.decision),
            service=" ".join(settled.service.split())[:200],
            addressee=hidden.text,
            appeal=settled.appeal.strip()[:2000],
        )
        return self._keep(opened, reply), hidden

    def hide_more(self, opened: Opened, words: str) -> tuple[Reply, Hidden]:
        """Mask what the rules missed and a reader sees, wherever the letter and its draft say it.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        reply, words = opened.reply, words.strip()[:200]
        if len(words) < _SHORTEST_HIDDEN or words not in reply.letter:
            return reply, Hidden(reply.letter, ())
        taken = tokens_in(" ".join((reply.letter, *(line.text for line in reply.lines()))))
        kind = words_in(Path(__file__).parent)("masked.more_kind")
        number = 1 + max((int(one[:-1].rpartition(" ")[2]) for one in taken if one.startswith(f"[{kind} ")), default=0)
        hidden = HiddenWord(f"[{kind} {number}]", kind, words)

        def masked(text: str) -> str:
            return text.replace(words, hidden.token)

        parts = tuple(
            replace(
                part,
                ask=masked(part.ask),
                searched=masked(part.searched),
                lines=tuple(line if line.sources else replace(line, text=masked(line.text)) for line in part.lines),
            )
            for part in reply.parts
        )
        changed = replace(reply, letter=masked(reply.letter), addressee=masked(reply.addressee), parts=parts)
        return self._keep(opened, changed), Hidden(changed.letter, (hidden,))

    def _hidden(self, reply: Reply, text: str) -> Hidden:
        """Mask what an agent typed, with tokens that the letter does not hold yet."""
        taken = tokens_in(" ".join((reply.letter, *(line.text for line in reply.lines()))))
        return hide(text.strip()[:LONGEST_LINE], taken)

    def _keep(self, opened: Opened, reply: Reply) -> Reply:
        if not self._table.change(Kept(opened.id, opened.author, opened.at, opened.version, to_text(reply))):
            raise LetterChangedError(opened.id)
        return reply


def part_of(reply: Reply, line: Line) -> Part | None:
    """Return what a line is a part of; None for the opening and the closing."""
    return next((part for part in reply.parts if any(one.id == line.id for one in part.lines)), None)


def unready(reply: Reply) -> tuple[str, ...]:
    """Return why a reply may not leave yet, as keys of the table `ready` of words.fr.toml."""
    reasons = []
    if reply.unsettled():
        reasons.append("lines")
    if any(part.open for part in reply.parts):
        reasons.append("gaps")
    if any(not part.lines for part in reply.parts):
        reasons.append("empty")
    if not reply.service:
        reasons.append("service")
    if reply.decision is None:
        reasons.append("decision")
    if reply.decision and not reply.appeal:
        reasons.append("appeal")
    return tuple(reasons)


def check_ready(reply: Reply) -> None:
    """Refuse a reply that may not leave.

    Raises:
        NotReadyError: why.
    """
    if reasons := unready(reply):
        raise NotReadyError(reasons)


def _read(kept: Kept) -> Opened | None:
    try:
        return Opened(kept.id, kept.author, kept.at, kept.version, from_text(kept.content))
    except ValidationError:
        _LOG.error("A letter was written by another version and cannot be read.")
        return None
