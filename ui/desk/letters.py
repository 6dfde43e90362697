"""The letters of the desk: taken in masked, drafted, changed line by line, read by a second person, ready to leave."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import ValidationError

from bot.letter import Composer, Hidden, HiddenWord, Line, Precedents, Reply, State, hide
from bot.letter.masking import tokens_in
from bot.letter.reply import from_text, to_text
from bot.store import Kept, LetterTable
from ui.desk.figures import Figures, nobody_counts
from ui.desk.opened import LetterChangedError, LetterGoneError, NotReadyError, Opened, Settled, part_of
from ui.identity import words_in

LONGEST_LINE = 1500
_SHORTEST_HIDDEN = 2
_LOG = logging.getLogger("cite.ui")


class Letters:
    """The letters, and what an agent may do to them.

    Args:
        composer: drafts and checks.
        table: where they are kept, masked.
        today: the civil day.
        now: the clock.
        figures: counts what is done, by nobody, and proposes cases; None does neither.
        precedents: keeps the sentences of the letters that leave; None keeps none.

    """

    def __init__(
        self,
        composer: Composer,
        table: LetterTable,
        today: Callable[[], date],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        figures: Figures | None = None,
        precedents: Precedents | None = None,
    ) -> None:
        self._composer = composer
        self._table = table
        self._today = today
        self._now = now
        self._figures = figures or nobody_counts()
        self._precedents = precedents

    @property
    def today(self) -> date:
        """The civil day."""
        return self._today()

    def take(self, text: str, author: str, day: date | None = None) -> tuple[Opened, Hidden]:
        """Mask a letter, draft its reply, keep both, and return what was masked: it is in memory this once.

        Args:
            text: as read.
            author: name of who answers it.
            day: whose versions of the documents are quoted; today's when None.

        Raises:
            StoreError: it could not be kept.
        """
        hidden = hide(text)
        reply = self._composer.draft(hidden.text, day or self._today(), self._today())
        self._figures.count("drafted")
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

    def waiting(self, reader: str) -> tuple[Opened, ...]:
        """Return the letters of others that wait for a second reader, the oldest first.

        Raises:
            StoreError: the database does not answer.
        """
        return tuple(opened for kept in self._table.awaiting(reader) if (opened := _read(kept)) is not None)

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
        # A sentence of the agents' own corpus is told to nobody before somebody says, of that one, that it may be.
        line = replace(line, validated=name, disclosed=line.internal)
        reply = self.keep(opened, opened.reply.with_line(line.id, line))
        self._figures.validated(part_of(reply, line), line)
        return reply

    def undo(self, opened: Opened, line: Line) -> Reply:
        """Take a validation back: the line is checked anew as it is written.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        part = part_of(opened.reply, line)
        again = self._composer.rechecked(part, line, line.text, opened.reply.day) if line.checked else line
        again = replace(again, validated="", disclosed=False, edited=line.edited)
        return self.keep(opened, opened.reply.with_line(line.id, again))

    def edit(self, opened: Opened, line: Line, text: str) -> tuple[Reply, Hidden]:
        """Put the agent's words in a line, masked, and check them.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        hidden = self.hidden(opened.reply, text)
        part = part_of(opened.reply, line)
        changed = replace(self._composer.rechecked(part, line, hidden.text, opened.reply.day), disclosed=False)
        reply = self.keep(opened, opened.reply.with_line(line.id, changed))
        self._figures.edited(part, line, changed)
        return reply, hidden

    def simplify(self, opened: Opened, line: Line, text: str) -> tuple[Reply, Hidden]:
        """Put simpler words in the place of a quote, which stays beside them; they are to be checked.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        hidden = self.hidden(opened.reply, text)
        changed = self._composer.simplified(line, hidden.text)
        return self.keep(opened, opened.reply.with_line(line.id, changed)), hidden

    def drop(self, opened: Opened, line: Line) -> Reply:
        """Leave a line out.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        reply = self.keep(opened, opened.reply.with_line(line.id, None))
        self._figures.dropped(part_of(opened.reply, line), line)
        return reply

    def add(self, opened: Opened, rank: int, text: str) -> tuple[Reply, Hidden]:
        """Add a sentence of the agent's to what answers a question, and check it.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        reply = opened.reply
        hidden = self.hidden(reply, text)
        blank = Line(reply.next_id, "", State.AGENT)
        part = reply.parts[rank]
        line = self._composer.rechecked(part, blank, hidden.text, reply.day)
        parts = (*reply.parts[:rank], replace(part, lines=(*part.lines, line)), *reply.parts[rank + 1 :])
        changed = self.keep(opened, replace(reply, parts=parts, next_id=reply.next_id + 1))
        self._figures.count("added", part.key)
        return changed, hidden

    def answer_again(self, opened: Opened, rank: int, pick: str, document: str, ask: str) -> Reply:
        """Answer one question anew.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        words = hide(ask).text if ask else ""
        anew = self._composer.answer_again(opened.reply, rank, pick=pick, document=document, ask=words)
        reply = self.keep(opened, anew)
        self._figures.answered(opened.reply.parts[rank], reply.parts[rank], reworded=bool(words))
        return reply

    def reuse(self, opened: Opened, rank: int, identifier: str) -> Reply:
        """Answer one question with sentences that were validated before.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
            NotReadyError: one of their passages changed since: they stand no more.
        """
        reply = self._composer.reuse(opened.reply, rank, identifier)
        if reply is None:
            raise NotReadyError(["offer"])
        self.keep(opened, reply)
        self._figures.count("reused", reply.parts[rank].key)
        return reply

    def settle(self, opened: Opened, settled: Settled) -> tuple[Reply, Hidden]:
        """Keep who signs, whom the letter is for, whether a decision is communicated, and how it can be appealed.

        Raises:
            LetterChangedError: somebody changed the letter meanwhile.
        """
        hidden = self.hidden(opened.reply, settled.addressee)
        reply = replace(
            opened.reply,
            decision={"yes": True, "no": False}.get(settled.decision),
            service=" ".join(settled.service.split())[:200],
            addressee=hidden.text,
            appeal=settled.appeal.replace("\r\n", "\n").strip()[:2000],
        )
        return self.keep(opened, reply), hidden

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
        reading = reply.reading and replace(reply.reading, reason=masked(reply.reading.reason))
        changed = replace(reply, letter=masked(reply.letter), addressee=masked(reply.addressee), parts=parts)
        changed = replace(changed, reading=reading)
        return self.keep(opened, changed), Hidden(changed.letter, (hidden,))

    def exported(self, opened: Opened) -> None:
        """Note that a reply leaves: its sentences may serve again, and it is counted, once.

        Raises:
            StoreError: nothing was noted.
        """
        if opened.reply.exported:
            return
        try:
            self.keep(opened, replace(opened.reply, exported=True), as_it_is=True)
        except LetterChangedError:
            # Noted by the request before, or changed since: it is then noted when it leaves as it is.
            return
        if self._precedents is not None:
            self._precedents.keep(opened.reply, self._today())
        self._figures.exported(opened.reply)

    def hidden(self, reply: Reply, text: str) -> Hidden:
        """Mask what somebody typed, with tokens that the letter does not hold yet."""
        taken = tokens_in(" ".join((reply.letter, *(line.text for line in reply.lines()))))
        # Forms send two characters for the end of a line.
        return hide(text.replace("\r\n", "\n").strip()[:LONGEST_LINE], taken)

    def keep(self, opened: Opened, reply: Reply, *, as_it_is: bool = False) -> Reply:
        """Write a reply; one that says something else than what was read or sent is to be read and sent anew."""
        if not as_it_is:
            refused = reply.reading is not None and reply.reading.state == "refused"
            reply = replace(reply, reading=reply.reading if refused else None, exported=False)
        waits = "asked" if reply.reading is not None and reply.reading.state == "asked" else ""
        if not self._table.change(Kept(opened.id, opened.author, opened.at, opened.version, to_text(reply), waits)):
            raise LetterChangedError(opened.id)
        return reply


def _read(kept: Kept) -> Opened | None:
    try:
        return Opened(kept.id, kept.author, kept.at, kept.version, from_text(kept.content))
    except ValidationError:
        _LOG.error("A letter was written by another version and cannot be read.")
        return None
