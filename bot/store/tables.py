"""The tables; migrations/ brings a database to them, and a test compares the two.

No column holds free text of a resident, but two: `cases.message`, masked, and only when the resident asked that it be
kept in the case; and `letters.content`, what an agent was sent, masked, for the days that answering it takes
(DESIGN.md, promise 7).
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """Every table."""


class TurnRow(Base):
    """One turn."""

    __tablename__ = "turns"

    receipt: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float] = mapped_column(index=True)
    status: Mapped[str]
    digest: Mapped[str]
    release: Mapped[str]
    document: Mapped[str]
    language: Mapped[str]
    generated: Mapped[bool]
    milliseconds: Mapped[float]
    energy_low: Mapped[float | None]
    energy_high: Mapped[float | None]
    quoted: Mapped[list[QuotedRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="QuotedRow.position"
    )


class QuotedRow(Base):
    """One passage quoted by a turn."""

    __tablename__ = "quoted"
    __table_args__ = (Index("quoted_passage", "passage"),)

    receipt: Mapped[str] = mapped_column(ForeignKey("turns.receipt", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    passage: Mapped[str]


class UsefulRow(Base):
    """How many readers said one thing of the answers taken from one document on one day."""

    __tablename__ = "usefulness"

    day: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(primary_key=True)
    useful: Mapped[bool] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class CaseRow(Base):
    """One case."""

    __tablename__ = "cases"

    number: Mapped[str] = mapped_column(primary_key=True)
    receipt: Mapped[str] = mapped_column(index=True)
    severe: Mapped[bool]
    finding: Mapped[str | None]
    reply: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    steps: Mapped[list[StepRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="StepRow.position"
    )


class StepRow(Base):
    """One thing done in a case."""

    __tablename__ = "case_steps"

    number: Mapped[str] = mapped_column(ForeignKey("cases.number", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    at: Mapped[float]
    text: Mapped[str] = mapped_column(Text)


class CounterRow(Base):
    """The last case number given in a year."""

    __tablename__ = "case_counters"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class AccountRow(Base):
    """One person of the City who may sign in; `secret` is empty when an identity provider vouches for them."""

    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]
    roles: Mapped[str]
    active: Mapped[bool]
    made: Mapped[float]
    failures: Mapped[int]
    locked_until: Mapped[float]


class SessionRow(Base):
    """One visit of a person signed in; only the digest of what their browser holds is kept."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    roles: Mapped[str]
    provider: Mapped[str]
    token: Mapped[str]
    opened: Mapped[float]
    seen: Mapped[float]


class ActRow(Base):
    """One thing done or refused inside the house: who, what, on what, why."""

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[float] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]
    subject: Mapped[str]
    why: Mapped[str] = mapped_column(Text)


class LetterRow(Base):
    """One letter that an agent answers, masked, with the reply being written."""

    __tablename__ = "letters"

    id: Mapped[str] = mapped_column(primary_key=True)
    author: Mapped[str] = mapped_column(index=True)
    at: Mapped[float] = mapped_column(index=True)
    version: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    reading: Mapped[str] = mapped_column(server_default="")


class TrainingRow(Base):
    """One person who passed one version of the quiz of the desk."""

    __tablename__ = "trainings"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[float]


class PrecedentRow(Base):
    """Sentences validated and exported once, with their passages."""

    __tablename__ = "precedents"

    id: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(index=True)
    document: Mapped[str] = mapped_column(index=True)
    content: Mapped[str] = mapped_column(Text)


class DeskCountRow(Base):
    """How many times one thing was done at the desk in one month, with sentences of one document; by nobody."""

    __tablename__ = "desk_counts"

    month: Mapped[str] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]


class CandidateRow(Base):
    """One line that may become an evaluation case."""

    __tablename__ = "desk_candidates"

    id: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(index=True)
    content: Mapped[str] = mapped_column(Text)


class AuditRow(Base):
    """One reading of answers by members of the committee; 0 while it was neither stopped nor closed."""

    __tablename__ = "audits"

    audit: Mapped[str] = mapped_column(primary_key=True)
    stopped: Mapped[float]
    stopped_by: Mapped[str]
    closed: Mapped[float]
    closed_by: Mapped[str]


class SeatRow(Base):
    """One person who reads; what they said can no longer change once `sealed`."""

    __tablename__ = "audit_seats"

    audit: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    taken: Mapped[float]
    sealed: Mapped[float]


class LabelRow(Base):
    """What one person said of one answer; `withdrawn` ones count for nothing, and wait to be said again."""

    __tablename__ = "audit_labels"

    audit: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    severe: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    marks: Mapped[str]
    at: Mapped[float]
    withdrawn: Mapped[bool]


class SettlementRow(Base):
    """What two readers agreed on together: proposed by one, confirmed by the other."""

    __tablename__ = "audit_settlements"

    audit: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    severe: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str]
    confirmed_by: Mapped[str]
    at: Mapped[float]
