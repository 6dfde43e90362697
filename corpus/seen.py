"""What was read last and found to change nothing: kept beside the index, which then need not be written again.

A feed packed anew each night with the same fiches must neither be parsed at each sync nor give a new generation.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from corpus.generation import replace_file
from corpus.store import SourceRecord

_FILE = "seen.json"
_REMEMBERED = ("archive_digest", "pipeline", "read_on", "good_until", "state")


def remember(index: Path, records: Iterable[SourceRecord]) -> None:
    """Note what was read in this run; a note that the disk refuses costs one more reading, and the index is whole."""
    if new := {record.name: {name: getattr(record, name) for name in _REMEMBERED} for record in records}:
        notes = orjson.dumps(_load(index) | new, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        with suppress(OSError):
            replace_file(index / _FILE, notes)


def recall(index: Path, records: Iterable[SourceRecord]) -> dict[str, SourceRecord]:
    """Bring the records of the index up to what was read since and gave the same passages, by name."""
    seen = _load(index)
    return {record.name: _later(record, seen.get(record.name)) for record in records}


def _later(record: SourceRecord, seen: Any) -> SourceRecord:
    """A note that is damaged, or about other passages, is no note: the source is read again."""
    try:
        if seen is None or seen["state"] != record.state:
            return record
        good_until = date.fromisoformat(seen["good_until"]) if seen["good_until"] else None
        return replace(
            record,
            archive_digest=str(seen["archive_digest"]),
            pipeline=str(seen["pipeline"]),
            read_on=date.fromisoformat(seen["read_on"]),
            good_until=good_until,
        )
    except (TypeError, KeyError, ValueError):
        return record


def _load(index: Path) -> dict[str, Any]:
    try:
        values = orjson.loads((index / _FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
