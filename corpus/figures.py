"""What counts as a figure: anything a reader may act on to the digit, which only a verbatim quote may carry.

DESIGN.md, promise 2: amounts, dates, durations, ages, hours, phones, e-mails, addresses, article numbers.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NUMBER_WORDS = (
    "un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?|trente|"
    "quarante|cinquante|soixante|cents?|mille|demi|demie"
)
_UNITS = (
    r"ans?|années?|mois|semaines?|jours?|heures?|minutes?|euros?|centimes?|%|pour\s+cent|fois|enfants?|personnes?|"
    r"mètres?|kilomètres?|exemplaires?|trimestres?|semestres?"
)
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_FIGURE = re.compile(
    # An address ends before the full stop of its sentence.
    rf"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S*[^\s.,;:!?)»]|"
    rf"\b\d{{1,2}}(?:er)?\s+(?:{_MONTHS})\b(?:\s+\d{{4}}\b)?|"
    rf"\b\d{{1,2}}\s?h(?:\s?\d{{2}})?\b|"
    # A figure stays on its line: the next one is another item, or another row.
    rf"\d(?:(?:[\d.,:/*-]|[^\S\n])*\d)?(?:\s?(?:€|%|(?:{_UNITS})\b))?|"
    rf"\b(?:{_NUMBER_WORDS})(?:(?:-|\s+)(?:et(?:-|\s+))?(?:{_NUMBER_WORDS})){{0,6}}(?:-|\s+)(?:{_UNITS})\b",
    re.IGNORECASE,
)


# One answer asks it several times of each of its passages: for its graph, its branches and its checks.
@lru_cache(maxsize=8192)
def find_figures(text: str) -> tuple[str, ...]:
    """Return the figures of `text` in reading order, as written (`1 500 €`, `2 mois`, `l'article 12` gives `12`).

    A number in words counts when a unit follows it ("deux mois"); e-mail and web addresses always count.
    """
    return tuple(match.group().strip() for match in _FIGURE.finditer(text))


def has_figures(text: str) -> bool:
    """Tell whether `text` carries at least one figure."""
    return _FIGURE.search(text) is not None
