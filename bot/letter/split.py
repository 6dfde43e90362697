"""What a letter asks: its questions, each with what the letter says that it needs (data: split.toml).

A question hides in one sentence of ten, among greetings, a story and anger, often with two others. Sentences are told
apart by their words alone; the search then says whether a question stands by itself or needs the sentence before it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path

from bot.letter.masking import without_tokens
from corpus.analyse import fold
from corpus.sentences import split_sentences
from corpus.situations import situation_heard

MOST = 8
"""Questions of one letter; the others are left to the agent, who is told."""

_FILE = Path(__file__).with_suffix(".toml")
_STOP = re.compile(r"(?<=[?!])\s+|(?<=[^\W\d_]{3}\.)\s+(?=[^\W\d_])|(?<=[^\W\d_]{3}\.)(?=[^\W\d_]{3})")
_LEANING = 2
"""Under so many words of its own, a question means little without what comes before it."""

_SURE = 0.6
"""Belief from which a question stands by itself (as in bot/rewrite.py)."""

_ASTRAY = 0.1
"""How much less an answer may be believed with the story than without, before the story is left out."""

_BETTER = 0.15
"""How much more an answer must be believed with the question before it: a question that nothing answers would
otherwise be answered with what answers its neighbour."""

Sound = Callable[[str], tuple[float, tuple[str, ...]]]
"""Searches some words: how likely the best document answers, and the best documents' keys; none when none can."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a letter.

    Attributes:
        text: as the letter writes it, masked.
        searched: what is searched and answered: the question, with the sentences that it needs.
        alone: the question by itself, tried when the rest leads nowhere; empty when it means little alone.
    """

    text: str
    searched: str
    alone: str


class _Kind(Enum):
    ASK = auto()
    STORY = auto()
    TALK = auto()


def split_letter(text: str, sound: Sound) -> tuple[Ask, ...]:
    """Return the questions of a masked letter, in its order; the whole letter when none is heard.

    Args:
        text: masked.
        sound: says how well some words are answered.
    """
    pieces = [(piece, kind_of(piece)) for piece in sentences_of(text)]
    if not any(kind is _Kind.ASK for _, kind in pieces):
        pieces = [(piece, _Kind.ASK if _wish(piece) else kind) for piece, kind in pieces]
    facts: list[str] = []
    recent: list[str] = []
    found: list[Ask] = []
    for piece, kind in pieces:
        if kind is _Kind.STORY:
            piece = _bare(piece)  # noqa: PLW2901  the greeting that opens it is no part of the story
            facts += [without_tokens(piece)] if situation_heard(piece) else []
            recent = [*recent, piece] if recent or not found else [piece]
        elif kind is _Kind.ASK and len(found) < MOST:
            searched = _searched(piece, recent, facts, found, sound)
            alone = without_tokens(_bare(piece)) or piece
            found.append(Ask(piece, searched, "" if _leans(alone) else alone))
            recent = []
    if found:
        return tuple(found)
    told = " ".join(piece for piece, kind in pieces if kind is _Kind.STORY) or text
    return (Ask(told[:400], without_tokens(told), without_tokens(told)),)


def sentences_of(text: str) -> tuple[str, ...]:
    """Cut a letter into sentences, as people type them: without capitals, and two questions joined by a word."""
    lines = re.sub(r"(?<=[^\n.?!:;,])\n(?=[a-zà-ÿ])", " ", text)
    found: list[str] = []
    for sentence in split_sentences(lines):
        for piece in _STOP.split(sentence):
            found += [part.strip(" -–•*") for part in _patterns()["joined"].split(piece)]
    return tuple(piece for piece in found if any(c.isalnum() for c in piece))


def kind_of(piece: str) -> _Kind:
    """Tell a question from what is told, and both from greetings, thanks and signatures."""
    folded = _folded(piece)
    if _patterns()["ask"].search(folded) or (piece.rstrip(" »\"')").endswith("?") and len(folded.split()) > 1):
        return _Kind.ASK
    bare = _folded(without_tokens(piece))
    if _patterns()["talk"].search(bare) or len(bare.split()) < 3:
        return _Kind.TALK
    return _Kind.STORY


def _bare(piece: str) -> str:
    """Return a sentence without the greeting or the turn of phrase that opens it."""
    return _patterns()["opening"].sub("", piece).strip(" ,") or piece


def _wish(piece: str) -> bool:
    return bool(_patterns()["wish"].search(_folded(piece)))


def _searched(piece: str, recent: Sequence[str], facts: Sequence[str], before: Sequence[Ask], sound: Sound) -> str:
    """The question with what it needs: nothing, the sentences just before it, or the question before it.

    A search is only made where it decides: each costs as much as a tenth of the answer.
    """
    alone = without_tokens(_bare(piece)) or piece
    told = without_tokens(" ".join(recent[-3:]))
    best = alone
    if told:
        # What was just told is what the question is about, unless the search says that it leads astray.
        joined = f"{told} {alone}"
        best = joined if _leans(alone) or sound(joined)[0] >= sound(alone)[0] - _ASTRAY else alone
    elif before and (_leans(alone) or _own(alone) <= _LEANING):
        joined = f"{before[-1].searched} {alone}"
        believed, found = sound(alone)
        # What no document answers is not made a part of the question before it.
        best = joined if _leans(alone) or (found and _needs_more(believed, joined, sound)) else alone
    return _with_situation(best, facts, sound)


def _needs_more(believed: float, joined: str, sound: Sound) -> bool:
    """Tell whether a question that finds little finds more with the one before it."""
    return believed < _SURE and sound(joined)[0] >= believed + _BETTER


def _with_situation(best: str, told: Sequence[str], sound: Sound) -> str:
    """Say too what the letter tells of the person (an age, a status), where it leads to the same document."""
    facts = [one for one in told if one and one not in best][-2:]
    if not facts:
        return best
    joined = " ".join([*facts, best])
    documents = sound(best)[1]
    return joined if documents and sound(joined)[1][:1] == documents[:1] else best


def _leans(piece: str) -> bool:
    """Tell a question that means little without what comes before it ("Combien ça coûte ?")."""
    return _own(piece) < _LEANING or bool(_patterns()["leaning"].search(_folded(piece)))


def _own(piece: str) -> int:
    """Count the words of a question that say what it is about."""
    return len(_patterns()["empty"].sub(" ", _folded(piece)).split())


def _folded(text: str) -> str:
    return fold(text).replace("’", "'").strip()


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    table: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: re.compile("|".join(f"(?:{one})" for one in ones), re.IGNORECASE) for name, ones in table.items()}
