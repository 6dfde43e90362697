"""What the turns kept say, week by week and theme by theme: refusals, usefulness, drift, energy. No word of anybody.

Turns are kept for the days of the policy, so the weeks that can be told are few. A refusal quotes no document and so
has no theme: it is told by its kind.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from bot.store import Figures, Opinions, Tally
from ethics.interval import CONFIDENCE, Share, share
from ui.records import PARIS

_REFUSED = ("refused", "unanswerable")
_DAYS = 7


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, the last one included.

    Attributes:
        refused: share of the turns that ended in a refusal, with its exact bounds.
        errors: turns that ended by a fault of the program.
        generated, measured: turns worded by a model, and those of all turns whose energy is known.
        energy: Wh of these, low and high; NaN when none is known.
    """

    first: date
    last: date
    turns: int
    refused: Share
    errors: int
    generated: int
    measured: int
    energy: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme.

    Attributes:
        answers: over all the weeks.
        useful: share of the opinions that found answers useful, with its exact bounds; opinions are `opinions`.
        before, now: its share of the answers before the last week and in it.
        moved: the two shares are surely not the same.
        past: passages whose figures are past their limit.
    """

    name: str
    answers: int
    useful: Share
    opinions: int
    before: Share
    now: Share
    moved: bool
    past: int


class Drift(NamedTuple):
    """How far the themes asked about moved.

    Attributes:
        distance: share of the answers of the last week that would have to change theme to be as before; NaN when one
            of the two has none.
        before, now: answers counted.
    """

    distance: float
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """All of it; `kinds` counts the turns that were not answered, by status, over all the weeks."""

    weeks: tuple[Week, ...]
    themes: tuple[Theme, ...]
    drift: Drift
    kinds: tuple[tuple[str, int], ...]


def traffic(
    figures: Figures, themes: Mapping[str, str], past: Mapping[str, int], today: date, kept_days: int
) -> Traffic:
    """Count the turns kept.

    Args:
        figures: of the database.
        themes: theme by id of document.
        past: passages with figures past their limit, by theme.
        today: the civil day in Paris.
        kept_days: how long turns are kept.

    Raises:
        StoreError: the database does not answer.
    """
    spans = _spans(today, max(1, kept_days // _DAYS))
    tallies = [figures.turns(_midnight(first), _midnight(last + timedelta(days=1))) for first, last in spans]
    weeks = tuple(_week(*span, tally) for span, tally in zip(spans, tallies, strict=True))
    now, before = _by_theme(tallies[-1], themes), Counter[str]()
    for tally in tallies[:-1]:
        before += _by_theme(tally, themes)
    opinions = figures.opinions(spans[0][0])
    kinds = Counter[str]()
    for tally in tallies:
        for one in tally:
            if not one.status.startswith(("answered", "clarify")):
                kinds[one.status] += one.turns
    return Traffic(weeks, _themes(now, before, opinions, themes, past), _drift(before, now), tuple(kinds.most_common()))


def past_by_theme(past: Mapping[str, int], themes: Mapping[str, str]) -> Mapping[str, int]:
    """Count by theme what is counted by document.

    Args:
        past: passages whose figures are past their limit, by key of document.
        themes: theme by key of document.
    """
    found = Counter[str]()
    for document, count in past.items():
        found[themes.get(document, "")] += count
    return found


def _spans(today: date, count: int) -> list[tuple[date, date]]:
    """The first and the last day of each week, the oldest first; the last one ends today."""
    lasts = [today - timedelta(days=_DAYS * back) for back in reversed(range(count))]
    return [(last - timedelta(days=_DAYS - 1), last) for last in lasts]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), PARIS)


def _week(first: date, last: date, tallies: Iterable[Tally]) -> Week:
    held = tuple(tallies)
    turns = sum(one.turns for one in held)
    refused = sum(one.turns for one in held if one.status.startswith(_REFUSED))
    measured = sum(one.measured for one in held)
    low, high = (sum(one.energy[side] for one in held) if measured else math.nan for side in (0, 1))
    return Week(
        first,
        last,
        turns,
        share(refused, turns),
        sum(one.turns for one in held if one.status.startswith("error")),
        sum(one.generated for one in held),
        measured,
        (low, high),
    )


def _by_theme(tallies: Iterable[Tally], themes: Mapping[str, str]) -> Counter[str]:
    found = Counter[str]()
    for one in tallies:
        if one.document:
            found[themes.get(one.document, "")] += one.turns
    return found


def _themes(
    now: Counter[str],
    before: Counter[str],
    opinions: Iterable[Opinions],
    themes: Mapping[str, str],
    past: Mapping[str, int],
) -> tuple[Theme, ...]:
    useful, all_said = Counter[str](), Counter[str]()
    for one in opinions:
        if one.document:
            name = themes.get(one.document, "")
            all_said[name] += one.count
            useful[name] += one.count if one.useful else 0
    names = sorted({*now, *before, *all_said, *past}, key=lambda name: (-(now[name] + before[name]), name))
    # So many comparisons are made at once: each is held to what all together may be wrong.
    sure = 1 - (1 - CONFIDENCE) / max(1, 2 * len(names))
    found = []
    for name in names:
        was, is_now = share(before[name], before.total(), sure), share(now[name], now.total(), sure)
        found.append(
            Theme(
                name,
                now[name] + before[name],
                share(useful[name], all_said[name]),
                all_said[name],
                was,
                is_now,
                was.high < is_now.low or is_now.high < was.low,
                past.get(name, 0),
            )
        )
    return tuple(found)


def _drift(before: Counter[str], now: Counter[str]) -> Drift:
    if not before.total() or not now.total():
        return Drift(math.nan, before.total(), now.total())
    names = {*before, *now}
    apart = sum(abs(before[name] / before.total() - now[name] / now.total()) for name in names)
    return Drift(apart / 2, before.total(), now.total())
