"""Danger and distress, heard before anything else and without a model (data: danger.toml).

Someone who writes that they want to die, that they are being beaten or that it smells of gas is given numbers to
call, at once and whatever else the message asks. Someone who asks *about* such a matter (a protection order, a death
grant) gets the answer, with the numbers beside it. Hearing too much costs a resident one more message; hearing too
little may cost a life: the expressions are wide, and what tells a question apart must be said in the message itself.
A message that no expression fits, and that leans to danger by the trained model alone, has the numbers before its
answer, and an answer on strong evidence only (bot/retrieve.py); without one it has the numbers alone (`hand_over`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bot.leaning import read_leaning
from bot.turn import Status, Turn
from corpus.analyse import fold
from corpus.contacts import Contacts

LEANING_FILE = Path(__file__).with_name("danger_leaning.npz")
KINDS_FILE = Path(__file__).with_name("danger_kinds.npz")

_FILE = Path(__file__).with_suffix(".toml")
_MOST_LINES = 4
_LEANS, _LEANS_SURELY, _LEANS_ASKING, _DOUBTS, _SETTLES = 0.15, 0.1, 0.08, 0.6, 0.9
"""Share from which a message that no expression fits may be one of danger (eval/tune_danger.py); the same when it names
an everyday matter of a town hall, and when it is a question; from which an answer must be the surer beside the numbers;
and from which it is taken for one at once. Low, since a number shown for nothing costs less than one missed: of the
phrases of danger that no expression fits, one in eighteen is under the first (5 folds)."""

_SURELY_NOT = 0.01
"""Share under which a question that an expression hears is answered, its numbers beside: of the phrases of danger, one
in seventy is under it (5 folds), and of the seventeen that an expression hears and that ask something, two."""

_FEWEST_WORDS = 3
_ANY_DANGER = "urgence-europe"
_VERY_SHORT = 9
"""Words of a message in which one sign of despair is enough: nothing else is asked."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ENGLISH = re.compile(r"\b(i|he|she|they|you|we|it|that|there|who|what)'(m|s|re|ve|ll|d)\b|(?<=n)'t\b")
_MASKED = re.compile(r"\[[^\]\s][^\]]{0,30}\]")
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"[^\W_]+|[.!?;\n]+")
# The expressions are written as one says them ("en l air"); they are read as the messages are ("en le air").
_ELIDED = re.compile(r"(?<![\w\\])(l|d|m|s|j|t|qu|c)(?= [a-z(])")
_WHOLE = {"l": "le", "d": "de", "m": "me", "s": "se", "j": "je", "t": "te", "qu": "que", "c": "ce"}
_ARABIC = str.maketrans("ىةأإآ", "يهااا")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message tells of danger.

    Attributes:
        settles: it is told as happening; the turn ends with the numbers.
        lines: ids of contacts.toml, most fitting first.
        kinds: ids of danger.toml, in the same order.
        in_doubt: the trained model alone hears it, and not surely.
        leans: the trained model alone hears it, surely or not.
    """

    settles: bool
    lines: tuple[str, ...]
    kinds: tuple[str, ...]
    in_doubt: bool = False
    leans: bool = False


class Danger:
    """The step that hears danger; it also hears a message that was too long to be answered.

    Args:
        contacts: where the urgent lines are; one that is not there is not shown.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        _kinds()  # compiled now rather than under the first call for help

    def __call__(self, turn: Turn) -> Turn:
        """Settle a turn that tells of danger; show the numbers beside the answer when it asks about it."""
        if turn.status not in {None, Status.REFUSED_TOO_LONG}:
            return turn
        heard = hear(turn.text)
        if heard.leans and any(exchange.document for exchange in turn.conversation.exchanges):
            # In the middle of a procedure, a short statement is an answer more often than a call.
            heard = replace(heard, settles=False, in_doubt=True)
        lines = tuple(line for line in heard.lines if self._contacts.get(line) is not None)[:_MOST_LINES]
        if not lines:
            return turn
        if heard.settles:
            return replace(turn, status=Status.HANDOVER_URGENT, urgent=lines, contact=lines[0])
        return replace(turn, urgent=lines, in_doubt=heard.in_doubt, notices=(*turn.notices, ("urgent", "")))


