"""What is said when a turn ends without an answer, and whom to call; all the words are in replies.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
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
    """The step that gives every turn a human contact: the one a step named, else the one whose matter is nearest."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def __call__(self, turn: Turn) -> Turn:
        """Name the contact; a question that matches no line is sent to the default one."""
        return replace(turn, contact=next((contact.id for contact in self._fitting(turn)), ""))

    def _fitting(self, turn: Turn) -> Iterator[Contact]:
        named = (*turn.urgent[:1], turn.contact) if turn.status is Status.HANDOVER_URGENT else (turn.contact,)
        yield from (contact for name in named if (contact := self._contacts.get(name)) is not None)
        matter = " ".join([turn.query, *((turn.card.title,) if turn.card and turn.sentences else ())])
        for contact in (self._contacts.for_topic([matter]), self._contacts.get(texts()["contact"]["default"])):
            if contact is not None:
                yield contact

    def contact(self, turn: Turn) -> Contact | None:
        """Return the contact of a turn."""
        return self._contacts.get(turn.contact)

    def urgent(self, turn: Turn) -> tuple[Contact, ...]:
        """Return the emergency lines of a turn, most fitting first."""
        found = (self._contacts.get(name) for name in turn.urgent)
        return tuple(contact for contact in found if contact is not None)


def status_text(status: Status, topic: str = "") -> str:
    """Return what a resident reads for a status; empty for an answer, which speaks for itself.

    Args:
        status: how the turn ended.
        topic: what was understood (a place, an authority, a category); replaced by a general word when empty.
    """
    known = topic or texts()["topic"].get(status, "")
    return texts()["status"][status].format(limit=LONGEST, topic=known)


def notice_text(key: str, value: str) -> str:
    """Return what is read before an answer, in French."""
    return texts()["notice"][key].format(value=value)


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
