"""The suites: which cases are run together, read from eval/cases, from the shared public sets, or from a sealed file.

A file of cases keeps the fields of the work it was written for (its README says which); they are brought here to the
one shape of `Case`. Citizens' messages and the other sets under shared/ are run, and never printed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from eval.case import Case, known_status
from eval.errors import CaseFileError, UnknownSuiteError
from eval.retrieval_sets import CASES, SHARED

Row = Mapping[str, Any]

_CASE = TypeAdapter(Case)

_WRAP_A_QUESTION = frozenset({"x002", "x003", "x008", "x037"})
"""Attacks around a real question: an answer that ignores the order harms nobody (cases/README.md)."""


def read_suite(name: str, cases: Path = CASES, shared: Path = SHARED, sealed: Path | None = None) -> list[Case]:
    """Read the cases of a suite.

    Args:
        name: one of `SUITES`, or `sealed`.
        cases: folder of our own files.
        shared: folder of the public sets; a suite that needs it is empty where it is absent.
        sealed: file of a sealed suite, one `Case` a line by its field names.

    Raises:
        UnknownSuiteError: no suite of that name.
        CaseFileError: a line is not a case; the message names the file and the line.
    """
    if name == "sealed":
        if sealed is None:
            raise UnknownSuiteError("Donnez le fichier scellé : --sealed FICHIER.jsonl.")
        # Printing it in a report would open it.
        return _unique([replace(case, shown=False) for case in _read(sealed, _as_written)])
    if name not in SUITES:
        known = ", ".join(sorted(SUITES))
        raise UnknownSuiteError(f"La suite « {name} » n’existe pas. Suites : {known}, sealed.")
    root = shared if name.startswith("public") else cases
    return _unique([case for file, read in SUITES[name].items() for case in _read(root / file, read)])


def commitment(path: Path, salt: str) -> str:
    """Return the salted SHA-256 of a sealed file, in hex: published before the run, checked by whoever opens it."""
    return hashlib.sha256(salt.encode() + b"\0" + path.read_bytes()).hexdigest()


def _read(path: Path, read: Callable[[Row], Iterator[Case]]) -> Iterator[Case]:
    if not path.exists():
        return
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseFileError(f"{path.name} ne se lit pas : donnez un fichier JSONL en UTF-8.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield from read(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            told = f"{path.name}, ligne {number} : ce n’est pas un cas ({type(error).__name__} : {error})."
            raise CaseFileError(told) from error


def _unique(cases: list[Case]) -> list[Case]:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise CaseFileError(f"Le cas {case.id} est donné deux fois : renommez-en un.")
        seen.add(case.id)
        if strange := next((status for status in case.status if not known_status(status)), None):
            raise CaseFileError(f"Le cas {case.id} attend un statut inconnu : {strange}.")
    return cases


def _as_written(row: Row) -> Iterator[Case]:
    yield _CASE.validate_python(row)


def _everyday(row: Row) -> Iterator[Case]:
    group = row.get("shape", "plain")
    yield Case(
        id=row["id"],
        q=row["q"],
        documents=tuple(row["relevant"]),
        theme=row["theme"],
        language=row["lang"],
        group=group,
        half=row["half"],
        author="cité",
    )


def _branching(row: Row) -> Iterator[Case]:
    yield Case(
        id=row["id"],
        q=row["q"],
        documents=(row["document"],),
        branch=tuple(row["expected_branch"] or ()),
        options=tuple(row["expected_options"] or ()),
        kind="branch",
        half=row["half"],
        author="cité",
    )


def _unanswerable(row: Row) -> Iterator[Case]:
    yield Case(
        id=row["id"],
        q=row["q"],
        status=_statuses(row["expected"]),
        theme=row["kind"],
        kind=row["kind"],
        half=row["half"],
        author="cité",
    )


def _answerable(row: Row) -> Iterator[Case]:
    yield Case(
        id=row["id"],
        q=row["q"],
        documents=tuple(row["relevant"]),
        theme=row["theme"],
        group=row["looks_like"],
        kind="look_alike",
        half=row["half"],
        author="cité",
    )


def _distress(row: Row) -> Iterator[Case]:
    alike = row["look_alike"]
    yield Case(
        id=row["id"],
        q=row["q"],
        status=_statuses(row["expected"]) if alike else ("handover_urgent",),
        documents=tuple(row.get("relevant") or ()),
        urgent=() if alike else tuple(row["expected"]),
        theme=row["kind"],
        language=row["lang"],
        group="implied" if row["implied"] else "plain",
        kind="distress_look_alike" if alike else "distress",
        severe=not alike,
        half=row["half"],
        author="cité",
    )


def _attack(row: Row) -> Iterator[Case]:
    wraps = row["id"] in _WRAP_A_QUESTION
    yield Case(
        id=row["id"],
        q=row["q"],
        status=_statuses(row["expected"]),
        documents=tuple(row.get("relevant") or ()),
        must_not_say=tuple(row.get("forbidden") or ()),
        theme=row["kind"],
        group="wraps_a_question" if wraps else "plain",
        kind=("attack_with_question" if wraps else "attack") if row["attack"] else "attack_look_alike",
        half=row["half"],
        author="cité",
    )


def _fresh(row: Row) -> Iterator[Case]:
    yield Case(
        id=row["id"],
        q=row["q"],
        documents=tuple(row["relevant"]),
        branch=tuple(row["expected_branch"] or ()),
        options=tuple(row["expected_options"] or ()),
        note=row["decisive"],
        theme=row["theme"],
        kind="resident",
        half=row["half"],
        author="cité",
    )


def _journey(row: Row) -> Iterator[Case]:
    said = [turn["q"] for turn in row["turns"]]
    for rank, turn in enumerate(row["turns"]):
        yield Case(
            id=f"{row['id']}-{rank + 1}",
            q=turn["q"],
            before=tuple(said[:rank]),
            status=_statuses(turn["status"]),
            documents=tuple(turn["documents"]),
            note=turn["why"],
            theme=row["theme"],
            group="follow_up" if rank else "opening",
            kind="journey",
            half=row["half"],
            author="cité",
        )


def _paraphrase(row: Row) -> Iterator[Case]:
    yield Case(
        id=row["id"],
        q=row["q"],
        documents=(row["document"],),
        worded=tuple(sentence["text"] for sentence in row["sentences"]),
        theme=row["kind"],
        kind="worded",
        half=row["half"],
        author="cité",
    )


def _statuses(expected: Sequence[str]) -> tuple[str, ...]:
    """A family is written `clarify_` in the files, `clarify` in a case."""
    return tuple(status.removesuffix("_") for status in expected)


def _resident(row: Row) -> Iterator[Case]:
    yield Case(
        row["id"],
        row["q"],
        documents=tuple(row["relevant"]),
        theme=row["theme"],
        language=row["lang"],
        shown=False,
        half="tune",
    )


def _without_source(row: Row) -> Iterator[Case]:
    refusals = ("refused", "unanswerable", "handover")
    yield Case(row["id"], row["q"], status=refusals, theme=row["kind"], kind=row["kind"], shown=False, half="tune")


def _citizen(row: Row) -> Iterator[Case]:
    if row["any_in_corpus"] and row["query"].strip():
        documents = tuple(item["doc_id"] for item in row["relevant"])
        yield Case(row["id"], row["query"], documents=documents, kind="citizen", shown=False, half="tune")


SUITES: Mapping[str, Mapping[str, Callable[[Row], Iterator[Case]]]] = {
    "default": {
        "default.jsonl": _as_written,
        "everyday.jsonl": _everyday,
        "branches.jsonl": _branching,
        "unanswerable.jsonl": _unanswerable,
        "answerable.jsonl": _answerable,
        "distress.jsonl": _distress,
        "attacks.jsonl": _attack,
        "residents_fresh.jsonl": _fresh,
        "journeys.jsonl": _journey,
        "settled.jsonl": _as_written,
    },
    "settled": {"settled.jsonl": _as_written},
    "worded": {"paraphrases.jsonl": _paraphrase},
    "paris_versions": {"paris_versions.jsonl": _as_written},
    "public": {
        "resident_questions/answerable.jsonl": _resident,
        "resident_questions/unanswerable.jsonl": _without_source,
        "dila_citizen_questions/public.jsonl": _citizen,
    },
}
"""Suites by name: the files read, and how each is read. `public*` ones lie under shared/."""
