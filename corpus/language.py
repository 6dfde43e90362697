"""The language of a question; French unless another one is certain.

Owns py3langid, loaded only when too few words are known to the index: it costs 98 MB, and on one or two words every
identifier is wrong (research/dependencies.md, section 7).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from corpus.analyse import folded_words, stop_words

LANGUAGES = ("fr", "en", "es", "pt", "it", "de", "ar", "zh", "uk", "ru", "tr", "ro", "pl")
_FRENCH_SHARE = 0.65
_SHORTEST = 3


def language_of(text: str, known: Callable[[str], bool]) -> str:
    """Name the language of `text`, as ISO 639-1.

    Args:
        text: a question.
        known: tells a word that the French index holds.

    Returns:
        `fr` when most words are French words of the index, or when the text is too short to tell in Latin letters.
    """
    said = folded_words(text)
    latin = sum(word.isascii() for word in said)
    if latin >= len(said) / 2:
        french = sum(word in stop_words() or known(word) for word in said)
        if len(said) < _SHORTEST or french >= _FRENCH_SHARE * len(said):
            return "fr"
    return str(_identifier().classify(text)[0])


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  98 MB, seldom needed

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(LANGUAGES))
    return identifier
