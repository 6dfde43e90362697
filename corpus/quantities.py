"""Ages, durations, counts and dates: those a question states, and the ranges that labels are for.

Half of the labels that no word can settle are ranges ("Avant 15 ans", "Date d'expiration : plus de 5 ans"). A stated
value settles them only when both sides speak of the same measure: an age is not a length of stay (data: the tables
`measure` and `number` of lexicon/quantities.toml).
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from corpus.analyse import LEXICON, fold

_FILE = LEXICON / "quantities.toml"
_EDGE = 0.5
"""Added to the end of a closed range: the last value lies in it unless another range starts there."""

_ROUNDED = 0.95
"""People round the time that has passed: "il y a 3 ans" may be a little less."""

_NUMBER = r"\d+(?:[ .]\d{3})*(?:,\d+)?"
_LAPSE = (
    r"\b(?:depuis|il y a|ca fait|voila)"
    r"(?: (?:environ|plus|moins|a peine|deja|maintenant|bientot|presque|de|d'))* N U"
)
_NEVER = "(?!)"
_DATE = re.compile(r"(?:(?:(?:le |du )?(\d{1,2})(?:er)? )?([a-z]+) )?\b((?:19|20)\d\d)\b")


class Span(NamedTuple):
    """Values from `low` (included) to `high` (left out), in the unit of its measure."""

    low: float
    high: float

    def within(self, other: Span) -> bool:
        """Tell whether each value is in `other`."""
        return other.low <= self.low and self.high <= other.high

    def meets(self, other: Span) -> bool:
        """Tell whether a value is in `other`."""
        return self.low < other.high and other.low < self.high


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted, from quantities.toml.

    Attributes:
        unit: pattern of the unit.
        said: patterns of a question, with the number as group `n` and, where it varies, the unit as group `unit`.
        about: what a label, or what stands above it, must speak of; empty when its unit is enough.
        never, never_above: what it, and what stands above it, must not speak of.
        lapse: it is the time since something.
    """

    name: str
    unit: str
    said: tuple[re.Pattern[str], ...]
    about: re.Pattern[str]
    never: re.Pattern[str]
    never_above: re.Pattern[str]
    lapse: bool


Stated = dict[str, list[Span]]


def quantities_stated(question: str) -> Stated:
    """Return the spans that a question states, by name of measure, in reading order.

    An age of 8 years is the span from 8 to 9; a duration may be a little shorter than it is said to be.
    """
    heard = plain(question)
    stated: Stated = {}
    for measure in _measures():
        spans = [span for pattern in measure.said for span in _said(heard, pattern, measure)]
        if spans:
            stated[measure.name] = list(dict.fromkeys(spans))
    dates = [_date_span(found) for found in _DATE.finditer(heard)]
    if dates:
        stated["date"] = dates
    return stated


def fits_among(stated: Stated, labels: Sequence[str], above: str = "") -> list[int]:
    """Compare sibling labels with what is stated; a bare number takes the unit of its siblings ("1", "2", "3 enfants").

    Args:
        stated: by `quantities_stated`.
        labels: of the branches of one choice.
        above: the headings and the question above them, which may say what their ranges measure.

    Returns:
        for each label, 1 when each stated value of the measure lies in its range, -1 when none may, else 0.
    """
    units = {found[0] for label in labels if (found := re.findall(r"\d+ ([a-z]{4,})", plain(label)))}
    if len(units) == 1:
        labels = [f"{label} {next(iter(units))}" if re.fullmatch(r"\d+", label.strip()) else label for label in labels]
    return [_fits(stated, plain(label), plain(above)) for label in labels]


def is_minor(stated: Stated) -> bool | None:
    """Tell whether every age stated is under 18; None when none is stated, or when they differ."""
    ages = {span.low < 18 for span in stated.get("age", ())}
    return ages.pop() if len(ages) == 1 else None


def plain(text: str) -> str:
    """Fold a text and write its numbers in figures."""
    folded = re.sub(r"\s+", " ", fold(text).replace("’", "'"))
    numbers: dict[str, str] = _table()["number"]
    pattern = "|".join(sorted(numbers, key=len, reverse=True))
    return re.sub(rf"\b({pattern})\b", lambda found: numbers[found.group()], folded)


def _fits(stated: Stated, label: str, above: str) -> int:
    verdicts = [_verdict(stated[name], span) for name, span in _ranges(label, above) if name in stated]
    return min(verdicts) if verdicts else 0


def _verdict(values: list[Span], label: Span) -> int:
    if all(value.within(label) for value in values):
        return 1
    return 0 if any(value.meets(label) for value in values) else -1


