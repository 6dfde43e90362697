"""What a sync did, in figures that add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from corpus.collect import Collected, Known, Result
from corpus.document import SetAside
from corpus.harvest import Harvest


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source in a run.

    Attributes:
        result: what became of it.
        origin: where its documents come from.
        created, changed, unchanged, deleted: documents, compared with the index before.
        documents, merged, set_aside, files: what was read, now or last time; documents + merged + set aside = files.
        note: what an operator should know.
    """

    name: str
    result: Result
    origin: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    documents: int = 0
    passages: int = 0
    merged: int = 0
    files: int = 0
    set_aside: tuple[SetAside, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """A whole run.

    Attributes:
        switched: whether a new generation was put in force; `generation` is the one in force.
        root: Merkle root of its passages.
        embedded: vectors computed anew.
    """

    sources: tuple[SourceReport, ...]
    switched: bool
    generation: str
    root: str
    documents: int
    passages: int
    embedded: int
    seconds: float

    def total(self, name: str) -> int:
        """Sum one figure over the sources; `set_aside` counts its items."""
        values = [getattr(source, name) for source in self.sources]
        return sum(len(value) if isinstance(value, tuple) else int(value) for value in values)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values, with its totals."""
        names = ("created", "changed", "unchanged", "deleted", "merged", "set_aside", "files")
        return asdict(self) | {"totals": {name: self.total(name) for name in names}}


def report_source(collected: Collected, harvest: Harvest | None, known: Known) -> SourceReport:
    """Compare what a source gave with what the index holds of it.

    Args:
        collected: what reading it gave.
        harvest: what is about to be indexed, after ids taken by other sources were set aside; None when not read.
        known: what the index holds.
    """
    name = collected.source.name
    before = known.digests if known.served else {}
    if harvest is None:
        return _report_kept(collected, known, created=len(known.digests) - len(before), unchanged=len(before))
    assert len(harvest.entries) + harvest.merged + len(harvest.set_aside) == harvest.files, name
    now = {entry.card.key: entry.digest for entry in harvest.entries}
    return SourceReport(
        name,
        collected.result,
        collected.origin,
        created=len(now.keys() - before.keys()),
        changed=sum(digest != now[key] for key, digest in before.items() if key in now),
        unchanged=sum(now.get(key) == digest for key, digest in before.items()),
        deleted=len(before.keys() - now.keys()),
        documents=len(now),
        passages=harvest.passages,
        merged=harvest.merged,
        files=harvest.files,
        set_aside=harvest.set_aside,
        note=collected.note,
    )


def _report_kept(collected: Collected, known: Known, *, created: int, unchanged: int) -> SourceReport:
    record = known.record
    return SourceReport(
        collected.source.name,
        collected.result,
        collected.origin,
        created=created,
        unchanged=unchanged,
        documents=len(known.digests),
        passages=record.passages if record else 0,
        merged=record.merged if record else 0,
        files=record.files if record else 0,
        set_aside=known.set_aside,
        note=collected.note,
    )


def report_dropped(name: str, digests: Mapping[str, str]) -> SourceReport:
    """Report a source that left the allow-list: its documents leave the index."""
    return SourceReport(name, Result.DROPPED, "", deleted=len(digests))
