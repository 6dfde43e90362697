"""What was done or refused inside the house: who, what, on what, why. Lines are added, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select

from bot.store.database import reading, writing
from bot.store.tables import ActRow


@dataclass(frozen=True, slots=True)
class Act:
    """One line.

    Attributes:
        who: name of the person; empty when nobody was signed in.
        what: a key of `[act]` in ui/identity/words.fr.toml, or a sentence.
        subject: what it was done to: an account, a letter, an address.
        why: the reason given.
    """

    at: datetime
    who: str
    what: str
    subject: str
    why: str


class ActTable:
    """The lines, in one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, act: Act) -> None:
        """Add a line.

        Raises:
            StoreError: it could not be written.
        """
        row = ActRow(at=act.at.timestamp(), who=act.who, what=act.what, subject=act.subject[:400], why=act.why[:2000])
        with writing(self._engine) as session:
            session.add(row)

    def latest(self, count: int = 200, who: str | None = None) -> tuple[Act, ...]:
        """Return the latest lines, the last one first; of one person when `who` is given.

        Raises:
            StoreError: the database does not answer.
        """
        wanted = select(ActRow).order_by(ActRow.at.desc(), ActRow.id.desc()).limit(count)
        if who is not None:
            wanted = wanted.where(ActRow.who == who)
        with reading(self._engine) as session:
            return tuple(
                Act(datetime.fromtimestamp(row.at, UTC), row.who, row.what, row.subject, row.why)
                for row in session.scalars(wanted)
            )

    def purge(self, before: datetime) -> int:
        """Delete the lines older than a time, and return how many.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            old = delete(ActRow).where(ActRow.at < before.timestamp()).returning(ActRow.id)
            return len(session.scalars(old).all())
