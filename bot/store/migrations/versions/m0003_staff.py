"""The people of the City who sign in, their visits, what they did, and the letters they answer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made", sa.Double(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Double(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("name", "roles", "provider", "token")),
        sa.Column("opened", sa.Double(), nullable=False),
        sa.Column("seen", sa.Double(), nullable=False),
    )
    op.create_index("ix_sessions_name", "sessions", ["name"])
    op.create_table(
        "acts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.Double(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("who", "what", "subject")),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_index("ix_acts_at", "acts", ["at"])
    op.create_index("ix_acts_who", "acts", ["who"])
    op.create_table(
        "letters",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
    op.create_index("ix_letters_author", "letters", ["author"])
    op.create_index("ix_letters_at", "letters", ["at"])


def downgrade() -> None:
    """Drop the tables."""
    for name in ("letters", "acts", "sessions", "accounts"):
        op.drop_table(name)
