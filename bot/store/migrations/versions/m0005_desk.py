"""What the desk keeps: second readings, who passed its quiz, sentences that may serve again, figures of nobody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    # The server's default is for the letters already there.
    op.add_column("letters", sa.Column("reading", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "trainings",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("version", sa.String(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
    )
    op.create_table(
        "precedents",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
    op.create_index("ix_precedents_day", "precedents", ["day"])
    op.create_index("ix_precedents_document", "precedents", ["document"])
    op.create_table(
        "desk_counts",
        *(sa.Column(name, sa.String(), primary_key=True) for name in ("month", "act", "document")),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "desk_candidates",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
    op.create_index("ix_desk_candidates_month", "desk_candidates", ["month"])


def downgrade() -> None:
    """Drop the tables."""
    for name in ("desk_candidates", "desk_counts", "precedents", "trainings"):
        op.drop_table(name)
    op.drop_column("letters", "reading")
