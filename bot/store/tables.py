"""The tables; migrations/ brings a database to them, and a test compares the two.

No column holds free text of a resident, but `cases.message`: masked, and only when the resident asked that it be kept
in the case (DESIGN.md, promise 7).
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
