"""A text read once for all detectors, and the French words they look for."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILLER = "\ue000"
"""Stands for what is masked already: neither word, digit nor space, so nothing matches it or reads across it."""

_HERE = Path(__file__).parent
_WORD = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W\d_]+)*")
_DASHES, _QUOTES, _ZERO_WIDTH = "‐‑‒–—−", "’‘ʼ´`", "\u00ad\u200b\u200c\u200d\u2060\ufeff"


class Word(NamedTuple):
    """A run of letters, hyphens inside: offsets, spelling, spelling without case and accents."""

    start: int
    end: int
    raw: str
    folded: str


@dataclass(frozen=True, slots=True)
class Text:
    """Three views of one text, with the same offsets.

    Attributes:
        raw: case and accents kept; digits, dashes, apostrophes and odd spaces made plain.
        folded: `raw` in lower case without accents.
        words: its words in order.
    """

    raw: str
    folded: str
    words: tuple[Word, ...]


class _Folding(dict[int, str]):
    """Lower case and no accent, one character for one character, learnt as characters come."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = base if len(base) == 1 else chr(code)
        return self[code]


_FOLDING = _Folding()


class _Plain(dict[int, str]):
    """The one-for-one table that gives digits, dashes, apostrophes and spaces one spelling.

    A character is looked up when a text holds it: the whole of Unicode would take a third of a second at each start.
    """

    def __missing__(self, code: int) -> str:
        self[code] = _spelt(chr(code))
        return self[code]


def _spelt(character: str) -> str:
    category = unicodedata.category(character)
    if character.isascii() or category not in {"Nd", "Zs"}:
        return character
    return " " if category == "Zs" else str(unicodedata.digit(character))


_PLAIN = _Plain(
    dict.fromkeys(map(ord, _DASHES), "-")
    | dict.fromkeys(map(ord, _QUOTES), "'")
    | dict.fromkeys(map(ord, _ZERO_WIDTH + FILLER), " ")
)


def plain(text: str) -> str:
    """Return a copy of the same length in which `FILLER` does not occur."""
    return text.translate(_PLAIN)


def fold(text: str) -> str:
    """Return a lower-case copy without accents, of the same length."""
    return text.translate(_FOLDING)


def read(view: str) -> Text:
    """Prepare a plain view for the detectors."""
    folded = fold(view)
    words = tuple(
        Word(found.start(), found.end(), found.group(), folded[found.start() : found.end()])
        for found in _WORD.finditer(view)
    )
    return Text(view, folded, words)


@cache
def vocabulary() -> dict[str, dict[str, Any]]:
    """Return the tables of `words.toml`."""
    return tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))


@cache
def word_set(table: str, name: str) -> frozenset[str]:
    """Return one list of `words.toml` as a set."""
    return frozenset(fold(word) for word in vocabulary()[table][name])


def alternatives(table: str, name: str) -> str:
    """Return one list of `words.toml` as a regular expression, longest first, any run of spaces for a space."""
    ordered = sorted(word_set(table, name), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s{1,3}") for word in ordered)


@cache
def first_names() -> frozenset[str]:
    """Return the known first names, folded."""
    lines = (_HERE / "first_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
