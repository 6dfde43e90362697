"""Numbers that only their context tells: file numbers and vehicle plates."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.words import Text, alternatives, word_set

_VALUE = re.compile(r"(?<![0-9a-z@])[a-z]{0,4}\d[0-9a-z]*(?:[ ./_-]?[0-9a-z]*\d[0-9a-z]*){0,12}")
# The identity card of 2021 and French passports: nine capitals and digits.
_CARD_VALUE = re.compile(r"(?<![\w-])(?=[A-Z]*\d[A-Z]*\d)[A-Z0-9]{9}(?![\w-])")
_DATE = re.compile(r"\d{1,2}[ ./-]\d{1,2}[ ./-]\d{2,4}$|(?:19|20)\d\d(?:[ ./-](?:19|20)?\d\d)?$")
_NOT_A_FILE = re.compile(r"\s{0,2}(?:€|euros?\b|eur\b|%|\*|ans\b|jours\b|mois\b|m²|heures?\b|h\b)")
_ARTICLE = re.compile(r"[lrd] ?\d{3,4}-\d")
# Postcodes of Paris and of the departments around it: "demande de logement social 75011" is about a place.
_POSTCODE = re.compile(r"(?:75(?:0(?:0[1-9]|1\d|20)|116)|(?:77|78|9[1-5])\d{3})$")
_FEWEST_DIGITS = 5
_WINDOW_WORDS, _WINDOW_CHARACTERS = 7, 60
_LINK_GAP = re.compile(r"[\s:°º#.'’()\-,|]*")

# Decree of 9 February 2009 (SIV): two letters, three digits, two letters, without I, O, U. Before it (FNI): one to
# four digits, two or three letters, department.
_LETTERS = "[A-HJ-NP-TV-Z]"
_NEW_PLATE = re.compile(rf"(?<![\w-]){_LETTERS}{{2}}(?P<gap>[ -]?)\d{{3}}(?P=gap){_LETTERS}{{2}}(?![\w-])")
_LOWER_PLATE = re.compile(r"(?<![\w-])[a-hj-np-tv-z]{2}(?P<gap>[ -]?)\d{3}(?P=gap)[a-hj-np-tv-z]{2}(?![\w-])")
_OLD_PLATE = re.compile(
    r"(?<![\w.,/-])\d{1,4}(?P<gap>[ -]?)[A-HJ-NP-TV-Z]{2,3}(?P=gap)(?:97[1-6]|2[AB]|\d\d)(?![\w.,/-]\d|\w)"
)
_NOT_LETTERS = word_set("names", "not_names") | {"kg", "km", "cv", "et", "ml", "cl", "cm"}
_PLATE_CONTEXT = re.compile(rf"\b(?:{alternatives('numbers', 'plate_context')})")


def find_file_numbers(text: Text) -> Iterator[Finding]:
    """Find numbers announced by a word such as "dossier", "allocataire" or "numéro étranger"."""
    ends = list(map(attrgetter("end"), text.words))
    for found in _VALUE.finditer(text.folded):
        value = found.group()
        digits = sum(character.isdigit() for character in value)
        if (
            digits < _FEWEST_DIGITS
            or _DATE.match(value)
            or _POSTCODE.match(value)
            or _ARTICLE.match(value)
            or _NOT_A_FILE.match(text.folded, found.end())
        ):
            continue
        if _is_announced(text, found.start(), bisect_left(ends, found.start() + 1)):
            yield Finding(found.start(), found.end(), PersonalDataKind.FILE_NUMBER)
    for found in _CARD_VALUE.finditer(text.raw):
        if _is_announced(text, found.start(), bisect_left(ends, found.start() + 1)):
            yield Finding(found.start(), found.end(), PersonalDataKind.FILE_NUMBER)


def find_plates(text: Text) -> Iterator[Finding]:
    """Find vehicle plates, new format and old; in lower case only with hyphens or when a vehicle is spoken of."""
    for pattern in (_NEW_PLATE, _OLD_PLATE):
        for found in pattern.finditer(text.raw):
            yield Finding(found.start(), found.end(), PersonalDataKind.PLATE)
    for found in _LOWER_PLATE.finditer(text.folded):
        near = _PLATE_CONTEXT.search(text.folded, max(0, found.start() - 60), found.start())
        words = {found.group()[:2], found.group()[-2:]} & _NOT_LETTERS
        if found["gap"] == "-" or (near and not words):
            yield Finding(found.start(), found.end(), PersonalDataKind.PLATE)


def _is_announced(text: Text, start: int, before: int) -> bool:
    """Walk back over link words from a number to the word that announces it.

    Args:
        text: the text.
        start: where the number begins.
        before: how many words end at or before `start`.
    """
    position = start
    for index in range(before - 1, max(-1, before - 1 - _WINDOW_WORDS), -1):
        word = text.words[index]
        near = start - word.start <= _WINDOW_CHARACTERS
        if not near or not _LINK_GAP.fullmatch(text.folded, word.end, position):
            return False
        if word.folded in word_set("numbers", "file_words"):
            return True
        if word.folded not in word_set("numbers", "links"):
            return False
        position = word.start
    return False
