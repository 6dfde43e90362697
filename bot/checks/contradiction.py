"""Two official documents that give different figures for the same thing: the reader is told, not spared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from bot.checks.figures import kind_of
from bot.turn import Role, Sentence
from corpus.document import fold_spaces
from corpus.figures import find_figures

_SAME_THING = frozenset({Role.COST, Role.DELAY})


def contradicts(sentences: Sequence[Sentence]) -> bool:
    """Tell whether two cited documents give different figures, of one kind, for one role and one heading."""
    given: dict[tuple[str, str, str], dict[str, set[str]]] = {}
    for sentence in sentences:
        documents = {citation.document for citation in sentence.citations}
        if sentence.role not in _SAME_THING or len(documents) != 1:
            continue
        for figure in find_figures(fold_spaces(sentence.text)):
            place = (sentence.role, sentence.heading.casefold(), kind_of(figure))
            given.setdefault(place, {}).setdefault(documents.copy().pop(), set()).add(figure)
    return any(
        one.isdisjoint(other) for by_document in given.values() for one, other in combinations(by_document.values(), 2)
    )
