"""Sheets on which people read answers, blind, and what they found: out as CSV or ODS, in again as counts.

Each reader gets the same answers in an order of their own, under numbers that say nothing, mixed with answers that are
wrong on purpose: true quotes that answer another question. The key that tells them apart stays with the run.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ethics.audit import Agreement, agreement, drawn, measured, mixed, noticed, settled, to_adjudicate
from ethics.evidence import Measure
from ethics.opinion import CORRECT
from eval.audit_ods import read_ods, write_ods
from eval.errors import SheetError
from eval.rates import Judged
from eval.run_folder import RunFolder

LABELS: Mapping[str, tuple[str, ...]] = {
    CORRECT: (),
    "trompeuse": ("harmful",),
    "omission": ("harmful", "decisive_omission"),
    "non soutenue": ("unsupported",),
}
"""What a reader may write, several joined by +, and the measures of the policy that each is an error for."""

COLUMNS = ("numéro", "relecteur", "question", "réponse", "citations", "étiquette", "remarque")
ARBITER = "arbitrage"
_PLANT = "planted:"
_KEY = "audit-key-{attempt}.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Read:
    """What readers found.

    Attributes:
        measures: for the policy; empty when nobody read anything.
        agreements: by pair of readers.
        open: cases on which readers differ and that no third read.
        noticed: lower bound of the share of planted wrong answers that readers notice; NaN where none was read.
        read: distinct answers with a label.
    """

    measures: Mapping[str, Measure]
    agreements: Mapping[str, Agreement]
    open: tuple[str, ...]
    noticed: float
    read: int

    def lines(self) -> Iterator[str]:
        """Yield what is found, in French, one fact a line."""
        yield f"{self.read} réponses relues, {len(self.open)} désaccords à trancher."
        for pair, found in self.agreements.items():
            yield (
                f"{pair} : {found.both} lues par les deux, même étiquette {found.raw:.3f}, accord sur les erreurs "
                f"{found.positive:.3f}, kappa {found.kappa:.3f} (trompeur quand les erreurs sont rares)."
            )
        yield f"Réponses fausses placées exprès : part remarquée d’au moins {self.noticed:.3f} (97,5 %)."
        for name, measure in self.measures.items():
            yield f"{name} : {measure.counted} sur {measure.trials}, essai {measure.attempt}."


def write_sheets(
    run: RunFolder, members: Sequence[str], seed: str, *, size: int, planted: int, ods: bool = False
) -> list[Path]:
    """Write one sheet a reader beside the run, and the key; return the sheets.

    Args:
        run: whose answers are read; only those that affirm something and may be shown.
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
    answered = {one.case.id: one for one in run.judged if one.case.shown and one.seen[0].answered}
    if len(answered) < 2:
        raise SheetError("Cette mesure n’a pas deux réponses à relire.")
    cases = drawn({name: one.case.theme for name, one in answered.items()}, size, seed)
    plants = _planted(answered, cases, planted, seed)
    attempt = len(list(run.path.glob(_KEY.format(attempt="*")))) + 1
    key = {
        "seed": seed,
        "attempt": attempt,
        "members": list(members),
        "items": {item_of(seed, member, case): case for member in members for case in (*cases, *plants)},
        "arbiter": {item_of(seed, ARBITER, case): case for case in cases},
    }
    told = {case: _row(answered[case], answered[case].seen[0].answer) for case in cases}
    told |= {name: _row(answered[asked], answered[given].seen[0].answer) for name, (asked, given) in plants.items()}
    paths: list[Path] = []
    try:
        (run.path / _KEY.format(attempt=attempt)).write_text(json.dumps(key, indent=1), encoding="utf-8")
        for member in members:
            order = mixed(cases, list(plants), seed, member)
            rows = [{"numéro": item_of(seed, member, case), "relecteur": member, **told[case]} for case in order]
            paths.append(write_rows(run.path / f"audit-{attempt}-{member}.{'ods' if ods else 'csv'}", rows))
    except OSError as error:
        raise SheetError(f"Les feuilles ne s’écrivent pas : {error.strerror}.") from error
    return paths


def measures_from(folder: Path, sheets: Sequence[Path]) -> Read:
    """Read sheets back, and count.

    Raises:
        SheetError: a sheet is not one of this run, a line has no number of it, or a label is unknown.
    """
    labels, attempt = _read_labels(folder, sheets)
    third = labels.pop(ARBITER, {})
    return _counted(labels, settled(list(labels.values()), third), third, attempt)