def hand_over(turn: Turn) -> Turn:
    """The step that ends a turn that may tell of danger, and has no answer, with the numbers alone."""
    if turn.in_doubt and str(turn.status).startswith("unanswerable"):
        kept = tuple(notice for notice in turn.notices if notice[0] != "urgent")
        return replace(turn, status=Status.HANDOVER_URGENT, contact=turn.urgent[0], notices=kept)
    return turn


def hear(text: str, *, expressions_only: bool = False) -> Heard:
    """Read a message for danger, by the expressions and, when they are silent, by the trained model."""
    heard = spoken(text)
    plain = _phrases("idioms").sub(" ", heard)
    # As it was written, unless a way of speaking was taken out of it.
    said = text if plain == heard else plain
    asking = _phrases("asking").search(plain) is not None
    over = _is_over(plain, asking=asking)
    closed = over or _phrases("closed").search(plain) is not None
    present: list[_Kind] = []
    beside: list[_Kind] = []
    for kind in _kinds():
        if kind.now.search(plain):
            (beside if over or (closed and not kind.always) else present).append(kind)
        elif kind.state.search(plain):
            (beside if asking or closed else present).append(kind)
        elif kind.about.search(plain):
            beside.append(kind)
    if not present and _despairs(plain, asking=asking):
        # Somebody alone who tells of lost papers is answered on them, the number beside.
        told = beside if _phrases("lost").search(plain) else present
        told.extend(kind for kind in _kinds() if kind.id == "suicide" and kind not in told)
    denied = bool(present) and not expressions_only and _is_surely_not(plain, said, present, asking=asking)
    if denied:
        present, beside = [], [*present, *beside]
    share = 0.0
    if not present and not denied and not closed and not expressions_only:
        leaning, share = _leaning(plain, said, asking=asking)
        (present if share >= _SETTLES and not asking else beside).extend(leaning)
    kinds = [*present, *beside]
    return Heard(
        settles=bool(present),
        lines=tuple(_dealt(kind.lines for kind in kinds)),
        kinds=tuple(dict.fromkeys(kind.id for kind in kinds)),
        in_doubt=share >= _DOUBTS and not present,
        leans=share > 0,
    )


def as_read(text: str) -> str:
    """Return the message as the expressions and the model read it, ways of speaking taken out."""
    return _phrases("idioms").sub(" ", spoken(text))


def _leaning(plain: str, said: str, *, asking: bool) -> tuple[list[_Kind], float]:
    """Return the kinds of danger a message leans to and how surely, 0 to 1; none and 0 when it does not."""
    if plain.isascii() and len(plain.split()) < _FEWEST_WORDS:
        return [], 0.0
    least = _LEANS_SURELY if _phrases("matters").search(plain) else _LEANS
    if asking or _phrases("questions").search(plain):
        # A question is an ordinary one, unless the model is as good as certain: how many pills for never waking up.
        least = _LEANS_ASKING
    share = _share(plain, said)
    if share < least:
        return [], 0.0
    shares = read_leaning(KINDS_FILE).shares(plain, said)
    likely = sorted(shares, key=lambda kind: -shares[kind])[:2]
    found = [kind for name in likely for kind in _kinds() if kind.id == name]
    # Which danger it is matters less than that a number is given: the first line of each, then the one for any danger.
    return [replace(kind, lines=(kind.lines[0], _ANY_DANGER)) for kind in found], share


def _is_surely_not(plain: str, said: str, kinds: Iterable[_Kind], *, asking: bool) -> bool:
    """Say whether a question sounds nothing like the danger that an expression hears in it."""
    if any(kind.always for kind in kinds) or not (asking or "?" in said or _phrases("questions").search(plain)):
        return False
    return _share(plain, said) < _SURELY_NOT


def _share(plain: str, said: str) -> float:
    """Return how much a message leans to danger, 0 to 1."""
    return read_leaning(LEANING_FILE).shares(plain, said)["danger"]


