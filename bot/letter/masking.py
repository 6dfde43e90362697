"""A letter without who wrote it: each piece of personal data becomes a numbered token that can be put back later."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from bot.screen import public_numbers
from corpus.personal_data import PersonalDataKind, find, label

_KEPT = frozenset({PersonalDataKind.HEALTH})
"""Without the name of the person, a condition is what the question is about (as in bot/screen.py)."""

_TOKEN = re.compile(r"\[[^\W\d_][^\[\]\d]{0,40} \d{1,3}\]")


class HiddenWord(NamedTuple):
    """One thing that was masked.

    Attributes:
        token: what stands in its place, as `[nom 1]`; the same thing has the same token throughout a letter.
        kind: what it is, in French.
        words: what was written; never kept on the server.
    """

    token: str
    kind: str
    words: str


class Hidden(NamedTuple):
    """A letter, masked, and what was masked in it."""

    text: str
    words: tuple[HiddenWord, ...]


def hide(text: str, taken: Collection[str] = ()) -> Hidden:
    """Mask a letter, or a sentence that goes with one.

    Args:
        text: as typed. Brackets that look like a token and are none of `taken` are written otherwise, so as not to be
            one; those that are stay.
        taken: tokens of the letter; new ones are numbered after them.
    """
    text = _TOKEN.sub(lambda one: one.group() if one.group() in taken else f"({one.group()[1:-1]})", text)
    tokens: dict[tuple[str, str], str] = {}
    counts: dict[str, int] = {}
    for kind, number in (one[1:-1].rsplit(" ", 1) for one in taken):
        counts[kind] = max(counts.get(kind, 0), int(number))
    words: list[HiddenWord] = []
    pieces: list[str] = []
    position = 0
    # A token says nothing of anybody, whatever its words look like.
    spans = [found.span() for found in _TOKEN.finditer(text)]
    for one in find(text, public_numbers(), _KEPT):
        if any(start < one.end and one.start < end for start, end in spans):
            continue
        written, kind = text[one.start : one.end], label(one.kind)
        same = (kind, re.sub(r"\W", "", written).casefold())
        if same not in tokens:
            counts[kind] = counts.get(kind, 0) + 1
            tokens[same] = f"[{kind} {counts[kind]}]"
            words.append(HiddenWord(tokens[same], kind, written))
        pieces += [text[position : one.start], tokens[same]]
        position = one.end
    return Hidden("".join([*pieces, text[position:]]), tuple(words))


def without_tokens(text: str) -> str:
    """Return a masked text as it may be searched: the words of a token ("adresse") are not its author's."""
    return re.sub(r"\s{2,}", " ", _TOKEN.sub(" ", text)).strip()


def tokens_in(text: str) -> tuple[str, ...]:
    """Return the tokens of a text, each once, in its order."""
    return tuple(dict.fromkeys(_TOKEN.findall(text)))
