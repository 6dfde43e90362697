"""What a reader needs in order to act and no sentence of the answer tells (data: told.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.roles import asked_role, role_of
from bot.turn import Role, Status, Turn
from corpus.store import PassageStore

_FILE = Path(__file__).with_name("told.toml")


def missing_roles(turn: Turn, store: PassageStore) -> Iterator[Role]:
    """Yield the roles of which an answer says nothing, by its headings, its passages' headings and its own words."""
    if turn.status is not Status.ANSWERED or turn.card_is_service:
        return
    told = {sentence.role for sentence in turn.sentences} | {asked_role(turn.query)}
    refs = {citation.passage for sentence in turn.sentences for citation in sentence.citations}
    told |= {role_of(passage) for passage in store.passages(refs)}
    words = " ".join(f"{sentence.heading} {sentence.text}" for sentence in turn.sentences).lower()
    for role, spoken in _words().items():
        if role not in told and not any(word in words for word in spoken):
            yield role


@cache
def _words() -> dict[Role, tuple[str, ...]]:
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {Role(role): tuple(words) for role, words in tables.items()}
