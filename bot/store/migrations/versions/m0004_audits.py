"""The reading of answers by members of the committee: seats, labels, settlements, and what was ended by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audits",
        sa.Column("audit", sa.String(), primary_key=True),
        sa.Column("stopped", sa.Double(), nullable=False),
        sa.Column("stopped_by", sa.String(), nullable=False),
        sa.Column("closed", sa.Double(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
    )
    op.create_table(
        "audit_seats",
        sa.Column("audit", sa.String(), primary_key=True),
        sa.Column("seat", sa.String(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("taken", sa.Double(), nullable=False),
        sa.Column("sealed", sa.Double(), nullable=False),
    )
    op.create_table(
        "audit_labels",
        sa.Column("audit", sa.String(), primary_key=True),
        sa.Column("seat", sa.String(), primary_key=True),
        sa.Column("answer", sa.String(), primary_key=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("severe", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "audit_settlements",
        sa.Column("audit", sa.String(), primary_key=True),
        sa.Column("answer", sa.String(), primary_key=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("severe", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("audit_settlements", "audit_labels", "audit_seats", "audits"):
        op.drop_table(name)
