"""A quote as the publisher ended it: grown to whole sentences, items or table rows, with the line that opens its list.

A model may cut a quote just before its exception. What is checked, and shown, is therefore always whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from bot.page import pieces_of
from corpus.analyse import terms
from corpus.document import Passage

_DASHES = re.compile(r"\s*(-{0,3})(?:\s|$)?")
_PRONOUN = re.compile(
    r"(?:Ils?|Elles?|Ce|Cet|Cette|Ces|C['’]|Cela|Celui|Celle|Ceux|Celles|Son|Sa|Ses|Leur|Leurs|Dans ce|Pour cela)\b"
)
_OCCURRENCES = 8


class Span(NamedTuple):
    """Characters of a passage's text, from `start` (included) to `end` (left out)."""

    start: int
    end: int


def whole_quotes(quote: str, passage: Passage, text: str) -> tuple[str, ...]:
    """Return the whole pieces of a passage that a quote stands in, verbatim, each a contiguous run of the passage.

    Args:
        quote: as cited; white space aside it must stand in the passage in one run.
        passage: as stored.
        text: the sentence it is cited for: of several places, the one that shares most with it is taken.

    Returns:
        the opening line of the list first, when the quote is one of its items; empty when the quote is not found.
    """
    places = _places(quote, passage.text)
    if not places:
        return ()
    pieces = piece_spans(passage.text, passage)
    spans = []
    for found in places:
        over = [span for span in pieces if span.start < found.end and found.start < span.end]
        if over:
            spans.append(Span(over[0].start, over[-1].end))
    if not spans:
        return ()
    wanted = set(terms(text)) if len(spans) > 1 else set()
    best = max(spans, key=lambda span: len(wanted & set(terms(passage.text[span.start : span.end]))))
    opening = [span for span in _openings(passage.text, best.start) if span.end <= best.start]
    return tuple(passage.text[span.start : span.end] for span in (*opening, best))


@lru_cache(maxsize=4_096)
def _places(quote: str, text: str) -> tuple[Span, ...]:
    """Return where a quote stands in a text, white space aside; each step of the guard asks it again."""
    words = quote.split()
    if not words:
        return ()
    if quote in text:
        # To make a pattern costs more than all that is done with it, and most quotes stand there to the letter.
        starts = (at for at in range(text.find(quote), text.rfind(quote) + 1) if text.startswith(quote, at))
        return tuple(Span(at, at + len(quote)) for at in islice(starts, _OCCURRENCES))
    found = islice(re.finditer(r"\s+".join(map(re.escape, words)), text), _OCCURRENCES)
    return tuple(Span(match.start(), match.end()) for match in found)


def context_of(whole: str, passage: Passage) -> frozenset[str]:
    """Return what a whole quote is about without saying it: title, headings, and what its pronouns stand for.

    A sentence that opens on a pronoun ("Elle est valable...") speaks of what the one before it names.
    """
    around = {passage.title, passage.condition, *(step.title for step in passage.path)}
    if _PRONOUN.match(whole):
        start = passage.text.find(whole)
        before = [span for span in piece_spans(passage.text, passage) if span.end <= start]
        around |= {passage.text[span.start : span.end] for span in before[-1:]}
    return frozenset(around - {""})


@lru_cache(maxsize=1_024)
def piece_spans(text: str, passage: Passage) -> tuple[Span, ...]:
    """Return where each quotable piece of a passage stands in its text."""
    spans: list[Span] = []
    cursor = 0
    for piece in pieces_of(passage):
        start = text.find(piece, cursor)
        if start >= 0:
            cursor = start + len(piece)
            spans.append(Span(start, cursor))
    return tuple(spans)


def _openings(text: str, start: int) -> Iterator[Span]:
    """The lines that an item hangs from, outermost first ("Fournissez l'un des documents suivants :")."""
    found: list[Span] = []
    begin = text.rfind("\n", 0, start) + 1
    depth = _depth(text[begin : start + 1])
    while begin > 0 and depth > 0:
        end = begin - 1
        begin = text.rfind("\n", 0, end) + 1
        line = text[begin:end]
        if line.strip() and _depth(line) < depth:
            depth = _depth(line)
            found.append(Span(begin + len(line) - len(line.lstrip("- ")), end))
    yield from reversed(found)


def _depth(line: str) -> int:
    match = _DASHES.match(line)
    return len(match.group(1)) if match else 0
