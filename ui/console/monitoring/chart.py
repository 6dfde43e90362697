"""One line over weeks, drawn as a picture that the table behind it says in full."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 36


@dataclass(frozen=True, slots=True)
class Mark:
    """One value, where it is drawn, in pixels."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A line, its marks and its steps; everything is in pixels from the top left.

    Attributes:
        marks: one a week; a week where nothing was measured has none.
        steps: of the vertical axis, with what they read.
        limit: height of the line not to pass; None without one.
    """

    marks: tuple[Mark, ...]
    steps: tuple[tuple[float, str], ...]
    limit: float | None

    @property
    def line(self) -> str:
        """The points of the line, as SVG writes them."""
        return " ".join(f"{one.x:.1f},{one.y:.1f}" for one in self.marks)


def share_chart(values: Sequence[float], labels: Sequence[str]) -> Chart:
    """Draw shares, from 0 to the first round tenth above the highest; NaN leaves a gap.

    Args:
        values: from 0 to 1, one a week.
        labels: one a value, under it.
    """
    known = [value for value in values if not math.isnan(value)]
    top = max(1, math.ceil(max(known, default=0.0) * 10)) / 10
    steps = tuple((_height(part, 0, top), f"{part:.0%}".replace("%", "\u00a0%")) for part in (0.0, top / 2, top))
    return Chart(_marks(values, labels, 0, top), steps, None)


def capital_chart(values: Sequence[float], labels: Sequence[str], limit: float) -> Chart:
    """Draw capitals by their logarithm, with the limit not to pass.

    Args:
        values: above 0, one a week.
        labels: one a value, under it.
        limit: the capital at which the alarm is given.
    """
    logs = [math.log10(value) for value in values]
    low = min(-1.0, *(math.floor(one) for one in logs)) if logs else -1.0
    high = max(math.ceil(math.log10(limit)), *(math.ceil(one) for one in logs)) if logs else math.log10(limit) + 1
    high = float(min(high, 12))
    steps = tuple((_height(one, low, high), f"{10.0**one:g}".replace(".", ",")) for one in _whole(low, high))
    marks = _marks([min(one, high) for one in logs], labels, low, high)
    return Chart(marks, steps, _height(math.log10(limit), low, high))


def _whole(low: float, high: float) -> range:
    step = max(1, math.ceil((high - low) / 4))
    return range(math.ceil(low), math.floor(high) + 1, step)


def _marks(values: Sequence[float], labels: Sequence[str], low: float, high: float) -> tuple[Mark, ...]:
    room = (WIDTH - _LEFT - _RIGHT) / max(1, len(values))
    return tuple(
        Mark(_LEFT + room * (place + 0.5), _height(value, low, high), label)
        for place, (value, label) in enumerate(zip(values, labels, strict=True))
        if not math.isnan(value)
    )


def _height(value: float, low: float, high: float) -> float:
    return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)
