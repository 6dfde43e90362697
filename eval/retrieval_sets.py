"""The question sets that retrieval is measured on, from the project's own cases and from the shared public halves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "eval" / "cases"
SHARED = ROOT.parent / "shared" / "data" / "eval"


@dataclass(frozen=True, slots=True)
class Query:
    """A question and the ids of the documents that answer it; any one is right."""

    id: str
    text: str
    relevant: frozenset[str]


def sets(half: str) -> dict[str, list[Query]]:
    """Return the sets by name.

    Args:
        half: `tune` or `report`, for the sets of the house; the shared public halves are always given, for a
            question set that was tuned on is named so in every report.
    """
    found: dict[str, list[Query]] = {}
    for language, name in (("fr", "resident_fr"), ("other", "resident_other")):
        rows = _rows(SHARED / "resident_questions" / "answerable.jsonl")
        found[name] = [_query(row, "q") for row in rows if (row["lang"] == "fr") == (language == "fr")]
    rows = _rows(SHARED / "dila_citizen_questions" / "public.jsonl")
    found["dila_citizens"] = [_query(row, "query") for row in rows if row["any_in_corpus"]]
    rows = _rows(SHARED / "spf_natural_questions" / "public.jsonl")
    indexed = [row for row in rows if any(item.get("in_vdd_1_199_0") for item in row.get("relevant") or ())]
    found["spf_faq"] = [_query(row, "query") for row in indexed]
    everyday = [row for row in _rows(CASES / "everyday.jsonl") if row["half"] == half]
    found[f"everyday_fr_{half}"] = [_query(row, "q") for row in everyday if row["lang"] == "fr"]
    found[f"everyday_other_{half}"] = [_query(row, "q") for row in everyday if row["lang"] != "fr"]
    found[f"branches_{half}"] = [
        Query(row["id"], row["q"], frozenset([row["document"]]))
        for row in _rows(CASES / "branches.jsonl")
        if row["half"] == half
    ]
    return {name: queries for name, queries in found.items() if queries}


def _query(row: dict[str, Any], text: str) -> Query:
    relevant = (item["doc_id"] if isinstance(item, dict) else item for item in row["relevant"])
    return Query(row["id"], row[text], frozenset(relevant))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file; none where the shared data is absent."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)