def _said(heard: str, pattern: re.Pattern[str], measure: Measure) -> Iterator[Span]:
    for found in pattern.finditer(heard):
        values = found.groupdict()
        scale = _scale(values.get("unit") or "")
        value = _number(values["n"]) * scale
        before = heard[max(0, found.start("n") - 12) : found.start("n")]
        if re.search(r"(plus|\+) d[e'] ?$", before):
            yield Span(math.nextafter(value, math.inf), math.inf)
        elif re.search(r"moins d[e'] ?$", before):
            yield Span(0, value)
        else:
            yield Span(value * (_ROUNDED if measure.lapse else 1), value + scale)


def _ranges(label: str, above: str) -> Iterator[tuple[str, Span]]:
    for measure in _measures():
        about = measure.about.search(f"{above} {label}")
        if about and not measure.never.search(label) and not measure.never_above.search(above):
            yield from ((measure.name, span) for span in _range(label, measure))
    if (span := _date_range(label)) is not None:
        yield "date", span


def _range(label: str, measure: Measure) -> list[Span]:
    unit = f"(?P<unit>{measure.unit})"
    for name, pattern in _table()["range"].items():
        found = re.search(pattern.replace("N", f"({_NUMBER})").replace("U", unit), label)
        if found is None:
            continue
        scale = _scale(found["unit"])
        values = [_number(text) * scale for text in found.groups() if text and text[0].isdigit()]
        # "5 years of stay" is a condition, not a length that one tells from another.
        return [] if measure.lapse and name.startswith("exact") else [_span(name.rstrip("0123456789"), values, scale)]
    return []


def _span(name: str, values: list[float], grain: float) -> Span:
    low, high = values[0], values[-1]
    spans = {
        "between": Span(low, high + _EDGE * grain),
        "over": Span(math.nextafter(low, math.inf), math.inf),
        "from": Span(low, math.inf),
        "under": Span(-math.inf, low),
        "upto": Span(-math.inf, low + _EDGE * grain),
        "exact": Span(low, low + grain),
    }
    return spans[name]


def _date_range(label: str) -> Span | None:
    dates = [_date_span(found) for found in _DATE.finditer(label)]
    if not dates:
        return None
    first, last = dates[0], dates[-1]
    if len(dates) > 1:
        return Span(first.low, last.high)
    spans = (
        (r"\b(apres|posterieur)", Span(first.high, math.inf)),
        (r"\b(depuis|a partir|a compter|ou apres|et apres)\b", Span(first.low, math.inf)),
        (r"\b(avant|anterieur)", Span(-math.inf, first.low)),
        (r"\b(jusqu|au plus tard)", Span(-math.inf, first.high)),
        (r"^(en|pour) ", first),
    )
    return next((span for pattern, span in spans if re.search(pattern, label)), None)


def _date_span(found: re.Match[str]) -> Span:
    """Return the days of a date, a month or a year, in years."""
    months: list[str] = _table()["months"]
    day, month, year = found.group(1), found.group(2), int(found.group(3))
    if month not in months:
        return Span(year, year + 1)
    start = year + months.index(month) / 12
    return Span(start + (int(day) - 1) / 372, start + int(day) / 372) if day else Span(start, start + 1 / 12)


def _number(text: str) -> float:
    return float(text.replace(" ", "").replace(".", "").replace(",", "."))


def _scale(unit: str) -> float:
    """Years in a unit of time, 1 for any other unit."""
    return next((value for start, value in _table()["scale"].items() if unit.startswith(start)), 1.0)


@cache
def _measures() -> tuple[Measure, ...]:
    return tuple(
        Measure(
            name,
            values["unit"],
            tuple(re.compile(_filled(pattern, values["unit"])) for pattern in _patterns(values)),
            re.compile(values.get("about", "")),
            re.compile(values.get("never", _NEVER)),
            re.compile(values.get("never_above", _NEVER)),
            lapse="topic" in values,
        )
        for name, values in _table()["measure"].items()
    )


def _patterns(values: Mapping[str, Any]) -> list[str]:
    """The patterns of a question; a length of time is one whose topic stands near it, in the same clause."""
    said: list[str] = values.get("said", [])
    if "topic" not in values:
        return said
    topic = values["topic"]
    return [*said, rf"{topic}[^.?!,;]{{0,25}}?{_LAPSE}", rf"{_LAPSE} qu[^.?!,;]{{0,30}}{topic}"]


def _filled(pattern: str, unit: str) -> str:
    return pattern.replace("N", f"(?P<n>{_NUMBER})").replace("U", f"(?P<unit>{unit})")


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
