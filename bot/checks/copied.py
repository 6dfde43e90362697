"""Near copies: a sentence that repeats the publisher's must repeat it whole, word for word, under whatever opening.

Where nearly every word is the publisher's, the quote costs the reader nothing, and what differs was changed: one word
exchanged, an "en général" left out, an end cut off. A free wording is not looked at here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from bot.checks.claim import Claim
from bot.checks.reading import Reading, read
from bot.checks.vocabulary import neutral, stem, word_of
from corpus.sentences import split_sentences

_COPY = 0.88
"""Share of the words of a sentence, its opening aside, found in the order of its quotes, from which it is a copy: nine
free wordings of ten have under .6."""

_LEAST = 6
"""Words repeated from which there is a copy: a name or a form number may well be all that a short sentence shares."""

_COPY_ROW, _LEAST_ROW = 0.8, 4
"""The same of a row, which has few words."""

_TOUCHED = 3
"""Words of a sentence of the quote that a copy repeats, from which it repeats that sentence."""

_RUN = 2
"""Words in a row from which a copy has begun."""

_TELLING = frozenset(
    {"ne", "n", "pas", "plus", "moins", "jamais", "aucun", "aucune", "ni", "sans", "avec", "non", "oui", "sauf", "hors"}
    | {"avant", "apres", "seul", "seule", "contre", "si", "que", "qu", "deja", "encore", "peu", "trop", "tres"}
)
"""Tool words that turn a rule into another one, or soften it."""

_IDIOM = "idiom"
"""Marks that carry no rule: "d'après" says nothing of what comes after it."""

_JOINING = frozenset({"et", "ou"})
_CAPTION = re.compile(r"^\[[^\]]*\]\s*")
_WORDS = re.compile(r"[^\W_]|[€%]")

_REASONS = {
    "condition": "conditions",
    "modality": "modality",
    "relation": "relations",
    "quantity": "quantity",
    "period": "periods",
    "number": "figures",
} | dict.fromkeys(("authority", "person", "document", "place", "kind"), "entities")
"""What is wrong with a copy that loses or gains a mark, by table of marks."""


@dataclass(frozen=True, slots=True)
class _Token:
    """One word: its form, its stem, what marks cover it, and the rank of its sentence."""

    form: str
    stem: str
    tables: tuple[str, ...]
    sentence: int


def copied(claim: Claim) -> str:
    """Return why a sentence that repeats its quotes nearly word for word is not theirs; empty for any other one."""
    if claim.text in claim.quotes:
        return ""
    said, quoted = _tokens(claim.said, 0), _quoted(claim.quotes)
    there = {token.form for token in quoted}
    row = any(" | " in quote for quote in claim.quotes)
    share, least = (_COPY_ROW, _LEAST_ROW) if row else (_COPY, _LEAST)
    if sum(token.form in there for token in said) < share * sum(not _announces(token) for token in said):
        return ""
    codes = SequenceMatcher(None, [t.form for t in said], [t.form for t in quoted], autojunk=False).get_opcodes()
    # What announces a source stands before, and is not what is copied.
    start = next((i1 for code, i1, i2, *_ in codes if code == "equal" and i2 - i1 >= _RUN), 0)
    kept = sum(i2 - i1 for code, i1, i2, *_ in codes if code == "equal" and i1 >= start)
    if kept < share * sum(at >= start or not _announces(token) for at, token in enumerate(said)) or kept < least:
        return ""
    captions = {stem(word) for word in claim.quoted.words}
    repeated = Counter(token.sentence for code, _, _, j1, j2 in codes if code == "equal" for token in quoted[j1:j2])
    sizes = Counter(token.sentence for token in quoted)
    touched = {rank for rank, count in repeated.items() if count >= min(_TOUCHED, sizes[rank])}
    for code, i1, i2, j1, j2 in codes:
        if code == "equal":
            continue
        lost = [token for token in quoted[j1:j2] if token.sentence in touched]
        if _other_case(lost):
            continue  # which of the two is said stands or falls with the check of figures
        # What the caption of a table names may lead to one of its rows.
        added = [token for token in said[i1:i2] if not (row and i1 < start and token.stem in captions)]
        if reason := _changed(added, lost):
            return reason
    return ""


def _other_case(lost: Sequence[_Token]) -> bool:
    """Tell a second figure left out with whom it is for ("17 € pour un mineur et 25 € pour un majeur")."""
    return bool(lost) and lost[0].form in _JOINING and lost[1:2] != [] and lost[1].form[0].isdigit()


def _changed(added: Sequence[_Token], lost: Sequence[_Token]) -> str:
    """Return why what stands in place of some words of the publisher is not what they say."""
    stems = {token.stem for token in added}, {token.stem for token in lost}
    if any(joining in stems[0] and (_JOINING - {joining}) & stems[1] for joining in _JOINING):
        return "relations"
    # "la demande" for "les demandes", "votre" for "son": the same word, or one that says nothing.
    changes = [token for token in added if token.stem not in stems[1] and not _announces(token)]
    changes += [token for token in lost if token.stem not in stems[0]]
    return next((reason for token in changes if (reason := _told(token))), "")


def _told(token: _Token) -> str:
    """Return what a word says that may be neither added to a copy nor left out of it; empty when it says nothing."""
    if token.form[0].isdigit():
        return "figures"
    reason = next((_REASONS[table] for table in token.tables if table in _REASONS), "")
    if reason:
        return reason
    if token.form in _TELLING:
        return "negation" if token.form in {"ne", "n", "pas", "jamais", "aucun", "aucune", "ni", "non"} else "relations"
    return "content" if word_of(token.form).concepts and token.form not in _JOINING else ""


def _announces(token: _Token) -> bool:
    if _IDIOM in token.tables:
        return True
    if token.tables or token.form in _TELLING:
        return False
    return token.stem in neutral() or not word_of(token.form).concepts


@lru_cache(maxsize=1_024)
def _quoted(quotes: tuple[str, ...]) -> tuple[_Token, ...]:
    pieces = [piece for quote in quotes for sentence in split_sentences(quote) for piece in _cells(sentence)]
    return tuple(token for rank, piece in enumerate(pieces) for token in _tokens(read(piece), rank))


def _cells(sentence: str) -> Iterator[str]:
    """The cells of a row, which may be recited without the others; a sentence as it is."""
    yield from _CAPTION.sub("", sentence).split(" | ")


def _tokens(reading: Reading, rank: int) -> tuple[_Token, ...]:
    over: dict[int, list[str]] = {}
    for mark in reading.marks:
        if mark.name != "says":
            for at in range(mark.position, mark.end):
                over.setdefault(at, []).append(_IDIOM if mark.name == _IDIOM else mark.table)
    return tuple(
        _Token(word, stem(reading.words[at]), tuple(over.get(at, ())), rank)
        for at, word in enumerate(reading.forms)
        if _WORDS.match(word)
    )
