"""The suites: which cases are run together, read from eval/cases, from the shared public sets, or from a sealed file.

A file of cases keeps the fields of the work it was written for (its README says which). One table, SUITES, brings them
to the one shape of `Case`: for each field of a case, where it is read. Citizens' messages and the other sets under
shared/ are run, and never printed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from eval.case import Case, known_status
from eval.errors import CaseFileError, UnknownSuiteError
from eval.retrieval_sets import CASES, SHARED

Row = Mapping[str, Any]
Read = Callable[[Row], Any]
Fields = dict[str, Read]

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
        return _unique([replace(case, shown=False) for case in _read(sealed, AS_WRITTEN)])
    if name not in SUITES:
        known = ", ".join(sorted(SUITES))
        raise UnknownSuiteError(f"La suite « {name} » n’existe pas. Suites : {known}, sealed.")
    root = shared if name.startswith("public") else cases
    return _unique([case for file, shape in SUITES[name].items() for case in _read(root / file, shape)])


def commitment(path: Path, salt: str) -> str:
    """Return the salted SHA-256 of a sealed file, in hex: published before the run, checked by whoever opens it."""
    return hashlib.sha256(salt.encode() + b"\0" + path.read_bytes()).hexdigest()


def _read(path: Path, shape: Shape) -> Iterator[Case]:
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
            yield from shape.read(json.loads(line))
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


def _statuses(name: str) -> Read:
    """Statuses of a column; a family is written `clarify_` in the files, `clarify` in a case."""
    return lambda row: tuple(status.removesuffix("_") for status in row[name])


def _at(name: str, default: str | None = None) -> Read:
    return lambda row: row[name] if default is None else row.get(name, default)


def _several(name: str, *, optional: bool = False) -> Read:
    return lambda row: tuple((row.get(name) if optional else row[name]) or ())


def _always(value: Any) -> Read:
    return lambda _: value


def _distress(row: Row) -> Iterator[Row]:
    """A look-alike expects statuses; a message of danger expects one status, and one of some emergency lines."""
    alike = row["look_alike"]
    wanted = (
        {"kind_of": "distress_look_alike", "status": row["expected"], "urgent": ()}
        if alike
        else {"kind_of": "distress", "status": ("handover_urgent",), "urgent": row["expected"]}
    )
    yield {**row, **wanted, "group": "implied" if row["implied"] else "plain", "severe": not alike}


def _attack(row: Row) -> Iterator[Row]:
    wraps = row["id"] in _WRAP_A_QUESTION
    kind = ("attack_with_question" if wraps else "attack") if row["attack"] else "attack_look_alike"
    yield {**row, "kind_of": kind, "group": "wraps_a_question" if wraps else "plain"}


def _turns(row: Row) -> Iterator[Row]:
    """One case a message of a conversation, with the messages before it."""
    said = [turn["q"] for turn in row["turns"]]
    for rank, turn in enumerate(row["turns"]):
        place = {"id": f"{row['id']}-{rank + 1}", "before": said[:rank], "group": "follow_up" if rank else "opening"}
        yield {**row, **turn, **place}


def _paraphrase(row: Row) -> Iterator[Row]:
    yield {**row, "documents": [row["document"]], "worded": [sentence["text"] for sentence in row["sentences"]]}


def _branching(row: Row) -> Iterator[Row]:
    yield {**row, "documents": [row["document"]]}


def _citizen(row: Row) -> Iterator[Row]:
    if row["any_in_corpus"] and row["query"].strip():
        yield {**row, "documents": [item["doc_id"] for item in row["relevant"]]}


def _as_it_is(row: Row) -> Iterator[Row]:
    yield row


_ASKED: Fields = {"id": _at("id"), "q": _at("q")}
_OURS: Fields = _ASKED | {"half": _at("half"), "author": _always("cité"), "corrected": _at("corrected", "")}
_THEIRS: Fields = _ASKED | {"half": _always("tune"), "shown": _always(value=False)}
_BRANCH: Fields = {"branch": _several("expected_branch"), "options": _several("expected_options")}
_RELEVANT: Fields = {"documents": _several("relevant")}
_KIND: Fields = {"theme": _at("kind"), "kind": _at("kind"), "status": _statuses("expected")}


@dataclass(frozen=True, slots=True)
class Shape:
    """How the lines of one file become cases.

    Attributes:
        fields: of a case, each read from a line; None where a line is written by the field names of `Case`.
        lines: what a line stands for: itself, several cases, or none.
    """

    fields: Fields | None = None
    lines: Callable[[Row], Iterator[Row]] = _as_it_is

    def read(self, row: Row) -> Iterator[Case]:
        """Yield the cases of a line.

        Raises:
            KeyError, TypeError, ValueError: the line is not of this shape.
        """
        for line in self.lines(row):
            if self.fields is None:
                yield _CASE.validate_python(line)
            else:
                yield Case(**{name: read(line) for name, read in self.fields.items()})


AS_WRITTEN = Shape()

SUITES: Mapping[str, Mapping[str, Shape]] = {
    "default": {
        "default.jsonl": AS_WRITTEN,
        "everyday.jsonl": Shape(
            _OURS | _RELEVANT | {"theme": _at("theme"), "language": _at("lang"), "group": _at("shape", "plain")}
        ),
        "branches.jsonl": Shape(
            _OURS | _BRANCH | {"documents": _several("documents"), "kind": _always("branch")}, _branching
        ),
        "unanswerable.jsonl": Shape(_OURS | _KIND),
        "answerable.jsonl": Shape(
            _OURS | _RELEVANT | {"theme": _at("theme"), "group": _at("looks_like"), "kind": _always("look_alike")}
        ),
        "distress.jsonl": Shape(
            _OURS
            | {
                "status": _statuses("status"),
                "documents": _several("relevant", optional=True),
                "urgent": _several("urgent"),
                "theme": _at("kind"),
                "language": _at("lang"),
                "group": _at("group"),
                "kind": _at("kind_of"),
                "severe": _at("severe"),
            },
            _distress,
        ),
        "attacks.jsonl": Shape(
            _OURS
            | {
                "status": _statuses("expected"),
                "documents": _several("relevant", optional=True),
                "must_not_say": _several("forbidden", optional=True),
                "theme": _at("kind"),
                "group": _at("group"),
                "kind": _at("kind_of"),
            },
            _attack,
        ),
        "residents_fresh.jsonl": Shape(
            _OURS | _RELEVANT | _BRANCH | {"note": _at("decisive"), "theme": _at("theme"), "kind": _always("resident")}
        ),
        "journeys.jsonl": Shape(
            _OURS
            | {
                "before": _several("before"),
                "status": _statuses("status"),
                "documents": _several("documents"),
                "note": _at("why"),
                "theme": _at("theme"),
                "group": _at("group"),
                "kind": _always("journey"),
            },
            _turns,
        ),
        "settled.jsonl": AS_WRITTEN,
    },
    "settled": {"settled.jsonl": AS_WRITTEN},
    "worded": {
        "paraphrases.jsonl": Shape(
            _OURS
            | {
                "documents": _several("documents"),
                "worded": _several("worded"),
                "theme": _at("kind"),
                "kind": _always("worded"),
            },
            _paraphrase,
        )
    },
    "paris_versions": {"paris_versions.jsonl": AS_WRITTEN},
    "public": {
        "resident_questions/answerable.jsonl": Shape(
            _THEIRS | _RELEVANT | {"theme": _at("theme"), "language": _at("lang")}
        ),
        "resident_questions/unanswerable.jsonl": Shape(
            _THEIRS
            | {
                "status": _always(("refused", "unanswerable", "handover")),
                "theme": _at("kind"),
                "kind": _at("kind"),
            }
        ),
        "dila_citizen_questions/public.jsonl": Shape(
            _THEIRS | {"q": _at("query"), "documents": _several("documents"), "kind": _always("citizen")}, _citizen
        ),
    },
}
"""Suites by name: the files read, and how each is read. `public*` ones lie under shared/."""
