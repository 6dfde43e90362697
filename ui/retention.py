"""How long things are kept, and what somebody may see or have erased with a number, without saying who they are.

A turn has no word of a resident; a case may hold a message, masked. Both are found by the number that was given with
them, and by nothing else. The signed records hold no personal data, and are never erased.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.store import KEPT_DAYS, PRECEDENT_DAYS, Line, Store
from ethics.case import Case, Finding, is_case_number
from ethics.receipt import normal_id
from ethics.rules import Retention
from ui.recalls import RecallBook

SAMPLES = "samples"
"""Folder, beside the records, of the answers drawn to be read again by people."""


@dataclass(frozen=True, slots=True)
class Due:
    """What has been kept as long as the policy says.

    Attributes:
        turns: oldest first.
        cases: closed, by number.
        samples: files, by name.
    """

    turns: tuple[Line, ...]
    cases: tuple[Case, ...]
    samples: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """How many of each were erased."""

    turns: int = 0
    cases: int = 0
    samples: int = 0


class Keeping:
    """What is kept, as the policy says for how long.

    Args:
        store: the database.
        folder: of the records.
        rules: days that each thing is kept.
        now: the clock.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        rules: Retention,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._folder, self._rules, self._now = store, folder, rules, now

    def due(self) -> Due:
        """Tell what `purge` would erase now; nothing is touched.

        Raises:
            StoreError: the database does not answer.
        """
        turns = self._store.turns.due(self._limit("turn"))
        cases = self._store.cases.due(self._limit("case"))
        return Due(turns, cases, self._old_samples())

    def purge(self) -> Erased:
        """Erase what is due; what a crash left is erased the next time.

        Raises:
            StoreError: the database refused; nothing of what it holds was half erased.
            OSError: a file could not be removed.
        """
        turns = self._store.turns.purge(self._limit("turn"))
        cases = self._store.cases.purge(self._limit("case"))
        # The letters of the desk, masked, and the sentences that may serve again, whether anybody drafts or not.
        self._store.letters.purge(self._now() - timedelta(days=KEPT_DAYS))
        self._store.precedents.purge(self._now().date() - timedelta(days=PRECEDENT_DAYS))
        samples = self._old_samples()
        for path in samples:
            path.unlink(missing_ok=True)
        return Erased(turns, cases, len(samples))

    def export(self, typed: str) -> dict[str, Any] | None:
        """Return everything kept under the number of a receipt or of a case; None when nothing is.

        Raises:
            StoreError: the database does not answer.
            RecordsError: the list of recalls cannot be read.
        """
        receipt, cases = self._found(typed)
        line = self._store.turns.find(receipt) if receipt else None
        recalls = RecallBook(self._folder).of(receipt) if receipt else ()
        if line is None and not cases and not recalls:
            return None
        return {
            "turn": None if line is None else asdict(line) | {"at": line.at.isoformat()},
            "cases": [self._said(case) for case in cases],
            "recalls": [{"time": one.time.isoformat(), "why": one.change.why} for one in recalls],
        }

    def erase(self, typed: str) -> Erased:
        """Erase what is kept under a number: the turn of a receipt and its cases, or one case.

        Of a case in which the City recognised an error, what was recognised stays, without the message nor the answer
        contested: errors stay published. Called again after a crash, it erases what was left.

        Raises:
            StoreError: the database refused.
        """
        receipt, cases = self._found(typed)
        # The turn last: as long as anything is left, its number still finds it.
        gone = sum(self._erase_case(case) for case in cases)
        turn = bool(receipt) and self._store.turns.erase(receipt)
        return Erased(turns=int(turn), cases=gone)

    def _erase_case(self, case: Case) -> bool:
        recognised = case.finding in {Finding.FOUNDED, Finding.PARTLY}
        return self._store.cases.cut_off(case.number) if recognised else self._store.cases.erase(case.number)

    def _found(self, typed: str) -> tuple[str, tuple[Case, ...]]:
        """Return the receipt that a number is, or nothing, and the cases that it names or that contest it."""
        number = "-".join(typed.upper().replace("-", " ").split())
        if is_case_number(number):
            case = self._store.cases.find(number)
            return "", () if case is None else (case,)
        receipt = normal_id(typed) or ""
        return receipt, self._store.cases.contesting(receipt) if receipt else ()

    def _said(self, case: Case) -> dict[str, Any]:
        return {
            "number": case.number,
            "receipt": case.receipt,
            "severe": case.severe,
            "finding": None if case.finding is None else case.finding.value,
            "reply": case.reply,
            "message": self._store.cases.message(case.number),
            "steps": [
                {"state": step.state.value, "time": step.time.isoformat(), "text": step.text} for step in case.steps
            ],
        }

    def _limit(self, what: str) -> datetime:
        return self._rules.limit(what, self._now())

    def _old_samples(self) -> tuple[Path, ...]:
        limit = self._limit("sample").timestamp()
        files = sorted(path for path in (self._folder / SAMPLES).rglob("*") if path.is_file())
        return tuple(path for path in files if path.stat().st_mtime < limit)
