"""What the service keeps: a line a turn, counts of usefulness, cases; and of the City's people, accounts and acts.

Owns SQLAlchemy and Alembic. SQLite in WAL mode by default, or any database SQLAlchemy can open (CITE_RECORDS_URL).
"""

from bot.store.accounts import Account, AccountTable, Session, SessionTable
from bot.store.acts import Act, ActTable
from bot.store.audits import AuditTable, Label, Seat, Settlement
from bot.store.cases import CaseTable
from bot.store.desk import DESK_ACTS, PRECEDENT_DAYS, DeskFigures, Precedent, PrecedentTable, TrainingTable
from bot.store.figures import CaseLine, Figures, Opinions, Tally
from bot.store.letters import KEPT_DAYS, Kept, LetterTable
from bot.store.opening import Store, open_store, turn_store_in
from bot.store.turns import Line, TurnStore
from bot.store.usefulness import REASONS, Usefulness

__all__ = [
    "DESK_ACTS",
    "KEPT_DAYS",
    "PRECEDENT_DAYS",
    "REASONS",
    "Account",
    "AccountTable",
    "Act",
    "ActTable",
    "AuditTable",
    "CaseLine",
    "CaseTable",
    "DeskFigures",
    "Figures",
    "Kept",
    "Label",
    "LetterTable",
    "Line",
    "Opinions",
    "Precedent",
    "PrecedentTable",
    "Seat",
    "Session",
    "SessionTable",
    "Settlement",
    "Store",
    "Tally",
    "TrainingTable",
    "TurnStore",
    "Usefulness",
    "open_store",
    "turn_store_in",
]
