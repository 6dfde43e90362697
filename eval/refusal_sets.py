"""The questions that refusal is measured and tuned on, each with what is known of its answer.

Answerable: the sets of eval/retrieval_sets.py and our look-alikes (cases/answerable.jsonl). Unanswerable: the shared
set, ours (cases/unanswerable.jsonl), encyclopaedic questions (NoMIRACL, French, whatever their label there: no fiche
answers them), aids that exist in another place only, and near misses, whose right documents are taken out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.document import DocumentKind
from corpus.store import PassageStore
from eval.retrieval_sets import CASES, SHARED, Query, sets

AID = "Je voudrais demander l’aide « {} ». Comment faire ?"
"""Our fixed template over the names of jurisdiction_aids: the institution, hence the place, is not named."""

_KINDS = {
    "local": "local_fact",
    "dossier": "personal_file",
    "fiction": "invented",
    "foreign": "elsewhere",
    "hors": "out_of_scope",
}
"""The shared set's names of kinds, and ours."""

_ANSWERABLE = ("resident_fr", "resident_other", "dila_citizens")


def unanswerable(half: str) -> dict[str, list[Query]]:
    """Return the questions that nothing in the corpus answers, by kind, the shared ones and our half."""
    by_kind: dict[str, list[Query]] = {}
    for row in rows(SHARED / "resident_questions" / "unanswerable.jsonl"):
        by_kind.setdefault(_KINDS[row["kind"]], []).append(Query(f"shared-{row['id']}", row["q"], frozenset()))
    for row in rows(CASES / "unanswerable.jsonl", half):
        by_kind.setdefault(row["kind"], []).append(Query(row["id"], row["q"], frozenset()))
    return by_kind


def aids(place: str = "other_place") -> list[Query]:
    """Return one question for each distinct name of an aid of that place, in the fixed template."""
    named = {
        row["aid"]: row["id"] for row in rows(SHARED / "jurisdiction_aids" / "public.jsonl") if row["label"] == place
    }
    return [Query(identifier, AID.format(name), frozenset()) for name, identifier in named.items()]


def encyclopaedic() -> list[Query]:
    """Return questions put to an encyclopaedia."""
    return [Query(row["id"], row["question"], frozenset()) for row in rows(SHARED / "nomiracl_fr" / "public.jsonl")]


def near_misses() -> dict[str, list[Query]]:
    """Return, by set, the questions whose relevant documents are to be left out."""
    found: dict[str, list[Query]] = {}
    for name in ("dila_citizen_questions", "spf_question_reponse"):
        for row in rows(SHARED / name / "public.jsonl"):
            relevant = frozenset(item["doc_id"] for item in row["relevant"])
            if row["any_in_corpus"] and row["query"].strip():
                found.setdefault(name, []).append(Query(row["id"], row["query"], relevant))
    return found


def keywords(store: PassageStore, longest: int = 3) -> list[Query]:
    """Return, as people type into a search box, the short titles of folders, each folder being then left out."""
    folders = (card for card in store.documents() if card.kind is DocumentKind.FOLDER)
    return [Query(card.key, card.title, frozenset([card.id])) for card in folders if len(card.title.split()) <= longest]


def answerable(half: str) -> dict[str, list[Query]]:
    """Return the sets whose questions have an answer, those of the house in one half only."""
    wanted = (*_ANSWERABLE, f"everyday_fr_{half}", f"everyday_other_{half}", f"branches_{half}")
    found = {name: queries for name, queries in sets(half).items() if name in wanted}
    ours = [Query(row["id"], row["q"], frozenset(row["relevant"])) for row in rows(CASES / "answerable.jsonl", half)]
    return {**found, f"answerable_{half}": ours} if ours else found


def rows(path: Path, half: str = "") -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file, of one half when one is named; none where the file is absent.

    A line of the other half is told by its text and never decoded.
    """
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and (not half or re.search(rf'"half":\s*"{half}"', line)):
            yield json.loads(line)
