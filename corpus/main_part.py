"""Which part of a web page is its content: its `main` landmark, else what trafilatura recognises."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode
from trafilatura import extract

from corpus.document import fold_spaces

_NOISE = (
    "script, style, noscript, template, svg, iframe, object, canvas, dialog, nav, footer, select, textarea, "
    "[role=navigation], [role=search], [role=contentinfo], [role=dialog], [aria-label=breadcrumb], "
    "body > header, [role=banner]"
)
_HIDDEN = '[hidden], [style*="display:none"], [style*="display: none"]'
_LANDMARKS = ("main", "[role=main]", "article")
# Looking for each line of a 3 MB page took 50 s; a hundred lines spread over it place it as well.
_SAMPLE = 100
# trafilatura needs seconds for each MB, and pages written by people stay far under that.
_MAX_ASKED_CHARACTERS = 1_000_000
_CONTAINERS = frozenset({"body", "div", "section", "article", "main", "center", "td", "tr", "tbody", "table", "form"})


def drop_noise(tree: LexborHTMLParser) -> None:
    """Remove menus, scripts and what no reader sees; a folded panel that a button opens stays."""
    opened = {
        panel for node in tree.css("[aria-controls]") for panel in (node.attributes.get("aria-controls") or "").split()
    }
    for node in tree.css(_NOISE):
        node.decompose()
    for node in tree.css(_HIDDEN):
        if node.attributes.get("id") not in opened:
            node.decompose()


def main_part(tree: LexborHTMLParser, html: str) -> LexborNode | None:
    """Return the element that holds the content; None for a page without a body.

    trafilatura is only asked where the page has no landmark, and only for where the content is: its own output
    drops captions, folded sections and some headings (measured), so the reading is ours.
    """
    for selector in _LANDMARKS:
        found = tree.css(selector)
        if len(found) == 1 and fold_spaces(found[0].text()):
            return found[0]
    root = tree.body
    if root is None or len(html) > _MAX_ASKED_CHARACTERS:
        return root
    kept = extract(html, include_comments=False, include_tables=True, favor_recall=True) or ""
    lines = [line for line in map(_squeeze, kept.splitlines()) if len(line) > 20]
    return _holder(root, lines)


def _holder(root: LexborNode, lines: list[str]) -> LexborNode:
    # The smallest container with every recognised line: a paragraph alone would lose the headings above it.
    whole = _squeeze(root.text())
    lines = [line for line in lines[:: len(lines) // _SAMPLE + 1] if line in whole]
    while lines:
        for child in root.iter():
            if child.tag in _CONTAINERS and _holds(child, lines):
                root = child
                break
        else:
            break
    return root


def _holds(node: LexborNode, lines: list[str]) -> bool:
    text = _squeeze(node.text())
    return all(line in text for line in lines)


def _squeeze(text: str) -> str:
    # trafilatura puts its own spaces and bars between cells: compare letters and digits only.
    return "".join(character for character in text if character.isalnum())
