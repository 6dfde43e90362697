"""Counts of what readers found useful, and the cases they opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "usefulness",
        sa.Column("day", sa.String(), primary_key=True),
        sa.Column("document", sa.String(), primary_key=True),
        sa.Column("useful", sa.Boolean(), primary_key=True),
        sa.Column("reason", sa.String(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("severe", sa.Boolean(), nullable=False),
        sa.Column("finding", sa.String()),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
    )
    op.create_index("ix_cases_receipt", "cases", ["receipt"])
    op.create_table(
        "case_steps",
        sa.Column("number", sa.String(), sa.ForeignKey("cases.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "case_counters",
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("case_counters", "case_steps", "cases", "usefulness"):
        op.drop_table(name)
