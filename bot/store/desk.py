"""What the desk keeps beside letters: who passed its quiz, sentences that may serve again, and figures of nobody.

Only `trainings` has a name in it. The three other tables say neither who wrote nor who was written to, and their days
are no finer than what is needed: a month where a day could tell one agent from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import reading, writing
from bot.store.tables import CandidateRow, DeskCountRow, PrecedentRow, TrainingRow

DESK_ACTS = (
    "drafted",
    "validated",
    "checked",
    "edited",
    "dropped",
    "added",
    "reworded",
    "picked",
    "reused",
    "exported",
)
"""What is counted of sentences and letters; never of whom."""

PRECEDENT_DAYS = 365
"""After a year, what the City answers is worth being written anew."""


class TrainingTable:
    """Who passed the quiz of the desk: a name, a version, a day; neither answers nor attempts.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, name: str, version: str, at: datetime) -> None:
        """Keep that somebody passed; passing again changes the day.

        Raises:
            StoreError: it could not be written.
        """
        with writing(self._engine) as session:
            session.merge(TrainingRow(name=name, version=version, at=at.timestamp()))

    def passed(self, name: str, version: str) -> datetime | None:
        """Return when somebody passed a version; None when they did not.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            row = session.get(TrainingRow, (name, version))
            return None if row is None else datetime.fromtimestamp(row.at, UTC)


@dataclass(frozen=True, slots=True)
class Precedent:
    """Sentences that were validated and exported once.

    Attributes:
        id: digest of the sentences: the same ones are kept once.
        day: when they were last exported.
        document: key of the document that they answer from.
        content: JSON: the sentences and their passages; no word of a letter.
    """

    id: str
    day: date
    document: str
    content: str


class PrecedentTable:
    """The sentences that may serve again, in one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, precedent: Precedent) -> None:
        """Keep, or date anew what is kept already.

        Raises:
            StoreError: it could not be written.
        """
        with writing(self._engine) as session:
            session.merge(
                PrecedentRow(
                    id=precedent.id,
                    day=precedent.day.isoformat(),
                    document=precedent.document,
                    content=precedent.content,
                )
            )

    def find(self, identifier: str) -> Precedent | None:
        """Return one, or None.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            row = session.get(PrecedentRow, identifier)
            return None if row is None else _precedent(row)

    def of(self, documents: tuple[str, ...], most: int = 20) -> tuple[Precedent, ...]:
        """Return the latest that answer from some documents.

        Args:
            documents: keys.
            most: how many, at most.

        Raises:
            StoreError: the database does not answer.
        """
        wanted = select(PrecedentRow).where(PrecedentRow.document.in_(documents))
        with reading(self._engine) as session:
            found = session.scalars(wanted.order_by(PrecedentRow.day.desc(), PrecedentRow.id).limit(most))
            return tuple(_precedent(row) for row in found)

    def purge(self, before: date) -> int:
        """Delete those exported before a day, and return how many.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            old = delete(PrecedentRow).where(PrecedentRow.day < before.isoformat()).returning(PrecedentRow.id)
            return len(session.scalars(old).all())


class DeskFigures:
    """How many sentences were validated, edited, left out...; and the lines that may become evaluation cases.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, month: str, act: str, document: str = "", number: int = 1) -> None:
        """Add to a count.

        Args:
            month: `2026-03`.
            act: one of `DESK_ACTS`.
            document: key of the document that the sentence is from; empty for a whole letter.
            number: how many more.

        Raises:
            StoreError: it could not be written.
            ValueError: the act is not one of them.
        """
        if act not in DESK_ACTS:
            raise ValueError(act)
        key = {"month": month, "act": act, "document": document}
        if self._add(key, number):
            return
        try:
            with writing(self._engine) as session:
                session.add(DeskCountRow(**key, count=number))
        except IntegrityError:
            # Another process made the line meanwhile.
            self._add(key, number)

    def total(self) -> dict[tuple[str, str], int]:
        """Return the counts by (month, act), the last month first.

        Raises:
            StoreError: the database does not answer.
        """
        found: dict[tuple[str, str], int] = {}
        with reading(self._engine) as session:
            for row in session.scalars(select(DeskCountRow).order_by(DeskCountRow.month.desc())):
                found[row.month, row.act] = found.get((row.month, row.act), 0) + row.count
        return found

    def propose(self, identifier: str, month: str, content: str) -> None:
        """Keep a line that may become a case; the same one is kept once.

        Raises:
            StoreError: it could not be written.
        """
        with writing(self._engine) as session:
            session.merge(CandidateRow(id=identifier, month=month, content=content))

    def candidates(self) -> tuple[str, ...]:
        """Return the lines, JSON, by month and then by id: in no order that tells who came first.

        Raises:
            StoreError: the database does not answer.
        """
        wanted = select(CandidateRow).order_by(CandidateRow.month, CandidateRow.id)
        with reading(self._engine) as session:
            return tuple(row.content for row in session.scalars(wanted))

    def _add(self, key: dict[str, str], number: int) -> bool:
        with writing(self._engine) as session:
            more = DeskCountRow.count + number
            done = update(DeskCountRow).filter_by(**key).values(count=more).returning(DeskCountRow.count)
            return session.scalar(done) is not None


def _precedent(row: PrecedentRow) -> Precedent:
    return Precedent(row.id, date.fromisoformat(row.day), row.document, row.content)
