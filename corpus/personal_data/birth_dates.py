"""Birth dates: a date that the text itself calls so. Other dates stay, a question needs them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.words import Text, alternatives

_MONTH = alternatives("birth", "months")
_NUMBER_WORD = alternatives("birth", "number_words")
_DIGITS = r"\d{1,4}\s?[./|\-_ ]\s?\d{1,2}\s?[./|\-_ ]\s?\d{2,4}|\d{8}(?!\d)"
_WITH_MONTH = rf"(?:\d{{1,2}}(?:er)?|{_NUMBER_WORD})[\s\-./]{{0,2}}(?:{_MONTH})\.?,?[\s\-./]{{0,2}}\d{{2,4}}"
_IN_WORDS = rf"(?:(?:{_NUMBER_WORD})[\s-]){{1,3}}(?:{_MONTH})(?:[\s-](?:{_NUMBER_WORD})\b){{1,9}}"
_MONTH_YEAR = rf"(?:{_MONTH})\s(?:19|20)\d\d"
_DATE = rf"(?:{_WITH_MONTH}|{_DIGITS}|{_IN_WORDS}|{_MONTH_YEAR})"
# Singular only: "les personnes nées le..." is a rule, "née le..." is somebody.
_ANNOUNCED = re.compile(
    r"(?<!\w)(?:n[eé]{1,2}(?:\(e\)|\.e|-e|·e)?|mise? au monde|date de naiss?(?:ance)?\b\.?|date nais\w*\.?|ddn|"
    r"naissance|date de mise au monde|anniversaire)(?:\s+(?:a|en|au)\s+[\w'-]{2,25}(?:\s+[\w'-]{2,25}){0,2})?"
    rf"[\s:,;(]{{0,4}}(?:est\s)?(?:le\s|du\s|en\s)?[\s:]{{0,3}}(?P<date>{_DATE})"
)
# "Née dans la nuit du 1er au 2 février": words between, but no end of sentence.
_BORN_BETWEEN = re.compile(
    rf"(?<!\w)n[eé]{{1,2}}\s(?:le|la|dans|entre|pendant|au)\b[^.;:!?\n|]{{0,40}}?(?P<date>\b{_DATE})"
)
# Only a copy of a civil status act writes a year of the last century in words.
_OLD_YEAR = re.compile(
    rf"(?:\d{{1,2}}(?:er)?|(?:\b(?:{_NUMBER_WORD})[\s-]){{1,3}}?)\s?(?:{_MONTH})\smil(?:le)?[\s-]neuf[\s-]cents?(?:[\s-](?:{_NUMBER_WORD})\b){{0,5}}"
)
# A field of a form: the date of a person born in the last century, alone on its line, its figures apart.
_FIELD = re.compile(r"(?m)^[ \t]*(?P<date>(?:\d ?){2} ?\. ?(?:\d ?){2}\. ?1 ?9 ?\d ?\d)[ \t]*$")
# A column of sexes before a date: the row of a list of persons.
_LISTED = re.compile(rf"[|;\t]\s?[mfh]\s?[|;\t]\s?(?P<date>{_DIGITS})")
_PATTERNS = (_ANNOUNCED, _BORN_BETWEEN, _FIELD, _LISTED)


def find_birth_dates(text: Text) -> Iterator[Finding]:
    """Find dates announced by "né(e) le", "date de naissance" and the like, in figures or in words."""
    for found in _OLD_YEAR.finditer(text.folded):
        yield Finding(found.start(), found.end(), PersonalDataKind.BIRTH_DATE)
    for found in chain.from_iterable(pattern.finditer(text.folded) for pattern in _PATTERNS):
        if found.re is _BORN_BETWEEN and text.raw[found.start() + 1] not in "éÉ" and found.group()[2] != "e":
            continue  # "je ne le vois pas avant le 3 mars": folding has made a negation of it
        yield Finding(found.start("date"), found.end("date"), PersonalDataKind.BIRTH_DATE)
