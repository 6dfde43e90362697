"""« Source fausse »: passages that nobody may be quoted from, and themes closed after a severe error.

One file beside the signed records, read at each answer by every process that serves: what is put in it holds at the
next answer. It only grows: who lifts a quarantine says why. When it cannot be read, nothing is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.turn import Sentence, Turn
from ethics.errors import RecordsError
from ui.book import Book, Line

FILE = "quarantine.jsonl"

PUT, LIFT = "put", "lift"
CLOSE, OPEN = "close", "open"


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that was done, or that holds now.

    Attributes:
        act: `put` or `lift` of a passage, `close` or `open` of a theme.
        what: ref of the passage, or the theme.
        why: the reason given, without a name.
        time: when.
        case: number of the case that it follows from, or empty.
        filed: a suspension of the signed log holds the theme, which a quorum alone lifts.
    """

    act: str
    what: str
    why: str
    time: datetime
    case: str = ""
    filed: bool = False


@dataclass(frozen=True, slots=True)
class _Now:
    passages: Mapping[str, Kept]
    themes: Mapping[str, Kept]
    history: tuple[Kept, ...]


class Quarantine:
    """What is withheld now.

    Args:
        folder: of the records.
    """

    def __init__(self, folder: Path) -> None:
        self._book = Book(folder / FILE)
        self._of: tuple[Line, ...] | None = None
        self._now = _Now({}, {}, ())

    @property
    def passages(self) -> Mapping[str, Kept]:
        """The passages in quarantine, by ref.

        Raises:
            RecordsError: the file cannot be read.
        """
        return self._state().passages

    @property
    def themes(self) -> Mapping[str, Kept]:
        """The themes closed here; those that a suspension of the signed log closes are with the gate.

        Raises:
            RecordsError: the file cannot be read.
        """
        return self._state().themes

    @property
    def history(self) -> tuple[Kept, ...]:
        """Everything that was done, the oldest first.

        Raises:
            RecordsError: the file cannot be read.
        """
        return self._state().history

    def stops(self, turn: Turn) -> bool:
        """Tell whether an answer quotes, or lists, a passage in quarantine."""
        held = self.passages
        return bool(held) and (self.stops_any(turn.sentences) or any(one.ref in held for one in turn.also))

    def stops_any(self, sentences: Iterable[Sentence]) -> bool:
        """Tell the same of sentences, before their answer is whole."""
        held = self.passages
        return bool(held) and any(citation.passage in held for one in sentences for citation in one.citations)

    def put(self, passage: str, why: str, now: datetime, case: str = "") -> bool:
        """Put a passage in quarantine; False when it is there already.

        Raises:
            RecordsError: it could not be written.
        """
        return self._changed(Kept(PUT, passage, why, now, case), there=False)

    def lift(self, passage: str, why: str, now: datetime) -> bool:
        """Let a passage be quoted again; False when it was not in quarantine.

        Raises:
            RecordsError: it could not be written.
        """
        return self._changed(Kept(LIFT, passage, why, now), there=True)

    def reopen(self, theme: str, why: str, now: datetime) -> bool:
        """Answer again from the documents of a theme closed here; False when it was not.

        Raises:
            RecordsError: it could not be written.
        """
        return self._changed(Kept(OPEN, theme, why, now), there=True)

    @contextmanager
    def holding(self) -> Iterator[Callable[[Kept], None]]:
        """Hold the file, so that what is read inside the block is what the line given then follows.

        Raises:
            RecordsError: it could not be written.
        """
        with self._book.adding() as add:
            yield lambda kept: add(_line(kept))

    def _changed(self, kept: Kept, *, there: bool) -> bool:
        with self._book.adding() as add:
            now = self._state()
            held = now.passages if kept.act in {PUT, LIFT} else now.themes
            if (kept.what in held) is not there:
                return False
            add(_line(kept))
        return True

    def _state(self) -> _Now:
        lines = self._book.lines()
        if lines is not self._of:
            self._now = _now(lines)
            self._of = lines
        return self._now


def _now(lines: tuple[Line, ...]) -> _Now:
    history = tuple(map(_read, lines))
    passages: dict[str, Kept] = {}
    themes: dict[str, Kept] = {}
    for one in history:
        if one.act == PUT:
            passages[one.what] = one
        elif one.act == LIFT:
            passages.pop(one.what, None)
        elif one.act == CLOSE and not one.filed:
            themes[one.what] = one
        elif one.act == OPEN:
            themes.pop(one.what, None)
    return _Now(passages, themes, history)


def _read(line: Line) -> Kept:
    try:
        kept = Kept(
            str(line["act"]),
            str(line["what"]),
            str(line["why"]),
            datetime.fromisoformat(line["time"]),
            str(line.get("case", "")),
            line.get("filed") is True,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable() from error
    if kept.act not in {PUT, LIFT, CLOSE, OPEN}:
        raise _unreadable()
    return kept


def _line(kept: Kept) -> Line:
    said: Line = {"act": kept.act, "what": kept.what, "why": kept.why, "time": kept.time.isoformat()}
    return said | {"case": kept.case, "filed": kept.filed}


def _unreadable() -> RecordsError:
    return RecordsError(
        f"Le fichier {FILE} contient une ligne que ce programme ne comprend pas : remettez-en une copie saine dans le "
        "dossier des registres."
    )
