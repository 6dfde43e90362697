"""Small fiches of ours in the publisher's format, as XML and as the xml-js tree that npm carries of the same fiche."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

from corpus.dila.sheet import read_sheet
from corpus.dila.tree import from_json, from_xml
from corpus.document import Block, BlockKind, Document, SetAside
from corpus.source import Source

SOURCE = Source("service-public", "dila", "DILA", "Licence Ouverte 2.0")
TODAY = date(2026, 1, 15)
FILLER = "<Paragraphe>Ce texte de remplissage rend la fiche assez longue pour être indexée sans rien dire.</Paragraphe>"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


def publication(
    body: str,
    *,
    identifier: str = "F1",
    title: str = "Demander une carte",
    kind: str = "Fiche d'information",
    root: str = "Publication",
    attributes: str = "",
    modified: str = "modified 2025-03-01",
) -> str:
    """A whole fiche around `body`, which stands directly under its root."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<{root} xmlns:dc="http://purl.org/dc/elements/1.1/" ID="{identifier}" type="{kind}" {attributes}>'
        f"<dc:title>{title}</dc:title><dc:subject>Papiers</dc:subject><dc:date>{modified}</dc:date>{body}</{root}>"
    )


def fiche(text: str, **options: Any) -> str:
    """A fiche whose `Texte` holds `text` after a paragraph of filler."""
    return publication(f"<Texte>{FILLER}{text}</Texte>", **options)


def as_json(xml: str) -> bytes:
    """Convert a fiche to the tree of the npm package; text that is only white space is dropped, as xml-js does."""
    root = ET.fromstring(xml)
    return json.dumps({"id": root.get("ID"), "children": [_element(root)]}, ensure_ascii=False).encode()


def _element(element: ET.Element) -> dict[str, Any]:
    children: list[dict[str, Any]] = [{"type": "text", "text": element.text}] if _said(element.text) else []
    for child in element:
        children.append(_element(child))
        if _said(child.tail):
            children.append({"type": "text", "text": child.tail})
    made: dict[str, Any] = {"type": "element", "name": element.tag.replace(_DUBLIN_CORE, "dc:"), "children": children}
    if element.attrib:
        made["attributes"] = dict(element.attrib)
    return made


def _said(text: str | None) -> bool:
    return bool(text and text.strip())


def read_both(xml: str, audience: str = "particuliers") -> Document | SetAside:
    """Read a fiche in its two forms, check that they give the same thing, and return it."""
    from_feed = read_sheet(from_xml(xml.encode()), SOURCE, audience, TODAY)
    from_package = read_sheet(from_json(as_json(xml)), SOURCE, audience, TODAY)
    assert from_feed == from_package
    return from_feed


def document(xml: str) -> Document:
    """Read a fiche that must be indexed."""
    read = read_both(xml)
    assert isinstance(read, Document), read
    return read


def blocks(text: str) -> tuple[Block, ...]:
    """Blocks of a fiche whose `Texte` holds `text`, without the filler."""
    return tuple(block for block in document(fiche(text)).blocks if "remplissage" not in block.text)


def texts(text: str, kind: BlockKind | None = None) -> list[str]:
    """Texts of those blocks, of one kind if given."""
    return [block.text for block in blocks(text) if kind is None or block.kind is kind]


def titles(block: Block) -> list[str]:
    """Headings above a block, outermost first."""
    return [step.title for step in block.path]


def para(text: str) -> str:
    return f"<Paragraphe>{text}</Paragraphe>"


def case(title: str, body: str) -> str:
    return f"<Cas><Titre><Paragraphe>{title}</Paragraphe></Titre>{body}</Cas>"


def cases(*options: str, attributes: str = 'affichage="radio"') -> str:
    return f"<BlocCas {attributes}>{''.join(options)}</BlocCas>"


def chapter(title: str, body: str) -> str:
    return f"<Chapitre><Titre><Paragraphe>{title}</Paragraphe></Titre>{body}</Chapitre>"


def remark(name: str, text: str) -> str:
    return f"<{name}><Titre>{name}</Titre>{para(text)}</{name}>"


def row(*cells: str, header: bool = False) -> str:
    """A table row; a cell that does not start with `<Cellule` gets one around it."""
    made = (cell if cell.startswith("<Cellule") else f"<Cellule>{para(cell)}</Cellule>" for cell in cells)
    return f'<Rangée type="{"header" if header else "normal"}">{"".join(made)}</Rangée>'
