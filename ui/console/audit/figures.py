"""What an audit shows: counts, bounds, how many answers are left before a conclusion, and the files that leave here."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO

from bot.store import Label
from ethics.evidence import Measure, spent
from ethics.interval import upper_bound
from ethics.opinion import CORRECT
from ethics.readings import (
    ARBITER,
    Labels,
    Planted,
    Read,
    counted,
    final_labels,
    is_error,
    needed,
    noticed_by,
    reading_file,
)
from ethics.rules import Threshold
from ui.console.audit.house import Audit, Audits, Phase

SHEET = ("numéro", "relecteur", "question", "étiquette", "grave", "phrases", "remarque")
"""Columns of a sheet as it leaves; `eval.audit_results` reads the first two and the label."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_AHEAD = 3
"""Lines of the rule shown from the errors already found on."""

_STEPS = 12
"""Lines shown before it, at most: each costs some 40 ms of computing where errors are thousands."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the rule: with `errors` errors, the threshold is met from `answers` answers on."""

    errors: int
    answers: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One threshold that people measure, and where the reading stands.

    Attributes:
        bound: exact one-sided upper bound of the share of errors; NaN where nothing was read.
        left: answers without a new error still to be read; 0 once the threshold is met.
        rule: how many answers each number of errors asks for; some numbers are left out where errors are many.
        path: (answers, errors) after each error, in the order of the draw, from the first answer to the last.
        confidence: asked for at this attempt.
    """

    threshold: Threshold
    measure: Measure
    bound: float
    left: int
    rule: tuple[Step, ...]
    path: tuple[tuple[int, int], ...]
    confidence: float

    @property
    def met(self) -> bool:
        """Whether the threshold is reached."""
        return self.left == 0


@dataclass(frozen=True, slots=True)
class Figures:
    """All that is counted of an audit.

    Attributes:
        final: label of each answer that counts, by its name.
        severe: answers found wrong, of those that count, that somebody found severe.
        charts: one a threshold.
    """

    read: Read
    final: Mapping[str, str]
    severe: int
    charts: tuple[Chart, ...]


def figures_of(audits: Audits, audit: Audit, thresholds: Sequence[Threshold]) -> Figures:
    """Count what was said until now.

    Args:
        audits: where it was said.
        audit: which one.
        thresholds: of the policy; those that the program measures are left out.

    Raises:
        QueueError: the key is not that of the queue.
        StoreError: the database does not answer.
    """
    labels, settled = audits.labels(audit), audits.third(audit)
    third = {case: one.label for case, one in settled.items()}
    read = counted(labels, third, audit.queue.attempt)
    final, key = final_labels(labels, third), audit.queue.key
    in_order = [final[case] for case in key.drawn if case in final]
    human = [threshold for threshold in thresholds if threshold.by == "human"]
    severe = _severe(audits, audit, settled)
    return Figures(
        read,
        final,
        sum(label != CORRECT and case in severe for case, label in final.items() if case not in key.plants),
        tuple(_chart(threshold, in_order, audit.queue.attempt) for threshold in human),
    )


def own_planted(audits: Audits, audit: Audit, name: str) -> Planted | None:
    """Count the planted answers that somebody noticed; None until what they said is fixed.

    Raises:
        QueueError: the key is not that of the queue.
        StoreError: the database does not answer.
    """
    seat = _seat_held(audit, name)
    if not seat or not (audit.is_sealed(seat) or (audit.is_read and seat != ARBITER)):
        return None
    cases = audit.queue.key.cases
    return noticed_by({cases[answer]: one.label for answer, one in audits.said(audit, seat).items()})


def own_reading(audits: Audits, audit: Audit, name: str) -> bytes | None:
    """Return what somebody read, as `ethics sign --audit` takes it; None until it is fixed, or when it is empty.

    Raises:
        QueueError: the key is not that of the queue.
        StoreError: the database does not answer.
    """
    if own_planted(audits, audit, name) is None:
        return None
    key = audit.queue.key
    said = audits.said(audit, _seat_held(audit, name))
    if not said:
        return None
    labels = {key.cases[answer]: one.label for answer, one in said.items()}
    return reading_file(name, audit.queue.release, labels, key.plants)


def sheet_of(audits: Audits, audit: Audit, seat: str) -> str | None:
    """Return a sheet as `eval audit in` reads it, once the audit is closed; None before, or for no seat of it.

    Raises:
        QueueError: the key is not that of the queue.
        StoreError: the database does not answer.
    """
    if audit.phase is not Phase.CLOSED or seat not in audit.queue.orders:
        return None
    key = audit.queue.key
    said = {key.cases[answer]: one for answer, one in audits.said(audit, seat).items()}
    if seat == ARBITER:
        said = audits.third(audit)
    stream = StringIO()
    # The mark tells a spreadsheet that the text is UTF-8.
    stream.write("\ufeff")
    written = csv.writer(stream)
    written.writerow(SHEET)
    for case, one in sorted(said.items(), key=lambda pair: key.items[seat][pair[0]]):
        written.writerow(map(_text, _row(audit, seat, case, one)))
    return stream.getvalue()


def _row(audit: Audit, seat: str, case: str, one: Label) -> tuple[str, ...]:
    queue = audit.queue
    return (
        queue.key.items[seat][case],
        seat,
        queue.facts[queue.key.answers[case]].question,
        one.label,
        "oui" if one.severe else "",
        " ".join(str(mark + 1) for mark in one.marks),
        one.comment,
    )


def _seat_held(audit: Audit, name: str) -> str:
    """The seat that somebody reads, or read, from."""
    if name in audit.queue.members:
        return name
    third = audit.seats.get(ARBITER)
    return ARBITER if third is not None and third.name == name else ""


def _severe(audits: Audits, audit: Audit, settled: Mapping[str, Label]) -> frozenset[str]:
    """The names of the answers found severe: by who settled where somebody did, else by any reader."""
    cases = audit.queue.key.cases
    found = {case for case, one in settled.items() if one.severe}
    for member in audit.queue.members:
        said = audits.said(audit, member)
        found |= {cases[answer] for answer, one in said.items() if one.severe and cases[answer] not in settled}
    return frozenset(found)


def _chart(threshold: Threshold, labels: Sequence[str], attempt: int) -> Chart:
    wrong = [is_error(label, threshold.measure) for label in labels]
    errors, confidence = sum(wrong), spent(threshold.confidence, attempt)
    return Chart(
        threshold,
        Measure("human", errors, len(labels), attempt=attempt),
        upper_bound(errors, len(labels), confidence) if labels else math.nan,
        max(0, _needed(errors, threshold, attempt) - len(labels)),
        tuple(Step(k, _needed(k, threshold, attempt)) for k in _levels(errors)),
        tuple(_path(wrong)),
        confidence,
    )


@lru_cache(maxsize=1024)
def _needed(errors: int, threshold: Threshold, attempt: int) -> int:
    """The same as `needed`, kept: the rule does not change from one page to the next."""
    return needed(errors, threshold, attempt)


def _levels(errors: int) -> list[int]:
    """The numbers of errors whose line of the rule is shown: all of them, or some where they are many."""
    last = errors + _AHEAD
    return sorted({*range(0, errors, -(-last // _STEPS)), *range(errors, last)})


def _path(wrong: Sequence[bool]) -> Iterator[tuple[int, int]]:
    errors = 0
    yield 0, 0
    for rank, one in enumerate(wrong, 1):
        if one:
            yield rank, errors
            errors += 1
            yield rank, errors
    yield len(wrong), errors


def labels_by_reader(audits: Audits, audit: Audit) -> Labels:
    """Return the label of each answer, by seat and by number, who settled included.

    Raises:
        QueueError: the key is not that of the queue.
        StoreError: the database does not answer.
    """
    answers = audit.queue.key.answers
    third = {answers[case]: one.label for case, one in audits.third(audit).items()}
    found = {name: {a: one.label for a, one in audits.said(audit, name).items()} for name in audit.queue.members}
    return found | ({ARBITER: third} if third else {})


def _text(value: str) -> str:
    """A cell that a spreadsheet would compute is written as text."""
    return f"'{value}" if value.startswith(_FORMULA) else value
