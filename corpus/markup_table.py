"""HTML table to lines: one row a line, each value under the names of its columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from corpus.document import fold_spaces

# A span is a number written by the page: bounded, so that one cell cannot fill the memory.
_MAX_SPAN = 100
_MAX_CELLS = 50_000


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    header: bool
    number: int


_Row = dict[int, _Cell]


def is_layout(table: LexborNode) -> bool:
    """Tell whether the table only places things on the page (declared so, nested, or a single column)."""
    if table.attributes.get("role") in ("presentation", "none") or table.css_first("table table, td table"):
        return True
    return not table.css_first("th, caption") and all(len(row.css("td")) < 2 for row in table.css("tr"))


def table_lines(table: LexborNode) -> Iterator[str]:
    """Yield each row as `[caption] column : value | column : value`, merged cells repeated where they reach.

    A row made of one cell across the whole table is a subtitle: it joins the caption of the rows under it.
    """
    caption_node = table.css_first("caption")
    caption = fold_spaces(caption_node.text(separator=" ")) if caption_node else ""
    rows = table.css("tr")
    grid = _grid(rows)
    head = _header_rows(rows, grid)
    names = _column_names(grid[:head])
    subtitle = ""
    for row in grid[head:]:
        numbers = {cell.number for cell in row.values()}
        if len(numbers) == 1 and len(row) > 1:
            subtitle = next(iter(row.values())).text
            continue
        if line := _line(row, names):
            place = " – ".join(part for part in (caption, subtitle) if part)
            yield f"[{place}] {line}" if place else line


def _grid(rows: list[LexborNode]) -> list[_Row]:
    grid: list[_Row] = [{} for _ in rows]
    number = 0
    for rank, row in enumerate(rows):
        column = 0
        for node in row.css("td, th"):
            while column in grid[rank]:
                column += 1
            number += 1
            cell = _Cell(_cell_text(node), node.tag == "th", number)
            width, height = _span(node, "colspan"), _span(node, "rowspan")
            for down in range(rank, min(rank + height, len(rows))):
                for right in range(column, column + width):
                    grid[down].setdefault(right, cell)
            column += width
            if sum(map(len, grid)) > _MAX_CELLS if number % 1000 == 0 else False:
                return grid
    return grid


def _span(node: LexborNode, name: str) -> int:
    value = (node.attributes.get(name) or "1").strip()
    return max(1, min(int(value), _MAX_SPAN)) if value.isdecimal() and len(value) < 6 else 1


def _cell_text(node: LexborNode) -> str:
    parts = node.css("li, p")
    if len(parts) > 1:
        return " ; ".join(text for text in (fold_spaces(part.text(separator=" ")) for part in parts) if text)
    return fold_spaces(node.text(separator=" "))


def _header_rows(rows: list[LexborNode], grid: list[_Row]) -> int:
    head = sum(1 for row in rows if row.parent and row.parent.tag == "thead")
    if not head:
        while head < len(grid) and grid[head] and all(cell.header for cell in grid[head].values()):
            head += 1
    return head if head < len(grid) else 0


def _column_names(head: list[_Row]) -> dict[int, str]:
    names: dict[int, list[str]] = {}
    for row in head:
        for column, cell in row.items():
            known = names.setdefault(column, [])
            if cell.text and cell.text not in known:
                known.append(cell.text)
    return {column: " – ".join(parts) for column, parts in names.items()}


def _line(row: _Row, names: dict[int, str]) -> str:
    parts = []
    for column in sorted(row):
        text, name = row[column].text, names.get(column, "")
        if text and text != name:
            parts.append(f"{name} : {text}" if name else text)
    return " | ".join(parts)
