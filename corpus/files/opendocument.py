"""OpenDocument files, ODT and ODS, to blocks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from odf import opendocument
from odf.namespaces import OFFICENS, TABLENS, TEXTNS, XLINKNS

from corpus.document import Block, BlockKind, Link, Step, fold_spaces
from corpus.errors import DocumentError
from corpus.files.archive import check_archive
from corpus.files.content import Content, Limits, refusal
from corpus.files.office import BlockBuilder
from corpus.files.tables import merged_header, row_lines

_DELETED = (TEXTNS, "tracked-changes")
_PARAGRAPH, _HEADING, _ITEM = (TEXTNS, "p"), (TEXTNS, "h"), (TEXTNS, "list-item")
_TABLE, _ROW = (TABLENS, "table"), (TABLENS, "table-row")
_CELLS = ((TABLENS, "table-cell"), (TABLENS, "covered-table-cell"))
# Notes and comments of the editors are not the text of the document.
_SKIPPED = {_DELETED, (TEXTNS, "table-of-content"), (OFFICENS, "annotation"), (TEXTNS, "sequence-decls")}


def read_odt(path: Path, limits: Limits) -> Content:
    """Read an ODT file.

    Raises:
        DocumentError: hostile or damaged archive, or tracked changes that are not settled.
    """
    document = _load(path, limits)
    if any(_find(document.body, _DELETED)):
        raise refusal("revisions")
    builder = BlockBuilder()
    _walk(document.body, builder, limits)
    builder.close_list()
    return Content(tuple(builder.blocks), _title(document))


def read_ods(path: Path, limits: Limits) -> Content:
    """Read an ODS file: one block a sheet, the first row that has several values names the columns.

    Raises:
        DocumentError: hostile or damaged archive, over a limit, or no data.
    """
    document = _load(path, limits)
    blocks = []
    sheets = list(_find(document.body, _TABLE))
    for sheet in sheets:
        rows = list(_rows(sheet, limits))
        name = sheet.attributes.get((TABLENS, "name")) or ""
        trail = (Step(name),) if name and len(sheets) > 1 else ()
        start = next((rank for rank, row in enumerate(rows) if len(set(filter(None, row))) > 1), len(rows))
        caption = " – ".join(dict.fromkeys(cell for row in rows[:start] for cell in row if cell))
        if lines := row_lines(merged_header(rows[start:], 1), rows[start + 1 :], caption):
            blocks.append(Block(BlockKind.TABLE, "\n".join(lines), trail))
    if not blocks:
        raise refusal("no_rows")
    return Content(tuple(blocks), _title(document))


def _load(path: Path, limits: Limits) -> Any:
    check_archive(path, limits)
    try:
        return opendocument.load(str(path))
    except DocumentError:
        raise
    except Exception as error:  # odfpy lets KeyError, ValueError and expat errors through
        raise refusal("damaged") from error


def _title(document: Any) -> str:
    return next((fold_spaces(str(node)) for node in document.meta.childNodes if node.qname[1] == "title"), "")


def _find(node: Any, name: tuple[str, str]) -> Iterator[Any]:
    for child in node.childNodes:
        if getattr(child, "qname", None) == name:
            yield child
        elif child.childNodes:
            yield from _find(child, name)


def _walk(node: Any, builder: BlockBuilder, limits: Limits) -> None:
    for child in node.childNodes:
        name = getattr(child, "qname", None)
        if name is None or name in _SKIPPED:
            continue
        if name == _HEADING:
            builder.heading(int(child.attributes.get((TEXTNS, "outline-level")) or 1), _text(child))
        elif name == _PARAGRAPH:
            builder.paragraph(_text(child), tuple(_links(child)))
        elif name == (TEXTNS, "list"):
            for item in _find(child, _ITEM):
                _items(item, builder)
            builder.close_list()
        elif name == _TABLE:
            rows = list(_rows(child, limits))
            builder.table(row_lines(merged_header(rows, 1), rows[1:]) if len(rows) > 1 else [])
        else:
            _walk(child, builder, limits)


def _items(item: Any, builder: BlockBuilder) -> None:
    own = [child for child in item.childNodes if child.qname in (_PARAGRAPH, _HEADING)]
    builder.item(" ".join(filter(None, map(_text, own))), tuple(link for child in own for link in _links(child)))
    for inner in _find(item, _ITEM):
        _items(inner, builder)


def _text(node: Any) -> str:
    parts: list[str] = []

    def collect(inner: Any) -> None:
        for child in inner.childNodes:
            name = getattr(child, "qname", None)
            if child.nodeType == child.TEXT_NODE:
                parts.append(str(child.data))
            elif name in ((TEXTNS, "s"), (TEXTNS, "tab"), (TEXTNS, "line-break")):
                parts.append(" ")
            elif name not in _SKIPPED:
                collect(child)

    collect(node)
    return fold_spaces("".join(parts))


def _links(node: Any) -> Iterator[Link]:
    for link in _find(node, (TEXTNS, "a")):
        url = link.attributes.get((XLINKNS, "href")) or ""
        if url.startswith(("https://", "http://")):
            yield Link(_text(link), url)


def _rows(table: Any, limits: Limits) -> Iterator[list[str]]:
    """Yield the rows that have text; a row or a cell may say that it is repeated a million times."""
    count = 0
    for row in _find(table, _ROW):
        cells = _cells(row, limits)
        if not any(cells):
            continue
        for _ in range(min(_repeat(row, "number-rows-repeated"), limits.rows + 1)):
            count += 1
            if count > limits.rows:
                raise refusal("too_many_rows", limit=limits.rows)
            yield cells


def _cells(row: Any, limits: Limits) -> list[str]:
    cells: list[str] = []
    for cell in row.childNodes:
        if cell.qname not in _CELLS:
            continue
        text = fold_spaces(" ".join(_text(node) for node in _find(cell, _PARAGRAPH)))
        if cell.qname == _CELLS[1] and not text and cells:
            text = cells[-1]
        repeat = _repeat(cell, "number-columns-repeated")
        if text and len(cells) + repeat > limits.columns:
            raise refusal("too_many_columns", limit=limits.columns)
        cells += [text] * min(repeat, limits.columns)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _repeat(node: Any, name: str) -> int:
    value = str(node.attributes.get((TABLENS, name)) or "1")
    return max(1, int(value)) if value.isdecimal() and len(value) < 10 else 1
