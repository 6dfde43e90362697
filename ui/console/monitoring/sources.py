"""What changed in the sources and waits for a person, before and after; and whether the off-switch was exercised.

Two places are read. The signed records: each update filed since the approval, with what it still lacks. The disk: the
generation of the index in force against the one before it, or against the one served when they are not the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.errors import CorpusError
from corpus.generation import Manifest, current_generation
from corpus.review import compare_stores
from ethics.canonical import parsed
from ethics.errors import EthicsError, RecordsError
from ethics.gate import rosters
from ethics.levels import in_force
from ethics.policy import Policy
from ethics.records import LOG, Records, read_records
from ethics.snapshot import read_snapshot
from ethics.update import Update

MOST = 200
"""Changes shown on one page."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One section that a person must read; `became` is `changed` or `new`."""

    place: str
    became: str
    before: str
    after: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filed:
    """One update in the signed log.

    Attributes:
        line: of the log.
        waits: why a person must read it; nothing when it may pass.
        read: a person signed it.
        signed: by the corpus key.
        changes: what waits, as they read it; None when the list was not filed.
    """

    line: int
    time: datetime
    changed: int
    added: int
    waits: tuple[str, ...]
    read: bool
    signed: bool
    changes: tuple[Changed, ...] | None


@dataclass(frozen=True, slots=True)
class Governed:
    """What the signed records say to whoever follows the service.

    Attributes:
        updates: the last one first.
        drilled: when the off-switch was last exercised; None when it never was.
        due: day by which it must be again.
        unread: why the records could not be read; empty when they could, or when there are none.
    """

    updates: tuple[Filed, ...] = ()
    drilled: datetime | None = None
    due: date | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Two generations of the index.

    Attributes:
        old, new: their folders.
        served: the old one is what is served, and the new one waits for a restart.
    """

    old: Path
    new: Path
    served: bool


def governed(folder: Path, policy: Policy) -> Governed:
    """Read the signed records; never raises for what is in them."""
    if not (folder / LOG).exists():
        return Governed()
    try:
        records = read_records(folder)
        chain = rosters(records)
        drilled = in_force(records, chain).drilled
        due = None if drilled is None else (drilled + timedelta(days=policy.gate.drill_days)).date()
        updates = tuple(_filed(records, policy))
    except EthicsError as error:
        return Governed(unread=str(error))
    return Governed(tuple(reversed(updates)), drilled, due)


def on_disk(served: Path) -> OnDisk | None:
    """Return the two generations to compare; None when there is only one.

    Args:
        served: folder of the generation in memory.
    """
    try:
        current = current_generation(served.parent)
        if current != served:
            return OnDisk(served, current, served=True)
        previous = Manifest.read(served).previous
    except CorpusError:
        return None
    old = served.parent / previous
    return OnDisk(old, served, served=False) if previous and old.is_dir() else None


@lru_cache(maxsize=2)
def compared(old: Path, new: Path) -> Update:
    """Return what changed between two generations, which never change once written; some seconds the first time.

    Raises:
        IndexDamagedError: one cannot be read.
        PolicyError: the policy cannot be applied.
    """
    return compare_stores(old, new)[0]


def changes_of(update: Update) -> tuple[Changed, ...]:
    """Return what waits of an update, in its order."""
    return tuple(
        Changed(one.place or one.document, one.became.value, one.before, one.after, tuple(v.said for v in one.values))
        for one in update.waiting
    )


def _filed(records: Records, policy: Policy) -> Iterator[Filed]:
    roster = rosters(records)[-1]
    people = [person.key for person in roster.who_may_suspend()]
    for filed in records.of("snapshot"):
        update = read_snapshot(filed.envelope)
        data = records.files.get(update.changes)
        yield Filed(
            filed.entry.number,
            filed.entry.time,
            update.changed,
            update.added,
            update.waits_for(policy),
            bool(filed.envelope.signers(people)),
            bool(filed.envelope.signers([roster.corpus_key])),
            None if data is None else _listed(data),
        )


def _listed(data: bytes) -> tuple[Changed, ...]:
    try:
        said: Any = parsed(data)
        return tuple(
            Changed(
                str(one["place"] or one["document"]),
                str(one["became"]),
                str(one["before"]),
                str(one["after"]),
                tuple(str(value[1]) for value in one["values"]),
            )
            for one in said["waiting"]
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise RecordsError("Une liste de changements déposée ne se lit pas : déposez-la de nouveau.") from error
