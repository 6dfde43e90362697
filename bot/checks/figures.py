"""Figures: each one as its quote writes it, bounded alike, and beside what the quote gives it for.

DESIGN.md, promise 2: a model may write the words around a figure, never the figure. What must be the publisher's to
the letter is the number with its unit; its bound and its period may be said otherwise (bounds.py) but not changed; and
where the quote gives several figures of one unit, the sentence must say which is which.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from bot.checks.bounds import Figure, bounded_alike, bounds_of, placed_figures
from bot.checks.claim import Claim, agrees
from bot.checks.reading import Reading, read
from bot.checks.units import Unit
from bot.checks.vocabulary import neutral, stem
from corpus.analyse import fold, stop_words
from corpus.document import fold_spaces

_ARTICLE = re.compile(r"^une?\s+(?:personnes?|enfants?|fois)$", re.IGNORECASE)
"""An indefinite article before a noun that is also counted, or "une fois": no figure to a reader."""

_ENDS = re.compile(r"[;:!?()\n|]|[.,](?=\s|$)")
_PARTS = re.compile(r"[;:!?()\n|]|[.,](?=\s|$)|\b(?:et|ou|puis|mais)\b")
_KEPT, _KEPT_FREE = 0.34, 0.2
"""Share of what the quote says around a figure, between two marks of punctuation, that the sentence must say too:
in a near echo, and worded otherwise."""

_KEY = 0.5
"""Share of what names a row that the sentence must say."""

_KIND = re.compile(r"[^\W\d_]+|[€%]")
_NOUN = re.compile(r"\s*((?:[^\W\d_]|[-’'])+)(?:\s+([^\W\d_]+))?")
_LABEL = re.compile(r"^(.{1,160}?)\s?:\s")
_CELL = re.compile(r"\s[|]\s")
_CAPTION = re.compile(r"^\[[^\]]*\]\s*")
_SYMBOL = 2
"""Letters of the symbol of a unit, at most: kg, m, kW."""

_WHOM = frozenset({"person", "period"})


def figures(claim: Claim) -> str:
    """Return `figures` when a figure is not one of the quotes, `pairing` when it is moved to another case."""
    text = fold_spaces(claim.text)
    lines = tuple(fold_spaces(line) for quote in claim.quotes for line in quote.split("\n") if line.strip())
    said = _said(text, lines)
    rows = [line for line in lines if _CELL.search(line)]
    if not said:
        # A row proves nothing of another one: the sentence names it, or what stands above it and the question do.
        return "" if not rows or any(_naming(text, claim, line) >= _KEY for line in rows) else "pairing"
    quoted = [figure for line in lines for figure in placed_figures(line)]
    # As a whole figure: the 6 of "86" is not quoted by it.
    if Counter(_plain(f.text) for f in said) - Counter(_plain(f.text) for f in quoted):
        return "figures"
    if rows:
        return _rows(claim, text, said, lines)
    return next((reason for figure in said if (reason := _paired(claim, text, figure, said, lines))), "")


def _said(text: str, lines: Sequence[str]) -> list[Figure]:
    """Return the figures of a sentence; the unit may stand in the header of its cell ("Enfants : 2")."""
    found = [figure for figure in placed_figures(text) if not _ARTICLE.match(figure.text)]
    cells = [cell for line in lines if _CELL.search(line) for cell in _CELL.split(line)]
    bare = {
        (value.strip(), fold(word).rstrip("s"))
        for header, colon, value in (cell.rpartition(" : ") for cell in cells)
        if colon and value.strip().isdigit()
        for word in _KIND.findall(header.lower())
    }
    return [
        _without_unit(figure) if (_number(figure), fold(kind_of(figure.text))) in bare else figure for figure in found
    ]


def _number(figure: Figure) -> str:
    return figure.text.split(" ")[0]


def _without_unit(figure: Figure) -> Figure:
    number = _number(figure)
    return Figure(number, figure.start, figure.start + len(number))


def kind_of(figure: str) -> str:
    """Return the unit of a figure: euros, months; empty for a bare number."""
    found = _KIND.findall(figure.lower())
    return found[-1].rstrip("s") if found else ""


def _plain(figure: str) -> str:
    return fold_spaces(figure).lower()


def _paired(claim: Claim, text: str, figure: Figure, said: Sequence[Figure], lines: Sequence[str]) -> str:
    """Tell whether one figure stands for what a line of the quotes gives it for."""
    places = [(line, other) for line in lines for other in placed_figures(line)]
    twins = [(line, other) for line, other in places if _plain(other.text) == _plain(figure.text)]
    twins = [(line, other) for line, other in twins if _counts_alike(claim, text, figure, line, other)]
    if not twins:
        return "figures"
    bound = bounds_of(text, figure.start, figure.end)
    alike = [(line, twin) for line, twin in twins if bounded_alike(bound, bounds_of(line, twin.start, twin.end))]
    if not alike:
        return "relations"
    if any(_other_period(text, figure, line, twin) for line, twin in alike):
        return "figures"
    rivals = [
        (line, other)
        for line, other in places
        if _plain(other.text) != _plain(figure.text) and kind_of(other.text) == kind_of(figure.text)
    ]
    if rivals and (reason := _told_apart(text, figure, said, alike, rivals, places)):
        return reason
    return "" if any(_beside(claim, line, twin, sole=not rivals) for line, twin in alike) else "pairing"


def _other_period(text: str, figure: Figure, line: str, twin: Figure) -> bool:
    """Tell a figure said for a period that its quote does not name: by year for by month."""
    said = {mark.name for mark in _stretch(text, figure, _PARTS).named("period")}
    quoted = {mark.name for mark in _stretch(line, twin, _ENDS).named("period")}
    return bool(said) and bool(quoted) and said.isdisjoint(quoted)


def _counts_alike(claim: Claim, text: str, figure: Figure, line: str, twin: Figure) -> bool:
    """Tell whether a bare number counts the same thing: 50 employees are not 50 months."""
    if kind_of(figure.text):
        return True
    said, quoted = _NOUN.match(text, figure.end), _NOUN.match(line, twin.end)
    if said is None:
        return True
    unit = said.group(1).lower()
    if len(unit) <= _SYMBOL and fold(unit) not in stop_words():
        return quoted is not None and quoted.group(1).lower() == unit
    units = [unit for word in said.groups() if word for unit in read(word).units]
    if not units or quoted is None:
        return not units or any(map(claim.supports, units))
    near = read(" ".join(word for word in quoted.groups() if word)).concepts
    return any(agrees(unit, near) for unit in units) or all(claim.supports(unit) for unit in units)


def _told_apart(
    text: str,
    figure: Figure,
    said: Sequence[Figure],
    twins: Iterable[tuple[str, Figure]],
    rivals: Sequence[tuple[str, Figure]],
    places: Sequence[tuple[str, Figure]],
) -> str:
    """Tell a figure from those of its unit, by the words beside it, or by the order of all of them."""
    words = _cell(text, figure)
    own = max(_shared(words, _cell(line, twin)) for line, twin in twins)
    other = max(_shared(words, _cell(line, rival)) for line, rival in rivals)
    if own > other:
        return ""
    kind = kind_of(figure.text)
    order = [_plain(f.text) for f in said if kind_of(f.text) == kind]
    given = [_plain(f.text) for _, f in places if kind_of(f.text) == kind]
    if own == other and len(set(order)) == len(set(given)) and _follows(order, given):
        return ""
    return "figures" if other > own else "pairing"


def _follows(order: Sequence[str], given: Sequence[str]) -> bool:
    rest = iter(given)
    return all(figure in rest for figure in order)


def _cell(text: str, figure: Figure) -> str:
    """The words beside a figure, up to what parts it from the next one."""
    start = max((m.end() for m in _PARTS.finditer(text, 0, figure.start)), default=0)
    end = next((m.start() for m in _PARTS.finditer(text, figure.end)), len(text))
    return f"{text[start : figure.start]} {text[figure.end : end]}"


@lru_cache(maxsize=4_096)
def _shared(words: str, others: str) -> int:
    """How many things two stretches of words both say."""
    there = read(others).concepts
    return sum(agrees(unit, there) for unit in _telling(read(words)))


def _telling(reading: Reading) -> list[Unit]:
    return [u for u in reading.units if not u.word[:1].isdigit() and (u.entity or stem(u.word) not in neutral())]


def _beside(claim: Claim, line: str, twin: Figure, *, sole: bool) -> bool:
    """Tell whether the sentence keeps what its quote says around a figure: whom it is for, and a part of the rest."""
    units = _telling(_stretch(line, twin, _PARTS if claim.echo and not sole else _ENDS))
    above = claim.said.concepts | claim.around.concepts | claim.asked.concepts
    if sum(agrees(unit, above) for unit in units) < (_KEPT if claim.echo else _KEPT_FREE) * len(units):
        return False
    above = claim.said.nested | claim.around.nested | claim.asked.nested
    label = _LABEL.match(line)
    named = read(label.group(1)) if label is not None and label.end() <= twin.start else read("")
    whom = (*_stretch(line, twin, _ENDS if sole else _PARTS).marks, *named.marks)
    return all(f"{mark.table}:{mark.name}" in above for mark in whom if mark.table in _WHOM)


def _stretch(line: str, twin: Figure, bounds: re.Pattern[str]) -> Reading:
    """What a line says around a figure, up to the nearest bounds."""
    start = max((m.end() for m in bounds.finditer(line, 0, twin.start)), default=0)
    end = next((m.start() for m in bounds.finditer(line, twin.end)), len(line))
    return read(f"{line[start : twin.start]} {line[twin.end : end]}")


def _rows(claim: Claim, text: str, said: Sequence[Figure], lines: Sequence[str]) -> str:
    """A table: the figures of each clause from one row, the row named, and each one under its own header."""
    parts = [part for part in re.split(r"[;!?]", text) if any(f.text in part for f in said)]
    whole = all(_of_one_row(claim, part, lines) for part in parts) if len(lines) > 1 else False
    return "" if whole or _of_one_row(claim, text, lines) else "pairing"


def _of_one_row(claim: Claim, text: str, lines: Sequence[str]) -> bool:
    said = _said(text, lines)
    left = Counter(_plain(figure.text) for figure in said)
    rows = [line for line in lines if not left - Counter(_plain(f.text) for f in placed_figures(line))]
    named = {line: _naming(text, claim, line) for line in lines}
    return any(
        named[line] >= _KEY
        and all(named[other] < named[line] for other in lines if other != line and _CELL.search(other))
        and all(_under_its_header(text, figure, said, line) for figure in said)
        and not any(_against_its_header(text, figure, line) for figure in said)
        for line in rows
    )


def _naming(text: str, claim: Claim, line: str) -> float:
    """How far a sentence names a row: share of the words of its first cell; none when one of its figures differs."""
    first = _CELL.split(_CAPTION.sub("", line))[0]
    key = first.rpartition(" : ")[2] or first
    if key in text:
        return 1.0
    shown = {_plain(figure.text) for figure in placed_figures(text)}
    if any(_plain(figure.text) not in shown for figure in placed_figures(key)):
        return 0.0
    units = _telling(read(key))
    if not units:
        return 1.0 if placed_figures(key) else 0.0
    above = read(text).concepts | claim.around.concepts | claim.asked.concepts
    return sum(agrees(unit, above) for unit in units) / len(units)


def _against_its_header(text: str, figure: Figure, line: str) -> bool:
    """Tell a figure said as a least one under the header of a greatest one, or the other way round."""
    bound = bounds_of(text, figure.start, figure.end).value
    contrary = "atmost" if bound in {"over", "atleast"} else "atleast" if bound in {"under", "atmost"} else ""
    own = [cell for cell in _CELL.split(line) if _plain(figure.text) in {_plain(f.text) for f in placed_figures(cell)}]
    headers = [{mark.name for mark in read(cell.rpartition(" : ")[0]).named("relation")} for cell in own]
    return bool(contrary) and bool(headers) and all(contrary in names for names in headers)


def _under_its_header(text: str, figure: Figure, said: Sequence[Figure], line: str) -> bool:
    """Tell whether a figure is said for its own column, where another column has one of its unit.

    By the words beside it; where it is the only figure said, by all of them; else by the order of all of its unit.
    """
    cells = [cell for cell in _CELL.split(_CAPTION.sub("", line)) if placed_figures(cell)]
    own = [cell for cell in cells if _plain(figure.text) in {_plain(f.text) for f in placed_figures(cell)}]
    rivals = [
        cell
        for cell in cells
        if cell not in own and any(kind_of(f.text) == kind_of(figure.text) for f in placed_figures(cell))
    ]
    if not rivals or any(cell in text for cell in own):
        return True
    for words in (_cell(text, figure), *([f"{text[: figure.start]} {text[figure.end :]}"] if len(said) == 1 else [])):
        best, other = (max(_shared(words, cell) for cell in side) for side in (own, rivals))
        if best != other:
            return best > other
    kind = kind_of(figure.text)
    order = [_plain(f.text) for f in said if kind_of(f.text) == kind]
    given = [_plain(f.text) for cell in cells for f in placed_figures(cell) if kind_of(f.text) == kind]
    return len(order) > 1 and len(set(order)) == len(set(given)) and _follows(order, given)
