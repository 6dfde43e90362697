"""The French sentences of this floor, read from messages.fr.toml beside the code."""

from __future__ import annotations

import errno
import tomllib
from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("messages.fr.toml")

_WHY = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.EROFS: "read_only",
    errno.ENOENT: "absent",
    errno.ENOTDIR: "no_folder",
    errno.EISDIR: "a_folder",
    errno.EEXIST: "there",
    errno.ENAMETOOLONG: "too_long",
    errno.EIO: "damaged",
    errno.EADDRINUSE: "taken",
}


@cache
def all_words() -> dict[str, str]:
    """Return every sentence by its key, written `table.name`."""
    tables = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return {f"{table}.{name}": text for table, lines in tables.items() for name, text in lines.items()}


def say(key: str, /, **values: object) -> str:
    """Return the sentence of `key`, its `{names}` replaced by `values`; KeyError when there is none."""
    return all_words()[key].format(**values)


def trouble(error: OSError) -> str:
    """Return, in a few French words, why the system refused: its own words are in the language of the machine."""
    return say(f"disk.{_WHY.get(error.errno or 0, 'refused')}")
