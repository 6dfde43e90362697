"""The French sentences of this floor, read from messages.fr.toml beside the code."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("messages.fr.toml")


@cache
def all_words() -> dict[str, str]:
    """Return every sentence by its key, written `table.name`."""
    tables = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return {f"{table}.{name}": text for table, lines in tables.items() for name, text in lines.items()}


def say(key: str, /, **values: object) -> str:
    """Return the sentence of `key`, its `{names}` replaced by `values`; KeyError when there is none."""
    return all_words()[key].format(**values)
