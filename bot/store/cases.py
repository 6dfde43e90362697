"""The cases that readers opened, as `ethics.case` makes them go from one state to the next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Engine, Select, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from bot.store.database import reading, writing
from bot.store.tables import CaseRow, CounterRow, StepRow
from ethics.case import Case, Finding, State, Step
from ethics.errors import CaseError
from ethics.words import say


class CaseTable:
    """Where cases are kept (`ethics.case.CaseStore`), in one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next_number(self, year: int) -> int:
        """Return the next number of a year, never given twice, whatever the number of processes.

        Raises:
            StoreError: the database does not answer.
        """
        given = self._counted(year)
        if given is not None:
            return given
        try:
            with writing(self._engine) as session:
                session.add(CounterRow(year=year, last=1))
        except IntegrityError:
            # Another process opened the year meanwhile.
            return self.next_number(year)
        return 1

    def keep(self, case: Case) -> None:
        """Keep a case in its present state; its message, kept apart, stays.

        Raises:
            CaseError: somebody took it another way meanwhile; what they did stands.
            StoreError: it could not be written; its former state stands.
        """
        with writing(self._engine) as session:
            row = session.get(CaseRow, case.number) or CaseRow(number=case.number, message="")
            if tuple(map(_step, row.steps)) != case.steps[: len(row.steps)]:
                raise CaseError(say("case.changed", number=case.number))
            row.receipt, row.severe, row.reply = case.receipt, case.severe, case.reply
            row.finding = None if case.finding is None else case.finding.value
            for position, step in enumerate(case.steps[len(row.steps) :], len(row.steps)):
                row.steps.append(
                    StepRow(position=position, state=step.state.value, at=step.time.timestamp(), text=step.text)
                )
            session.add(row)

    def keep_message(self, number: str, message: str) -> None:
        """Keep what the reader asked to be kept in the case, already masked.

        Raises:
            StoreError: it could not be written.
        """
        with writing(self._engine) as session:
            session.execute(update(CaseRow).where(CaseRow.number == number).values(message=message))

    def message(self, number: str) -> str:
        """Return what the reader asked to be kept, for whoever handles the case; empty without one.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            return session.scalar(select(CaseRow.message).where(CaseRow.number == number)) or ""

    def find(self, number: str) -> Case | None:
        """Return a case by its number, or None.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            row = session.get(CaseRow, number)
            return None if row is None else _case(row)

    def all(self) -> Iterator[Case]:
        """Yield every case kept, by number.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            wanted = select(CaseRow).order_by(CaseRow.number).options(selectinload(CaseRow.steps))
            found = [_case(row) for row in session.scalars(wanted)]
        yield from found

    def purge(self, before: datetime) -> int:
        """Delete the cases closed before a time, with their messages, and return how many.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            gone = delete(CaseRow).where(CaseRow.number.in_(_closed(before))).returning(CaseRow.number)
            return len(session.scalars(gone).all())

    def due(self, before: datetime) -> tuple[Case, ...]:
        """Return the cases closed before a time, by number: those that `purge` would delete.

        Raises:
            StoreError: the database does not answer.
        """
        return self._cases(CaseRow.number.in_(_closed(before)))

    def contesting(self, receipt: str) -> tuple[Case, ...]:
        """Return the cases that contest an answer, by number.

        Raises:
            StoreError: the database does not answer.
        """
        return self._cases(CaseRow.receipt == receipt)

    def erase(self, number: str) -> bool:
        """Delete one case with its message; tell whether there was one.

        Raises:
            StoreError: nothing was deleted.
        """
        with writing(self._engine) as session:
            gone = delete(CaseRow).where(CaseRow.number == number).returning(CaseRow.number)
            return session.scalar(gone) is not None

    def cut_off(self, number: str) -> bool:
        """Take from a case its message and the answer that it contests; what was recognised in it stays.

        Raises:
            StoreError: nothing was changed.
        """
        with writing(self._engine) as session:
            bare = update(CaseRow).where(CaseRow.number == number).values(message="", receipt="")
            return session.scalar(bare.returning(CaseRow.number)) is not None

    def _cases(self, which: ColumnElement[bool]) -> tuple[Case, ...]:
        with reading(self._engine) as session:
            return tuple(_case(row) for row in session.scalars(select(CaseRow).where(which).order_by(CaseRow.number)))

    def _counted(self, year: int) -> int | None:
        with writing(self._engine) as session:
            following = update(CounterRow).where(CounterRow.year == year).values(last=CounterRow.last + 1)
            return session.scalar(following.returning(CounterRow.last))


def _closed(before: datetime) -> Select[str]:
    last = select(StepRow.number).group_by(StepRow.number).having(func.max(StepRow.at) < before.timestamp())
    return select(StepRow.number).where(StepRow.state == State.CLOSED.value, StepRow.number.in_(last))


def _case(row: CaseRow) -> Case:
    finding = None if row.finding is None else Finding(row.finding)
    return Case(row.number, row.receipt, row.severe, tuple(map(_step, row.steps)), finding, row.reply)


def _step(row: StepRow) -> Step:
    return Step(State(row.state), datetime.fromtimestamp(row.at, UTC), row.text)
