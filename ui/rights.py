"""Aids and rights beside an answer: official pages that its document points to, as information, never a verdict."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from corpus.store import DocumentCard, PassageStore

_FILE = Path(__file__).with_suffix(".toml")


class Right(NamedTuple):
    """One official page about an aid or a right."""

    title: str
    url: str


def rights_beside(card: DocumentCard, store: PassageStore) -> tuple[Right, ...]:
    """Return the pages about an aid that a document points to, in its order, with an address only."""
    return tuple(_rights(card, store))[: _data()["most"]]


def _rights(card: DocumentCard, store: PassageStore) -> Iterator[Right]:
    seen = {card.title}
    for identifier in card.related:
        for key in store.keys_of(identifier)[:1]:
            found = store.document(key)
            if found and found.url and found.title not in seen and _words().search(found.title):
                seen.add(found.title)
                yield Right(found.title, found.url)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _data()['words']))})\b", re.IGNORECASE)
