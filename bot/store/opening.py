"""Open all that the service keeps, in one database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import StoreError
from bot.store.accounts import AccountTable, SessionTable
from bot.store.acts import ActTable
from bot.store.audits import AuditTable
from bot.store.cases import CaseTable
from bot.store.database import ADVICE, open_database
from bot.store.desk import DeskFigures, PrecedentTable, TrainingTable
from bot.store.letters import LetterTable
from bot.store.turns import TurnStore
from bot.store.usefulness import Usefulness
from ethics.words import trouble


@dataclass(frozen=True, slots=True)
class Store:
    """All that the service keeps."""

    turns: TurnStore
    usefulness: Usefulness
    cases: CaseTable
    accounts: AccountTable
    sessions: SessionTable
    acts: ActTable
    letters: LetterTable
    trainings: TrainingTable
    precedents: PrecedentTable
    figures: DeskFigures
    audits: AuditTable


def open_store(folder: Path, url: str | None = None) -> Store:
    """Open what is kept, made when absent.

    Args:
        folder: where the SQLite file is.
        url: another database, as SQLAlchemy writes its address.

    Raises:
        StoreError: the folder cannot be made, or the database cannot be opened.
    """
    engine = open_database(url or _file_in(folder))
    return Store(
        TurnStore(engine),
        Usefulness(engine),
        CaseTable(engine),
        AccountTable(engine),
        SessionTable(engine),
        ActTable(engine),
        LetterTable(engine),
        TrainingTable(engine),
        PrecedentTable(engine),
        DeskFigures(engine),
        AuditTable(engine),
    )


def turn_store_in(folder: Path) -> TurnStore:
    """Open the turns of a data folder, made when absent.

    Raises:
        StoreError: the folder cannot be made, or the database cannot be opened.
    """
    return open_store(folder).turns


def _file_in(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"Le dossier {folder.name} ne peut être créé : {trouble(error)}. {ADVICE}") from error
    return f"sqlite:///{folder / 'turns.sqlite'}"
