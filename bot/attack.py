"""Orders given to the assistant, and abuse, refused before any search (data: attack.toml).

A quote cannot be talked into saying something else, so an order that is missed costs little; what shames the city is
an official text in reply to hate, and what costs a resident is a question refused. So what insults and yet asks is
answered, and what the trained model alone suspects is refused only when it is nearly sure (eval/attack_bench.py).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from bot.leaning import read_leaning
from bot.turn import Status, Turn
from corpus.analyse import fold

LEANING_FILE = Path(__file__).with_name("attack_leaning.npz")

_FILE = Path(__file__).with_suffix(".toml")
_ATTACK, _ABUSE, _HOSTILE = 0.95, 0.93, 0.35
"""Shares from which the model alone refuses an order, abuse, or leaves a hostile remark without an answer."""

_MARKS = re.compile(r"[^\w]+|_")
_APART = re.compile(r"(?<![^\W_])(?:[^\W_][ .\-*_]){3,}[^\W_](?![^\W_])")
_MIXED = re.compile(r"\w*[a-z]\w*")
# Cyrillic and Greek letters drawn like Latin ones, and figures that stand for letters inside a word.
_ALIKE = str.maketrans("аеорсухіјѕԁһкмтвнαεορυνικτ", "aeopcyxijsdhkmtbhaeopuvikt")
_FIGURES = str.maketrans("013457@$", "oieast" + "as")
_FIGURED = re.compile(r"[^\W\d_]+[0134578@$]+[^\W\d_]\w*")
_ARABIC = str.maketrans("ىةأإآ", "يهااا")


class Meant(StrEnum):
    """What a message does beside asking."""

    NOTHING = "nothing"
    ORDER = "order"
    ABUSE = "abuse"
    HOSTILE = "hostile"


def attack(turn: Turn) -> Turn:
    """Settle a turn that gives an order to the assistant, or that insults without asking anything."""
    if turn.status is not None:
        return turn
    status = _STATUS.get(meant(turn.text))
    return turn if status is None else replace(turn, status=status)


def meant(text: str, shares: Mapping[str, float] | None = None) -> Meant:
    """Say what a message does, by the expressions first, then by the trained model.

    Args:
        text: the message, screened.
        shares: of another model, in place of the one that is served: a bench judges texts by one that never saw them.
    """
    lowered, said = text.lower(), as_read(text)
    if _expressions("raw").search(lowered) or _gives_an_order(said):
        return Meant.ORDER
    about = _expressions("insults", "about").search(said) is not None
    if not about and _expressions("hate").search(said):
        return Meant.ABUSE
    insulted = _expressions("insults", "strong").search(said) is not None
    asks = _asks(text, said)
    if insulted and not about and not asks:
        return Meant.ABUSE
    if shares is None:
        shares = read_leaning(LEANING_FILE).shares(_expressions("insults").sub(" ", said) if asks else said, text)
    leaning = _leaning(shares, asks=asks, about=about)
    if leaning is Meant.NOTHING and not about and not asks and "?" not in text and _judges_people(said):
        return Meant.HOSTILE
    return leaning


def as_read(text: str) -> str:
    """Return the message as the expressions and the model read it: see the head of attack.toml."""
    folded = _MIXED.sub(lambda word: word.group().translate(_ALIKE), fold(text))
    figured = _FIGURED.sub(lambda word: word.group().translate(_FIGURES), folded)
    joined = _APART.sub(lambda letters: re.sub(r"[ .\-*_]", "", letters.group()), figured)
    return _MARKS.sub(" ", joined).translate(_ARABIC).strip()


def _gives_an_order(said: str) -> bool:
    return any(_expressions(table).search(said) is not None for table in ("orders", "chinese"))


def _judges_people(said: str) -> bool:
    """Say whether the message gives an opinion of a group of people that the writer does not speak from."""
    found = all(_expressions("hate", key).search(said) for key in ("named", "opinions"))
    return found and _expressions("hate", "own").search(said) is None


def _asks(text: str, said: str) -> bool:
    """Say whether there is a procedure, or a question that is not about a group of people, beside the insult."""
    if _expressions("procedures").search(said):
        return True
    return "?" in text and _expressions("hate", "named").search(said) is None


def _leaning(shares: Mapping[str, float], *, asks: bool, about: bool) -> Meant:
    if shares["attack"] >= _ATTACK:
        return Meant.ORDER
    if about or (asks and shares["abuse"] < _ABUSE):
        return Meant.NOTHING
    if shares["abuse"] >= _ABUSE:
        return Meant.ABUSE
    return Meant.HOSTILE if shares["abuse"] >= _HOSTILE else Meant.NOTHING


_STATUS = {
    Meant.ORDER: Status.REFUSED_ATTACK,
    Meant.ABUSE: Status.REFUSED_ABUSE,
    # Perhaps reported speech, perhaps an opinion: not called abuse, and no business of a town hall.
    Meant.HOSTILE: Status.UNANSWERABLE_OUT_OF_SCOPE,
}


@cache
def _expressions(table: str, key: str = "phrases") -> re.Pattern[str]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    words: dict[str, Any] = data["words"] | {"groups": data["hate"]["groups"]}
    filled = [
        re.sub(r"\{(\w*[a-z]\w*)\}", lambda found: words.get(found[1], found[0]), one) for one in data[table][key]
    ]
    if table in {"raw", "chinese"}:
        return re.compile("|".join(filled))
    return re.compile(rf"(?<!\w)(?:{'|'.join(filled)})(?!\w)")
