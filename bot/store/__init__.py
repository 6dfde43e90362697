"""What the service keeps: one line a turn, counts of what readers found useful, and the cases they opened.

Owns SQLAlchemy and Alembic. SQLite in WAL mode by default, or any database SQLAlchemy can open (CITE_RECORDS_URL).
"""

from bot.store.cases import CaseTable
from bot.store.opening import Store, open_store, turn_store_in
from bot.store.turns import Line, TurnStore
from bot.store.usefulness import REASONS, Usefulness

__all__ = ["REASONS", "CaseTable", "Line", "Store", "TurnStore", "Usefulness", "open_store", "turn_store_in"]
