"""French text to index terms: elision, stop words, Snowball stems, accents folded after stemming.

Source: measured in the prototype (research/retrieval.md, section 3): the four steps together are worth 18 points of
recall at 10 on everyday questions. Stems are folded last because `état` and `etat` stem differently.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

import Stemmer

LEXICON = Path(__file__).with_name("lexicon")

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_ELISION = re.compile(r"\b(?:qu|jusqu|lorsqu|puisqu|quoiqu|[cdjlmnst])['’]", re.IGNORECASE)
_LOCK = threading.Lock()
_STEMMER = Stemmer.Stemmer("french")


_FRENCH = str.maketrans(
    dict(zip("àâäçéèêëîïôöùûüÿñ", "aaaceeeeiioouuuyn", strict=True)) | {"œ": "oe", "æ": "ae", "’": "'"}
)


def fold(text: str) -> str:
    """Lower case without accents; ligatures spelt out (`œ` gives `oe`), typographic apostrophes made plain."""
    folded = text.lower().translate(_FRENCH)
    if folded.isascii():  # nearly always, and twenty times faster than the general way
        return folded
    return "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """Split into lower-case words, elided articles removed, accents kept."""
    return _WORD.findall(_ELISION.sub(" ", text.lower()))


def folded_words(text: str) -> list[str]:
    """Split into folded words (the form lexicon entries are written in)."""
    return [fold(word) for word in words(text)]


@lru_cache(maxsize=200_000)
def term(word: str) -> str:
    """Return the index term of one lower-case word, or an empty string for a stop word."""
    if fold(word) in stop_words():
        return ""
    with _LOCK:  # the stemmer keeps state between calls
        stem = _STEMMER.stemWord(word)
    return fold(stem)


def terms(text: str) -> list[str]:
    """Return the index terms of a text, in reading order, stop words dropped."""
    return [found for piece in text.split() for found in _terms_in(piece)]


# No word and no elision goes past a white space, and texts are made of the same pieces: read one by one and
# remembered, they take a third of the time.
@lru_cache(maxsize=200_000)
def _terms_in(piece: str) -> tuple[str, ...]:
    return tuple(found for word in words(piece) if (found := term(word)))


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Folded words that carry no subject (our list, lexicon/stop_words.txt)."""
    return _word_file("stop_words.txt")


@lru_cache(maxsize=1)
def conversational_words() -> frozenset[str]:
    """Folded words of talk ("je veux", "c'est quoi"): weighted low in a question, never deleted."""
    return _word_file("conversational_words.txt")


def _word_file(name: str) -> frozenset[str]:
    lines = (LEXICON / name).read_text(encoding="utf-8").splitlines()
    return frozenset(fold(line.strip()) for line in lines if line.strip() and not line.startswith("#"))
