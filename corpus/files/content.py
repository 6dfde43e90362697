"""What a reader of files returns, the limits it keeps to, and the reasons it gives for refusing."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from corpus.document import Block, BlockKind, Link, Step
from corpus.errors import DocumentError

_REASONS_FILE = Path(__file__).with_name("reasons.toml")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost; beyond, it is set aside.

    Attributes:
        size: bytes on disk.
        pages: pages of a PDF.
        seconds: time to read one PDF, in a process of its own.
        memory: bytes of address space of that process.
        unpacked: bytes of an archive once decompressed.
        ratio: decompressed over compressed size of an archive above 5 MB decompressed.
        rows, columns: of one table.
        characters: of text, all blocks together.
    """

    size: int = 200_000_000
    pages: int = 2000
    seconds: float = 600.0
    memory: int = 3_000_000_000
    unpacked: int = 300_000_000
    ratio: int = 200
    rows: int = 20_000
    columns: int = 200
    characters: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Content:
    """What was read in one file.

    Attributes:
        blocks: in reading order.
        title: printed or declared by the file; the manifest's title prevails.
        updated: date printed in the file.
        partial: parts that could not be read, as (place, reason in French).
    """

    blocks: tuple[Block, ...]
    title: str = ""
    updated: date | None = None
    partial: tuple[tuple[str, str], ...] = ()


Reader = Callable[[Path, Limits], Content]
"""Reads one file; raises `DocumentError` with the reason printed in the report."""


@cache
def _reasons() -> dict[str, str]:
    return {key: str(value) for key, value in tomllib.loads(_REASONS_FILE.read_text(encoding="utf-8")).items()}


def reason(key: str, **values: object) -> str:
    """Return the French reason named `key` in reasons.toml, its blanks filled."""
    return _reasons()[key].format(**values)


def refusal(key: str, **values: object) -> DocumentError:
    """Return the error that sets a document aside for the reason named `key`."""
    return DocumentError(reason(key, **values))


def blocks_to_json(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """Turn blocks without dates into JSON-ready values."""
    return [asdict(block) for block in blocks]


def blocks_from_json(values: list[dict[str, Any]]) -> tuple[Block, ...]:
    """Rebuild blocks from `blocks_to_json`."""
    return tuple(
        Block(
            kind=BlockKind(value["kind"]),
            text=value["text"],
            path=tuple(Step(**step) for step in value["path"]),
            links=tuple(Link(**link) for link in value["links"]),
            page=value["page"],
        )
        for value in values
    )
