"""Proper names that titles give to a scheme ("Paris Logement Familles"), and those that a question says.

A resident who says the name of a scheme asks about that scheme, however near another one sounds. Only names written as
names count, each of their words with a capital: a title in a plain sentence is found by its words and its sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from corpus.analyse import fold, term

_WORD = re.compile(r"[^\W\d_]+")
_FEWEST = 2
"""Words of its own from which a name tells a scheme from a common word."""

_NO_SCHEME = re.compile(
    "ville|mairie|conseil|prefecture|departement|region|republique|direction|service|centre|quotient|reglement|annexe|"
    "article|titre|nom|prenom|date|adresse|tarif|montant"
)
"""Words that open the name of an institution or of a column, which a question says without asking about it."""

Names = Mapping[tuple[str, ...], frozenset[int]]


def proper_name(title: str) -> tuple[str, ...]:
    """Return the folded words of a title that is a proper name, from the first that means something; else nothing.

    A number before it is left out. A title in capitals throughout says nothing of names.
    """
    found = _WORD.findall(title)
    meaning = [word for word in found if term(word)]
    if len(meaning) < _FEWEST or title.isupper() or not all(word[0].isupper() for word in meaning):
        return ()
    name = tuple(map(fold, found[found.index(meaning[0]) :]))
    return () if _NO_SCHEME.fullmatch(name[0]) else name


def names_of(titles: Iterable[tuple[str, int]]) -> Names:
    """Return the documents, by position, that have each proper name for a title.

    Args:
        titles: titles of documents and of their chapters, each with the position of its document.
    """
    found: dict[tuple[str, ...], set[int]] = {}
    for title, document in titles:
        if name := proper_name(title):
            found.setdefault(name, set()).add(document)
    return {name: frozenset(documents) for name, documents in found.items()}


def named_in(text: str, names: Names) -> frozenset[int]:
    """Return the documents whose name the text says, word after word; of names one within the other, the longest."""
    words = tuple(map(fold, _WORD.findall(text)))
    said = [name for name in names if _holds(words, name)]
    longest = [name for name in said if not any(len(other) > len(name) and _holds(other, name) for other in said)]
    return frozenset(document for name in longest for document in names[name])


def _holds(words: Sequence[str], name: tuple[str, ...]) -> bool:
    width = len(name)
    return any(tuple(words[start : start + width]) == name for start in range(len(words) - width + 1))
