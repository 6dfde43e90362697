"""Two searches of one message, alone and beside its subject, made one ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from corpus.found import Found


def fuse(beside: Found, alone: Found, weight: float, less: Mapping[str, float]) -> Found:
    """Rank documents by both searches.

    Args:
        beside: of the message with the subject before it.
        alone: of the message.
        weight: of the second beside the first, 0 or more.
        less: what is taken off the score of some documents, by key: the one whose title is the subject finds itself.

    Returns:
        the documents of both, best first, with the mean of their two scores. A document that one of the searches does
        not list counts there as the last one listed. The question, and what is measured of each document, are those of
        the search that also puts the best one first, `alone` if both do.
    """
    if not alone.documents or not weight:
        return beside
    if not beside.documents:
        return alone
    near, far = _scores(beside), _scores(alone)
    lowest, last = min(near.values()), min(far.values())
    total = {
        key: (near.get(key, lowest) + weight * far.get(key, last)) / (1 + weight) - less.get(key, 0.0)
        for key in dict.fromkeys([*near, *far])
    }
    best = max(total, key=lambda key: total[key])
    base, other = (alone, beside) if alone.documents[0].key == best else (beside, alone)
    hits = {hit.key: hit for hit in (*other.documents, *base.documents)}
    ranked = sorted(hits, key=lambda key: -total[key])
    return replace(base, documents=tuple(replace(hits[key], score=total[key]) for key in ranked))


def _scores(found: Found) -> dict[str, float]:
    return {hit.key: hit.score for hit in found.documents}
