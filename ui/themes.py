"""The examples of the first page, by theme (data: themes.toml)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_suffix(".toml")


class Theme(NamedTuple):
    """A theme of the town hall and questions to begin with."""

    title: str
    questions: tuple[str, ...]


@cache
def suggestions() -> tuple[Theme, ...]:
    """Return the themes in the order of the page."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))["theme"]
    return tuple(Theme(row["title"], tuple(row["questions"])) for row in rows)
