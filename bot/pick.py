"""Which option of the question asked back a message picks: by its words, its rank, yes or no (data: rewrite.toml)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from corpus.analyse import fold, terms
from corpus.situations import is_negative

_FILE = Path(__file__).with_name("rewrite.toml")
_RANKS = ("first", "second", "third", "fourth", "fifth")
_RANK_WORDS = 6
"""Words of a message that picks an option by its rank; a longer one is about something else."""

_LONGEST_PICK = 120
"""Characters of a message that picks an option; a longer one is a question."""

_RANK_ALONE = re.compile(r"\b(?:la|le|l'|les|option|choix|numero|no?|cas|reponse|n°|\d)(?=\W|$)")
"""What may stand beside a rank in a message that is only one, and ranks past the fifth."""

_TYPO = 0.84
_MOST = 0.5
"""Share of the words proper to an option that picks it."""


def picked_option(text: str, options: Sequence[str]) -> int | None:
    """Return the rank of the option that a message picks, -1 for "all of them", None when it picks none.

    Understood: the words of an option, whole or nearly ("mineure" for "Vous êtes mineur"), its rank ("le premier"),
    yes or no between an option and its negation.
    """
    folded = folded_message(text)
    if len(folded) > _LONGEST_PICK or ("?" in text and len(folded.split()) > _RANK_WORDS):
        return None
    if patterns()["picked"]["every"].search(folded):
        return -1
    if is_bare_pick(text) and (rank := _ranked(folded, len(options))) is not None:
        # "2" is the second line read, whatever figures the lines hold ("1 seul partenaire").
        return rank
    by_words = _named(text, options)
    by_rank = _ranked(folded, len(options)) if by_words is None else by_words
    return _yes_or_no(folded, options) if by_rank is None else by_rank


def is_bare_pick(text: str) -> bool:
    """Tell whether a message says nothing but the rank of an option ("1", "la deuxième"): it answers a question."""
    folded = left = folded_message(text)
    for name in (*_RANKS, "last"):
        left = patterns()["picked"][name].sub(" ", left)
    said = left != folded or any(c.isdigit() for c in left)
    return said and not any(c.isalnum() for c in _RANK_ALONE.sub(" ", left))


def _ranked(folded: str, count: int) -> int | None:
    picked = patterns()["picked"]
    ranks = {rank for rank, name in enumerate(_RANKS[:count]) if picked[name].search(folded)}
    if picked["last"].search(folded):
        ranks.add(count - 1)
    return ranks.pop() if len(ranks) == 1 and len(folded.split()) <= _RANK_WORDS else None


def _yes_or_no(folded: str, options: Sequence[str]) -> int | None:
    negative = [rank for rank, option in enumerate(options) if is_negative(option)]
    if len(options) != 2 or len(negative) != 1:
        return None
    if patterns()["picked"]["yes"].search(folded):
        return 1 - negative[0]
    return negative[0] if patterns()["picked"]["no"].search(folded) else None


def _named(text: str, options: Sequence[str]) -> int | None:
    """Rank of the one option most of whose proper words the message says, typos allowed."""
    said = terms(text)
    words = [set(terms(option)) for option in options]
    shares: list[float] = []
    for rank, own in enumerate(words):
        proper = own.difference(*(other for at, other in enumerate(words) if at != rank)) or own
        heard = [word for word in proper if get_close_matches(word, said, 1, _TYPO)]
        shares.append(len(heard) / len(proper) if proper else 0.0)
    best = max(shares, default=0.0)
    if best < _MOST or shares.count(best) != 1:
        return None
    return shares.index(best)


def folded_message(text: str) -> str:
    """Return a message as the patterns read it."""
    return re.sub(r"\s+", " ", fold(text).replace("’", "'")).strip()


@cache
def patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    """Return the patterns of rewrite.toml by table and name."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {table: {name: re.compile(pattern) for name, pattern in row.items()} for table, row in tables.items()}
