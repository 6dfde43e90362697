"""Sheets on which people read answers, blind: written as CSV or ODS, and read back.

Each reader gets the same answers in an order of their own, under numbers that say nothing, mixed with answers that are
wrong on purpose: true quotes that answer another question. The key that tells them apart stays with the run. What
readers found is counted by eval/audit_results.py; how an audit is done is told in docs/audit.md.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ethics.audit import drawn, mixed
from eval.audit_ods import read_ods, write_ods
from eval.errors import SheetError
from eval.rates import Judged
from eval.run import SETTINGS
from eval.run_folder import RunFolder

COLUMNS = ("numéro", "relecteur", "question", "réponse", "citations", "étiquette", "remarque")
ARBITER = "arbitrage"
PLANT = "planted:"
_KEY = "audit-key-{number}.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, str]


def write_sheets(
    run: RunFolder, members: Sequence[str], seed: str, *, size: int, planted: int, ods: bool = False
) -> list[Path]:
    """Write one sheet a reader beside the run, and the key; return the sheets.

    Args:
        run: whose answers are read; only those that affirm something and may be shown, one a distinct question.
        members: at least two readers, each with a name of their own.
        seed: of the draw; anybody can draw again from it.
        size: answers drawn, each theme in proportion.
        planted: wrong answers added.
        ods: OpenDocument rather than CSV.

    Raises:
        SheetError: too few readers or answers, or a file cannot be written.
    """
    if len(set(members)) < max(2, len(members)) or ARBITER in members:
        raise SheetError("Il faut deux relecteurs au moins, chacun son nom (« arbitrage » est réservé).")
    answered = _distinct(run, seed)
    if len(answered) < 2:
        raise SheetError("Cette mesure n’a pas deux réponses à relire.")
    cases = drawn({name: one.case.theme for name, one in answered.items()}, size, seed)
    plants = _planted(answered, cases, planted, seed)
    number = max(keys_of(run.path), default=0) + 1
    key = {
        "seed": seed,
        "attempt": attempts(run) + 1,
        "members": list(members),
        "plants": plants,
        "items": {item_of(seed, member, case): case for member in members for case in (*cases, *plants)},
        "arbiter": {item_of(seed, ARBITER, case): case for case in (*cases, *plants)},
    }
    told = _told(answered, cases, plants)
    paths: list[Path] = []
    try:
        (run.path / _KEY.format(number=number)).write_text(json.dumps(key, indent=1), encoding="utf-8")
        for member in members:
            order = mixed(cases, list(plants), seed, member)
            rows = [{"numéro": item_of(seed, member, case), "relecteur": member, **told[case]} for case in order]
            paths.append(write_rows(run.path / f"audit-{number}-{member}.{'ods' if ods else 'csv'}", rows))
    except OSError as error:
        raise SheetError(f"Les feuilles ne s’écrivent pas : {error.strerror}.") from error
    return paths


def arbitration(run: RunFolder, cases: Sequence[str], member: str, *, ods: bool = False) -> Path:
    """Write the sheet of a third person: the answers on which two readers differ, mixed with the planted ones.

    Args:
        run: whose answers were read.
        cases: on which readers differ (`eval.audit_results.Read.open`), of the latest attempt.
        member: who settles; nobody who read before.
        ods: OpenDocument rather than CSV.

    Raises:
        SheetError: nothing is to be settled, the third person read before, or the file cannot be written.
    """
    keys = keys_of(run.path)
    by_id = {one.case.id: one for one in run.judged}
    wanted = [case for case in cases if case in by_id]
    if not keys or not wanted:
        raise SheetError("Aucun désaccord à trancher.")
    number, key = max(keys.items())
    if member in key["members"]:
        raise SheetError(f"{member} a déjà relu ces réponses : une troisième personne doit trancher.")
    # Without these, a third reader would know that every answer is disputed.
    plants = {name: pair for name, pair in key.get("plants", {}).items() if {*pair} <= set(by_id)}
    told = _told(by_id, wanted, plants)
    rows = [
        {"numéro": item_of(key["seed"], ARBITER, case), "relecteur": member, **told[case]}
        for case in mixed(wanted, list(plants), key["seed"], ARBITER)
    ]
    try:
        return write_rows(run.path / f"audit-{number}-{ARBITER}.{'ods' if ods else 'csv'}", rows)
    except OSError as error:
        raise SheetError(f"La feuille ne s’écrit pas : {error.strerror}.") from error


def keys_of(folder: Path) -> dict[int, dict[str, Any]]:
    """Return the keys of the audits of a run, by their number.

    Raises:
        SheetError: a key is damaged.
    """
    found: dict[int, dict[str, Any]] = {}
    for path in folder.glob(_KEY.format(number="*")):
        try:
            found[int(path.stem.rpartition("-")[2])] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SheetError(f"{path.name} est abîmé : sans cette clé, la relecture ne se lit plus.") from error
    return found


def attempts(run: RunFolder) -> int:
    """Return how many times answers to these same cases were audited: in this run, and in those beside it."""
    return sum(
        len(list(folder.glob(_KEY.format(number="*"))))
        for folder in run.path.resolve().parent.iterdir()
        if _digest_of_cases(folder) == run.settings["cases_digest"]
    )


def item_of(seed: str, member: str, case: str) -> str:
    """Return the number of an answer on a reader's sheet: it tells nothing of the case, nor of who else read it."""
    return hashlib.sha256(f"{seed}\n{member}\n{case}".encode()).hexdigest()[:12]


def write_rows(path: Path, rows: Sequence[Row]) -> Path:
    """Write a sheet, CSV or ODS by its ending; a cell that a spreadsheet would compute is written as text."""
    table = [COLUMNS, *([_text(row.get(name, "")) for name in COLUMNS] for row in rows)]
    if path.suffix == ".ods":
        write_ods(path, table)
        return path
    stream = StringIO()
    csv.writer(stream).writerows(table)
    path.write_text(stream.getvalue(), encoding="utf-8-sig", newline="")
    return path


def read_rows(path: Path) -> list[Row]:
    """Read a sheet back.

    Raises:
        SheetError: it is neither CSV in UTF-8 nor ODS, or a column is missing.
    """
    try:
        if path.suffix == ".ods":
            table = read_ods(path)
        else:
            text = path.read_text(encoding="utf-8-sig")
            # A French spreadsheet writes semicolons.
            table = list(csv.reader(StringIO(text), delimiter=";" if text.split("\n")[0].count(";") > 3 else ","))
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise SheetError(f"{path.name} ne se lit pas : donnez un CSV en UTF-8 ou un ODS.") from error
    if not table or not {"numéro", "relecteur", "étiquette"} <= set(table[0]):
        raise SheetError(f"{path.name} : il manque une des colonnes numéro, relecteur, étiquette.")
    return [dict(zip(table[0], line, strict=False)) for line in table[1:] if any(line)]


def _distinct(run: RunFolder, seed: str) -> dict[str, Judged]:
    """The answers that may be read, by case: of several wordings of one question, one is drawn."""
    answered = {one.case.id: one for one in run.judged if one.case.shown and one.seen[0].answered}
    by_question: dict[str, Judged] = {}
    for name in drawn(dict.fromkeys(answered, ""), len(answered), f"{seed}/distinct"):
        by_question.setdefault(answered[name].question, answered[name])
    return {one.case.id: one for one in by_question.values()}


def _told(
    answered: Mapping[str, Judged], cases: Sequence[str], plants: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, str]]:
    """What is read of each answer, planted ones included: the question of one case, the answer to another."""
    told = {case: _row(answered[case], answered[case].seen[0].answer) for case in cases}
    return told | {
        name: _row(answered[asked], answered[given].seen[0].answer) for name, (asked, given) in plants.items()
    }


def _digest_of_cases(folder: Path) -> str:
    """What a run beside this one asks; empty where there is none."""
    try:
        return str(json.loads((folder / SETTINGS).read_bytes())["cases_digest"])
    except (OSError, ValueError, KeyError):
        return ""


def _planted(answered: Mapping[str, Judged], taken: Sequence[str], count: int, seed: str) -> dict[str, tuple[str, str]]:
    """Questions with the answer to another one, from another document: every quote is true, the answer is wrong."""
    order = drawn(dict.fromkeys(answered, ""), len(answered), f"{seed}/planted")
    asked = [name for name in order if name not in set(taken)] or order
    found: dict[str, tuple[str, str]] = {}
    for rank, name in enumerate(asked):
        others = (o for o in order[rank + 1 :] + order if _document(answered[o]) != _document(answered[name]))
        if len(found) < count and (given := next(others, None)) is not None:
            found[f"{PLANT}{len(found) + 1}"] = (name, given)
    return found


def _document(one: Judged) -> str:
    return str(one.seen[0].answer["document"] or "")


def _row(one: Judged, answer: Mapping[str, Any]) -> Row:
    cited = [
        f"« {citation['quote']} » ({citation['title']}{' > ' if citation['path'] else ''}{citation['path']})"
        for sentence in answer["sentences"]
        for citation in sentence["citations"]
    ]
    said = [str(answer["text"]), *(sentence["text"] for sentence in answer["sentences"])]
    return {
        "question": "\n".join([*one.case.before, one.case.q]),
        "réponse": "\n".join(text for text in said if text),
        "citations": "\n".join(dict.fromkeys(cited)),
    }


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
