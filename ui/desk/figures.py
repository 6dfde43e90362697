"""What becomes of the sentences proposed, counted by month and document; and the lines that may become cases.

Nothing here says who did anything, nor on which day, nor a word of a letter: a figure is about the machine, never about
an agent. The question of a candidate is kept only in the agent's own words, and only when a mask finds nothing in them.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import date
from typing import Any

from bot.errors import StoreError
from bot.letter import Line, Part, Reply, State, hide
from bot.letter.masking import tokens_in
from bot.store import DeskFigures

_LOG = logging.getLogger("cite.ui")


class Figures:
    """Counts, and proposes.

    What cannot be written is logged and left: a letter never waits for a figure.

    Args:
        table: where both are kept; None keeps nothing.
        today: the civil day.
    """

    def __init__(self, table: DeskFigures | None, today: Callable[[], date]) -> None:
        self._table = table
        self._today = today

    @property
    def _month(self) -> str:
        return f"{self._today():%Y-%m}"

    def count(self, act: str, document: str = "") -> None:
        """Count one act of `bot.store.DESK_ACTS`."""
        if self._table is None:
            return
        try:
            self._table.count(self._month, act, document)
        except StoreError as error:
            _LOG.error("A figure of the desk was not counted: %s", error)

    def validated(self, part: Part | None, line: Line) -> None:
        """Count a line that a person validated; apart when it took another source than ours."""
        self.count("checked" if line.checked else "validated", part.key if part else "")

    def edited(self, part: Part | None, before: Line, after: Line) -> None:
        """Count a line that was written otherwise; one that quoted a document is proposed as a case."""
        self.count("edited", part.key if part else "")
        if part is not None and _proposed(before) and before.text != after.text:
            self._propose("edited", part, before, written=_clean(after.text), state=str(after.state), why=after.why)

    def dropped(self, part: Part | None, line: Line) -> None:
        """Count a line that was left out; one that quoted a document is proposed as a case."""
        self.count("dropped", part.key if part else "")
        if part is not None and _proposed(line):
            self._propose("dropped", part, line)

    def answered(self, before: Part, after: Part, *, reworded: bool) -> None:
        """Count a question answered anew; another document than the first one found is proposed as a case."""
        self.count("reworded" if reworded else "picked", before.key)
        if before.key != after.key:
            self._propose("procedure", after, None, instead_of=before.key)

    def exported(self, reply: Reply) -> None:
        """Count a letter that leaves; what answered each of its questions is proposed as a case."""
        self.count("exported")
        for part in reply.parts:
            quoted = [line for line in part.lines if line.sources and line.validated and not line.internal]
            if part.key and quoted:
                passages = sorted({one.passage for line in quoted for one in line.sources if one.passage})
                self._propose("validated", part, None, passages=passages)

    def _propose(self, kind: str, part: Part, line: Line | None, **more: Any) -> None:
        if self._table is None or (line is not None and line.internal):
            return
        said = {
            "kind": kind,
            "q": _clean(part.searched) if part.worded else "",
            "lang": "fr",
            "document": part.key,
            "title": part.title,
            "branch": list(part.branch),
        }
        if line is not None:
            said |= {"proposed": line.sources[0].quote, "passages": [one.passage for one in line.sources]}
        said |= more
        identifier = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:24]
        content = json.dumps({"id": identifier, "month": self._month, **said}, ensure_ascii=False)
        try:
            self._table.propose(identifier, self._month, content)
        except StoreError as error:
            _LOG.error("A candidate case of the desk was not kept: %s", error)


def nobody_counts() -> Figures:
    """Return figures that keep nothing."""
    return Figures(None, date.today)


def _proposed(line: Line) -> bool:
    """Tell a line that the machine took from a document."""
    proved = line.state in {State.QUOTE, State.VERIFIED} or line.why == "old"
    return proved and any(one.passage for one in line.sources)


def _clean(text: str) -> str:
    """Return a text in which nothing of anybody is found; empty otherwise."""
    return "" if tokens_in(text) or hide(text).words else text
