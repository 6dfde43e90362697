"""Where a quote may come from: the document that answers, the cases that the question leaves, and Paris."""

from __future__ import annotations

from functools import lru_cache

from bot.cues import Window
from bot.places import town_heard
from bot.turn import Origin, Turn
from corpus.document import Passage
from corpus.situations import names_paris


def misplaced(passage: Passage, turn: Turn) -> str:
    """Return why a true quote of a passage says nothing to who asks, as a key of reasons.toml; empty when it may.

    A turn that was given no document, or whose cases nobody looked at, is not looked at here.
    """
    if turn.card is not None and passage.key != turn.card.key:
        return "other_document"
    if turn.passages and passage.ref not in {own.ref for own in turn.passages}:
        return "other_document"
    if turn.settled is not None and not turn.settled.holds(passage.path):
        taken = turn.settled.taken
        if any(step.choice in taken and taken[step.choice].label != step.title for step in passage.path):
            return "other_branch"
        # A case that nobody settled is as little the asker's: only the quoted answer tells which of them it shows.
        shown = {c.passage for s in turn.sentences if s.origin is Origin.QUOTE for c in s.citations}
        if shown and passage.ref not in shown:
            return "other_branch"
    return "other_town" if _elsewhere(passage, turn) else ""


def _elsewhere(passage: Passage, turn: Turn) -> bool:
    """Tell whether the title or a heading is for another town than Paris, and the question does not name it."""
    towns = {_town(label) for label in (passage.title, *(step.title for step in passage.path))} - {""}
    return bool(towns) and _town(turn.query) not in towns


@lru_cache(maxsize=4_096)
def _town(label: str) -> str:
    """The town that a label is for; empty when there is none, or when Paris is named beside it."""
    return "" if names_paris(label) else town_heard(Window.of(label))
