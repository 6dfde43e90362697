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
# A column of sexes before a date: the row of a list of persons.
_LISTED = re.compile(rf"[|;\t]\s?[mfh]\s?[|;\t]\s?(?P<date>{_DIGITS})")


def find_birth_dates(text: Text) -> Iterator[Finding]:
    """Find dates announced by "né(e) le", "date de naissance" and the like, in figures or in words."""
    for found in chain(_ANNOUNCED.finditer(text.folded), _LISTED.finditer(text.folded)):
        yield Finding(found.start("date"), found.end("date"), PersonalDataKind.BIRTH_DATE)
