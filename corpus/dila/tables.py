"""Tables as text: one row a line, each cell with its column header, so that an amount keeps its meaning."""

from __future__ import annotations

from corpus.dila.text import inline, lines, title_of
from corpus.dila.tree import Node

_WIDEST = 60
"""Columns at most: the widest real table has 14; a hostile span must not fill the memory."""


def table_lines(table: Node) -> list[str]:
    """Return `[caption] header : value | header : value` for each row.

    Merged cells repeat their value in each row or column they cover; a ragged row is padded; a table without a
    header row gives its values alone.
    """
    grid = _grid(table)
    header_rows = _header_count(table)
    caption = title_of(table)
    headers = _headers(grid[:header_rows])
    return [line for row in grid[header_rows:] if (line := _line(caption, headers, row))]


def _rows(table: Node) -> list[Node]:
    return list(table.elements("Rangée", "Rangee"))


def _header_count(table: Node) -> int:
    count = 0
    for row in _rows(table):
        if row.attributes.get("type") != "header":
            break
        count += 1
    # A table whose every row is a header has no header.
    return count if count < len(_rows(table)) else 0


def _grid(table: Node) -> list[list[str]]:
    grid: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}
    for row in _rows(table):
        cells: list[str] = []
        for cell in row.elements("Cellule"):
            _take_pending(cells, pending)
            text = _cell(cell)
            for _ in range(_span(cell, "fusionHorizontale")):
                if (down := _span(cell, "fusionVerticale")) > 1:
                    pending[len(cells)] = (down - 1, text)
                cells.append(text)
        _take_pending(cells, pending)
        grid.append(cells[:_WIDEST])
    width = max(map(len, grid), default=0)
    return [row + [""] * (width - len(row)) for row in grid]


def _take_pending(cells: list[str], pending: dict[int, tuple[int, str]]) -> None:
    """Fill the columns that a cell of an upper row still covers."""
    while (column := len(cells)) in pending and column < _WIDEST:
        left, text = pending.pop(column)
        cells.append(text)
        if left > 1:
            pending[column] = (left - 1, text)


def _span(cell: Node, name: str) -> int:
    value = cell.attributes.get(name, "1")
    return min(int(value), _WIDEST) if value.isdigit() and int(value) > 0 else 1


def _cell(cell: Node) -> str:
    parts: list[str] = []
    for child in cell.elements():
        if child.name == "Liste":
            parts.append(" ; ".join(line.lstrip("- ") for line in lines(child)))
        else:
            parts.append(inline(child))
    return " ".join(part for part in parts if part)


def _headers(rows: list[list[str]]) -> list[str]:
    """One header a column: the distinct texts of the header rows above it, joined."""
    if not rows:
        return []
    return [" - ".join(dict.fromkeys(text for text in column if text)) for column in zip(*rows, strict=True)]


def _line(caption: str, headers: list[str], row: list[str]) -> str:
    cells: list[str] = []
    for column, value in enumerate(row):
        header = headers[column] if column < len(headers) else ""
        if value and (not cells or cells[-1] != value or header):
            cells.append(f"{header} : {value}" if header and header != value else value)
    if not cells:
        return ""
    return (f"[{caption}] " if caption else "") + " | ".join(cells)
