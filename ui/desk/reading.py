"""The second reading of a reply: asked by its author, agreed or refused with a reason by somebody else."""

from __future__ import annotations

from dataclasses import replace

from bot.letter import Reading, Reply
from ui.desk.letters import Letters
from ui.desk.opened import (
    LetterChangedError,
    LetterGoneError,
    NotReadyError,
    Opened,
    OwnLetterError,
    unready,
)

_SHORTEST_REASON = 4


class SecondReaders:
    """What a second reader may do.

    Args:
        letters: where the letters are.
    """

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def ask(self, opened: Opened) -> Reply:
        """Ask that a second person reads a reply; it then leaves only if they agree.

        Raises:
            NotReadyError: it is not finished.
            LetterChangedError: somebody changed the letter meanwhile.
        """
        if reasons := unready(opened.reply):
            raise NotReadyError(reasons)
        asked = replace(opened.reply, second=True, reading=Reading("asked", self._letters.today), exported=False)
        return self._letters.keep(opened, asked, as_it_is=True)

    def waiting(self, reader: str) -> tuple[Opened, ...]:
        """Return the letters of others that wait for a second reader, the oldest first.

        Raises:
            StoreError: the database does not answer.
        """
        return self._letters.waiting(reader)

    def open(self, identifier: str, reader: str) -> Opened:
        """Return a letter to its second reader.

        Raises:
            LetterGoneError: there is none, or it waits for nobody.
            OwnLetterError: it is theirs.
            StoreError: the database does not answer.
        """
        opened = self._letters.open(identifier, reader, every=True)
        _check_other(opened, reader)
        if opened.reply.reading is None or opened.reply.reading.state != "asked":
            raise LetterGoneError(identifier)
        return opened

    def answer(self, opened: Opened, reader: str, version: int, refusal: str | None) -> Reply:
        """Write what the second reader says.

        Args:
            opened: by `open`.
            reader: their name.
            version: the one that they read.
            refusal: why they refuse, masked here; None when they agree.

        Raises:
            OwnLetterError: it is theirs.
            LetterChangedError: the letter is no longer what they read.
            NotReadyError: it is refused without a reason.
        """
        _check_other(opened, reader)
        if opened.version != version:
            raise LetterChangedError(opened.id)
        reason = "" if refusal is None else self._letters.hidden(opened.reply, refusal).text
        if refusal is not None and len(reason) < _SHORTEST_REASON:
            raise NotReadyError(["reason"])
        state = "agreed" if refusal is None else "refused"
        said = replace(opened.reply, reading=Reading(state, self._letters.today, reader, reason))
        return self._letters.keep(opened, said, as_it_is=True)


def _check_other(opened: Opened, reader: str) -> None:
    """Refuse who wrote a letter, or validated a sentence of it in the place of its author.

    Raises:
        OwnLetterError: it is theirs.
    """
    if reader == opened.author or any(line.validated == reader for line in opened.reply.lines()):
        raise OwnLetterError(opened.id)
