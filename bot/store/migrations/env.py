"""What Alembic runs: the migrations of this folder, on the database already open; each one whole, or not at all."""

from __future__ import annotations

from alembic import context

from bot.store.tables import Base

with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
