"""Names of persons, from what announces them: a civility, a phrase, a known first name, a signature."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import attrgetter

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.name_runs import (
    NameRuns,
    can_be_name,
    is_capital,
    is_first_name,
    is_initial,
    is_ordinary,
    is_upper,
)
from corpus.personal_data.words import Text, Word, alternatives, word_set

_CIVILITY_GAP = re.compile(r"\.?[ \t]{0,3}")
_BREAK = r"[\s:,]{1,3}"
_INTRODUCED = re.compile(rf"(?<!\w)(?:{alternatives('names', 'introductions')}){_BREAK}(?=\w)")
_PRESENTED = re.compile(rf"(?<!\w)(?:{alternatives('names', 'presentations')}){_BREAK}(?=\w)")
_RELATION = rf"\s(?:{alternatives('names', 'relations')})[ ,:(]{{1,3}}(?=\w)"
_MY_RELATION = re.compile(rf"(?<!\w)(?:mon|ma|mes|notre|nos){_RELATION}")
_RELATED = re.compile(rf"(?<!\w)(?:{alternatives('names', 'possessives')}){_RELATION}")
_NAME_LABEL = re.compile(rf"(?<![\w-])(?:{alternatives('names', 'name_labels')})(?:\(s\))?\s?:[ \t]{{0,3}}(?=\w)")
_ROLE_LABEL = re.compile(rf"(?<![\w-])(?:{alternatives('names', 'role_labels')})(?:\(e\))?[ \t]?:?[ \t]{{1,3}}(?=\w)")
_BORN = re.compile(r"[\s,(]{1,3}(?:est\s)?n[eé]{1,2}(?:\(e\))?\s(?:le|en|a)\b")
_CLOSING = re.compile(rf"(?<!\w)(?:{alternatives('names', 'closings')})[\s,.!:\-]{{1,6}}(?=\w)")
_ARTICLES = frozenset({"le", "la", "les", "l"})
_LINE_END = re.compile(r"[ \t.,!]*(?:\n|$)")
_ANNOUNCED_WORDS = 3
_SHORTEST_REPEATED = 4

Span = tuple[int, int]


def find_names(text: Text) -> Iterator[Finding]:
    """Find names of persons, then the other places where their words come back with a capital.

    A name of a street, a school, a hospital or a law is not a person's; a first name alone is not enough.
    """
    runs = NameRuns(text)
    spans = [span for rule in _RULES for span in rule(runs) if span[0] < span[1]]
    spans += _repeated(runs, spans)
    for first, end in spans:
        yield Finding(text.words[first].start, text.words[end - 1].end, PersonalDataKind.NAME)


def _after_civility(runs: NameRuns) -> Iterator[Span]:
    words = runs.text.words
    for index in range(len(words) - 1):
        word, following = words[index], words[index + 1]
        if word.folded not in word_set("names", "civilities") or not _CIVILITY_GAP.fullmatch(runs.gap(index)):
            continue
        abbreviated = word.folded in {"m", "mm", "me", "pr", "pt"}
        if (abbreviated and not is_capital(word)) or runs.is_place(index):
            continue
        if following.raw in _ARTICLES:
            continue
        end = runs.run(index + 1)
        if end > index + 1:
            yield index + 1, end
        elif word.folded in word_set("names", "informal_civilities") and len(following.raw) >= 3:
            limit = _ANNOUNCED_WORDS if is_first_name(following) else 1
            yield index + 1, _lower_name_end(runs, index + 1, limit)


def _lower_name_end(runs: NameRuns, first: int, limit: int) -> int:
    word = runs.text.words[first]
    return first if is_ordinary(word) or is_capital(word) else runs.loose_run(first, limit)


def _after_phrase(runs: NameRuns) -> Iterator[Span]:
    """Yield names after "je m'appelle" (any case), "je suis", "mon fils", "Nom :", "Patient :"."""
    words = runs.text.words
    for pattern in (_INTRODUCED, _NAME_LABEL):
        for first in _word_after(runs, pattern):
            yield first, max(runs.loose_run(first, _ANNOUNCED_WORDS), runs.run(first))
    for first in _word_after(runs, _MY_RELATION):
        yield first, runs.run(first)
    for first in _word_after(runs, _RELATED):
        if is_first_name(words[first]):
            yield first, max(runs.run(first), first + 1)
    for pattern in (_PRESENTED, _ROLE_LABEL):
        for first in _word_after(runs, pattern):
            end = runs.run(first)
            run = list(filter(can_be_name, words[first:end]))
            spelt_both_ways = len({is_upper(word) for word in run}) == 2
            if spelt_both_ways or any(map(is_first_name, run)):
                yield first, end


def _word_after(runs: NameRuns, pattern: re.Pattern[str]) -> Iterator[int]:
    starts = list(map(attrgetter("start"), runs.text.words))
    for found in pattern.finditer(runs.text.folded):
        index = bisect_left(starts, found.end())
        if index < len(starts) and starts[index] == found.end():
            yield index


def _around_first_name(runs: NameRuns) -> Iterator[Span]:
    """Yield "Marie Dupont", "DUPONT Marie", "Jean de La Tour": a known first name and at least one more word."""
    words, index = runs.text.words, 0
    while index < len(words):
        if not (is_capital(words[index]) and is_first_name(words[index])):
            index += 1
            continue
        end = runs.run(index)
        first = _surname_before(runs, index)
        if end - first > 1 and not runs.is_place(first):
            yield first, end
        index = max(end, index + 1)


def _surname_before(runs: NameRuns, index: int) -> int:
    """Return where a surname in capitals before a first name begins, `index` if there is none."""
    words, first = runs.text.words, index
    for _ in range(_ANNOUNCED_WORDS):
        before = first - 1
        if not runs.joined(before) or not is_upper(words[before]) or not _can_be_surname(words[before]):
            break
        # In a heading all in capitals nothing tells a surname from another word.
        if is_upper(words[index]) and (index - before > 2 or (runs.joined(before - 1) and is_upper(words[before - 1]))):
            break
        first = before
    comma = index - 1
    if first == index and runs.joined(comma) and _can_be_surname(words[comma]) and _is_inside_sentence(runs, comma):
        return comma
    if first == index and runs.in_cells(comma) and not is_first_name(words[comma]):
        return comma
    if first == index and comma >= 0 and re.fullmatch(r",[ \t]?", runs.gap(comma)) and is_upper(words[comma]):
        return comma if _can_be_surname(words[comma]) else index
    return first


def _can_be_surname(word: Word) -> bool:
    return can_be_name(word) and word.folded not in word_set("names", "place_words")


def _is_inside_sentence(runs: NameRuns, index: int) -> bool:
    """Say whether a capital is not merely that of a sentence's first word."""
    before = runs.text.raw[max(0, runs.text.words[index].start - 40) : runs.text.words[index].start].rstrip(" \t")
    return bool(before) and before[-1] not in '.!?\n-•«"('


