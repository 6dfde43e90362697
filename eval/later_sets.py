"""The later sets of our cases, each by an author who read neither the steps of the bot nor its words: `--cases fifth`.

Lines 1 to the middle of each file are `tune`, the rest is `report`: whoever tunes reads the first half and no more.
A line of the other half is told by its text and never decoded (eval/refusal_sets.py). Once the `report` half of a set
has been read, another set is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.refusal_sets import rows
from eval.retrieval_sets import CASES, Query

FIRST, LATER = "first", ("second", "third", "fourth", "fifth")
"""The set that the product was made on, and those that nobody tuned on when they were written."""
OPENED = ("second", "third", "fourth")
"""Later sets whose `report` half was read: both halves are for tuning since, and measure nothing any more."""
SETS = (FIRST, *LATER)


def file_of(name: str, cases: str = FIRST) -> Path:
    """Return the file of one kind of cases in one set."""
    return CASES / (f"{name}.jsonl" if cases == FIRST else f"{name}_{cases}.jsonl")


def case_rows(name: str, cases: str, half: str) -> list[dict[str, Any]]:
    """Return the lines of one half of a later set."""
    return list(rows(file_of(name, cases), half))


def residents(cases: str, half: str) -> dict[str, list[Query]]:
    """Return the everyday questions of residents, each with the fiches that answer it, as one set."""
    asked = [Query(row["id"], row["q"], frozenset(row["relevant"])) for row in case_rows("residents", cases, half)]
    return {f"residents_{cases}_{half}": asked} if asked else {}


def unanswerable(cases: str, half: str) -> dict[str, list[Query]]:
    """Return the questions that nothing in the corpus answers, by kind."""
    by_kind: dict[str, list[Query]] = {}
    for row in case_rows("unanswerable", cases, half):
        by_kind.setdefault(row["kind"], []).append(Query(row["id"], row["q"], frozenset()))
    return by_kind


def opened() -> tuple[dict[str, list[Query]], dict[str, list[Query]]]:
    """Return what the opened sets give to tune on: residents' questions by set, and unanswerable ones by kind."""
    asked: dict[str, list[Query]] = {}
    silent: dict[str, list[Query]] = {}
    for cases in OPENED:
        for half in ("tune", "report"):
            asked |= residents(cases, half)
            for kind, queries in unanswerable(cases, half).items():
                silent.setdefault(kind, []).extend(queries)
    fresh = rows(CASES / "residents_fresh.jsonl")
    asked["residents_fresh"] = [Query(row["id"], row["q"], frozenset(row["relevant"])) for row in fresh]
    return asked, silent
