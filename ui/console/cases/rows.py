"""The cases as the committee reads them: filtered, the first due on top, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel

from bot.store import CaseLine
from corpus.store import PassageStore
from ethics.case import Finding, State
from ethics.rules import Deadlines
from ethics.workdays import after_working_days

OPEN = "open"
"""Every state but the last."""

PAGE = 50
STATES, FINDINGS = tuple(State), tuple(Finding)
_WAITING = frozenset({State.RECEIVED, State.ASSIGNED})


class Wanted(BaseModel):
    """The filters of the list, as its form sends them; an empty one lets everything through.

    Attributes:
        state: value of a `State`, or `OPEN`.
        theme: of the answer contested.
        finding: value of a `Finding`, or `none` for those not answered.
        severe, late: `1` for those alone.
        number: part of the number.
        page: from 1.
    """

    state: str = ""
    theme: str = ""
    finding: str = ""
    severe: Literal["", "1"] = ""
    late: Literal["", "1"] = ""
    number: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the list."""

    line: CaseLine
    theme: str
    due: date
    late: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """What the filters leave.

    Attributes:
        rows: of the page asked for.
        found: how many there are on all pages; `every`: without any filter.
        page, pages: from 1.
        themes: of every case, in alphabetical order.
    """

    rows: tuple[Row, ...]
    found: int
    every: int
    page: int
    pages: int
    themes: tuple[str, ...]


def listed(
    lines: Iterable[CaseLine], themes: Mapping[str, str], wanted: Wanted, rules: Deadlines, today: date
) -> Listed:
    """Filter the cases, those still to answer on top, the first due first.

    Args:
        lines: every case.
        themes: theme by id of document.
        wanted: the filters.
        rules: how long the City gives itself.
        today: the civil day.
    """
    due: dict[tuple[date, bool], date] = {}
    rows = [_row(line, themes.get(line.document, ""), due, rules, today) for line in lines]
    kept = [row for row in rows if _passes(row, wanted)]
    kept.sort(key=lambda row: (row.line.state not in _WAITING, not row.late, row.due, row.line.number))
    pages = max(1, -(-len(kept) // PAGE))
    page = min(max(1, wanted.page), pages)
    shown = tuple(kept[(page - 1) * PAGE : page * PAGE])
    known = sorted({row.theme for row in rows if row.theme})
    return Listed(shown, len(kept), len(rows), page, pages, tuple(known))


@lru_cache(maxsize=2)
def themes_by_document(index: PassageStore) -> Mapping[str, str]:
    """Return the theme of every document by the publisher's id; an index never changes once it is open."""
    return {card.id: card.theme for card in index.documents() if card.theme}


@lru_cache(maxsize=2)
def themes_by_key(index: PassageStore) -> Mapping[str, str]:
    """Return the theme of every document by its key in the index, empty where it has none."""
    return {card.key: card.theme for card in index.documents()}


def _row(line: CaseLine, theme: str, due: dict[tuple[date, bool], date], rules: Deadlines, today: date) -> Row:
    received = line.received.date()
    key = (received, line.severe)
    if key not in due:
        days = rules.severe_reply_days if line.severe else rules.reply_days
        due[key] = after_working_days(received, days)
    return Row(line, theme, due[key], line.state in _WAITING and today > due[key])


def _passes(row: Row, wanted: Wanted) -> bool:
    line = row.line
    finding = "none" if line.finding is None else line.finding.value
    return (
        (not wanted.state or (line.state is not State.CLOSED if wanted.state == OPEN else line.state == wanted.state))
        and (not wanted.theme or row.theme == wanted.theme)
        and (not wanted.finding or finding == wanted.finding)
        and (not wanted.severe or line.severe)
        and (not wanted.late or row.late)
        and wanted.number.strip().upper() in line.number
    )
