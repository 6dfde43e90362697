"""What readers of the sheets found: labels by answer, agreement, and the counts that the policy asks for.

An answer counts once two people gave it one label, or once a third settled between them. Who read a line is told by
its number, not by the name written beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ethics.audit import Agreement, agreement, measured, noticed, settled, to_adjudicate
from ethics.evidence import Measure, spent
from ethics.interval import enough_answers
from ethics.opinion import CORRECT
from ethics.rules import Threshold
from eval.audit_sheets import ARBITER, PLANT, item_of, keys_of, read_rows
from eval.errors import SheetError
from eval.rates import smallest_sample

LABELS: Mapping[str, tuple[str, ...]] = {
    CORRECT: (),
    "trompeuse": ("harmful",),
    "omission": ("harmful", "decisive_omission"),
    "non soutenue": ("unsupported",),
}
"""What a reader may write, several joined by +, and the measures of the policy that each is an error for."""


Labels = dict[str, dict[str, str]]
"""By reader, the label of each answer read."""


class Planted(NamedTuple):
    """Answers wrong on purpose that one reader met, and those taken for correct."""

    met: int
    missed: int


@dataclass(frozen=True, slots=True)
class Read:
    """What readers found.

    Attributes:
        measures: for the policy; empty when nothing was read by two. An answer on which readers differ counts as the
            worse of what they said until a third settles: left out, it would make the rate look better.
        agreements: by pair of readers.
        open: cases on which readers differ and that no third read.
        once: answers that one person alone read; they count nowhere yet.
        planted: by reader, the answers wrong on purpose.
        noticed: lower bound of the share of planted wrong answers that readers notice; NaN where none was read.
        read: distinct answers that count.
    """

    measures: Mapping[str, Measure]
    agreements: Mapping[str, Agreement]
    open: tuple[str, ...]
    once: int
    planted: Mapping[str, Planted]
    noticed: float
    read: int

    def lines(self, thresholds: Iterable[Threshold] = ()) -> Iterator[str]:
        """Yield what is found, in French, one fact a line.

        Args:
            thresholds: of the policy; for those that people measure, how many answers are still to be read is told.
        """
        yield f"{self.read} réponses relues, {len(self.open)} désaccords à trancher."
        if self.open:
            yield "Un désaccord compte comme une erreur tant qu’il n’est pas tranché : lancez « audit arbitrate »."
        if self.once:
            yield f"{self.once} réponses lues par une seule personne : elles ne comptent pas encore."
        for pair, found in self.agreements.items():
            yield (
                f"{pair} : {found.both} lues par les deux, même étiquette {_figure(found.raw)}, accord sur les erreurs "
                f"{_figure(found.positive)}, kappa {_figure(found.kappa)} (trompeur quand les erreurs sont rares)."
            )
        for reader, one in self.planted.items():
            yield f"{reader} : {one.met} réponses fausses placées exprès, {one.missed} prises pour justes."
        yield f"Part remarquée des réponses fausses, au moins : {_figure(self.noticed)} (97,5 %)."
        asked = {one.measure: one for one in thresholds if one.by == "human"}
        for name, measure in self.measures.items():
            told = f"{name} : {measure.counted} sur {measure.trials}, essai {measure.attempt}."
            yield f"{told} {_still(measure, asked[name])}" if name in asked else told


def measures_from(folder: Path, sheets: Sequence[Path]) -> Read:
    """Read sheets back, and count.

    Raises:
        SheetError: a sheet is not one of this run, a line has no number of it, a label is unknown, one answer has two
            labels of one reader, or the sheets are of two audits.
    """
    labels, attempt = _read_labels(folder, sheets)
    third = labels.pop(ARBITER, {})
    known = _settled(labels, third)
    open_ = _open(labels, third)
    final = known | {case: _worse(labels, case) for case in open_}
    plants = [case for case in final if case.startswith(PLANT)]
    measures: dict[str, Measure] = {}
    for measure in sorted({measure for errors in LABELS.values() for measure in errors}):
        errors = {label for label in final.values() if any(measure in LABELS[part] for part in label.split("+"))}
        counted = measured(final, plants, errors, attempt)
        if counted.trials:
            measures[measure] = counted
    names = sorted(labels)
    # Every reader's own reading of the planted answers counts: another one may not mend it.
    everyone = labels | ({ARBITER: third} if third else {})
    own = {f"{name}/{case}": label for name, every in everyone.items() for case, label in _only(every, planted=True)}
    return Read(
        measures,
        {f"{a} et {b}": agreement(labels[a], labels[b]) for rank, a in enumerate(names) for b in names[rank + 1 :]},
        open_,
        len({case for every in labels.values() for case, _ in _only(every, planted=False)} - set(final)),
        {name: _noticed_by(every) for name, every in sorted(everyone.items())},
        noticed(own, own),
        len(final) - len(plants),
    )


def labels_from(folder: Path, sheets: Sequence[Path]) -> dict[str, str]:
    """Return the label on which readers settled, by case; the planted answers are left out.

    Raises:
        SheetError: as `measures_from`.
    """
    labels, _ = _read_labels(folder, sheets)
    third = labels.pop(ARBITER, {})
    return dict(_only(_settled(labels, third), planted=False))


def _settled(labels: Labels, third: Mapping[str, str]) -> dict[str, str]:
    """One label for each answer that two people read alike, or that a third settled."""
    twice = {case for case in _every_case(labels) if sum(case in every for every in labels.values()) > 1}
    found = settled(list(labels.values()), third)
    return {case: label for case, label in found.items() if case in twice or case in third}


def _open(labels: Labels, third: Mapping[str, str]) -> tuple[str, ...]:
    names = sorted(labels)
    pairs = [(a, b) for rank, a in enumerate(names) for b in names[rank + 1 :]]
    differing = {case for a, b in pairs for case in to_adjudicate(labels[a], labels[b])} - set(third)
    return tuple(sorted(case for case in differing if not case.startswith(PLANT)))


def _worse(labels: Labels, case: str) -> str:
    """Everything that any reader found wrong with an answer."""
    said = {part for every in labels.values() if case in every for part in every[case].split("+")}
    return "+".join(sorted(said - {CORRECT})) or CORRECT


def _every_case(labels: Labels) -> set[str]:
    return {case for every in labels.values() for case in every}


def _only(labels: Mapping[str, str], *, planted: bool) -> list[tuple[str, str]]:
    return [(case, label) for case, label in labels.items() if case.startswith(PLANT) is planted]


def _noticed_by(labels: Mapping[str, str]) -> Planted:
    met = [label for _, label in _only(labels, planted=True)]
    return Planted(len(met), met.count(CORRECT))


def _still(measure: Measure, threshold: Threshold) -> str:
    """How many answers are still to be read before the threshold is met, if no other error is found."""
    confidence = spent(threshold.confidence, measure.attempt)
    needed = (
        enough_answers(measure.counted, threshold.limit, confidence)
        if threshold.rule == "sequential"
        else smallest_sample(measure.counted, threshold.limit, confidence)
    )
    if needed <= measure.trials:
        return "Seuil atteint."
    how = "on peut s’arrêter dès que le compte y est" if threshold.rule == "sequential" else "nombre fixé avant de lire"
    return f"Encore {needed - measure.trials} réponses sans nouvelle erreur ({how})."


def _figure(value: float) -> str:
    return "non mesuré" if math.isnan(value) else f"{value:.3f}".replace(".", ",")


def _read_labels(folder: Path, sheets: Sequence[Path]) -> tuple[Labels, int]:
    """Labels by reader and case, and which attempt they belong to."""
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
    return labels, keys[numbers.pop()]["attempt"] if numbers else 1


def _readings(key: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Who reads which answer, by the number on the sheet."""
    cases = set(key["items"].values())
    by_reader = {item_of(key["seed"], name, case): (name, case) for name in key["members"] for case in cases}
    return by_reader | {item: (ARBITER, case) for item, case in key["arbiter"].items()}


def _label(written: str, sheet: Path, line: int) -> str:
    parts = sorted({part.strip().lower() for part in written.split("+") if part.strip()})
    if strange := [part for part in parts if part not in LABELS]:
        known = ", ".join(LABELS)
        raise SheetError(f"{sheet.name}, ligne {line} : étiquette « {strange[0]} » inconnue. Étiquettes : {known}.")
    if CORRECT in parts and len(parts) > 1:
        raise SheetError(f"{sheet.name}, ligne {line} : une réponse correcte ne porte pas d’autre étiquette.")
    return "+".join(parts)
