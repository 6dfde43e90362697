"""The second set of our cases, by an author who read neither the steps of the bot nor its words: `--cases second`.

Lines 1 to the middle of each file are `tune`, the rest is `report`: whoever tunes reads the first half and no more.
A line of the other half is told by its text and never decoded (eval/refusal_sets.py).
"""

from __future__ import annotations

from typing import Any

from eval.refusal_sets import rows
from eval.retrieval_sets import CASES, Query

FIRST, SECOND = "first", "second"
"""The two sets: the one that the product was made on, and the one that nobody tuned on."""


def case_rows(name: str, half: str) -> list[dict[str, Any]]:
    """Return the lines of one half of `cases/NAME_second.jsonl`."""
    return list(rows(CASES / f"{name}_second.jsonl", half))


def residents(half: str) -> dict[str, list[Query]]:
    """Return the everyday questions of residents, each with the fiches that answer it, as one set."""
    asked = [Query(row["id"], row["q"], frozenset(row["relevant"])) for row in case_rows("residents", half)]
    return {f"residents_second_{half}": asked} if asked else {}


def unanswerable(half: str) -> dict[str, list[Query]]:
    """Return the questions that nothing in the corpus answers, by kind."""
    by_kind: dict[str, list[Query]] = {}
    for row in case_rows("unanswerable", half):
        by_kind.setdefault(row["kind"], []).append(Query(row["id"], row["q"], frozenset()))
    return by_kind
