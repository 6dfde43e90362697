"""Asking for a person, understood before any search, in six languages (data: human.toml)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

from bot.turn import Status, Turn
from corpus.analyse import fold
from corpus.contacts import Contacts

_FILE = Path(__file__).with_suffix(".toml")
_MARKS = re.compile(r"[^\w]+|_")
_SHORTENED = re.compile(r"\b(?:qqn|qq1|qqun|kelkun|kelk1|quelqun|quelquun)\b")
_ARABIC = str.maketrans("ىةأإآ", "يهااا")
_ARRONDISSEMENT = re.compile(
    r"\b(?:750(?P<code>0[1-9]|1\d|20)|(?P<rank>1?\d|20) ?(?:e|er|eme|ieme|th|st|nd|rd)\b|"
    r"arrondissement (?P<after>1?\d|20)\b)"
)
_CENTRE = re.compile(r"\bparis centre\b")
_LONGEST = 60
"""Words: in a longer message a person is part of a story, and the question of the story is answered."""


class Human:
    """The step that hands over to a person on request: the City's line, or the town hall that the message names.

    Args:
        contacts: where the lines are; without one for the town hall, the reply names the default one.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def __call__(self, turn: Turn) -> Turn:
        """Settle a turn that asks for a person."""
        if turn.status is not None or not asks_for_a_person(turn.text):
            return turn
        number = arrondissement(turn.text)
        hall = self._contacts.town_hall(number) if number else None
        return replace(turn, status=Status.HANDOVER_HUMAN, contact=hall.id if hall else turn.contact)


def asks_for_a_person(text: str) -> bool:
    """Say whether the message asks to speak with a person, rather than whom to see about something."""
    said = _said(text)
    if len(said.split()) > _LONGEST:
        return False
    return any(asks.search(said) and not other.search(said) for asks, other in _languages())


def arrondissement(text: str) -> int | None:
    """Return the arrondissement that a message names ("19e", "75019", "Paris Centre"), None without one."""
    said = _said(text)
    if _CENTRE.search(said):
        return 1
    found = _ARRONDISSEMENT.search(said)
    number = int(found["code"] or found["rank"] or found["after"]) if found else 0
    return number if 1 <= number <= 20 else None


def _said(text: str) -> str:
    return _SHORTENED.sub("quelqu un", _MARKS.sub(" ", fold(text)).translate(_ARABIC).strip())


@cache
def _languages() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    words: dict[str, str] = data["words"]

    def compiled(expressions: list[str], code: str) -> re.Pattern[str]:
        filled = [re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), one) for one in expressions]
        # Chinese writes no space between words.
        edges = ("", "") if code == "zh" else (r"(?<!\w)", r"(?!\w)")
        return re.compile(f"{edges[0]}(?:{'|'.join(filled)}){edges[1]}")

    return tuple((compiled(one["asks"], one["code"]), compiled(one["not"], one["code"])) for one in data["language"])
