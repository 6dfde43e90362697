"""What kind of question a message sounds like when no rule of bot/route.py settled it: a linear model (bot/leaning.py).

It reads the words, which concepts of route.toml they make heard, and the sense of the message. Trained by
`eval/tune_intents.py`; the shares from which it settles a turn are written beside its weights with what they cost in
cross-validation. How much stronger the evidence must be for a question that it leaves, yet finds strange, was chosen on
whole questions (refusal.toml, eval/tune_refusal.py). After a change of route.toml, train again, then choose again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Any
from zlib import crc32

from bot.answerable import refusal
from bot.cues import Window
from bot.intents import Words
from bot.leaning import read_leaning

LEANING_FILE = Path(__file__).with_name("intent_leaning.npz")
SHARES_FILE = LEANING_FILE.with_suffix(".toml")

ANSWERABLE = "none"
"""Label of the questions that a document may answer; the others are kinds of eval/cases/unanswerable.jsonl."""

_FIRST_SIGN, _SIGNS = 0x4E00, 20_000
_NOTHING_SAID = "@"
_EDGE = 1e-3


def as_read(text: str, words: Words) -> str:
    """Return what the model reads: folded words, then one sign for each concept heard in them.

    One sign, for the letters of a name would count as much as the message.
    """
    window = Window.of(text)
    names = (*words.computed, *words.concepts)
    heard = [_sign(name) for name in names if words.hears(name, window)]
    asks = ["?"] if "?" in text else []
    return " ".join([*window.words.split(), *asks, *heard]) or text.strip() or _NOTHING_SAID


@dataclass(frozen=True, slots=True)
class Sounded:
    """What a message sounds like.

    Attributes:
        kind: what it surely is, empty when that is not sure.
        least: belief under which no document should answer it, 0 to 1.
        answerable: it surely sounds like a question that a document may answer, whatever a rule says.
        share: how much, 0 to 1, it sounds like one.
    """

    kind: str
    least: float
    answerable: bool
    share: float


def sound(text: str, words: Words) -> Sounded:
    """Weigh the words of a message."""
    shares, limits = read_leaning(LEANING_FILE).shares(as_read(text, words), text), _limits()
    surest = max((label for label in shares if label != ANSWERABLE), key=lambda label: shares[label])
    sure = surest in limits["settles"] and shares[surest] >= limits["settles"][surest]
    share = shares[ANSWERABLE]
    asked = least(1.0 - share, **refusal()["asks"])
    return Sounded(surest if sure else "", asked, share >= limits["vetoes"]["from"], share)


def least(unanswerable: float, slope: float, shift: float) -> float:
    """Return the belief to ask of a document, given how much, 0 to 1, the words lean to what none answers."""
    return 1.0 / (1.0 + exp(-shift - slope * doubt(unanswerable)))


def doubt(unanswerable: float) -> float:
    """Return the log odds of a share, within bounds: past them a linear model only tells that it has seen alike."""
    held = min(max(unanswerable, _EDGE), 1.0 - _EDGE)
    return log(held / (1.0 - held))


def _sign(name: str) -> str:
    return chr(_FIRST_SIGN + crc32(name.encode()) % _SIGNS)


@cache
def _limits() -> Mapping[str, Any]:
    return tomllib.loads(SHARES_FILE.read_text(encoding="utf-8"))
