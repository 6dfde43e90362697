"""Several searches of one message, alone and beside its subject, made one ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.found import Found


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