def labels_from(folder: Path, sheets: Sequence[Path]) -> dict[str, str]:
    """Return the label on which readers settled, by case; the planted answers are left out.

    Raises:
        SheetError: as `measures_from`.
    """
    labels, _ = _read_labels(folder, sheets)
    third = labels.pop(ARBITER, {})
    final = settled(list(labels.values()), third)
    return {case: label for case, label in final.items() if not case.startswith(_PLANT)}


def arbitration(run: RunFolder, found: Read) -> Path:
    """Write the sheet of the answers that a third person must read.

    Raises:
        SheetError: nothing is to be settled.
    """
    by_id = {one.case.id: one for one in run.judged}
    cases = [case for case in found.open if case in by_id]
    if not cases:
        raise SheetError("Aucun désaccord à trancher.")
    keys = sorted(run.path.glob(_KEY.format(attempt="*")))
    seed = json.loads(keys[-1].read_text(encoding="utf-8"))["seed"]
    rows = [
        {"numéro": item_of(seed, ARBITER, case), "relecteur": ARBITER, **_row(by_id[case], by_id[case].seen[0].answer)}
        for case in cases
    ]
    return write_rows(run.path / f"audit-{len(keys)}-{ARBITER}.csv", rows)


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


def _planted(answered: Mapping[str, Judged], taken: Sequence[str], count: int, seed: str) -> dict[str, tuple[str, str]]:
    """Questions with the answer to another one, from another document: every quote is true, the answer is wrong."""
    order = drawn(dict.fromkeys(answered, ""), len(answered), f"{seed}/planted")
    asked = [name for name in order if name not in set(taken)] or order
    found: dict[str, tuple[str, str]] = {}
    for rank, name in enumerate(asked):
        others = (o for o in order[rank + 1 :] + order if _document(answered[o]) != _document(answered[name]))
        if len(found) < count and (given := next(others, None)) is not None:
            found[f"{_PLANT}{len(found) + 1}"] = (name, given)
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


def _read_labels(folder: Path, sheets: Sequence[Path]) -> tuple[dict[str, dict[str, str]], int]:
    """Labels by reader and case, and which attempt they belong to."""
    keys = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob(_KEY.format(attempt="*")))]
    if not keys:
        raise SheetError("Cette mesure n’a pas de relecture en cours : lancez d’abord « audit out ».")
    cases = {
        item: (case, key["attempt"]) for key in keys for item, case in (*key["items"].items(), *key["arbiter"].items())
    }
    labels: dict[str, dict[str, str]] = {}
    attempts: set[int] = set()
    for sheet in sheets:
        for number, row in enumerate(read_rows(sheet), 2):
            if not (label := _label(row.get("étiquette", ""), sheet, number)):
                continue
            if (item := row.get("numéro", "")) not in cases:
                raise SheetError(f"{sheet.name}, ligne {number} : le numéro n’est pas d’une relecture de cette mesure.")
            case, attempt = cases[item]
            labels.setdefault(row.get("relecteur", ""), {})[case] = label
            attempts.add(attempt)
    return labels, max(attempts, default=1)


def _label(written: str, sheet: Path, number: int) -> str:
    parts = sorted({part.strip().lower() for part in written.split("+") if part.strip()})
    if strange := [part for part in parts if part not in LABELS]:
        known = ", ".join(LABELS)
        raise SheetError(f"{sheet.name}, ligne {number} : étiquette « {strange[0]} » inconnue. Étiquettes : {known}.")
    if CORRECT in parts and len(parts) > 1:
        raise SheetError(f"{sheet.name}, ligne {number} : une réponse correcte ne porte pas d’autre étiquette.")
    return "+".join(parts)


def _counted(
    labels: Mapping[str, Mapping[str, str]], final: Mapping[str, str], third: Mapping[str, str], attempt: int
) -> Read:
    names = sorted(labels)
    pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
    plants = [case for case in final if case.startswith(_PLANT)]
    differing = {case for a, b in pairs for case in to_adjudicate(labels[a], labels[b])} - set(third)
    # Every reader's own reading of the planted answers counts: a third one may not mend it.
    own = {f"{name}/{case}": label for name in names for case, label in labels[name].items() if case.startswith(_PLANT)}
    measures: dict[str, Measure] = {}
    for measure in sorted({measure for errors in LABELS.values() for measure in errors}):
        errors = {label for label in final.values() if any(measure in LABELS[part] for part in label.split("+"))}
        counted = measured(final, plants, errors, attempt)
        if counted.trials:
            measures[measure] = counted
    return Read(
        measures,
        {f"{a} et {b}": agreement(labels[a], labels[b]) for a, b in pairs},
        tuple(sorted(case for case in differing if not case.startswith(_PLANT))),
        noticed(own, own),
        len([case for case in final if not case.startswith(_PLANT)]),
    )


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
