"""The date a web page declares: when it was last modified, else when it was published."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from selectolax.lexbor import LexborHTMLParser

_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "datemodified",
)
_PUBLISHED = ("article:published_time", "dcterms.issued", "dcterms.date", "dc.date", "datepublished", "date")
_MONTHS = (
    ("janvier",),
    ("février", "fevrier"),
    ("mars",),
    ("avril",),
    ("mai",),
    ("juin",),
    ("juillet",),
    ("août", "aout"),
    ("septembre",),
    ("octobre",),
    ("novembre",),
    ("décembre", "decembre"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_PRINTED = re.compile(
    r"\bmise?s? à jour\s*(?::|le)?\s*(?:le\s+)?(?P<day>\d{1,2})(?:er)?\s*(?:[/.\-\s]\s*)"
    rf"(?P<month>\d{{1,2}}|{'|'.join(_MONTH)})\s*[/.\-\s]\s*(?P<year>\d{{4}})\b",
    re.IGNORECASE,
)
_MAX_LD_CHARACTERS = 200_000


def iso_day(text: str | None) -> date | None:
    """Return the day that opens an ISO 8601 text (`2024-03-12T10:00:00+01:00`), None for anything else."""
    try:
        return date.fromisoformat((text or "").strip()[:10])
    except ValueError:
        return None


def page_date(tree: LexborHTMLParser) -> date | None:
    """Find the day the page says it was modified, else published; None when it says nothing.

    Looked for in order: meta tags, schema.org microdata and JSON-LD, then the printed mention « Mis à jour le ».
    No guess is made from other dates of the text.
    """
    metas = _metas(tree)
    linked = _linked_data(tree)
    modified = [metas.get(name) for name in _MODIFIED]
    modified += [_property(tree, "dateModified"), linked.get("dateModified")]
    published = [metas.get(name) for name in _PUBLISHED]
    published += [_property(tree, "datePublished"), linked.get("datePublished")]
    return _first(modified) or _printed(tree) or _first(published)


def _first(candidates: list[str | None]) -> date | None:
    days = (iso_day(text) for text in candidates)
    return next((day for day in days if day), None)


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        name = name or attributes.get("http-equiv") or ""
        found.setdefault(name.lower(), attributes.get("content") or "")
    return found


def _property(tree: LexborHTMLParser, name: str) -> str | None:
    node = tree.css_first(f'[itemprop="{name}"]')
    return (node.attributes.get("datetime") or node.attributes.get("content")) if node else None


def _linked_data(tree: LexborHTMLParser) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in tree.css('script[type="application/ld+json"]'):
        text = node.text()
        if len(text) > _MAX_LD_CHARACTERS:
            continue
        try:
            roots = json.loads(text)
        except (ValueError, RecursionError):
            continue
        for entry in _entries(roots):
            for name in ("dateModified", "datePublished"):
                if isinstance(value := entry.get(name), str):
                    found.setdefault(name, value)
    return found


def _entries(roots: Any) -> Iterator[dict[str, Any]]:
    for root in roots if isinstance(roots, list) else [roots]:
        if isinstance(root, dict):
            yield root
            graph = root.get("@graph")
            yield from (item for item in graph or () if isinstance(item, dict)) if isinstance(graph, list) else ()


def _printed(tree: LexborHTMLParser) -> date | None:
    body = tree.body
    match = _PRINTED.search(body.text(separator=" ")) if body else None
    if not match:
        return None
    month = match["month"].lower()
    try:
        return date(int(match["year"]), _MONTH.get(month) or int(month), int(match["day"]))
    except ValueError:
        return None
