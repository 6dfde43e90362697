"""One line a turn, and the passages it quoted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables; a database made before there were migrations has them already."""
    if sa.inspect(op.get_bind()).has_table("turns"):
        return
    op.create_table(
        "turns",
        sa.Column("receipt", sa.String(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("status", "digest", "release", "document")),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("generated", sa.Boolean(), nullable=False),
        sa.Column("milliseconds", sa.Double(), nullable=False),
        sa.Column("energy_low", sa.Double()),
        sa.Column("energy_high", sa.Double()),
    )
    op.create_index("ix_turns_at", "turns", ["at"])
    op.create_table(
        "quoted",
        sa.Column("receipt", sa.String(), sa.ForeignKey("turns.receipt", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("passage", sa.String(), nullable=False),
    )
    op.create_index("quoted_passage", "quoted", ["passage"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("quoted")
    op.drop_table("turns")
