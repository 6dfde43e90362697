"""What is kept, counted: the cases in one line each, the turns and the opinions of a span of time. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Engine, and_, func, select

from bot.store.database import reading
from bot.store.tables import CaseRow, StepRow, TurnRow, UsefulRow
from ethics.case import Finding, State


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case, without its steps.

    Attributes:
        received, changed: when it came, and when something was last done of it.
        document: id of the document of the answer contested; empty when that is not known, or not any more.
    """

    number: str
    receipt: str
    severe: bool
    finding: Finding | None
    state: State
    received: datetime
    changed: datetime
    document: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The turns of a span of time that ended one way, from one document.

    Attributes:
        generated: how many a model worded.
        measured: of how many the energy is known.
        energy: Wh, low and high, of those.
    """

    status: str
    document: str
    turns: int
    generated: int
    measured: int
    energy: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Opinions:
    """How many readers said one thing of the answers taken from one document."""

    document: str
    useful: bool
    count: int


class Figures:
    """The counts, from one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cases(self, *, severe: bool = False) -> tuple[CaseLine, ...]:
        """Return every case, by number; the severe ones alone if wanted.

        Raises:
            StoreError: the database does not answer.
        """
        ends = (
            select(
                StepRow.number,
                func.max(StepRow.position).label("last"),
                func.min(StepRow.at).label("received"),
                func.max(StepRow.at).label("changed"),
            )
            .group_by(StepRow.number)
            .subquery()
        )
        wanted = (
            select(
                CaseRow.number,
                CaseRow.receipt,
                CaseRow.severe,
                CaseRow.finding,
                StepRow.state,
                ends.c.received,
                ends.c.changed,
                TurnRow.document,
            )
            .join(ends, ends.c.number == CaseRow.number)
            .join(StepRow, and_(StepRow.number == ends.c.number, StepRow.position == ends.c.last))
            .outerjoin(TurnRow, TurnRow.receipt == CaseRow.receipt)
            .order_by(CaseRow.number)
        )
        if severe:
            wanted = wanted.where(CaseRow.severe)
        with reading(self._engine) as session:
            return tuple(
                CaseLine(
                    number,
                    receipt,
                    severe,
                    None if finding is None else Finding(finding),
                    State(state),
                    datetime.fromtimestamp(received, UTC),
                    datetime.fromtimestamp(changed, UTC),
                    document or "",
                )
                for number, receipt, severe, finding, state, received, changed, document in session.execute(wanted)
            )

    def turns(self, start: datetime, end: datetime) -> tuple[Tally, ...]:
        """Return the turns that ended from a moment until just before another, by status and document.

        Raises:
            StoreError: the database does not answer.
        """
        wanted = (
            select(
                TurnRow.status,
                TurnRow.document,
                func.count(),
                func.count().filter(TurnRow.generated),
                func.count(TurnRow.energy_low),
                func.sum(TurnRow.energy_low),
                func.sum(TurnRow.energy_high),
            )
            .where(TurnRow.at >= start.timestamp(), TurnRow.at < end.timestamp())
            .group_by(TurnRow.status, TurnRow.document)
            .order_by(TurnRow.status, TurnRow.document)
        )
        with reading(self._engine) as session:
            return tuple(
                Tally(status, document, turns, generated, measured, (low or 0.0, high or 0.0))
                for status, document, turns, generated, measured, low, high in session.execute(wanted)
            )

    def opinions(self, since: date) -> tuple[Opinions, ...]:
        """Return what readers said from a day on, by document.

        Raises:
            StoreError: the database does not answer.
        """
        wanted = (
            select(UsefulRow.document, UsefulRow.useful, func.sum(UsefulRow.count))
            .where(UsefulRow.day >= since.isoformat())
            .group_by(UsefulRow.document, UsefulRow.useful)
            .order_by(UsefulRow.document, UsefulRow.useful)
        )
        with reading(self._engine) as session:
            return tuple(Opinions(*row) for row in session.execute(wanted))
