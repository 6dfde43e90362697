"""The journal: who did what, to what, and why; refusals too. Read by administrators, kept a year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from anyio.to_thread import run_sync
from fastapi import Request

from bot.store import Act, ActTable

KEPT_DAYS = 365
"""CNIL, délibération 2021-122: six months to a year for the traces of who did what."""


class Named(Protocol):
    """Somebody with a name."""

    @property
    def name(self) -> str:
        """As signed in."""
        ...


class Journal:
    """Writes lines.

    Args:
        table: where they are kept.
        now: the clock.
    """

    def __init__(self, table: ActTable, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._table = table
        self._now = now

    def write_now(self, who: str, what: str, subject: str, why: str) -> None:
        """Write one line.

        Args:
            who: name of the person; empty for nobody.
            what: a key of the table `act` of words.fr.toml, or a sentence.
            subject: what it was done to; never a word of a letter.
            why: the reason given.

        Raises:
            StoreError: it could not be written; what it tells must then not be done.
            ValueError: no reason was given.
        """
        if not why.strip():
            raise ValueError(what)
        self._table.keep(Act(self._now(), who, what, subject, why.strip()))

    async def write(self, person: Named | None, what: str, subject: str, why: str) -> None:
        """Write one line without holding the other requests; arguments and errors are those of `write_now`."""
        await run_sync(lambda: self.write_now(person.name if person else "", what, subject, why))

    def latest(self, count: int = 200) -> tuple[Act, ...]:
        """Return the latest lines, the last one first.

        Raises:
            StoreError: the database does not answer.
        """
        return self._table.latest(count)

    def purge(self) -> int:
        """Delete the lines that are a year old, and return how many.

        Raises:
            StoreError: nothing was deleted.
        """
        return self._table.purge(self._now() - timedelta(days=KEPT_DAYS))


def journal_of(request: Request) -> Journal:
    """Return the journal of the service."""
    journal: Journal = request.app.state.identity.journal
    return journal
