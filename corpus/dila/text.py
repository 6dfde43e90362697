"""From inline elements to the text a reader sees, with the typography the export lost put back."""

from __future__ import annotations

import re

from corpus.dila.tree import Node
from corpus.document import fold_spaces

_SUPERSCRIPTS = {"2": "²", "3": "³"}
_GLUED_LEFT = frozenset({"Exposant", "Indice"})
_CARET = re.compile(r"(?<=\w)\^(?=\w)")
_SPACE_BEFORE_CLOSING = re.compile(r"\s+([.,)\]…])")
_SPACE_AFTER_OPENING = re.compile(r"([(\[])\s+")
_SKIPPED = frozenset({"Image", "Illustration", "Condition"})


def inline(node: Node) -> str:
    """Return the text of a paragraph, a title or a cell as one line.

    Repairs what the publisher's export breaks: words glued after an exponent (`1erjour`), `1^er`, a new line before a
    full stop after a link, quotations without marks, no-break spaces inside numbers.
    """
    text = fold_spaces(_join(node))
    text = _CARET.sub("", text)
    text = _SPACE_BEFORE_CLOSING.sub(r"\1", text)
    return _SPACE_AFTER_OPENING.sub(r"\1", text)


def _join(node: Node) -> str:
    out = ""
    for child in node.children:
        if isinstance(child, str):
            out += _gap(out, child) + child
        elif child.name not in _SKIPPED:
            piece = _piece(child)
            out += ("" if child.name in _GLUED_LEFT else _gap(out, piece)) + piece
    return out


def _piece(node: Node) -> str:
    text = _join(node)
    if node.name == "Citation":
        return f"« {fold_spaces(text)} »" if "«" not in text else text
    if node.name == "Exposant":
        return _SUPERSCRIPTS.get(text.strip(), text.strip())
    return text


def _gap(before: str, after: str) -> str:
    """A space where two pieces would run together: two words touch only because the export dropped the space."""
    if not before or not after:
        return ""
    # An amount touches the word after it in 85 real places ("75 000 €d'amende").
    ends = before[-1].isalnum() or before[-1] in "€%»"
    return " " if ends and (after[0].isalnum() or after[0] == "«") else ""


def lines(node: Node, depth: int = 1) -> list[str]:
    """Return a list element as lines, `- ` for an item and `-- ` for an item of a list inside it."""
    found: list[str] = []
    for item in node.elements("Item"):
        if item.first("Condition") is None:
            found += item_lines(item, depth)
    return found


def item_lines(item: Node, depth: int = 1) -> list[str]:
    """Return one item: its paragraphs joined on a line, then the items of the lists inside it."""
    words = " ".join(text for child in item.elements() if child.name != "Liste" and (text := inline(child)))
    found = [f"{'-' * depth} {words}"] if words else []
    for inner in item.elements("Liste"):
        found += lines(inner, depth + 1)
    return found


def title_of(node: Node) -> str:
    """Return the heading of a section; an alternative heading, meant for another layout, is never added to it."""
    # Tables of schema 3.5 have their caption in `TitreRiche`.
    title = node.first("Titre") or node.first("TitreRiche")
    return "" if title is None else inline(title)
