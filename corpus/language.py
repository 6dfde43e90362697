"""The language of a question; French unless another one is certain (data: lexicon/foreign_words.toml).

Small words come first: "Do I need a permit?" holds more words known to a French index than others, and none that a
French speaker writes. Owns py3langid, loaded only when too few words are known to the index: it costs 98 MB, and on
one or two words every identifier is wrong (research/dependencies.md, section 7).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from corpus.analyse import LEXICON, folded_words, stop_words

LANGUAGES = ("fr", "en", "es", "pt", "it", "de", "ar", "zh", "uk", "ru", "tr", "ro", "pl")
_FRENCH_SHARE = 0.65
_SHORTEST = 3
_SMALL_WORDS = 2
"""Small words of another language, more than French ones, from which a text is in it."""


def language_of(text: str, known: Callable[[str], bool]) -> str:
    """Name the language of `text`, as ISO 639-1.

    Args:
        text: a question.
        known: tells a word that the French index holds.

    Returns:
        `fr` when most words are French words of the index, or when the text is too short to tell in Latin letters.
    """
    said = folded_words(text)
    if (found := _by_small_words(said)) is not None:
        return found
    latin = sum(word.isascii() for word in said)
    if latin >= len(said) / 2:
        french = sum(word in stop_words() or known(word) for word in said)
        if len(said) < _SHORTEST or french >= _FRENCH_SHARE * len(said):
            return "fr"
    return str(_identifier().classify(text)[0])


def _by_small_words(said: Sequence[str]) -> str | None:
    """The one other language whose small words the text holds, and holds more than French ones; None in doubt."""
    french, others = _small_words()
    own = sum(word in french for word in said)
    counts = {language: sum(word in small for word in said) for language, small in others.items()}
    most = max(counts.values(), default=0)
    best = [language for language, count in counts.items() if count == most]
    return best[0] if most >= _SMALL_WORDS and most > own and len(best) == 1 else None


@cache
def _small_words() -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    table = tomllib.loads((LEXICON / "foreign_words.toml").read_text(encoding="utf-8"))
    return frozenset(table["french"]["words"]), {name: frozenset(words) for name, words in table["words"].items()}


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  98 MB, seldom needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier
