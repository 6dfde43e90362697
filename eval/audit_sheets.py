"""Sheets on which people read answers, blind: written as CSV or ODS, and read back.

Each reader gets the same answers in an order of their own, under numbers that say nothing, mixed with answers that are
wrong on purpose: true quotes that answer another question. The key that tells them apart stays with the run. What
readers found is counted by eval/audit_results.py; how an audit is done is told in docs/audit.md.
"""

from __future__ import annotations

import csv
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ethics.audit import drawn, mixed
from ethics.readings import ARBITER, PLANT
from eval.audit_ods import read_ods, write_ods
from eval.errors import SheetError
from eval.rates import Judged
from eval.run import SETTINGS
from eval.run_folder import RunFolder

COLUMNS = ("numéro", "relecteur", "question", "réponse", "citations", "étiquette", "remarque")
_KEY = "audit-key-{number}.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Draw:
    """What one audit reads, drawn once, whether it is read on sheets or in the console.

    Attributes:
        run: whose answers are read.
        number: of the audit, in its run.
        key: what tells the answers apart: it stays with whoever runs the audit.
        answered: by case, what may be read.
        cases: those drawn, in the order of the draw.
    """

    run: RunFolder
    number: int
    key: Mapping[str, Any]
    answered: Mapping[str, Judged]
    cases: Sequence[str]

    @property
    def plants(self) -> Mapping[str, Sequence[str]]:
        """By name, the case that is asked and the one whose answer is given."""
        plants: Mapping[str, Sequence[str]] = self.key["plants"]
        return plants

    def order(self, reader: str) -> list[str]:
        """Return the cases and the planted answers in the order of one reader."""
        return mixed(self.cases, list(self.plants), secret_of(self.key), reader)


def draw(run: RunFolder, members: Sequence[str], seed: str, *, size: int, planted: int) -> Draw:
    """Draw the answers of an audit, and keep its key beside the run.

    Args:
        run: whose answers are read; only those that affirm something and may be shown, one a distinct question.
        members: at least two readers, each with a name of their own.
        seed: of the draw; anybody can draw the same answers again from it. Which wrong ones are added, and the order
            of each reader, depend on a salt too, kept in the key: readers know the seed.
        size: answers drawn, each theme in proportion.
        planted: wrong answers added.

    Raises:
        SheetError: too few readers or answers, or the key cannot be written.
    """
    if len(set(members)) < max(2, len(members)) or ARBITER in members:
        raise SheetError("Il faut deux relecteurs au moins, chacun son nom (« arbitrage » est réservé).")
    answered = _distinct(run, seed)
    if len(answered) < 2:
        raise SheetError("Cette mesure n’a pas deux réponses à relire.")
    cases = drawn({name: one.case.theme for name, one in answered.items()}, size, seed)
    number, salt = max(keys_of(run.path), default=0) + 1, secrets.token_hex(16)
    secret = secret_of({"seed": seed, "salt": salt})
    plants = _planted(answered, cases, planted, secret)
    key = {
        "seed": seed,
        "salt": salt,
        "attempt": attempts(run) + 1,
        "members": list(members),
        "cases": cases,
        "plants": plants,
        "items": {item_of(secret, member, case): case for member in members for case in (*cases, *plants)},
        "seats": {member: {case: item_of(secret, member, case) for case in (*cases, *plants)} for member in members},
        "arbiter": {item_of(secret, ARBITER, case): case for case in (*cases, *plants)},
        "console": {item_of(secret, "", case): case for case in (*cases, *plants)},
    }
    try:
        (run.path / _KEY.format(number=number)).write_text(json.dumps(key, indent=1), encoding="utf-8")
    except OSError as error:
        raise SheetError(f"La clé ne s’écrit pas : {error.strerror}.") from error
    return Draw(run, number, key, answered, cases)


def write_sheets(
    run: RunFolder, members: Sequence[str], seed: str, *, size: int, planted: int, ods: bool = False
) -> list[Path]:
    """Draw, then write one sheet a reader beside the run; return the sheets.

    Raises:
        SheetError: as `draw`, or a sheet cannot be written.
    """
    return sheets_of(draw(run, members, seed, size=size, planted=planted), ods=ods)


def sheets_of(made: Draw, *, ods: bool = False) -> list[Path]:
    """Write one sheet a reader beside the run, CSV or OpenDocument; return the sheets.

    Raises:
        SheetError: a sheet cannot be written.
    """
    told, secret = _told(made.answered, made.cases, made.plants), secret_of(made.key)
    paths: list[Path] = []
    try:
        for member in made.key["members"]:
            rows = [
                {"numéro": item_of(secret, member, case), "relecteur": member, **told[case]}
                for case in made.order(member)
            ]
            name = f"audit-{made.number}-{member}.{'ods' if ods else 'csv'}"
            paths.append(write_rows(made.run.path / name, rows))
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
        {"numéro": item_of(secret_of(key), ARBITER, case), "relecteur": member, **told[case]}
        for case in mixed(wanted, list(plants), secret_of(key), ARBITER)
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


def secret_of(key: Mapping[str, Any]) -> str:
    """Return what numbers and orders are drawn from: the seed, and the salt that no reader knows."""
    return f"{key['seed']}/{key['salt']}" if key.get("salt") else str(key["seed"])


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
    # Neither the question nor the answer of a planted one is met twice in a queue, where there are enough of them.
    drawn_too = set(taken)
    order.sort(key=lambda name: name in drawn_too)
    used: set[str] = set()
    found: dict[str, tuple[str, str]] = {}
    for name in order:
        if len(found) == count:
            break
        others = [other for other in order if _document(answered[other]) != _document(answered[name])]
        # An answer in another language, or to a conversation, would be noticed for that alone.
        others = [other for other in others if _manner(answered[other]) == _manner(answered[name])] or others
        if name not in used and others:
            given = next((other for other in others if other not in used), others[0])
            used |= {name, given}
            found[f"{PLANT}{len(found) + 1}"] = (name, given)
    return found


def _document(one: Judged) -> str:
    return str(one.seen[0].answer["document"] or "")


def _manner(one: Judged) -> tuple[str, bool]:
    """What shows of a question whatever it is about: its language, and whether something came before."""
    return one.case.language, bool(one.case.before)


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
