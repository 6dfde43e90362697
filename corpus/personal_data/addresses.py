"""Postal addresses: a number and a street, with what follows down to the town."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.words import Text, Word, alternatives, word_set

_SUFFIX = alternatives("addresses", "suffixes")
_NUMBER_WORD = alternatives("addresses", "number_words")
_TYPE = f"{alternatives('addresses', 'street_types')}|{alternatives('addresses', 'everyday_types')}"
_HEAD = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?:\d{{1,4}}(?:\s?(?:[-/&]|et|a)\s?\d{{1,4}}){{0,2}}|\b(?:{_NUMBER_WORD}))"
    rf"(?:\s?(?:{_SUFFIX})\b\.?)?\s{{0,2}},?\s{{0,3}}\b(?P<type>{_TYPE})\b\.?(?=[\s'])"
)
_SAID_TO_LIVE = re.compile(
    r"(?:\bau|habit\w+|adresse|demeurant|domicili\w+|resid\w+|loge\w*|vis|sis|chez moi)[\s:,]{1,3}$"
)
_NAME_GAP = re.compile(r"[ \t.'-]{1,3}|[ \t]{1,2}\(")
_DATE_NAME = re.compile(r"\s(?:du\s)?\d{1,2}(?:er)?\s[a-z]{3,9}(?:\s\d{4})?\b")
_EXTRA = re.compile(
    rf"[\s,\-–(]{{1,4}}(?:\d{{1,2}}\s?(?:e|eme|er|ere)\s)?\b(?:{alternatives('addresses', 'extras')})\b\.?"
    r"[\s:]{0,2}(?:n°\s?)?(?:[a-z]?\d{1,6}[a-z]?|[a-z]|droite|gauche|face)?(?![\w])"
)
_NOT_A_TOWN = rf"(?i:(?:{alternatives('addresses', 'extras')}|{alternatives('addresses', 'stops')})(?![\w-]))"
_TOWN_WORD = rf"(?!{_NOT_A_TOWN})[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'-]*"
_CODE = r"(?:[fF]-?)?\d{2}[ .]?\d{3,4}"
_CAPITAL_TOWN = r"[A-ZÀ-Ý][A-Za-zÀ-ÿ'-]+(?:[ \n-](?:[a-zà-ÿ']{1,4}[ -]){0,2}[A-ZÀ-Ý][A-Za-zÀ-ÿ'-]+){0,4}"
_TOWN = re.compile(
    rf"[\s,\-(]{{0,6}}(?<![\d\w]){_CODE}(?:[ \t,\-\n]{{1,3}}(?:{_CAPITAL_TOWN}|{_TOWN_WORD}(?:-{_TOWN_WORD})*))?"
    rf"(?:\s\d{{1,2}}(?:e|eme|er|ème|è)?\b)?(?:\sCEDEX(?:\s\d{{1,2}})?)?"
    rf"|[ ,\-(]{{1,3}}(?:(?:à|a|A|À)\s)?(?:{_CAPITAL_TOWN}|paris)"
    rf"(?:\s\(?\d{{1,2}}(?:e|eme|er|ème|è)?\b|\s\(\d{{2,5}}\))?"
)
_LONGEST_NAME, _LONGEST_LOWER_NAME, _MOST_EXTRAS = 9, 3, 4


def find_addresses(text: Text) -> Iterator[Finding]:
    """Find addresses with a house number; a street alone (a pothole, a market) is nobody's."""
    starts = list(map(attrgetter("start"), text.words))
    for head in _HEAD.finditer(text.folded):
        everyday = head["type"] not in word_set("addresses", "street_types")
        everyday = everyday and not _SAID_TO_LIVE.search(text.folded, max(0, head.start() - 30), head.start())
        first = bisect_left(starts, head.end())
        end = _name_end(text, first, head.end(), everyday=everyday)
        if end is not None:
            yield from (Finding(*span, PersonalDataKind.ADDRESS) for span in _parts(text, head.start(), end))


def _name_end(text: Text, first: int, after: int, *, everyday: bool) -> int | None:
    """Return where the street name that begins at word `first` ends, None if there is none."""
    dated = _DATE_NAME.match(text.folded, after)
    if dated and not everyday:
        return dated.end()
    end, position, lower_words = None, after, 0
    for index in range(first, min(len(text.words), first + _LONGEST_NAME)):
        word = text.words[index]
        if not _NAME_GAP.fullmatch(text.raw, position, word.start):
            break
        if word.folded in word_set("addresses", "particles") and not _stops_here(text, index):
            position = word.end
            continue
        if end is not None and word.folded == "paris":
            break
        if not word.raw[0].isupper():
            lower_words += 1
            if everyday or word.folded in word_set("addresses", "stops") or lower_words > _LONGEST_LOWER_NAME:
                break
        end = position = word.end
    return end


def _stops_here(text: Text, index: int) -> bool:
    """Say whether a particle (à, et, en...) joins two parts of a name or ends the address."""
    word, joined = text.words[index], text.words[index + 1 : index + 2]
    if word.folded not in word_set("addresses", "stops"):
        return False
    return not (joined and _is_capital(joined[0]) and word.folded not in {"a", "au", "en"})


def _is_capital(word: Word) -> bool:
    return word.raw[0].isupper()


def _parts(text: Text, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the number, street, flat and floor, then the flat or floor given after the town.

    The postcode and the town between them stay: they name nobody, and the town hall depends on them.
    """
    after = _after_extras(text, end)
    yield start, after
    town = _TOWN.match(text.raw, after)
    if town and (last := _after_extras(text, town.end())) > town.end():
        yield town.end() + re.match(r"[\s,\-–(]*", text.raw[town.end() : last]).end(), last  # type: ignore[union-attr]


def _after_extras(text: Text, end: int) -> int:
    for _ in range(_MOST_EXTRAS):
        extra = _EXTRA.match(text.folded, end)
        if not extra:
            break
        end = extra.end()
    return end
