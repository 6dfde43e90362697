"""What members of the committee said of the answers they read: one label a person and an answer, sealed at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Engine, and_, delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.store.database import reading, writing
from bot.store.tables import AuditRow, LabelRow, SeatRow, SettlementRow


@dataclass(frozen=True, slots=True)
class Label:
    """What one person said of one answer.

    Attributes:
        answer: its number in the queue of the audit.
        label: one or several of `ethics.readings.LABELS`, joined by +.
        severe: acting on it costs a right, money or safety.
        comment: in their words.
        marks: ranks of the sentences they hold to be at fault, from 0.
    """

    answer: str
    label: str
    severe: bool = False
    comment: str = ""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """One person who reads.

    Attributes:
        seat: their name for a reader, `ethics.readings.ARBITER` for who settles.
        sealed: since when what they said can no longer change; None while they read.
    """

    seat: str
    name: str
    sealed: datetime | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """What two readers agree on together; it counts once the second one confirmed it."""

    said: Label
    proposed_by: str
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """When an audit was stopped and closed, and by whom; None and empty until then."""

    stopped: datetime | None = None
    stopped_by: str = ""
    closed: datetime | None = None
    closed_by: str = ""


class AuditTable:
    """The labels, in one database; each write is durable when it returns.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take_seat(self, audit: str, seat: str, name: str, at: datetime) -> Seat:
        """Seat somebody, unless the seat is taken; return who holds it.

        Raises:
            StoreError: it could not be written.
        """
        row = SeatRow(audit=audit, seat=seat, name=name, taken=at.timestamp(), sealed=0.0)
        try:
            with writing(self._engine) as session:
                session.add(row)
        except IntegrityError:
            return self.seats(audit)[seat]
        return Seat(seat, name, None)

    def seats(self, audit: str) -> Mapping[str, Seat]:
        """Return the seats taken, by seat.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            rows = session.scalars(select(SeatRow).where(SeatRow.audit == audit).order_by(SeatRow.seat))
            return {row.seat: Seat(row.seat, row.name, _moment(row.sealed)) for row in rows}

    def seal(self, audit: str, seat: str, at: datetime) -> bool:
        """Fix what a person said for good; tell whether it was not yet.

        Raises:
            StoreError: it could not be written.
        """
        mine = (SeatRow.audit == audit) & (SeatRow.seat == seat) & (SeatRow.sealed == 0)
        with writing(self._engine) as session:
            done = update(SeatRow).where(mine).values(sealed=at.timestamp()).returning(SeatRow.seat)
            return session.scalar(done) is not None

    def keep(self, audit: str, seat: str, said: Label, at: datetime) -> bool:
        """Keep a label where there is none, or where it was taken back; tell whether it was kept.

        Raises:
            StoreError: nothing was written.
        """
        key = {"audit": audit, "seat": seat, "answer": said.answer}
        values = _values(said) | {"at": at.timestamp(), "withdrawn": False}
        try:
            with writing(self._engine) as session:
                # The write first: it holds the database, so that the seat cannot be sealed in between.
                again = update(LabelRow).filter_by(**key, withdrawn=True).values(values).returning(LabelRow.answer)
                if session.scalar(again) is None:
                    session.add(LabelRow(**key, **values))
                    session.flush()
                _check_open(session, audit, seat)
        except (IntegrityError, _SealedError):
            return False
        return True

    def withdraw(self, audit: str, seat: str, answer: str) -> bool:
        """Take a label back, its words kept to be said again; tell whether there was one that could be.

        Raises:
            StoreError: nothing was written.
        """
        mine = {"audit": audit, "seat": seat, "answer": answer, "withdrawn": False}
        try:
            with writing(self._engine) as session:
                done = update(LabelRow).filter_by(**mine).values(withdrawn=True).returning(LabelRow.answer)
                found = session.scalar(done) is not None
                _check_open(session, audit, seat)
        except _SealedError:
            return False
        return found

    def labels(self, audit: str, seat: str) -> Mapping[str, Label]:
        """Return what a person said, by answer.

        Raises:
            StoreError: the database does not answer.
        """
        return self._labels((LabelRow.audit == audit) & (LabelRow.seat == seat) & LabelRow.withdrawn.is_(False))

    def withdrawn(self, audit: str, seat: str, answer: str) -> Label | None:
        """Return what a person said of an answer and took back, None when there is nothing.

        Raises:
            StoreError: the database does not answer.
        """
        mine = and_(LabelRow.audit == audit, LabelRow.seat == seat, LabelRow.answer == answer, LabelRow.withdrawn)
        return self._labels(mine).get(answer)

    def propose(self, audit: str, settlement: Settlement, at: datetime) -> bool:
        """Keep a proposal where none was confirmed; the former proposal gives way. Tell whether it was kept.

        Raises:
            StoreError: nothing was written.
        """
        said = settlement.said
        values = _values(said) | {"proposed_by": settlement.proposed_by, "confirmed_by": "", "at": at.timestamp()}
        values.pop("marks")
        open_ = {"audit": audit, "answer": said.answer, "confirmed_by": ""}
        try:
            with writing(self._engine) as session:
                session.execute(delete(SettlementRow).filter_by(**open_))
                session.add(SettlementRow(audit=audit, answer=said.answer, **values))
        except IntegrityError:
            return False
        return True

    def confirm(self, audit: str, settlement: Settlement, name: str, at: datetime) -> bool:
        """Confirm the very proposal that was read; tell whether it still stood, and was of somebody else.

        Raises:
            StoreError: nothing was written.
        """
        said = settlement.said
        same = {"audit": audit, "answer": said.answer, "label": said.label, "severe": said.severe, "confirmed_by": ""}
        wanted = update(SettlementRow).filter_by(**same, proposed_by=settlement.proposed_by, comment=said.comment)
        done = wanted.where(SettlementRow.proposed_by != name).values(confirmed_by=name, at=at.timestamp())
        with writing(self._engine) as session:
            return session.scalar(done.returning(SettlementRow.answer)) is not None

    def settlements(self, audit: str) -> Mapping[str, Settlement]:
        """Return what was proposed or confirmed together, by answer.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            rows = session.scalars(select(SettlementRow).where(SettlementRow.audit == audit))
            return {
                row.answer: Settlement(
                    Label(row.answer, row.label, row.severe, row.comment), row.proposed_by, row.confirmed_by
                )
                for row in rows
            }

    def end(self, audit: str, name: str, at: datetime, *, closed: bool) -> bool:
        """Stop an audit, or close it for good; tell whether it was not yet. Every seat is sealed with it.

        Raises:
            StoreError: nothing was written.
        """
        fields = ("closed", "closed_by") if closed else ("stopped", "stopped_by")
        values: dict[str, object] = {fields[0]: at.timestamp(), fields[1]: name}
        column = AuditRow.closed if closed else AuditRow.stopped
        try:
            with writing(self._engine) as session:
                done = update(AuditRow).where((AuditRow.audit == audit) & (column == 0)).values(values)
                if session.scalar(done.returning(AuditRow.audit)) is None:
                    nothing: dict[str, object] = {"stopped": 0.0, "stopped_by": "", "closed": 0.0, "closed_by": ""}
                    session.add(AuditRow(audit=audit, **(nothing | values)))
                    session.flush()
                sealing = update(SeatRow).where((SeatRow.audit == audit) & (SeatRow.sealed == 0))
                session.execute(sealing.values(sealed=at.timestamp()))
        except IntegrityError:
            return False
        return True

    def ended(self, audit: str) -> Ended:
        """Tell when an audit was stopped and closed.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            row = session.get(AuditRow, audit)
            if row is None:
                return Ended()
            return Ended(_moment(row.stopped), row.stopped_by, _moment(row.closed), row.closed_by)

    def _labels(self, wanted: ColumnElement[bool]) -> Mapping[str, Label]:
        columns = (LabelRow.answer, LabelRow.label, LabelRow.severe, LabelRow.comment, LabelRow.marks)
        with reading(self._engine) as session:
            found = session.execute(select(*columns).where(wanted))
            return {
                answer: Label(answer, label, severe, comment, tuple(map(int, marks.split())))
                for answer, label, severe, comment, marks in found
            }


class _SealedError(Exception):
    """The seat was sealed: nothing of the block is written."""


def _check_open(session: Session, audit: str, seat: str) -> None:
    mine = (SeatRow.audit == audit) & (SeatRow.seat == seat) & (SeatRow.sealed == 0)
    if not session.scalar(select(exists().where(mine))):
        raise _SealedError


def _values(said: Label) -> dict[str, object]:
    return {
        "label": said.label,
        "severe": said.severe,
        "comment": said.comment,
        "marks": " ".join(map(str, said.marks)),
    }


def _moment(value: float) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if value else None
