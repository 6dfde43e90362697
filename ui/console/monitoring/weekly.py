"""The answers read each week by people: how many, how many wrong. Counts alone, in a file that only grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from ethics.errors import RecordsError
from ethics.martingale import RISK, alarm, capital
from ethics.policy import Policy
from ui.book import Book, Line

FILE = "weekly.jsonl"
MEASURE = "unsupported"
"""The threshold whose limit the weeks are read against."""

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Week:
    """One week of reading.

    Attributes:
        monday: its first day.
        read, wrong, severe: answers read, those that something said was not supported, and the severe ones of those.
        corrected: how many times its counts were given again; the last ones hold.
    """

    monday: date
    read: int
    wrong: int
    severe: int
    corrected: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """The weeks, and what they show.

    Attributes:
        weeks: oldest first.
        capital: after each week (`ethics.martingale`).
        limit: of the share of wrong answers; None when the policy has none, and nothing is concluded.
        alarm: the capital that calls for a decision.
        since: rank of the week that reached it; None when none did.
    """

    weeks: tuple[Week, ...]
    capital: tuple[float, ...]
    limit: float | None
    alarm: float
    since: int | None


class Weekly:
    """The counts of a service.

    Args:
        folder: of the records.
    """

    def __init__(self, folder: Path) -> None:
        self._book = Book(folder / FILE)

    def weeks(self) -> tuple[Week, ...]:
        """Return the weeks, the oldest first.

        Raises:
            RecordsError: the file cannot be read.
        """
        found: dict[date, Week] = {}
        for line in self._book.lines():
            week = _read(line)
            before = found.get(week.monday)
            again = before.corrected + 1 if before else 0
            found[week.monday] = Week(week.monday, week.read, week.wrong, week.severe, again)
        return tuple(found[monday] for monday in sorted(found))

    def add(self, week: Week, now: datetime) -> None:
        """Write the counts of a week; given again, they take the place of the former ones, which stay in the file.

        Raises:
            RecordsError: it could not be written.
        """
        with self._book.adding() as add:
            said: Line = {"week": week.monday.isoformat(), "read": week.read, "wrong": week.wrong}
            add(said | {"severe": week.severe, "time": now.isoformat()})


def followed(weeks: tuple[Week, ...], policy: Policy) -> Followed:
    """Read the weeks against the limit of the policy."""
    limit = next((one.limit for one in policy.thresholds if one.measure == MEASURE), None)
    if limit is None:
        return Followed(weeks, (), None, 1 / RISK, None)
    after = capital(((week.read, week.wrong) for week in weeks), limit)
    return Followed(weeks, after, limit, 1 / RISK, alarm(after))


def mondays(today: date, count: int = 8) -> tuple[date, ...]:
    """Return the first days of the last weeks, this one first."""
    monday = today - timedelta(days=today.weekday())
    return tuple(monday - timedelta(weeks=back) for back in range(count))


def _read(line: Line) -> Week:
    try:
        monday = date.fromisoformat(line["week"])
        counts = [line[name] for name in ("read", "wrong", "severe")]
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable() from error
    if not all(type(count) is int for count in counts) or not 0 <= counts[2] <= counts[1] <= counts[0]:
        raise _unreadable()
    return Week(monday, *counts)


def _unreadable() -> RecordsError:
    return RecordsError(
        f"Le fichier {FILE} contient une ligne illisible : remettez-en une copie saine dans le dossier des registres."
    )