def _after_initial(runs: NameRuns) -> Iterator[Span]:
    """Yield "D. MARTIN", and "R. Martin" where a line or a list begins: an initial, its full stop, a surname."""
    words = runs.text.words
    for index in range(len(words) - 1):
        if not is_initial(words[index]) or not re.fullmatch(r"\.[ ]?", runs.gap(index)):
            continue
        surname = words[index + 1]
        certain = is_upper(surname) or _opens_item(runs, index)
        if certain and len(surname.raw) > 2 and can_be_name(surname) and not runs.is_place(index):
            yield index, max(runs.run(index + 1), index + 2)


def _opens_item(runs: NameRuns, index: int) -> bool:
    before = runs.text.raw[max(0, runs.text.words[index].start - 20) : runs.text.words[index].start].rstrip(" \t")
    return not before or before[-1] in ",:;\n/"


def _before_birth(runs: NameRuns) -> Iterator[Span]:
    ends = list(map(attrgetter("end"), runs.text.words))
    for found in _BORN.finditer(runs.text.folded):
        index = bisect_left(ends, found.start())
        if index < len(ends) and ends[index] == found.start():
            yield runs.run_back(index + 1), index + 1


def _signatures(runs: NameRuns) -> Iterator[Span]:
    """Yield the words after a closing formula, when they fill their line and one is a known first name or capital."""
    words = runs.text.words
    for first in _word_after(runs, _CLOSING):
        end = runs.run(first)
        if end == first and is_first_name(words[first]):
            end = runs.loose_run(first, _ANNOUNCED_WORDS)
        if end > first and _LINE_END.match(runs.text.raw, words[end - 1].end):
            yield first, end
    end = len(words)
    if end:
        first = runs.run_back(end)
        alone = first < end and not runs.text.raw[: words[first].start].rpartition("\n")[2].strip(" \t-")
        if alone and any(map(is_first_name, words[first:end])) and not runs.is_place(first):
            yield first, end


def _repeated(runs: NameRuns, spans: list[Span]) -> Iterator[Span]:
    """Yield other capitalised occurrences of the surnames found: who is named once is often named again."""
    words = runs.text.words
    known = {
        word.folded
        for first, end in spans
        for word in words[first:end]
        if len(word.raw) >= _SHORTEST_REPEATED and can_be_name(word) and not is_first_name(word)
    }
    inside = {index for first, end in spans for index in range(first, end)}
    for index, word in enumerate(words):
        if word.folded in known and is_capital(word) and index not in inside and not runs.is_place(index):
            yield index, index + 1


_RULES: tuple[Callable[[NameRuns], Iterator[Span]], ...] = (
    _after_civility,
    _after_phrase,
    _around_first_name,
    _after_initial,
    _before_birth,
    _signatures,
)
