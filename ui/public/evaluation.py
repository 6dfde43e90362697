"""The evaluation that the public may read: figures of our own questions only, never a question nor an answer.

Reads the `report.json` that `python -m eval run` writes beside each run: of the approved version where there is one,
else the latest. A run that holds citizens' messages or a sealed set is never published, nor one that did not end.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from ethics.decision import Approval
from ethics.errors import EthicsError
from ethics.records import read_records

FILE = "report.json"
_LARGEST = 50_000_000
_LOG = logging.getLogger("cite.ui")


class Rate(BaseModel):
    """A count of failures; `share` and `bound` are None where nothing was measured."""

    failed: int
    of: int
    share: float | None
    bound: float | None


class Threshold(BaseModel):
    """One threshold of the policy, and what was measured of it."""

    label: str
    by: Literal["harness", "human"]
    rule: str
    limit: float
    scopes: list[str]
    outcome: Literal["met", "not_met", "not_enough"]
    counted: int | None
    trials: int
    bound: float | None


class Rates(BaseModel):
    """The figures that come first."""

    harmful: Rate
    missed_refusal: Rate
    false_refusal: Rate
    verbatim: Rate
    urgent_number: Rate


class Counts(BaseModel):
    """How many cases; `hidden` are those whose text may not be shown."""

    cases: int
    fresh: int
    hidden: int


class Index(BaseModel):
    """The passages that were searched."""

    root: str


class Summary(BaseModel):
    """Counts and rates."""

    counts: Counts
    rates: Rates


class Settings(BaseModel):
    """What was run."""

    suite: str
    day: date
    model: str | None
    reworded: bool
    index: Index


class Report(BaseModel):
    """The part of a report that is published; every other key of the file is left out."""

    run: str
    settings: Settings
    scope: str
    missing: int
    automatic: Literal["met", "not_met", "not_enough"]
    thresholds: list[Threshold]
    summary: Summary


@dataclass(frozen=True, slots=True)
class Published:
    """A report, and whether the approval in force rests on it."""

    report: Report
    approved: bool


@dataclass(frozen=True, slots=True)
class _Read:
    seen: int
    digest: str
    report: Report | None


class Evaluations:
    """The reports of a data folder, each read again when its file changes.

    Args:
        folder: of the runs.
        records: folder of the signed records, where the evidence of an approval is.
    """

    def __init__(self, folder: Path, records: Path) -> None:
        self._folder, self._records = folder, records
        self._kept: dict[Path, _Read] = {}

    def published(self, approval: Approval | None) -> Published | None:
        """Return the report that an approval rests on, else the latest one; None when there is none to publish."""
        found = list(self._reports())
        signed = self._signed(approval) if approval else frozenset()
        for one in found:
            if one.digest in signed and one.report:
                return Published(one.report, approved=True)
        latest = max(found, key=lambda one: one.seen, default=None)
        return Published(latest.report, approved=False) if latest and latest.report else None

    def _reports(self) -> Iterator[_Read]:
        for path in sorted(self._folder.glob(f"*/{FILE}")):
            try:
                stat = path.stat()
                if stat.st_size > _LARGEST:
                    continue
                if path not in self._kept or self._kept[path].seen != stat.st_mtime_ns:
                    self._kept[path] = _read(path, stat.st_mtime_ns)
            except OSError:
                continue
            if self._kept[path].report:
                yield self._kept[path]

    def _signed(self, approval: Approval) -> frozenset[str]:
        """Digests of the files that the evidence of an approval names."""
        try:
            filed = read_records(self._records).find(approval.proposal.evidence)
            named = filed.statement.predicate["configuration"] if filed else []
            return frozenset(one["digest"]["sha256"] for one in named)
        except (EthicsError, KeyError, TypeError) as error:
            _LOG.error("The evidence of the approval cannot be read (%s).", type(error).__name__)
            return frozenset()


def _read(path: Path, seen: int) -> _Read:
    data = path.read_bytes()
    try:
        report = Report.model_validate_json(data)
    except ValidationError:
        _LOG.warning("The report %s is not in the form that is published.", path.parent.name)
        return _Read(seen, "", None)
    ours = not report.summary.counts.hidden and not report.missing and not report.settings.suite.startswith("public")
    return _Read(seen, hashlib.sha256(data).hexdigest(), report if ours else None)
