"""The rule that says when to conclude, drawn: answers read along, errors found up, in the units of an SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ui.console.audit.figures import Chart

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 16, 40
_APART = 64
"""Least distance between two numbers of an axis, so that they are not written over each other."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One number of an axis, and where it is."""

    at: float
    value: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart, ready to be laid out; coordinates in units of a view box of `WIDTH` by `HEIGHT`.

    Attributes:
        rule: points of the line on or under which the threshold is met.
        path: points of what was found, from the first answer counted.
        here: where the reading stands.
        below: y of the axis of the answers.
    """

    chart: Chart
    rule: str
    path: str
    here: tuple[float, float]
    across: Sequence[Tick]
    up: Sequence[Tick]
    left: int = LEFT
    right: int = WIDTH - RIGHT
    below: int = HEIGHT - BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def drawing_of(chart: Chart) -> Drawing:
    """Lay a chart out."""
    most = 1.04 * max(chart.rule[-1].answers, chart.measure.trials)
    levels = chart.rule[-1].errors + 1

    def x(answers: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * answers / most, 1)

    def y(errors: int) -> float:
        # Half a level is left under zero: a line without error is not hidden by the axis.
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (errors + 0.5) / levels, 1)

    first = chart.rule[0]
    rule = [(x(first.answers), float(HEIGHT - BOTTOM)), (x(first.answers), y(0))]
    for before, step in pairwise(chart.rule):
        rule += [(x(step.answers), y(before.errors)), (x(step.answers), y(step.errors))]
    path = [(x(answers), y(errors)) for answers, errors in chart.path]
    every = -(-levels // 8)
    return Drawing(
        chart,
        _points(rule),
        _points(path),
        path[-1],
        tuple(_apart([Tick(x(0), 0), *(Tick(x(step.answers), step.answers) for step in chart.rule)])),
        tuple(Tick(y(errors), errors) for errors in range(0, levels, every)),
    )


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{across:g},{up:g}" for across, up in places)


def _apart(ticks: Sequence[Tick]) -> Iterable[Tick]:
    last = -float(_APART)
    for tick in ticks:
        if tick.at - last >= _APART:
            last = tick.at
            yield tick
