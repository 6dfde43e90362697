"""What a heading is for, and what a question asks for: cost, delay, documents, place, steps (data: roles.toml)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from bot.turn import Role
from corpus.analyse import fold
from corpus.document import BlockKind, Passage

_FILE = Path(__file__).with_suffix(".toml")


def role_of(passage: Passage) -> Role | None:
    """Return what a passage is for, told by its nearest heading that says so; None when none does."""
    if passage.kind is BlockKind.CONTACT:
        return Role.WHERE
    if passage.kind is BlockKind.SERVICE:
        return Role.ONLINE
    for step in reversed(passage.path):
        if not step.choice and (role := _first_match("heading", step.title)):
            return role
    return None


def asked_role(question: str) -> Role | None:
    """Return what a question asks for, None when it asks for nothing in particular ("que faire ?")."""
    return _first_match("asked", question)


def asks_right(question: str) -> bool:
    """Tell whether a question asks if somebody has a right to something, or may do it."""
    return bool(_right()["asked"].search(_plain(question)))


def says_who(heading: str) -> bool:
    """Tell whether a heading announces who a thing is for, and on what conditions."""
    return bool(_right()["heading"].search(_plain(heading)))


def besides_role(question: str) -> str:
    """Return a question, folded, without the words by which it asks for something in particular."""
    folded = _plain(question)
    for _, pattern in _patterns()["asked"]:
        folded = pattern.sub(" ", folded)
    return folded


def _first_match(table: str, text: str) -> Role | None:
    folded = _plain(text)
    return next((role for role, pattern in _patterns()[table] if pattern.search(folded)), None)


def _plain(text: str) -> str:
    return fold(text).replace("’", "'")


@cache
def _right() -> dict[str, re.Pattern[str]]:
    patterns: dict[str, str] = _tables()["right"]
    return {name: re.compile(pattern) for name, pattern in patterns.items()}


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _patterns() -> dict[str, tuple[tuple[Role, re.Pattern[str]], ...]]:
    return {
        name: tuple((Role(role), re.compile(pattern)) for role, pattern in _tables()[name].items())
        for name in ("heading", "asked")
    }
