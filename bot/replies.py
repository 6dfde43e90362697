"""What is said when a turn ends without an answer, and whom to call; all the words are in replies.toml."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from bot.screen import LONGEST
from bot.turn import Status, Turn
from corpus.contacts import Contact, Contacts

_FILE = Path(__file__).with_suffix(".toml")
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)


class Reply:
    """The step that gives every turn a human contact, the one whose matter is nearest."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def __call__(self, turn: Turn) -> Turn:
        """Name the contact; a question that matches no line is sent to the default one."""
        matter = " ".join([turn.text, *((turn.card.title,) if turn.card and turn.sentences else ())])
        contact = self._contacts.for_topic([matter]) or self._contacts.get(texts()["contact"]["default"])
        return replace(turn, contact=contact.id if contact else "")

    def contact(self, turn: Turn) -> Contact | None:
        """Return the contact of a turn."""
        return self._contacts.get(turn.contact)


def status_text(status: Status) -> str:
    """Return what a resident reads for a status; empty for an answer, which speaks for itself."""
    return texts()["status"][status].format(limit=LONGEST)


def asked_text(prompt: str) -> str:
    """Return the question put to the resident; a mere heading of the document is made one."""
    return prompt if prompt.endswith("?") else texts()["screen"]["which"].format(heading=prompt)


def warning_text(key: str, value: str) -> str:
    """Return a precaution in French; `value` is an ISO day, a count, or empty."""
    return texts()["warning"][key].format(date=day_text(value), count=value)


def day_text(value: str | date | None) -> str:
    """Write an ISO day in French (`2020-08-26` gives `26 août 2020`); other text is returned as it is."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return str(value or "")
    rank = "1er" if day.day == 1 else str(day.day)
    return f"{rank} {_MONTHS[day.month - 1]} {day.year}"


@cache
def texts() -> dict[str, dict[str, str]]:
    """Every sentence of the house that a resident may read, by table."""
    tables: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tables
