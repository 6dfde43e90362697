"""French sentences, each a verbatim piece of its text, and those that carry an exception or a condition."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from corpus.errors import ConfigurationError

EXCEPTION_WORDS_FILE = Path(__file__).with_name("exception_words.toml")

_MARKER = re.compile(r"-{1,3}\s+")
"""Dashes that open the items of a list (`- `) and of the lists inside it (`-- `); a reader sees no dash."""

_END = re.compile(r"""[.!?…]+(?:\s?[»"”)\]])*(?=\s+["«“(\[]?\s?[A-ZÀ-ÖØ-ÞŒ0-9])""")
_WORD_BEFORE = re.compile(r"([^\s(«\"'’]+)\.$")
_ALWAYS_OPEN = frozenset(
    {"m", "mm", "mme", "mlle", "me", "dr", "pr", "cf", "art", "n", "p", "pp", "ex", "tél", "vol", "chap", "réf"}
)
"""Abbreviations that always announce a next word: no sentence ends on them."""

_OPEN_BEFORE_DIGIT = frozenset({"l", "r", "d", "a", "al", "fig", "no", "env", "max", "min", "bd", "av"})
"""Abbreviations that announce a number (`art. R. 600-2`); before a capital letter they may well end a sentence."""


def split_sentences(text: str) -> tuple[str, ...]:
    """Split `text` into sentences, in reading order.

    A line is a paragraph, an item or a table row: no sentence crosses a new line, and the dash that opens an item is
    left out. Abbreviations (`art.`, `M.`), amounts (`1.500`), ordinals (`1. Demande`) and web addresses end nothing.

    Returns:
        non-empty pieces without white space at their ends, each a verbatim substring of `text`.
    """
    return tuple(sentence for line in text.split("\n") for sentence in _in_line(line))


def _in_line(line: str) -> list[str]:
    opening = _MARKER.match(line.lstrip())
    line = line.lstrip()[opening.end() :] if opening else line
    found: list[str] = []
    start = 0
    for end in _END.finditer(line):
        if not _goes_on(line[start : end.start() + 1], line[end.end() :].lstrip()):
            found.append(line[start : end.end()].strip())
            start = end.end()
    found.append(line[start:].strip())
    return [sentence for sentence in found if sentence]


def _goes_on(so_far: str, after: str) -> bool:
    """Tell whether the full stop that ends `so_far` belongs to an abbreviation or to a rank, not to a sentence."""
    word = _WORD_BEFORE.search(so_far)
    if word is None:
        return False
    last = word.group(1).lower()
    # "1. Demande": the number is the rank of the item, and the whole line so far.
    if last.isdigit() and so_far.strip() == f"{last}.":
        return True
    return last in _ALWAYS_OPEN or (last in _OPEN_BEFORE_DIGIT and after[:1].isdigit())


# Asked again of each passage of a document, by its graph and by what must be said.
@lru_cache(maxsize=8192)
def exception_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of `text` that carry an exception marker, in reading order, each a verbatim substring."""
    marker = _marker(EXCEPTION_WORDS_FILE)
    return tuple(sentence for sentence in split_sentences(text) if marker.search(sentence))


@cache
def _marker(path: Path) -> re.Pattern[str]:
    """Compile the markers of `path`.

    Raises:
        ConfigurationError: the file is absent, is not TOML, or one of its patterns is not a regular expression.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        words = [re.sub(r"['’]", "['’]", re.escape(word)).replace(r"\ ", r"\s+") for word in table["words"]]
        # A word that ends on an apostrophe ("en cas d'") runs into the next one.
        bounded = [rf"\b{word}" + ("" if word.endswith("]") else r"\b") for word in words]
        patterns = [pattern.replace("'", "['’]") for pattern in table.get("patterns", ())]
        return re.compile("|".join((*bounded, *patterns)), re.IGNORECASE)
    except OSError as error:
        raise ConfigurationError(f"The exception words {path.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, re.error) as error:
        raise ConfigurationError(f"{path.name} is not a valid list of exception words: {error}.") from error
