"""The instructions given to a language model: public, in French, one Markdown file each, versioned by their digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Prompt:
    """One instruction.

    Attributes:
        text: as sent, white space at its ends removed.
        digest: SHA-256 of the file, 64 hex digits.
    """

    name: str
    text: str
    digest: str


@cache
def prompt(name: str) -> Prompt:
    """Return the prompt of the file `name`.md.

    Raises:
        FileNotFoundError: there is no such prompt.
    """
    data = (_FOLDER / f"{name}.md").read_bytes()
    return Prompt(name, data.decode("utf-8").strip(), hashlib.sha256(data).hexdigest())


def prompts() -> tuple[Prompt, ...]:
    """Return every prompt, by name."""
    return tuple(prompt(path.stem) for path in sorted(_FOLDER.glob("*.md")))
