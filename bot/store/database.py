"""One database: opened, brought to the present tables, and read or written with errors that repeat no value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from filelock import FileLock
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.errors import StoreError

HEAD = "0005"
"""The last migration; a test compares it with the files."""

ADVICE = "Vérifiez la place libre et les droits du dossier des données (CITE_DATA), ou CITE_RECORDS_URL, puis relancez."
_MIGRATIONS = Path(__file__).with_name("migrations")
_BUSY_SECONDS = 5.0

_WHY = {
    "SQLITE_FULL": "le disque est plein",
    "SQLITE_READONLY": "son fichier est en lecture seule",
    "SQLITE_CANTOPEN": "son fichier ne s’ouvre pas",
    "SQLITE_IOERR": "le disque ne répond pas comme il faut",
    "SQLITE_BUSY": "un autre programme l’occupe",
    "SQLITE_CORRUPT": "son fichier est abîmé",
    "SQLITE_NOTADB": "son fichier est abîmé",
}
"""Kinds of error of SQLite, in French; another driver's are told by their name."""


def open_database(url: str) -> Engine:
    """Open a database, as SQLAlchemy writes its address, with every table as it is now.

    Raises:
        StoreError: it cannot be opened, or is not one of ours.
    """
    try:
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS} if url.startswith("sqlite") else {})
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _pragmas)
        if _revision(engine) != HEAD:
            _migrate(engine)
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise told("s’ouvre", error) from error
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Read within the block.

    Raises:
        StoreError: the database does not answer.
    """
    try:
        with Session(engine) as session:
            yield session
    except SQLAlchemyError as error:
        raise told("se lit", error) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Write within the block; durable when it ends.

    Raises:
        StoreError: nothing was written.
        IntegrityError: a key is already taken; nothing was written.
    """
    try:
        with Session(engine) as session, session.begin():
            yield session
    except IntegrityError:
        raise
    except SQLAlchemyError as error:
        raise told("s’écrit", error) from error


def told(verb: str, error: Exception) -> StoreError:
    """Return the sentence of an error: the driver's own words may repeat values, so only its kind is told."""
    kind = str(getattr(getattr(error, "orig", None), "sqlite_errorname", ""))
    why = next((said for name, said in _WHY.items() if kind.startswith(name)), type(error).__name__)
    return StoreError(f"La base des réponses ne {verb} pas ({why}). {ADVICE}")


def _revision(engine: Engine) -> str | None:
    """The last migration applied; read without Alembic, whose import would slow every start."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    from alembic import command  # noqa: PLC0415  only when there is something to do
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["engine"] = engine
    database = engine.url.database
    # Two processes may start together, and SQLite's own lock does not cover a whole migration.
    alone = FileLock(f"{database}.migrating") if engine.dialect.name == "sqlite" and database else nullcontext()
    try:
        with alone:
            if _revision(engine) != HEAD:
                command.upgrade(config, HEAD)
    except CommandError as error:
        # Most often, a database written by a later version of the program.
        raise told("s’ouvre", error) from error


def _pragmas(connection: Any, _: Any) -> None:
    """Readers never wait for the writer, a power cut loses nothing acknowledged, deletions cascade and are wiped."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
