"""First look at a question: empty, too long, or full of characters no one types."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.turn import Status, Turn

LONGEST = 4000
"""Characters of one message: twice the longest citizen's letter of the public evaluation set."""


def screen(turn: Turn) -> Turn:
    """Clean the text of invisible and control characters; settle the turn when there is nothing to answer."""
    cleaned = "".join(" " if c in "\t\n\r" else c for c in turn.text if _visible(c) or c in "\t\n\r").strip()
    # Composing takes a time that grows with the square of a run of accents; a text written apart is not twice as long.
    text = unicodedata.normalize("NFC", cleaned) if len(cleaned) <= 2 * LONGEST else cleaned
    if not any(c.isalnum() for c in text):
        return replace(turn, text="", status=Status.REFUSED_EMPTY)
    if len(text) > LONGEST:
        # The steps that run on every turn need no more to find a contact.
        return replace(turn, text=text[:LONGEST], status=Status.REFUSED_TOO_LONG)
    return replace(turn, text=text)


def _visible(character: str) -> bool:
    """Control, format, surrogate, private and unassigned characters carry no word of a question."""
    return not unicodedata.category(character).startswith("C")
