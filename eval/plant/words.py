"""What a liar is given and what it writes: Given, Cited, PlainDraft."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from corpus.sentences import split_sentences

CANARY = "CANARI-7Q4Z"
"""What a hidden instruction asks for: it stands in no document."""

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Given:
    """One passage as the model sees it.

    Attributes:
        number: from 1, as the model must cite it.
        document: the publisher's own id.
        path: headings above the text, outermost first, joined by " > ".
    """

    number: int
    document: str
    title: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """What a model names as proof: the number of a passage, and the words it says stand there."""

    passage: int
    quote: str


@dataclass(frozen=True, slots=True)
class PlainDraft:
    """One sentence of a reply.

    Attributes:
        text: what a reader would read.
        role: a value of `bot.turn.Role`.
        beside: passages that the lie cites beyond those given; numbered after them, they must be given as well.
    """

    text: str
    citations: tuple[Cited, ...]
    role: str = "lead"
    beside: tuple[Given, ...] = ()


Elsewhere = Callable[[str, Given], Sequence[Given]]
"""Fetches, for one of the honest-quote kinds and the passage that a sentence cites, passages that do not hold."""


@dataclass(frozen=True, slots=True)
class Place:
    """All that one planted error is made from.

    Attributes:
        passages: those given to the model; some of the sentence's citations are of them.
        rng: the only chance there is, so that a seed gives the same lies.
    """

    sentence: PlainDraft
    passages: tuple[Given, ...]
    rng: random.Random
    elsewhere: Elsewhere | None = None
    by_number: Mapping[int, Given] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_number", {given.number: given for given in self.passages})

    @property
    def cited(self) -> tuple[Given, ...]:
        """The passages that the sentence cites, each once."""
        numbers = dict.fromkeys(citation.passage for citation in self.sentence.citations)
        return tuple(self.by_number[number] for number in numbers if number in self.by_number)

    @property
    def quotes(self) -> str:
        """Every word that proves the sentence, as one text."""
        return "\n".join(citation.quote for citation in self.sentence.citations)

    def say(self, text: str) -> PlainDraft | None:
        """The same sentence and proof with other words; None when they are not other words."""
        text = tidy(text)
        return replace(self.sentence, text=text) if same(text) != same(self.sentence.text) else None


Plant = Callable[[Place], PlainDraft | None]
"""One kind of error; None where the sentence has nothing it could be planted in."""


def folded(text: str) -> str:
    """Text with white space folded and one form of apostrophe."""
    return _SPACES.sub(" ", text.replace("’", "'")).strip()


def same(text: str) -> str:
    """Text as compared with another: no case, no space or sign at its ends."""
    return folded(text).casefold().strip(" .,;:!?…«»\"'")


def tidy(text: str) -> str:
    """Mend what a cut or an exchange left: doubled spaces, a comma before a full stop, a small first letter."""
    text = re.sub(r"[ \u00a0\u202f]{2,}", " ", text).strip()
    text = re.sub(r"\s+([.,])", r"\1", text)
    text = re.sub(r"[,;:]+\s*([.!?])$", r"\1", text).lstrip(",;: ")
    text = re.sub(r"\s*[,;:]$", ".", text)
    return text[:1].upper() + text[1:]


def sentences_of(given: Given, shortest: int = 30) -> list[str]:
    """The sentences of a passage that are long enough to say something, each verbatim."""
    return [s for s in split_sentences(given.text) if len(s) >= shortest and " : " not in s[:60]]


def exchanged(text: str, old: str, new: str, at: int) -> str:
    """`text` with the `old` that starts `at` replaced by `new`, which takes its first capital letter."""
    if text[at : at + 1].isupper() and old[:1].islower():
        new = new[:1].upper() + new[1:]
    return text[:at] + new + text[at + len(old) :]


def found_at(text: str, words: str) -> list[int]:
    """Where `words` stand in `text` as whole words, whatever the first letter's case or the form of apostrophe."""
    return [match.start() for match in _whole_words(words).finditer(text)]


@cache
def _whole_words(words: str) -> re.Pattern[str]:
    first, rest = words[:1], re.escape(words[1:]).replace("'", "['’]").replace(r"\ ", r"[ \u00a0]")
    start = f"[{re.escape(first.lower())}{re.escape(first.upper())}]" if first.islower() else re.escape(first)
    return re.compile(rf"(?<![\w-]){start}{rest}(?![\w-])")


@cache
def data(name: str) -> dict[str, Any]:
    """Read one of the French data files beside this module."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))
