"""What is kept, as the pages and the API need it: receipts, counts of usefulness, cases, recalls."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.replies import day_text
from bot.store import Line, Store
from corpus.document import Passage
from corpus.personal_data import mask
from ethics.case import Case, Finding, State, Step, is_case_number, open_case
from ethics.policy import Policy
from ethics.recall import Recall
from ethics.receipt import normal_id
from ui.quarantine import Quarantine
from ui.recalls import RecallBook, receipt_of
from ui.retention import Erased, Keeping

LONGEST_MESSAGE = 4000
PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Quoted:
    """One passage of a receipt; `passage` is None when the documents in force no longer hold it."""

    ref: str
    passage: Passage | None


@dataclass(frozen=True, slots=True)
class Proof:
    """A receipt, found again.

    Attributes:
        line: what was kept of the turn.
        whole: its number is drawn from what it says: nothing was changed since.
        quoted: its passages, in the order of the answer.
        recalls: those that concern it.
    """

    line: Line
    whole: bool
    quoted: tuple[Quoted, ...]
    recalls: tuple[Recall, ...]


@dataclass(frozen=True, slots=True)
class Erratum:
    """An error that the City recognised: the case, and what was corrected."""

    case: Case
    step: Step


class Records:
    """What is kept.

    Args:
        store: the database.
        folder: of the signed records, where recalls are published.
        policy: the rules in force: deadlines and how long things are kept.
        now: the clock.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        policy: Policy,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = store
        self.recalls = RecallBook(folder)
        self.quarantine = Quarantine(folder)
        self.folder = folder
        self.deadlines = policy.deadlines
        self.retention = policy.retention
        self._now = now

    @property
    def now(self) -> Callable[[], datetime]:
        """The clock."""
        return self._now

    @property
    def today(self) -> date:
        """The civil day in Paris."""
        return self._now().astimezone(PARIS).date()

    def proof(self, typed: str, passage_of: Callable[[str], Passage | None]) -> Proof | None:
        """Return the receipt of a number as somebody types it, or None.

        Raises:
            StoreError: the database does not answer.
        """
        number = normal_id(typed)
        line = None if number is None else self.store.turns.find(number)
        if line is None:
            return None
        receipt = receipt_of(line)
        quoted = tuple(Quoted(ref, passage_of(ref)) for ref in line.passages)
        return Proof(line, receipt.proves(line.digest), quoted, self.recalls.of(line.receipt))

    def rate(self, receipt: str, reason: str, *, useful: bool) -> None:
        """Count whether an answer was useful, under its document; nothing says who thought so, nor of which answer.

        Raises:
            StoreError: it could not be counted.
            ValueError: the reason is not a known one.
        """
        number = normal_id(receipt)
        line = None if number is None else self.store.turns.find(number)
        self.store.usefulness.count(self.today, line.document if line else "", reason, useful=useful)

    def contest(self, receipt: str, message: str, *, severe: bool) -> Case:
        """Open a case.

        Args:
            receipt: number of the answer contested as typed, or empty.
            message: kept in the case, masked, because the reader asked for it; empty keeps nothing.
            severe: acting on the answer costs a right, money or safety.

        Raises:
            CaseError: the number of the receipt has a mistake in it.
            StoreError: the case could not be kept.
        """
        case = open_case(self.store.cases, self._now(), normal_id(receipt) or receipt.strip(), severe=severe)
        if message.strip():
            self.store.cases.keep_message(case.number, mask(message.strip()[:LONGEST_MESSAGE]).text)
        return case

    def case(self, typed: str) -> Case | None:
        """Return a case by its number as somebody types it, or None.

        Raises:
            StoreError: the database does not answer.
        """
        number = "-".join(typed.upper().replace("-", " ").split())
        return self.store.cases.find(number) if is_case_number(number) else None

    def purge(self) -> Erased:
        """Delete what is older than the policy lets it be kept (`ui.retention`).

        Raises:
            StoreError: it could not be deleted.
        """
        return Keeping(self.store, self.folder, self.retention, self._now).purge()

    def errata(self) -> Iterator[Erratum]:
        """Yield the errors recognised and corrected, the last one first.

        Raises:
            StoreError: the database does not answer.
        """
        found = [
            Erratum(case, step)
            for case in self.store.cases.all()
            if case.finding in {Finding.FOUNDED, Finding.PARTLY}
            for step in case.steps
            if step.state is State.CORRECTED
        ]
        yield from sorted(found, key=lambda one: one.step.time, reverse=True)


def in_french(text: str) -> str:
    """Write the ISO days of a sentence as people do."""
    return re.sub(r"\b\d{4}-\d{2}-\d{2}\b", lambda day: day_text(day[0]), text)
