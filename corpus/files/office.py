"""Word processor files, DOCX and ODT, to blocks under their headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.table import Table

from corpus.document import Block, BlockKind, Link, fold_spaces
from corpus.errors import DocumentError
from corpus.files.archive import check_archive
from corpus.files.content import Content, Limits, refusal
from corpus.files.outline import Outline
from corpus.files.tables import merged_header, row_lines

_HEADING = re.compile(r"(?:heading|titre)\s*(\d)", re.IGNORECASE)
_LIST = re.compile(r"list|puce|liste", re.IGNORECASE)
_REVISIONS = ("w:ins", "w:del", "w:moveFrom", "w:moveTo")


class BlockBuilder:
    """Gathers paragraphs, list items and tables under the headings open at that point."""

    def __init__(self) -> None:
        """Start an empty document."""
        self._outline = Outline()
        self._items: list[str] = []
        self._links: list[Link] = []
        self.blocks: list[Block] = []

    def heading(self, level: int, text: str) -> None:
        """Open a heading; 1 is the outermost."""
        self.close_list()
        if text:
            self._outline.push(level, text)

    def paragraph(self, text: str, links: tuple[Link, ...] = ()) -> None:
        """Add a paragraph."""
        self.close_list()
        if text:
            self.blocks.append(Block(BlockKind.TEXT, text, self._outline.path, links))

    def item(self, text: str, links: tuple[Link, ...] = ()) -> None:
        """Add an item to the list under way, or start one."""
        if text:
            self._items.append(text)
            self._links += links

    def close_list(self) -> None:
        """End the list under way."""
        if self._items:
            block = Block(BlockKind.LIST, "\n".join(self._items), self._outline.path, tuple(self._links))
            self.blocks.append(block)
            self._items, self._links = [], []

    def table(self, lines: list[str]) -> None:
        """Add a table, already one row a line."""
        self.close_list()
        if lines:
            self.blocks.append(Block(BlockKind.TABLE, "\n".join(lines), self._outline.path))


def read_docx(path: Path, limits: Limits) -> Content:
    """Read a DOCX file: headings, lists, tables and text boxes in order.

    Raises:
        DocumentError: hostile or damaged archive, or a draft whose tracked changes are not settled.
    """
    check_archive(path, limits)
    try:
        document = docx.Document(str(path))
        return _docx_content(document, limits)
    except DocumentError:
        raise
    except Exception as error:  # python-docx raises KeyError, ValueError and lxml errors on a malformed package
        raise refusal("damaged") from error


def _docx_content(document: Any, limits: Limits) -> Content:
    body = document.element.body
    if any(True for _ in body.iter(*(qn(name) for name in _REVISIONS))):
        raise refusal("revisions")
    builder = BlockBuilder()
    for node in body.iter(qn("w:p"), qn("w:tbl")):
        if _nested(node):
            continue
        if node.tag == qn("w:tbl"):
            builder.table(_docx_table(Table(node, document), limits))
        else:
            _docx_paragraph(node, document, builder)
    builder.close_list()
    return Content(tuple(builder.blocks), fold_spaces(document.core_properties.title or ""))


def _nested(node: Any) -> bool:
    """Tell whether a node is inside a table already read, or is the fallback copy of a drawing."""
    parents = {parent.tag for parent in node.iterancestors()}
    return qn("w:tbl") in parents or any(tag.endswith("}Fallback") for tag in parents if isinstance(tag, str))


def _docx_paragraph(node: Any, document: Any, builder: BlockBuilder) -> None:
    text = _docx_text(node)
    style = _style_name(node, document)
    if found := _HEADING.match(style):
        builder.heading(int(found[1]), text)
    elif style.lower() in ("title", "titre"):
        builder.heading(0, text)
    elif _LIST.match(style) or node.find(f".//{qn('w:numPr')}") is not None:
        builder.item(text, _docx_links(node, document))
    else:
        builder.paragraph(text, _docx_links(node, document))


def _docx_text(node: Any) -> str:
    signs = {qn("w:tab"): " ", qn("w:br"): " ", qn("w:noBreakHyphen"): "-"}
    parts = []
    for child in node.iter(qn("w:t"), *signs):
        # The text of a text box is a paragraph of its own.
        inner = next((parent for parent in child.iterancestors() if parent.tag == qn("w:p")), None)
        if inner is node:
            parts.append(signs.get(child.tag) or child.text or "")
    return fold_spaces("".join(parts))


def _style_name(node: Any, document: Any) -> str:
    found = node.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    identifier = found.get(qn("w:val")) if found is not None else None
    for style in document.styles:
        if style.style_id == identifier:
            return str(style.name or "")
    return ""


def _docx_links(node: Any, document: Any) -> tuple[Link, ...]:
    links = []
    for link in node.iter(qn("w:hyperlink")):
        relation = document.part.rels.get(link.get(qn("r:id")) or "")
        url = relation.target_ref if relation is not None and relation.is_external else ""
        if url.startswith(("https://", "http://")):
            links.append(Link(fold_spaces("".join(text.text or "" for text in link.iter(qn("w:t")))), url))
    return tuple(links)


def _docx_table(table: Table, limits: Limits) -> list[str]:
    rows: list[list[str]] = []
    for row in table.rows:
        rows.append([_docx_cell(cell) for cell in row.cells])
        if len(rows) > limits.rows:
            raise refusal("too_many_rows", limit=limits.rows)
    if len(rows) < 2 or len(rows[0]) < 2:
        return [" | ".join(dict.fromkeys(cell for cell in row if cell)) for row in rows if any(row)]
    count = max(1, _declared_headers(table))
    # A first row with merged names ("2018" over two columns) has its detail on the second.
    if count == 1 and len(rows) > 2 and len(set(rows[0])) < len(rows[0]) and all(rows[1]):
        count = 2 if not any(char.isdigit() for char in "".join(rows[1])) else 1
    return row_lines(merged_header(rows, count), rows[count:])


def _docx_cell(cell: Any) -> str:
    return fold_spaces(" ".join(_docx_text(node) for node in cell._tc.iter(qn("w:p"))))  # noqa: SLF001 - no public way


def _declared_headers(table: Table) -> int:
    count = 0
    for row in table.rows:
        if row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is None:  # noqa: SLF001
            break
        count += 1
    return count if count < len(table.rows) else 0
