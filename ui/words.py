"""The words of the pages, by language: one file a language under texts/, French being the reference."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("texts")
FRENCH = "fr"
_HOUSE = Path(__file__).with_name("pages.fr.toml")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language.

    Attributes:
        code: ISO 639-1.
        direction: `ltr` or `rtl`.
        reviewed: a person has read them; if not, the page says so.
        tables: every text, by table and key; what a language lacks is French.
    """

    code: str
    direction: str
    reviewed: bool
    tables: Mapping[str, Mapping[str, Any]]

    def __call__(self, name: str, **values: object) -> str:
        """Return the text called `table.key`, filled in.

        Raises:
            KeyError: there is no such text.
        """
        table, _, key = name.partition(".")
        return str(self.tables[table][key]).format(**values)


@cache
def languages() -> Mapping[str, Words]:
    """Return the words of every language there is a file for, French first."""
    french = _read(FOLDER / f"{FRENCH}.toml")
    found = {FRENCH: _words(french, french)}
    for path in sorted(FOLDER.glob("*.toml")):
        found.setdefault(path.stem, _words(_read(path), french))
    return found


@cache
def house_words() -> Words:
    """Return the words of the pages that exist in French only: receipts, cases, and what the City publishes."""
    return Words(FRENCH, "ltr", reviewed=True, tables=_read(_HOUSE))


def words_for(wanted: str | None, accepted: str | None = None) -> Words:
    """Return the words of the language asked for, else of the first accepted one that there is, else French.

    Args:
        wanted: ISO 639-1 code chosen by the reader.
        accepted: value of an Accept-Language header.
    """
    known = languages()
    if wanted is not None and wanted in known:
        return known[wanted]
    codes = (part.partition(";")[0].strip().lower()[:2] for part in (accepted or "").split(","))
    return known[next((code for code in codes if code in known), FRENCH)]


def _words(tables: Mapping[str, Mapping[str, Any]], french: Mapping[str, Mapping[str, Any]]) -> Words:
    merged = {name: {**texts, **tables.get(name, {})} for name, texts in french.items()}
    page = merged["page"]
    return Words(page["code"], page["direction"], bool(page["reviewed"]), merged)


def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    tables: Mapping[str, Mapping[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return tables