def spoken(text: str) -> str:
    """Return the message as the expressions read it: see the head of danger.toml."""
    lowered = _ENGLISH.sub(lambda found: (found[1] or "") + (found[2] or "t"), text.lower().replace("’", "'"))
    lowered = _MASKED.sub(lambda token: " il " if token.group() == "[nom]" else " ", lowered)
    words: list[str] = []
    for word in _WORD.findall(lowered):
        if not word[0].isalnum():
            words.append("?" if "?" in word else ".")
            continue
        folded = fold(_REPEATED.sub(r"\1", word)).translate(_ARABIC)
        if folded not in {"ne", "n"} or word == "né":
            words.append(_spelt(word, folded))
    return " ".join(words)


def _spelt(word: str, folded: str) -> str:
    """Mend the spelling of one word: by the table, then by one letter of a word that matters."""
    spellings = _data()["spellings"]
    return str(spellings.get(word) or spellings.get(folded) or _near_words().get(folded, folded))


def _is_over(plain: str, *, asking: bool) -> bool:
    """Say whether the message asks something about what happened long ago."""
    asks = asking or "?" in plain or _phrases("questions").search(plain) is not None
    return asks and _phrases("past").search(plain) is not None


def _despairs(plain: str, *, asking: bool) -> bool:
    """Say whether signs that mean little alone mean much together, or are all that the message says."""
    signs = {found.group() for found in _phrases("despair").finditer(plain)}
    if asking or not signs:
        return False
    return len(signs) > 1 or len(plain.split()) <= _VERY_SHORT


def _dealt(hands: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield the first line of each kind, then the second ones, each line once."""
    rows = zip_longest(*hands)
    yield from dict.fromkeys(line for row in rows for line in row if line is not None)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of danger, compiled."""

    id: str
    lines: tuple[str, ...]
    always: bool
    now: re.Pattern[str]
    state: re.Pattern[str]
    about: re.Pattern[str]


@cache
def _kinds() -> tuple[_Kind, ...]:
    return tuple(
        _Kind(
            entry["id"],
            tuple(entry["lines"]),
            entry.get("always", False),
            *(_compiled(entry[level], entry["id"]) for level in ("now", "state", "about")),
        )
        for entry in _data()["danger"]
    )


@cache
def _phrases(table: str) -> re.Pattern[str]:
    return _compiled(_data()[table]["phrases"], table)


def _compiled(expressions: list[str], name: str) -> re.Pattern[str]:
    """Compile the expressions of a list into one that matches whole words, or any place in Chinese."""
    if not expressions:
        return re.compile(r"(?!)")
    words = dict(_data()["words"])
    for _ in range(3):  # a word may be made of others
        words = {key: _filled(value, words) for key, value in words.items()}
    chinese = [one for one in expressions if re.search("[\u4e00-\u9fff]", one)]
    others = [
        _ELIDED.sub(lambda found: _WHOLE[found[1]], _filled(one, words)).replace(" ...", r"(?: \w+){0,4}?")
        for one in expressions
        if one not in chinese
    ]
    pieces = [rf"(?<![^ ])[وف]?(?:{'|'.join(others)})(?![^ ])"] if others else []
    try:
        return re.compile("|".join([*pieces, *chinese]))
    except re.error as error:
        raise ValueError(f"danger.toml, {name}: {error}") from error


def _filled(expression: str, words: dict[str, str]) -> str:
    return re.sub(r"\{(\w*[a-z]\w*)\}", lambda found: words.get(found[1], found[0]), expression)


@cache
def _near_words() -> dict[str, str]:
    """Map each spelling one letter away from a word that matters to that word."""
    typos = _data()["typos"]
    # What the expressions themselves say is spelt right, in any of the languages.
    said = (one for entry in _data()["danger"] for level in ("now", "state", "about") for one in entry[level])
    real = set(typos["not_typos"]) | set(re.findall(r"[a-z]{4,}", " ".join([*said, *_data()["words"].values()])))
    words = set(typos["words"])
    near: dict[str, str] = {}
    for word in words:
        for spelling in _one_letter_away(word):
            if spelling not in words and spelling not in real:
                near.setdefault(spelling, word)
    return near


def _one_letter_away(word: str) -> Iterator[str]:
    """Yield the word with one letter after the first dropped, doubled, changed, added or swapped with the next."""
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield from (word[:at] + letter + word[at:] for letter in _LETTERS)
        yield from (word[:at] + letter + word[at + 1 :] for letter in _LETTERS)
        yield word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    yield from (word + letter for letter in _LETTERS)


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
