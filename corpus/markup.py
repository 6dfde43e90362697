"""HTML to blocks: the main part of a page, its headings, lists, tables and folded sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpus.decode import decode_html
from corpus.document import Block, BlockKind, Link, Step, fold_spaces
from corpus.errors import DocumentError
from corpus.main_part import drop_noise, main_part
from corpus.markup_table import is_layout, table_lines
from corpus.page_date import page_date

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = (
    *_HEADINGS,
    *("p", "ul", "ol", "dl", "table", "details", "blockquote", "pre", "hr", "div", "section", "article", "main"),
    *("header", "figure", "figcaption", "address", "fieldset", "form", "aside", "center"),
)
_ANY_BLOCK = ",".join(_BLOCKS)
# The design systems of French public sites (DSFR, Bootstrap) mark their boxes by class or role.
_REMARKS = (
    (re.compile(r"\b(?:fr-alert|alert-warning|alert-danger|warning|attention)\b"), BlockKind.ATTENTION),
    (re.compile(r"\b(?:fr-callout|fr-highlight|alert|callout)\b"), BlockKind.NOTE),
)
_FOLDED_LEVEL = 7
_MAX_DEPTH = 150
# Lexbor's parse is quadratic in the depth of nesting: 5,000 open lists take 3.7 s to read, 1,000 take 0.2 s (measured).
_MAX_OPEN_TAGS = 1_000
_TAG = re.compile(
    r"<(/?)(?:div|span|section|ul|ol|article|main|dl|table|details|blockquote|a|b|i|em|strong|form)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HtmlContent:
    """What one HTML page says: its title (may be empty), its blocks, and the day it prints or declares."""

    title: str
    blocks: tuple[Block, ...]
    updated: date | None


def html_blocks(html: str | bytes, base: str = "") -> HtmlContent:
    """Read the main part of a page.

    Headings h1 to h6, `details` and the panels of accordions give the path (the page's own title is left out of
    it); a list is one block with an item a line; a table one block with a row a line,
    `[caption] column : value | column : value`. Relative links are kept only when `base` is given.

    Raises:
        DocumentError: the page is nested so deeply that it was made to exhaust a reader.
    """
    text = html if isinstance(html, str) else decode_html(html)
    if _open_tags(text) > _MAX_OPEN_TAGS:
        raise DocumentError("La page HTML est imbriquée de façon anormale : vérifiez-la chez son éditeur.")
    tree = LexborHTMLParser(text)
    updated = page_date(tree)
    drop_noise(tree)
    root = main_part(tree, text)
    if root is None:
        return HtmlContent("", (), updated)
    title, heading = _title(tree, root)
    reader = _Reader(base, heading, _panel_labels(root))
    reader.walk(root)
    return HtmlContent(title, tuple(reader.blocks), updated)


def _open_tags(text: str) -> int:
    depth = deepest = 0
    for match in _TAG.finditer(text):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _title(tree: LexborHTMLParser, root: LexborNode) -> tuple[str, str]:
    # The second value is the heading that repeats the title, to leave out of the paths.
    heading = root.css_first("h1") or tree.css_first("h1")
    if heading and (text := fold_spaces(heading.text(separator=" "))):
        return text, text
    named = tree.css_first('meta[property="og:title"]')
    title = (named.attributes.get("content") if named else None) or ""
    node = tree.css_first("title")
    return fold_spaces(title or (node.text() if node else "")), ""


def _panel_labels(root: LexborNode) -> dict[str, str]:
    labels: dict[str, str] = {}
    for node in root.css("[aria-controls]"):
        for panel in (node.attributes.get("aria-controls") or "").split():
            labels.setdefault(panel, fold_spaces(node.text(separator=" ")))
    return labels


class _Reader:
    """Walks one page; `blocks` fills in reading order."""

    def __init__(self, base: str, title: str, panels: dict[str, str]) -> None:
        self.blocks: list[Block] = []
        self._base = base
        self._title = title
        self._panels = panels
        self._headings: list[tuple[int, str]] = []
        self._remark: BlockKind | None = None

    def walk(self, parent: LexborNode, depth: int = 0) -> None:
        if depth > _MAX_DEPTH:
            self._add(BlockKind.TEXT, parent.text(separator=" "), [parent])
            return
        run: list[LexborNode] = []
        for child in parent.iter(include_text=True):
            if child.tag in _BLOCKS or (child.is_element_node and child.css_first(_ANY_BLOCK)):
                self._flush(run)
                self._block(child, depth + 1)
            elif not self._is_label(child):
                run.append(child)
        self._flush(run)

    def _is_label(self, node: LexborNode) -> bool:
        return node.tag == "button" or (node.is_element_node and node.attributes.get("role") == "tab")

    def _flush(self, run: list[LexborNode]) -> None:
        self._add(BlockKind.TEXT, "".join(_inline(node) for node in run), run)
        run.clear()

    def _block(self, node: LexborNode, depth: int) -> None:
        tag = node.tag or ""
        if tag in _HEADINGS:
            self._heading(_HEADINGS[tag], fold_spaces(_inline(node)))
        elif tag in ("ul", "ol"):
            self._add(BlockKind.LIST, "\n".join(_items(node)), [node])
        elif tag == "dl":
            self._add(BlockKind.LIST, "\n".join(_definitions(node)), [node])
        elif tag == "table" and not is_layout(node):
            self._add(BlockKind.TABLE, "\n".join(table_lines(node)), [node])
        elif tag == "details":
            self._details(node, depth)
        elif label := self._panels.get(node.attributes.get("id") or ""):
            self._folded(label, node, depth)
        else:
            self._container(node, depth)

    def _heading(self, level: int, title: str) -> None:
        if title == self._title:
            self._title = ""
            self._headings.clear()
        elif title:
            self._headings = [step for step in self._headings if step[0] < level]
            self._headings.append((level, title))

    def _details(self, node: LexborNode, depth: int) -> None:
        summary = node.css_first("summary")
        label = fold_spaces(summary.text(separator=" ")) if summary else ""
        if summary:
            summary.decompose()
        self._folded(label, node, depth)

    def _folded(self, label: str, node: LexborNode, depth: int) -> None:
        # The heading of a folded section ends with it: what follows the last panel is not under its title.
        outer = list(self._headings)
        if outer and outer[-1][1] == label:
            outer.pop()
        else:
            self._headings.append((_FOLDED_LEVEL, label))
        self._container(node, depth)
        self._headings = outer

    def _container(self, node: LexborNode, depth: int) -> None:
        outer = self._remark
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('role') or ''}"
        self._remark = next((kind for pattern, kind in _REMARKS if pattern.search(names)), outer)
        self.walk(node, depth)
        self._remark = outer

    def _add(self, kind: BlockKind, text: str, nodes: Iterable[LexborNode]) -> None:
        lines = [line for line in map(fold_spaces, text.split("\n")) if line]
        if not lines:
            return
        path = tuple(Step(title) for _, title in self._headings if title)
        kind = self._remark or kind if kind is BlockKind.TEXT else kind
        links = dict.fromkeys(link for node in nodes for link in _links(node, self._base))
        self.blocks.append(Block(kind, "\n".join(lines), path, tuple(links)))


def _inline(node: LexborNode) -> str:
    # White space inside a text is one space in HTML; only <br> and blocks break a line.
    if node.is_text_node:
        return re.sub(r"\s+", " ", node.text_content or "")
    if node.tag == "br":
        return "\n"
    if not node.css_first("br"):
        return re.sub(r"\s+", " ", node.text()) if node.is_element_node else ""
    return node.text() if node.tag == "pre" else "".join(_inline(child) for child in node.iter(include_text=True))


def _items(node: LexborNode) -> Iterator[str]:
    for item in node.css("li"):
        own = [child for child in item.iter(include_text=True) if child.tag not in ("ul", "ol")]
        nested = item.css("li")
        text = " ".join(fold_spaces(child.text(separator=" ")) for child in own) if nested else item.text(separator=" ")
        yield fold_spaces(text)


def _definitions(node: LexborNode) -> Iterator[str]:
    term = ""
    for part in node.css("dt, dd"):
        text = fold_spaces(part.text(separator=" "))
        if part.tag == "dt":
            term = text
        elif text:
            yield f"{term} : {text}" if term else text


def _links(node: LexborNode, base: str) -> Iterator[Link]:
    if not node.is_element_node:
        return
    anchors = [node] if node.tag == "a" else node.css("a[href]")
    for anchor in anchors:
        target = (anchor.attributes.get("href") or "").strip()
        try:
            url = urljoin(base, target) if base else target
            parts = urlsplit(url)
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.hostname and not target.startswith("#"):
            yield Link(fold_spaces(anchor.text(separator=" ")), url)
