"""Several searches of one message, alone and beside its subject, made one ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp

from corpus.found import Found

TIED = 0.05
"""Lead under which nothing tells two documents apart."""

LIKELY = 0.5
"""Trust from which a follow-up is answered: as likely as not to be right."""

_CONSTANT, _SCORE, _LEAD = -3.24, 2.61, 4.98
"""Logistic model of `trust`.

Fitted on the 141 follow-ups of the opened conversations (eval/cases/journeys*.jsonl, four sets) that the search
decides: area .757 in cross-validation by journey; the belief of a whole question (bot/answerable.py), which a few words
beside what came before do not fill, has .718. At .5, 79 of the 103 answered are right.
"""


def fuse(searches: Sequence[tuple[Found, float]]) -> Found:
    """Rank documents by several searches of one message.

    Args:
        searches: each with its weight, over 0; at least one.

    Returns:
        the documents of all, best first, with the weighted mean of their scores. A document that one of the searches
        does not list counts there as the last one listed. The question, and what is measured of each document, are
        those of the first search that also puts the best one first; of the first of all if none does.
    """
    listed = [(found, weight) for found, weight in searches if found.documents]
    if not listed:
        return searches[0][0]
    total: dict[str, float] = {hit.key: 0.0 for found, _ in listed for hit in found.documents}
    for found, weight in listed:
        scores = {hit.key: hit.score for hit in found.documents}
        last = min(scores.values())
        for key in total:
            total[key] += weight * scores.get(key, last)
    whole = sum(weight for _, weight in listed)
    best = max(total, key=lambda key: total[key])
    base = next((found for found, _ in listed if found.documents[0].key == best), listed[0][0])
    hits = {hit.key: hit for found in (*(found for found, _ in listed), base) for hit in found.documents}
    ranked = sorted(hits, key=lambda key: -total[key])
    return replace(base, documents=tuple(replace(hits[key], score=total[key] / whole) for key in ranked))


def trust(found: Found) -> float:
    """Estimate the probability, 0 to 1, that the best document of several searches, or one tied with it, answers.

    Drawn from its score in all of them, and from its lead over the first document that is not tied with it.
    """
    if not found.documents:
        return 0.0
    scores = [hit.score for hit in found.documents]
    lead = next((scores[0] - score for score in scores if scores[0] - score >= TIED), scores[0] - scores[-1])
    return 1.0 / (1.0 + exp(-(_CONSTANT + _SCORE * scores[0] + _LEAD * lead)))
