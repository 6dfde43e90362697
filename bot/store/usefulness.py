"""Whether readers found answers useful: counts by day and document, which say nothing of who answered."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import reading, writing
from bot.store.tables import UsefulRow

REASONS = ("", "wrong", "incomplete", "unclear", "off_topic")
"""Why an answer was not useful; empty when nothing was said."""


class Usefulness:
    """The counts, in one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, day: date, document: str, reason: str = "", *, useful: bool) -> None:
        """Add one.

        Raises:
            StoreError: it could not be written.
            ValueError: the reason is not one of `REASONS`.
        """
        if reason not in REASONS:
            raise ValueError(reason)
        key = {"day": day.isoformat(), "document": document, "useful": useful, "reason": "" if useful else reason}
        if self._add(key):
            return
        try:
            with writing(self._engine) as session:
                session.add(UsefulRow(**key, count=1))
        except IntegrityError:
            # Another process made the line meanwhile.
            self._add(key)

    def total(self) -> dict[tuple[bool, str], int]:
        """Return how many said each thing, by (useful, reason).

        Raises:
            StoreError: the database does not answer.
        """
        found: dict[tuple[bool, str], int] = {}
        with reading(self._engine) as session:
            for row in session.scalars(select(UsefulRow)):
                found[row.useful, row.reason] = found.get((row.useful, row.reason), 0) + row.count
        return found

    def _add(self, key: dict[str, object]) -> bool:
        with writing(self._engine) as session:
            done = update(UsefulRow).filter_by(**key).values(count=UsefulRow.count + 1).returning(UsefulRow.count)
            return session.scalar(done) is not None
