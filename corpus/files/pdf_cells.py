"""Inside one cell of a PDF table: labels on the left, values on the right, without rules between them.

Official tables often put "Personne isolée ... 915 €" and "Couple ... 1 453 €" in a single ruled cell. Each value is
given back with its own label, or the cell is given back whole: a value is never attached by guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.files.pdf_lines import Joiner, Line

_MARK = re.compile(r"^\s*[-−–—•▪■◦*]\s*(?=\S)")
_AMOUNT = re.compile(r"^[+(]?\s?\d[\d ]*(?:[.,]\d+)?\s?(?:€|%)")
_UNFINISHED = re.compile(r"(?:,|\b(?:de|du|des|la|le|les|l’|ou|et|à|au|aux|d’|en|par|sur|un|une))$", re.IGNORECASE)
_HAS_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class _Item:
    """One label or one value, over one or several lines."""

    lines: list[Line]
    marked: bool

    @property
    def top(self) -> float:
        return self.lines[0].box[1]

    @property
    def bottom(self) -> float:
        return self.lines[-1].box[3]

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)

    def text(self, joiner: Joiner) -> str:
        return _MARK.sub("", joiner.join([line.text for line in self.lines]))


def cell_text(lines: Sequence[Line], joiner: Joiner) -> str:
    """Return the text of a cell as one line; marked items and amounts on lines of their own stay apart."""
    parts = [item.text(joiner) for item in _free_items(lines)]
    return " ; ".join(parts).replace(": ;", ":")


def paired(left: Sequence[Line], right: Sequence[Line], joiner: Joiner) -> list[tuple[str, str]]:
    """Pair the labels of one cell with the values of its neighbour.

    Returns:
        one (label, value) per value where there are as many labels as values; otherwise a single pair of whole texts.
    """
    labels, values = _labels(left, set()), [_Item([line], marked=False) for line in right]
    if len(values) > 1 and len(labels) == len(values) and all(_AMOUNT.match(line.text) for line in right):
        return [(a.text(joiner), b.text(joiner)) for a, b in zip(labels, values, strict=True)]
    return [(cell_text(left, joiner), cell_text(right, joiner))]


def has_columns(lines: Sequence[Line]) -> bool:
    """Tell whether a cell holds labels and values of its own, or a small table."""
    return sum(len(line.segments()) >= 3 for line in lines) >= 2 or (bool(lines) and _columns(lines) is not None)


def cell_rows(lines: Sequence[Line], joiner: Joiner) -> list[str]:
    """Return the rows that one cell holds, each with its labels and the header or the subtitle above it."""
    wide = [rank for rank, line in enumerate(lines) if len(line.segments()) >= 3]
    if len(wide) >= 2:
        first = wide[0]
        before = cell_rows(lines[:first], joiner)
        subtitle = before.pop() if before and before[-1].endswith(":") else ""
        return [*before, *_small_table(lines[first:], subtitle, joiner)]
    columns = _columns(lines)
    if columns is None:
        return [item.text(joiner) for item in _free_items(lines)]
    return _two_columns(columns, joiner)


def _small_table(lines: Sequence[Line], subtitle: str, joiner: Joiner) -> list[str]:
    header = lines[0].segments()
    names = [segment.text for segment in header]
    centres = [(segment.box[0] + segment.box[2]) / 2 for segment in header]
    rows = []
    for line in lines[1:]:
        segments = line.segments()
        if len(segments) < 2 or any(_HAS_DIGIT.search(name) for name in names):
            rows.append(" | ".join(segment.text for segment in segments))
            continue
        parts = [subtitle.rstrip(" :")] if subtitle else []
        for segment in segments:
            middle = (segment.box[0] + segment.box[2]) / 2
            name = names[min(range(len(names)), key=lambda rank: abs(centres[rank] - middle))]
            parts.append(f"{name} : {segment.text}")
        rows.append(" | ".join(parts))
    return [joiner.join([row]) for row in rows]


@dataclass(slots=True)
class _Columns:
    """A cell without rules, cut in two: labels, values, and the label on the same line as a value, by identity."""

    left: list[Line]
    right: list[Line]
    beside: dict[int, Line]


def _columns(lines: Sequence[Line]) -> _Columns | None:
    """Cut a cell where a wide gap, or a column of amounts, shows two columns; None where there is one."""
    split = [line.segments() for line in lines]
    pairs = [parts for parts in split if len(parts) == 2]
    if pairs:
        inner, outer = max(parts[0].box[2] for parts in pairs), max(parts[1].box[2] for parts in pairs)
        start = min(parts[1].box[0] for parts in pairs)
    else:
        amounts = [parts[0].box for parts in split if _AMOUNT.match(parts[0].text)]
        others = [parts[0].box for parts in split if not _AMOUNT.match(parts[0].text)]
        if not amounts or not others or min(box[0] for box in amounts) <= max(box[2] for box in others):
            return None
        inner, outer = max(box[2] for box in others), max(box[2] for box in amounts)
        start = min(box[0] for box in amounts)
    columns = _Columns([], [], {})
    for parts in split:
        if len(parts) == 2:
            columns.left.append(parts[0])
            columns.right.append(parts[1])
            columns.beside[id(parts[1])] = parts[0]
        else:
            box = parts[0].box
            on_right = box[0] > start - 1 or (box[0] > inner and abs(box[2] - outer) < box[3] - box[1])
            (columns.right if on_right else columns.left).append(parts[0])
    return columns


def _continues(line: Line, previous: Line, valued: set[int]) -> bool:
    text = line.text
    if _MARK.match(text) or _AMOUNT.match(text) or text[0] in "><≤≥+":
        return False
    if text.startswith("(*)"):
        return False
    if text[0].islower() or text[0] == "(":
        return True
    if _UNFINISHED.search(previous.text):
        return True
    return text[0].isdigit() and id(line) not in valued


def _labels(lines: Sequence[Line], valued: set[int]) -> list[_Item]:
    items: list[_Item] = []
    for line in lines:
        if items and _continues(line, items[-1].lines[-1], valued):
            items[-1].lines.append(line)
        else:
            items.append(_Item([line], bool(_MARK.match(line.text))))
    return items


def _values(columns: _Columns, openers: set[int]) -> list[_Item]:
    items: list[_Item] = []
    for line in columns.right:
        text = line.text
        label = columns.beside.get(id(line))
        own_label = label is not None and id(label) in openers and _AMOUNT.match(text)
        if items and not own_label and (text[0].islower() or text[0] == "("):
            items[-1].lines.append(line)
        else:
            items.append(_Item([line], marked=False))
    return items


def _free_items(lines: Sequence[Line]) -> list[_Item]:
    """Items of a single column: new ones start at a list mark, an amount or an announcement, since labels wrap."""
    items: list[_Item] = []
    for line in lines:
        text = line.text
        announces = text.endswith(":") and text[0].isupper()
        starts = bool(_MARK.match(text) or _AMOUNT.match(text)) or announces
        ended = bool(items) and items[-1].lines[-1].text.endswith((".", ":"))
        if items and not starts and not ended:
            items[-1].lines.append(line)
        else:
            items.append(_Item([line], bool(_MARK.match(text))))
    return items


def _two_columns(columns: _Columns, joiner: Joiner) -> list[str]:
    left, right = columns.left, columns.right
    header: tuple[str, str] | None = None
    if columns.beside.get(id(right[0])) is left[0] and left[0].bold and right[0].bold:
        joined = left[0].text + right[0].text
        # "Tranche A ... Gratuité" may be bold too: the header of a column of values is longer than a value.
        if not _HAS_DIGIT.search(joined) and len(right[0].text) > 12:
            header = (left.pop(0).text, right.pop(0).text)
    labels = _labels(left, {id(line) for line in columns.beside.values()})
    values = _values(columns, {id(item.lines[0]) for item in labels})
    return _rows(labels, values, _match(labels, values, columns.beside), header, joiner)


def _match(labels: list[_Item], values: list[_Item], beside: dict[int, Line]) -> dict[int, int]:
    """Rank of the value of each label: on the same line first, else by height, else by order."""
    matched: dict[int, int] = {}
    home = {id(line): place for place, item in enumerate(labels) for line in item.lines}
    for rank, value in enumerate(values):
        place = home.get(id(beside.get(id(value.lines[0]))))
        if place is not None:
            matched.setdefault(place, rank)
    for rank, value in enumerate(values):
        if rank in matched.values():
            continue
        slack, middle = 0.5 * value.lines[0].size, (value.top + value.bottom) / 2
        near = [
            place
            for place, label in enumerate(labels)
            if place not in matched and label.top - slack < value.bottom and value.top < label.bottom + slack
        ]
        if near:
            matched[min(near, key=lambda place: abs((labels[place].top + labels[place].bottom) / 2 - middle))] = rank
    if len(matched) < len(values) and len(labels) == len(values):
        return {place: place for place in range(len(labels))}
    return matched


def _rows(
    labels: list[_Item],
    values: list[_Item],
    matched: dict[int, int],
    header: tuple[str, str] | None,
    joiner: Joiner,
) -> list[str]:
    alone = [values[rank].text(joiner) for rank in range(len(values)) if rank not in matched.values()]
    rows, subtitle, nested, last = list(alone), "", False, max(matched, default=-1)
    pending = ""
    for place, label in enumerate(labels):
        text = label.text(joiner)
        if place in matched:
            if nested and not label.marked:
                subtitle, nested = "", False
            nested = nested or label.marked
            value = values[matched[place]].text(joiner)
            pair = f"{header[0]} : {text} | {header[1]} : {value}" if header else f"{text} : {value}"
            rows.append(f"{subtitle} | {pair}" if subtitle else pair)
        elif place < last and len(text) < 100 and not text.endswith("."):
            subtitle, nested = text.rstrip(" :"), False
        elif pending and label.marked:
            rows[-1] = f"{rows[-1]} {text}" if rows[-1].endswith(":") else f"{rows[-1]} ; {text}"
        else:
            rows.append(text)
            pending = text if text.endswith(":") else ""
    return rows
