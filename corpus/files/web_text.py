"""HTML and Markdown files to blocks."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from corpus.document import Link, fold_spaces
from corpus.files.content import Content, Limits
from corpus.files.office import BlockBuilder
from corpus.files.tables import decode, row_lines
from corpus.markup import html_blocks


def read_html(path: Path, _: Limits) -> Content:
    """Read a saved page.

    Raises:
        DocumentError: the page is nested so deeply that it was made to exhaust a reader.
    """
    page = html_blocks(path.read_bytes())
    return Content(page.blocks, page.title, page.updated)


def read_markdown(path: Path, _: Limits) -> Content:
    """Read a Markdown file (CommonMark with tables); raw HTML and a front matter are left out."""
    text = decode(path.read_bytes())
    if text.startswith("---\n") and "\n---\n" in text[4:]:
        text = text[4:].partition("\n---\n")[2]
    tree = SyntaxTreeNode(MarkdownIt("commonmark", {"html": True}).enable("table").parse(text))
    builder = BlockBuilder()
    title = next((_text(node) for node in tree.children if node.type == "heading" and node.tag == "h1"), "")
    for node in tree.children:
        _node(node, builder)
    builder.close_list()
    return Content(tuple(builder.blocks), title)


def _node(node: SyntaxTreeNode, builder: BlockBuilder) -> None:
    if node.type == "heading":
        builder.heading(int(node.tag[1]), _text(node))
    elif node.type == "paragraph":
        builder.paragraph(_text(node), _links(node))
    elif node.type in ("bullet_list", "ordered_list"):
        _items(node, builder)
        builder.close_list()
    elif node.type == "table":
        rows = [[_text(cell) for cell in row.children] for part in node.children for row in part.children]
        builder.table(row_lines(rows[0], rows[1:]))
    elif node.type in ("fence", "code_block"):
        builder.paragraph(fold_spaces(node.content))
    elif node.type != "html_block":
        for child in node.children:
            _node(child, builder)


def _items(node: SyntaxTreeNode, builder: BlockBuilder) -> None:
    for item in node.children:
        own = [child for child in item.children if child.type not in ("bullet_list", "ordered_list", "html_block")]
        builder.item(" ".join(filter(None, map(_text, own))), tuple(link for child in own for link in _links(child)))
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                _items(child, builder)


def _text(node: SyntaxTreeNode) -> str:
    parts = []
    for inner in node.walk():
        if inner.type in ("text", "code_inline"):
            parts.append(inner.content)
        elif inner.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return fold_spaces("".join(parts))


def _links(node: SyntaxTreeNode) -> tuple[Link, ...]:
    found = [(_text(inner), str(inner.attrs.get("href", ""))) for inner in node.walk() if inner.type == "link"]
    return tuple(Link(label, url) for label, url in found if url.startswith(("https://", "http://")))
