"""What the service keeps of each turn: how it ended and what it quoted, never what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import IntegrityError

from bot.store.database import reading, writing
from bot.store.tables import QuotedRow, TurnRow


@dataclass(frozen=True, slots=True)
class Line:
    """One turn, as it is kept.

    Attributes:
        receipt: its number, as printed on the answer.
        at: when it ended, with its zone.
        status: one of `bot.turn.Status`.
        digest: SHA-256 of the answer as served, 64 hex digits.
        release: fingerprint of what answered, or the word that says that it is no release.
        document: id of the document answered from, empty without one.
        passages: refs of the passages quoted, in the order of the answer.
        language: ISO 639-1.
        generated: a model worded something that was shown.
        milliseconds: from the question to the end.
        energy: Wh, low and high; None when nothing is known of it.
    """

    receipt: str
    at: datetime
    status: str
    digest: str
    release: str
    document: str
    passages: tuple[str, ...]
    language: str
    generated: bool
    milliseconds: float
    energy: tuple[float, float] | None


class TurnStore:
    """The turns kept, in one database; safe for concurrent use by threads and processes.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, line: Line) -> None:
        """Write one turn; durable when it returns. The same receipt twice is the same turn, kept once.

        Raises:
            StoreError: it could not be written; nothing of it is kept.
        """
        low, high = line.energy or (None, None)
        row = TurnRow(
            receipt=line.receipt,
            at=line.at.timestamp(),
            status=line.status,
            digest=line.digest,
            release=line.release,
            document=line.document,
            language=line.language,
            generated=line.generated,
            milliseconds=line.milliseconds,
            energy_low=low,
            energy_high=high,
            quoted=[QuotedRow(position=at, passage=ref) for at, ref in enumerate(line.passages)],
        )
        try:
            with writing(self._engine) as session:
                session.add(row)
        except IntegrityError:
            if self.find(line.receipt) is None:
                raise

    def find(self, receipt: str) -> Line | None:
        """Return the turn of a receipt, or None."""
        found = self._lines(select(TurnRow).where(TurnRow.receipt == receipt))
        return found[0] if found else None

    def quoting(self, passage: str) -> tuple[Line, ...]:
        """Return the turns that quoted a passage, oldest first: those that a recall concerns."""
        wanted = select(TurnRow).join(TurnRow.quoted).where(QuotedRow.passage == passage).distinct()
        return self._lines(wanted.order_by(TurnRow.at))

    def due(self, before: datetime) -> tuple[Line, ...]:
        """Return the turns that ended before a time, oldest first: those that `purge` would delete.

        Raises:
            StoreError: the database does not answer.
        """
        return self._lines(select(TurnRow).where(TurnRow.at < before.timestamp()).order_by(TurnRow.at))

    def erase(self, receipt: str) -> bool:
        """Delete one turn with what it quoted; tell whether there was one.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            gone = delete(TurnRow).where(TurnRow.receipt == receipt).returning(TurnRow.receipt)
            return session.scalar(gone) is not None

    def purge(self, before: datetime) -> int:
        """Delete the turns that ended before a time, and return how many.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            old = delete(TurnRow).where(TurnRow.at < before.timestamp()).returning(TurnRow.receipt)
            return len(session.scalars(old).all())

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @property
    def engine(self) -> Engine:
        """The database, for migrations and tests."""
        return self._engine

    def _lines(self, wanted: Any) -> tuple[Line, ...]:
        with reading(self._engine) as session:
            return tuple(_line(row, [quoted.passage for quoted in row.quoted]) for row in session.scalars(wanted))


def _line(row: TurnRow, passages: Sequence[str]) -> Line:
    known = row.energy_low is not None and row.energy_high is not None
    return Line(
        receipt=row.receipt,
        at=datetime.fromtimestamp(row.at, UTC),
        status=row.status,
        digest=row.digest,
        release=row.release,
        document=row.document,
        passages=tuple(passages),
        language=row.language,
        generated=row.generated,
        milliseconds=row.milliseconds,
        energy=(row.energy_low or 0.0, row.energy_high or 0.0) if known else None,
    )
