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
