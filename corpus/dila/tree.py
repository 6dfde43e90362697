"""One small tree for the two forms the fiches come in: the official XML, and the JSON that npm carries of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import orjson
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from corpus.document import fold_spaces
from corpus.errors import DocumentError

_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
_DEEPEST = 200
"""The deepest real fiche has 24 levels; beyond this the file is hostile, and recursion would end the run."""


@dataclass(slots=True)
class Node:
    """An element: its name (`dc:title`, `Chapitre`), its attributes, its children in reading order."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def elements(self, *names: str) -> Iterator[Node]:
        """Yield child elements, those called one of `names` if any is given."""
        for child in self.children:
            if isinstance(child, Node) and (not names or child.name in names):
                yield child

    def first(self, name: str) -> Node | None:
        """Return the first child element called `name`."""
        return next(self.elements(name), None)

    def descendants(self, name: str) -> Iterator[Node]:
        """Yield every element called `name` below this one, in reading order."""
        for child in self.elements():
            if child.name == name:
                yield child
            yield from child.descendants(name)


def from_xml(data: bytes) -> Node:
    """Parse one XML fiche.

    Raises:
        DocumentError: not well-formed, too deep, or carrying entities or external references (refused, not expanded).
    """
    try:
        return _from_element(ElementTree.fromstring(data, forbid_dtd=True), 0)
    except DefusedXmlException as error:
        raise DocumentError("XML refusé : il déclare des entités ou une DTD.") from error
    except (ParseError, UnicodeDecodeError, ValueError, LookupError) as error:
        raise DocumentError(f"XML illisible : {error}.") from error


def from_json(data: bytes) -> Node:
    """Parse one JSON fiche of the npm package (the xml-js tree: `name`, `attributes`, `children`, `text`).

    Raises:
        DocumentError: not JSON, or not that tree.
    """
    try:
        root = orjson.loads(data)
        return _from_dict(next(child for child in root["children"] if "name" in child), 0)
    except (orjson.JSONDecodeError, KeyError, TypeError, StopIteration, AttributeError) as error:
        raise DocumentError("JSON illisible, ou d'une autre forme que celle des fiches.") from error


def _from_element(element: Element, depth: int) -> Node:
    _refuse_depth(depth)
    name = element.tag.replace(_DUBLIN_CORE, "dc:")
    node = Node(name.rpartition("}")[2], dict(element.attrib))
    if element.text and (text := element.text).strip():
        node.children.append(text)
    for child in element:
        # Comments and processing instructions have a function for a tag.
        if isinstance(child.tag, str):
            node.children.append(_from_element(child, depth + 1))
        # A lone space between two elements of a sentence is a word boundary.
        if child.tail:
            node.children.append(child.tail if child.tail.strip() else " ")
    return node


def _from_dict(element: dict[str, Any], depth: int) -> Node:
    _refuse_depth(depth)
    children: list[Node | str] = []
    for child in element.get("children", ()):
        if "name" in child:
            children.append(_from_dict(child, depth + 1))
        elif child.get("type") in {"text", "cdata"} and (text := child.get("text") or child.get("cdata")):
            children.append(str(text))
    attributes = {str(name): str(value) for name, value in (element.get("attributes") or {}).items()}
    return Node(str(element["name"]), attributes, children)


def _refuse_depth(depth: int) -> None:
    if depth > _DEEPEST:
        raise DocumentError(f"Document refusé : plus de {_DEEPEST} niveaux d'éléments emboîtés.")


def plain(node: Node | None) -> str:
    """Return all the text of `node` as one line, without any typographic repair (titles of links, metadata)."""
    if node is None:
        return ""
    return fold_spaces(" ".join(child if isinstance(child, str) else plain(child) for child in node.children))
