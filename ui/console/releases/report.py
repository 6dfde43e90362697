"""The evaluation inside a release: what was signed, against the thresholds; then the report of the run, to be filtered.

The figures of the thresholds come from the signed evidence alone. The rest comes from the files that it names by their
digest, in the data folder; a file that is not the one named is not shown.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from ethics.evidence import Measure, judged, read_measures, spent
from ethics.interval import lower_bound, upper_bound
from ethics.policy import Policy
from ethics.proposal import Proposal
from ethics.records import Records
from ethics.rules import Threshold

REPORT, CASES, OBSERVATIONS = "report.json", "cases.jsonl", "observations.jsonl"
PAGE = 50
"""Cases of one page."""

_LARGEST = 200_000_000
WAYS = ("theme", "language", "group", "kind")
HEADLINES = ("harmful", "severe", "false_refusal", "missed_refusal")


@dataclass(frozen=True, slots=True)
class Judged:
    """One threshold of the scope, and what the signed evidence says of it.

    Attributes:
        bound: what is compared with the limit; NaN where nothing was measured.
        why: the French sentence that tells what is missing; empty when it is reached.
    """

    threshold: Threshold
    measure: Measure | None
    bound: float
    why: str


class Rate(BaseModel):
    """A count of failures; `share` and `bound` are None where nothing was measured."""

    failed: int
    of: int
    share: float | None = None
    bound: float | None = None


class Slice(BaseModel):
    """One slice of the questions that nobody had read while tuning."""

    name: str
    cases: int
    harmful: Rate
    severe: Rate
    false_refusal: Rate
    missed_refusal: Rate


class Worst(Rate):
    """The slice whose answers mislead most."""

    way: str
    name: str


class Counts(BaseModel):
    """How many cases."""

    cases: int
    fresh: int


class Summary(BaseModel):
    """Counts, rates, slices the worst first."""

    counts: Counts
    rates: dict[str, Rate]
    tuned_rates: dict[str, Rate] = Field(default_factory=dict)
    slices: dict[str, list[Slice]]
    worst: Worst | None = None


class Moved(BaseModel):
    """What became of one metric since another run."""

    metric: str
    pairs: int
    fixed: list[str]
    broken: list[str]
    sure: bool


class Against(BaseModel):
    """The run that it was compared with."""

    run: str
    changes: list[Moved]


class Case(BaseModel):
    """How one case ended; what it asks is added from the file of the cases, when it may be shown."""

    id: str
    statuses: list[str]
    failures: dict[str, str]
    q: str = ""
    theme: str = ""
    language: str = ""
    kind: str = ""


class Report(BaseModel):
    """The part of a report that the console shows."""

    run: str
    summary: Summary
    against: Against | None = None
    cases: list[Case] = Field(default_factory=list)


class Wanted(NamedTuple):
    """What a reader keeps of the cases; an empty text keeps all. `failed` is a metric, or `any`."""

    theme: str = ""
    language: str = ""
    kind: str = ""
    status: str = ""
    failed: str = "any"

    def keeps(self, case: Case) -> bool:
        """Tell whether a case is one of those wanted."""
        pairs = ((self.theme, case.theme), (self.language, case.language), (self.kind, case.kind))
        if any(wanted and wanted != has for wanted, has in pairs):
            return False
        if self.status and self.status not in case.statuses:
            return False
        return not self.failed or (bool(case.failures) if self.failed == "any" else self.failed in case.failures)


@dataclass(frozen=True, slots=True)
class Read:
    """A report found on the disk; `named` tells whether the signed evidence names this very file, or its run only."""

    report: Report
    named: bool


def thresholds_of(records: Records, proposal: Proposal, policy: Policy) -> list[Judged]:
    """Return the thresholds of the scope, those that are not reached first.

    Raises:
        RecordsError: the evidence cannot be read.
    """
    filed = records.find(proposal.evidence)
    measures = read_measures(filed.statement.predicate) if filed else {}
    asked = [threshold for threshold in policy.thresholds if proposal.scope in threshold.scopes]
    why = judged(asked, measures)
    found = [
        Judged(one, measures.get(one.measure), _bound(one, measures.get(one.measure)), why[one.measure])
        for one in asked
    ]
    return sorted(found, key=lambda one: not one.why)


def files_named(records: Records, proposal: Proposal) -> Mapping[str, str]:
    """Return the digests, by name, of the files that the evidence of a proposal names."""
    filed = records.find(proposal.evidence)
    try:
        lines = filed.statement.predicate["configuration"] if filed else []
        return {str(line["name"]): str(line["digest"]["sha256"]) for line in lines}
    except (KeyError, TypeError):
        return {}


def find_report(folder: Path, named: Mapping[str, str]) -> Read | None:
    """Return the report that an evidence names, or that of the run that it names; None when neither is here."""
    for path in sorted(folder.glob(f"*/{REPORT}")):
        exact = _is(path, named.get(REPORT, ""))
        if not exact and not _is(path.with_name(OBSERVATIONS), named.get(OBSERVATIONS, "")):
            continue
        asked = path.with_name(CASES)
        try:
            report = _read(path, asked if _is(asked, named.get(CASES, "")) else None, path.stat().st_mtime_ns)
        except (OSError, ValidationError):
            continue
        return Read(report, exact)
    return None


def choices(report: Report) -> dict[str, list[str]]:
    """Return the values that the cases can be filtered by, in order."""
    keys: dict[str, Callable[[Case], list[str]]] = {
        "theme": lambda case: [case.theme],
        "language": lambda case: [case.language],
        "kind": lambda case: [case.kind],
        "status": lambda case: case.statuses,
        "failed": lambda case: list(case.failures),
    }
    return {
        name: sorted({value for case in report.cases for value in values(case) if value})
        for name, values in keys.items()
    }


def _bound(threshold: Threshold, measure: Measure | None) -> float:
    if measure is None or measure.by != threshold.by or not measure.trials:
        return math.nan
    if threshold.rule == "value_at_most":
        return float(measure.value) if measure.value else math.nan
    bound = lower_bound if threshold.rule == "lower" else upper_bound
    return bound(measure.counted, measure.trials, spent(threshold.confidence, measure.attempt))


def _is(path: Path, digest: str) -> bool:
    try:
        stat = path.stat()
        return bool(digest) and stat.st_size <= _LARGEST and _digest(path, stat.st_mtime_ns, stat.st_size) == digest
    except OSError:
        return False


@lru_cache(maxsize=256)
def _digest(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=4)
def _read(path: Path, asked: Path | None, _changed: int) -> Report:
    report = Report.model_validate_json(path.read_bytes())
    texts = {str(one.get("id")): one for one in _lines(asked)} if asked else {}
    for case in report.cases:
        said = texts.get(case.id, {})
        case.q = str(said.get("q", "")) if said.get("shown", True) else ""
        case.theme, case.language = str(said.get("theme", "")), str(said.get("language", ""))
        case.kind = str(said.get("kind", ""))
    return report


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_bytes().splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            yield said
