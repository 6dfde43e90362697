"""The letters being answered, masked, each with its reply: one text that ui/desk reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select, update

from bot.store.database import reading, writing
from bot.store.tables import LetterRow

KEPT_DAYS = 30
"""A letter is answered within the month, or taken up again from its original."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One letter.

    Attributes:
        id: 16 URL-safe characters drawn at random.
        author: name of the agent who answers it.
        at: when it was taken up.
        version: counts the changes: what was read at one is not written over another.
        content: JSON; every text in it is masked.
        reading: `asked` while the letter waits for a second reader; empty otherwise.
    """

    id: str
    author: str
    at: datetime
    version: int
    content: str
    reading: str = ""


class LetterTable:
    """The letters, in one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, letter: Kept) -> None:
        """Keep a new letter.

        Raises:
            StoreError: it could not be written.
        """
        with writing(self._engine) as session:
            session.add(
                LetterRow(
                    id=letter.id,
                    author=letter.author,
                    at=letter.at.timestamp(),
                    version=letter.version,
                    content=letter.content,
                    reading=letter.reading,
                )
            )

    def find(self, identifier: str) -> Kept | None:
        """Return a letter, or None.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            row = session.get(LetterRow, identifier)
            return None if row is None else _kept(row)

    def of(self, author: str) -> tuple[Kept, ...]:
        """Return the letters of an agent, the last one first.

        Raises:
            StoreError: the database does not answer.
        """
        wanted = select(LetterRow).where(LetterRow.author == author).order_by(LetterRow.at.desc())
        with reading(self._engine) as session:
            return tuple(_kept(row) for row in session.scalars(wanted))

    def awaiting(self, reader: str) -> tuple[Kept, ...]:
        """Return the letters of others that wait for a second reader, the oldest first.

        Raises:
            StoreError: the database does not answer.
        """
        waiting = (LetterRow.reading == "asked") & (LetterRow.author != reader)
        with reading(self._engine) as session:
            return tuple(_kept(row) for row in session.scalars(select(LetterRow).where(waiting).order_by(LetterRow.at)))

    def change(self, letter: Kept) -> bool:
        """Write the content of a letter read at `version`; tell whether nobody changed it meanwhile.

        Raises:
            StoreError: nothing was written.
        """
        same = (LetterRow.id == letter.id) & (LetterRow.version == letter.version)
        values = {"content": letter.content, "version": letter.version + 1, "reading": letter.reading}
        with writing(self._engine) as session:
            return session.scalar(update(LetterRow).where(same).values(values).returning(LetterRow.id)) is not None

    def remove(self, identifier: str) -> None:
        """Delete a letter.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            session.execute(delete(LetterRow).where(LetterRow.id == identifier))

    def purge(self, before: datetime) -> int:
        """Delete the letters taken up before a time, and return how many.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            old = delete(LetterRow).where(LetterRow.at < before.timestamp()).returning(LetterRow.id)
            return len(session.scalars(old).all())


def _kept(row: LetterRow) -> Kept:
    return Kept(row.id, row.author, datetime.fromtimestamp(row.at, UTC), row.version, row.content, row.reading)
