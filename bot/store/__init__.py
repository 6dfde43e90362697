"""What the service keeps: a line a turn, counts of usefulness, cases; and of the City's people, accounts and acts.

Owns SQLAlchemy and Alembic. SQLite in WAL mode by default, or any database SQLAlchemy can open (CITE_RECORDS_URL).
"""

from bot.store.accounts import Account, AccountTable, Session, SessionTable
from bot.store.acts import Act, ActTable
from bot.store.cases import CaseTable
from bot.store.letters import Kept, LetterTable
from bot.store.opening import Store, open_store, turn_store_in
from bot.store.turns import Line, TurnStore
from bot.store.usefulness import REASONS, Usefulness

__all__ = [
    "REASONS",
    "Account",
    "AccountTable",
    "Act",
    "ActTable",
    "CaseTable",
    "Kept",
    "LetterTable",
    "Line",
    "Session",
    "SessionTable",
    "Store",
    "TurnStore",
    "Usefulness",
    "open_store",
    "turn_store_in",
]
