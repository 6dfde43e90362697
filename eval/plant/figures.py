"""Figures made false: invented, shifted, swapped, in another unit or for another period."""

from __future__ import annotations

import re
from dataclasses import dataclass

from eval.plant.words import Given, Place, PlainDraft, data, exchanged, found_at, same

_WORDS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9, "dix": 10}
_WORDS |= {"onze": 11, "douze": 12, "quinze": 15, "seize": 16, "vingt": 20, "trente": 30, "soixante": 60, "un": 1}
_NAMES = {value: name for name, value in _WORDS.items()}
_NUMBER = re.compile(
    r"(?<![\w./*°-])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?(?![\w*])|(?<![\w./*°,-])\d+(?:,\d+)?(?![\w*]|[.,/]\d)"
)
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_UNIT = re.compile(
    r"[ \u00a0\u202f]?(jours?|semaines?|mois|ans?|années?|heures?|h|minutes?|trimestres?|euros?|centimes?|€|%|km|m²|m|"
    r"mètres?|kilomètres?|kg|g|"
    rf"{_MONTHS})(?![\w²])"
)
_IN_WORDS = re.compile(rf"(?<![\w-])({'|'.join(_WORDS)})(?=[ \u00a0])(?![ \u00a0](?:cent|mille))")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number found in a text.

    Attributes:
        unit: as written after it, empty without one.
        spelled: written in words.
    """

    start: int
    text: str
    value: float
    unit: str
    spelled: bool = False

    @property
    def is_year(self) -> bool:
        """Tell whether it reads as a year."""
        return not self.unit and len(self.text) == 4 and 1900 <= self.value <= 2099


def figures(text: str) -> list[Figure]:
    """Find the numbers of a text, in digits, or in words before a unit."""
    found = []
    for match in _NUMBER.finditer(text):
        plain = re.sub(r"[ \u00a0\u202f]", "", match.group()).replace(",", ".")
        found.append(Figure(match.start(), match.group(), float(plain), _unit_after(text, match.end())))
    found += [
        Figure(match.start(), match.group(), float(_WORDS[match.group()]), unit, spelled=True)
        for match in _IN_WORDS.finditer(text)
        if (unit := _unit_after(text, match.end()))
    ]
    return sorted(found, key=lambda figure: figure.start)


def _unit_after(text: str, end: int) -> str:
    unit = _UNIT.match(text, end)
    return unit.group(1) if unit else ""


def _known(place: Place) -> set[float]:
    """Every number that the sentence, its proof or the passages hold: an invented one is none of them."""
    texts = (place.sentence.text, place.quotes, *(given.text for given in place.passages))
    return {figure.value for text in texts for figure in figures(text)}


def figure_invented(place: Place) -> PlainDraft | None:
    """Put a figure that stands nowhere: instead of one of the sentence, else added to it."""
    known, text, rng = _known(place), place.sentence.text, place.rng
    free = [n for n in (*range(3, 99), *range(100, 999, 5)) if n not in known]
    if not free:
        return None
    numbers = [f for f in figures(text) if not f.is_year and not f.spelled]
    if numbers and rng.random() < 0.6:
        figure = rng.choice(numbers)
        return place.say(text[: figure.start] + str(rng.choice(free)) + text[figure.start + len(figure.text) :])
    tail = rng.choice(data("inventions")["figure"]["tails"]).replace("{n}", str(rng.choice(free)))
    stem, end = (text[:-1], text[-1]) if text[-1:] in ".!?" else (text, ".")
    return place.say(stem + tail + end)


def figure_shifted(place: Place) -> PlainDraft | None:
    """Move one figure of the sentence: a digit, a year, or about ten per cent; never to one that its proof holds."""
    text = place.sentence.text
    proved = {figure.value for figure in (*figures(text), *figures(place.quotes))}
    found = figures(text)
    place.rng.shuffle(found)
    for figure in found:
        changed = _shifted(figure, place)
        if changed is not None and changed[1] not in proved:
            return place.say(text[: figure.start] + changed[0] + text[figure.start + len(figure.text) :])
    return None


def _shifted(figure: Figure, place: Place) -> tuple[str, float] | None:
    rng = place.rng
    if figure.spelled:
        value = int(figure.value)
        near = [n for n in _NAMES if n > 1 and n != value and abs(n - value) <= max(2, value // 3)]
        drawn = rng.choice(near) if value > 1 and near else 0
        return (_NAMES[drawn], float(drawn)) if drawn else None
    if figure.is_year:
        value = int(figure.value) + rng.choice((-3, -2, -1, 1, 2, 3))
        return str(value), float(value)
    if figure.value >= 20 and rng.random() < 0.4 and not _is_day(figure):
        value = round(figure.value * rng.choice((0.9, 1.1)))
        return (_spaced(value), float(value)) if value != figure.value else None
    at = rng.choice([i for i, sign in enumerate(figure.text) if sign.isdigit()])
    lowest = 1 if at == 0 else 0
    digit = rng.choice([d for d in range(lowest, 10) if str(d) != figure.text[at]])
    text = figure.text[:at] + str(digit) + figure.text[at + 1 :]
    value_ = float(re.sub(r"[ \u00a0\u202f]", "", text).replace(",", "."))
    if value_ == figure.value or (_is_day(figure) and not 1 <= value_ <= 28):
        return None
    return text, value_


def _is_day(figure: Figure) -> bool:
    return figure.unit in _MONTHS.split("|")


def _spaced(value: int) -> str:
    return f"{value:,}".replace(",", "\u00a0") if value >= 1000 else str(value)


def figures_swapped(place: Place) -> PlainDraft | None:
    """Exchange two figures of one passage: both in the sentence, else one of it and another of the same unit."""
    text = place.sentence.text
    found = figures(text)
    pairs = [(a, b) for i, a in enumerate(found) for b in found[i + 1 :] if _exchangeable(a, b, text)]
    if pairs:
        first, second = place.rng.choice(pairs)
        between = text[first.start + len(first.text) : second.start]
        end = text[second.start + len(second.text) :]
        return place.say(text[: first.start] + second.text + between + first.text + end)
    others = [figure for given in place.cited for figure in figures(given.text)]
    here = {figure.value for figure in (*found, *figures(place.quotes))}
    options = [(a, b) for a in found for b in others if _alike(a, b) and b.value not in here]
    if not options:
        return None
    first, second = place.rng.choice(options)
    return place.say(text[: first.start] + second.text + text[first.start + len(first.text) :])


def _exchangeable(first: Figure, second: Figure, text: str) -> bool:
    """Tell whether the two figures say different things: `17 ou 18 ans` says the same when exchanged."""
    between = text[first.start + len(first.text) : second.start]
    told_apart = any(len(word) > 3 for word in re.findall(r"[^\W\d]+", between.replace(first.unit, "")))
    return first.value != second.value and told_apart and _alike(first, second)


def _alike(first: Figure, second: Figure) -> bool:
    """Tell whether one may be read for the other: same unit, same number (`1 an`, never `3 an`)."""
    return first.unit == second.unit and first.is_year == second.is_year and first.spelled == second.spelled


def unit_changed(place: Place) -> PlainDraft | None:
    """Give a figure another unit: days for months, centimes for euros, kilometres for metres."""
    table = data("swaps")["units"]
    forms: dict[str, str] = table["forms"]
    singular = {form: unit for unit, plural in forms.items() for form in (unit, plural)}
    text = place.sentence.text
    options = [figure for figure in figures(text) if singular.get(figure.unit) in table["taken_for"]]
    if not options:
        return None
    figure = place.rng.choice(options)
    others = table["taken_for"][singular[figure.unit]]
    # "un jour" never becomes "un semaine".
    unit = place.rng.choice([unit for unit in others if figure.text != "un" or unit not in table["feminine"]] or others)
    unit = unit if figure.value < 2 else forms[unit]
    at = text.index(figure.unit, figure.start + len(figure.text))
    space = "\u00a0" if text[at - 1].isdigit() and len(unit) > 1 else ""
    return place.say(text[:at] + space + unit + text[at + len(figure.unit) :])


def period_changed(place: Place) -> PlainDraft | None:
    """Say a month for a year, a day for a week."""
    text = place.sentence.text
    options = [
        (at, old, new)
        for pair in data("swaps")["period"]["pairs"]
        for old, new in (pair, pair[::-1])
        for at in found_at(text, old)
    ]
    if not options:
        return None
    at, old, new = place.rng.choice(options)
    return place.say(exchanged(text, old, new, at))


def cells_swapped(place: Place) -> PlainDraft | None:
    """Give a cell of a table the value of another row, or of another column with the same kind of value."""
    text = place.sentence.text
    for given in place.cited:
        options = _exchanges(given, text)
        if options:
            old, new = place.rng.choice(options)
            return place.say(re.sub(_whole(old), new.replace("\\", ""), text, count=1))
    return None


def _exchanges(given: Given, text: str) -> list[tuple[str, str]]:
    cells = [cell for line in given.text.split("\n") if " | " in line for cell in _cells(line)]
    said = same(text)
    shown = [(name, value) for name, value in cells if _stands(value, text) and len(value) <= 60]
    return [
        (old, new)
        for name, old in shown
        for other, new in cells
        if other == name and same(new) not in said and same(old) not in same(new) and 0 < len(new) <= 60
    ]


def _cells(line: str) -> list[tuple[str, str]]:
    line = re.sub(r"^\[[^\]]*\] ", "", line)
    parts = (cell.split(" : ", 1) for cell in line.split(" | "))
    return [(part[0].strip(), part[1].strip()) for part in parts if len(part) == 2]


def _stands(value: str, text: str) -> bool:
    return len(value) > 1 and re.search(_whole(value), text) is not None


def _whole(value: str) -> str:
    return rf"(?<!\w)(?<!\d,){re.escape(value)}(?!\w|,\d)"
