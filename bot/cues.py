"""Concepts heard in a question: families of phrases kept in data files, compiled once and matched on folded words.

A phrase is written in plain French, one piece a word: `ouvr*` is any ending, `*` alone any word, `#` a number (`#e`
the 18e), `(mon|ma)` a choice, `(de)?` an optional piece and `~` a gap of at most three words. Accents, case and
elided articles do not count (`corpus.analyse`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from corpus.analyse import folded_words
from corpus.errors import ConfigurationError

_GAP = r"(?: \S+){0,3}?"
_PIECE = re.compile(r"\(([^()]*)\)([?*]?)|([^\s()?]+)")
_BREAK = re.compile(r"[.?!…]+(?:\s+|$)|\n+|;")
_WHOLE = 30
"""Words of a message that is read as one sentence: people split a short question at will."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the message that one rule reads.

    Attributes:
        text: as typed.
        words: folded, each with a space before it.
    """

    text: str
    words: str

    @classmethod
    def of(cls, text: str) -> Window:
        """Fold a text."""
        return cls(text, "".join(f" {word}" for word in folded_words(text)))


def windows(text: str) -> tuple[Window, ...]:
    """Split a message into what rules read: the whole of a short one, else each of its sentences."""
    whole = Window.of(text)
    if whole.words.count(" ") <= _WHOLE:
        return (whole,)
    return tuple(Window.of(part) for part in _BREAK.split(text) if part.strip())


class Concept:
    """A family of phrases that mean one thing."""

    def __init__(self, phrases: Iterable[str]) -> None:
        """Compile the phrases.

        Raises:
            ConfigurationError: one is not written as the module says.
        """
        choices = "|".join(sorted({_compiled(phrase) for phrase in phrases}, key=len, reverse=True))
        self._pattern = re.compile(f"(?:{choices})(?= |$)")

    def __call__(self, words: str) -> bool:
        """Tell whether one of the phrases is heard in folded words, each with a space before it."""
        return self._pattern.search(words) is not None

    def before(self, words: str) -> str | None:
        """Return the words before the first phrase heard, None when none is."""
        found = self._pattern.search(words)
        return None if found is None else words[: found.start()]

    def rest(self, words: str) -> str:
        """Return the words left once every phrase heard is taken out."""
        return self._pattern.sub("", words)


def _compiled(phrase: str) -> str:
    if _PIECE.sub("", phrase).strip():
        raise ConfigurationError(f"The phrase {phrase!r} cannot be read: see bot/cues.py.")
    pieces = []
    for choice, mark, plain in _PIECE.findall(phrase):
        if plain == "~":
            pieces.append(_GAP)
            continue
        options = [option + "*" * (mark == "*") for option in choice.split("|")] if choice else [plain]
        pieces.append(f"(?:{'|'.join(map(_words, options))}){'?' * (mark == '?')}")
    return "".join(pieces)


def _words(written: str) -> str:
    """Compile words written together, each of which may fold into several (`est-ce`): a space before each."""
    return "".join(_word(word) for word in written.split())


def _word(word: str) -> str:
    if word == "*":
        return r" \S+"
    if word == "~":
        return _GAP
    if word.startswith("#"):
        return r" \d+" + re.escape(word[1:])
    folded = folded_words(word.replace("*", ""))
    return "".join(f" {re.escape(part)}" for part in folded) + (r"\S*" if word.endswith("*") else "")
