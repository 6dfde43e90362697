"""What readers of the sheets found: their labels by answer, told from the numbers on the lines (counted by ethics).

Who read a line is told by its number, not by the name written beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ethics.readings import (
    ARBITER,
    LABELS,
    ContradictionError,
    Labels,
    Read,
    UnknownLabelError,
    counted,
    label_of,
    only,
    reading_file,
    settled_labels,
)
from eval.audit_sheets import item_of, keys_of, read_rows, secret_of
from eval.errors import SheetError


def measures_from(folder: Path, sheets: Sequence[Path]) -> Read:
    """Read sheets back, and count.

    Raises:
        SheetError: a sheet is not one of this run, a line has no number of it, a label is unknown, one answer has two
            labels of one reader, or the sheets are of two audits.
    """
    labels, key = _read_labels(folder, sheets)
    third = labels.pop(ARBITER, {})
    return counted(labels, third, key.get("attempt", 1))


def labels_from(folder: Path, sheets: Sequence[Path]) -> dict[str, str]:
    """Return the label on which readers settled, by case; the planted answers are left out.

    Raises:
        SheetError: as `measures_from`.
    """
    labels, _ = _read_labels(folder, sheets)
    third = labels.pop(ARBITER, {})
    return dict(only(settled_labels(labels, third), planted=False))


def reading_of(folder: Path, sheets: Sequence[Path], member: str, release: str) -> bytes:
    """Return what one member read, as `ethics sign --audit` takes it.

    Args:
        folder: of the run.
        sheets: read back.
        member: name on the sheet, and id on the roster.
        release: fingerprint of what was read.

    Raises:
        SheetError: as `measures_from`, or the member read nothing.
    """
    labels, key = _read_labels(folder, sheets)
    if not labels.get(member):
        raise SheetError(f"{member} n’a relu aucune de ces réponses. Vérifiez le nom et les feuilles.")
    return reading_file(member, release, labels[member], key["plants"])


def _read_labels(folder: Path, sheets: Sequence[Path]) -> tuple[Labels, Mapping[str, Any]]:
    """Labels by reader and case, and the key of the audit that they belong to."""
    keys = keys_of(folder)
    if not keys:
        raise SheetError("Cette mesure n’a pas de relecture en cours : lancez d’abord « audit out ».")
    readings = {item: (number, *one) for number, key in keys.items() for item, one in _readings(key).items()}
    labels: Labels = {}
    numbers: set[int] = set()
    for sheet in sheets:
        for line, row in enumerate(read_rows(sheet), 2):
            if not (label := _label(row.get("étiquette", ""), sheet, line)):
                continue
            if (item := row.get("numéro", "")) not in readings:
                raise SheetError(f"{sheet.name}, ligne {line} : le numéro n’est pas d’une relecture de cette mesure.")
            number, reader, case = readings[item]
            if labels.setdefault(reader, {}).setdefault(case, label) != label:
                raise SheetError(f"{sheet.name}, ligne {line} : {reader} a déjà donné une autre étiquette.")
            numbers.add(number)
    if len(numbers) > 1:
        raise SheetError("Ces feuilles sont de plusieurs relectures : donnez celles d’une seule.")
    return labels, keys[numbers.pop()] if numbers else {}


def _readings(key: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Who reads which answer, by the number on the sheet."""
    cases = set(key["items"].values())
    by_reader = {item_of(secret_of(key), name, case): (name, case) for name in key["members"] for case in cases}
    return by_reader | {item: (ARBITER, case) for item, case in key["arbiter"].items()}


def _label(written: str, sheet: Path, line: int) -> str:
    try:
        return label_of(written.split("+"))
    except UnknownLabelError as error:
        told = f"étiquette « {error} » inconnue. Étiquettes : {', '.join(LABELS)}."
        raise SheetError(f"{sheet.name}, ligne {line} : {told}") from error
    except ContradictionError as error:
        told = "une réponse correcte ne porte pas d’autre étiquette."
        raise SheetError(f"{sheet.name}, ligne {line} : {told}") from error
