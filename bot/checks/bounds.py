"""What bounds a number: at least, more than, at most, less than, before or after, however it is said.

"Ne peut pas dépasser 1 mois" and "1 mois au plus" bound alike; "plus de" and "à partir de" do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.checks.vocabulary import bound_pattern
from corpus.document import fold_spaces
from corpus.figures import find_figures

_BREAK = re.compile(r"[;:!?()\n|]|[.,](?=\s|$)")
_BEFORE, _AFTER = 48, 40
"""Characters on each side of a number in which what bounds it stands."""

_DENIED = re.compile(r"\b(?:ne\s|n['’]|sans\s)", re.IGNORECASE)
_OPPOSITE = {"over": "atmost", "under": "atleast", "atleast": "under", "atmost": "over"}


class Bounds(NamedTuple):
    """How a number is bounded.

    Attributes:
        value: `atleast`, `over`, `atmost`, `under`, or nothing.
        within: it is a time allowed ("dans les 2 mois"), which may also be said as it is, or with `au plus`.
        anchors: what it is counted from: `before`, `after`.
    """

    value: str = ""
    within: bool = False
    anchors: frozenset[str] = frozenset()


class Figure(NamedTuple):
    """One figure of a text, as written, and where it stands."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4_096)
def placed_figures(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text with their places."""
    return tuple(_placed(text))


def _placed(text: str) -> Iterator[Figure]:
    cursor = 0
    for figure in find_figures(text):
        start = text.index(figure, cursor)
        cursor = start + len(figure)
        yield Figure(figure, start, cursor)


@lru_cache(maxsize=8_192)
def bounds_of(text: str, start: int, end: int) -> Bounds:
    """Return how the number at `start` is bounded; what stands past punctuation or another number does not count."""
    before = _BREAK.split(text[max(0, start - _BEFORE) : start])[-1]
    after = _BREAK.split(text[end : end + _AFTER])[0]
    others = placed_figures(fold_spaces(before)) if any(c.isdigit() for c in before) else ()
    if others:
        before = fold_spaces(before)[others[-1].end :]
    if any(c.isdigit() for c in after):
        after = re.split(r"\d", after)[0]
    ahead = [(m.start(), m.lastgroup or "") for m in bound_pattern("before").finditer(before)]
    behind = [(m.start(), m.lastgroup or "") for m in bound_pattern("after").finditer(after)]
    value = ahead[-1][1] if ahead else ""
    anchors = {name.removeprefix("from_") for _, name in behind if name.startswith("from_")}
    values = [name for _, name in behind if not name.startswith("from_")]
    within = value == "within"
    if within:
        value = ""
    if value in _OPPOSITE and _DENIED.search(before[: ahead[-1][0] + 1]):
        value = _OPPOSITE[value]
    if value.startswith("from_"):
        anchors.add(value.removeprefix("from_"))
        value = ""
    return Bounds(values[0] if values else value, within, frozenset(anchors))


def bounded_alike(said: Bounds, quoted: Bounds) -> bool:
    """Tell whether a number keeps the bound that its quote gives it."""
    if said.anchors and quoted.anchors and said.anchors.isdisjoint(quoted.anchors):
        return False
    if said.value == quoted.value:
        return True
    return {said.value, quoted.value} == {"", "atmost"} and (said.within or quoted.within)
