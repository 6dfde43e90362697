"""The words said to an operator, from messages.fr.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from corpus.sync_report import SourceReport, SyncReport

_FILE = Path(__file__).with_name("messages.fr.toml")
_REASONS_SHOWN = 8


@cache
def _messages() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def message(table: str, key: str, /, **values: object) -> str:
    """Return one message with its blanks filled."""
    return _messages()[table][key].format(**values)


def sync_summary(report: SyncReport) -> Iterator[str]:
    """Yield the lines that tell an operator what a sync did."""
    for source in report.sources:
        yield from _source_lines(source)
    values = {name: getattr(report, name) for name in ("generation", "documents", "passages", "embedded")}
    yield message("sync", "switched" if report.switched else "same", **values)
    yield message("sync", "root", root=report.root)
    yield message("sync", "seconds", seconds=f"{report.seconds:.1f}".replace(".", ","))


def _source_lines(source: SourceReport) -> Iterator[str]:
    values = {name: getattr(source, name) for name in SourceReport.__slots__} | {"set_aside": len(source.set_aside)}
    yield message("results", source.result, **values)
    if source.files:
        yield message("sync", "counts", **values)
        yield message("sync", "files", **values)
    examples = {item.reason: item.name for item in reversed(source.set_aside)}
    for reason, count in Counter(item.reason for item in source.set_aside).most_common(_REASONS_SHOWN):
        yield message("sync", "aside", count=count, reason=reason, name=examples[reason])
    if source.note:
        yield message("sync", "note", note=source.note)
