"""Numbers that carry their own proof: NIR, IBAN, SIRET, SIREN, bank cards, and long bare numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban, luhn
from stdnum.fr import nir, siren, siret

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.words import Text, alternatives, vocabulary

_GAP = r"[ .\-/_]{0,2}"
# Sex, year, month (INSEE gives 20 and up when it is unknown), department, town, order, key.
# Source: INSEE, "Répertoire national d'identification des personnes physiques", composition of the NIR.
_NIR = re.compile(
    rf"(?<![0-9a-z])[1-478]{_GAP}\d\d{_GAP}\d\d{_GAP}(?:\d\d|2[ab]){_GAP}\d\d\d{_GAP}\d\d\d(?:{_GAP}\d\d)?(?![0-9a-z])"
)
_SPELT_DIGITS = re.compile(r"(?<![\w.,/])\d(?: \d){7,29}(?![\w.,/])")
_COUNTING = "01234567890123456789012345678901234567890"
_SPELT_NIR_LENGTHS = (13, 14, 15)
_NIR_CONTEXT_WINDOW = 60
_IBAN_START = re.compile(r"(?<![0-9a-z])[a-z]{2}\d\d(?=[ ]{0,2}[0-9a-z]{2})")
# A French one is recognised even when mistyped.
_FRENCH_IBAN = re.compile(
    r"(?<![0-9a-z])fr\d\d(?:[ \-]{0,2}\d){10}(?:[ \-]{0,2}[0-9a-z]){11}[ \-]{0,2}\d\d(?![0-9a-z])"
)
_SIRET = re.compile(r"(?<!\d)\d{3}[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d{5}(?!\d)")
_SIREN = re.compile(r"(?<!\d)\d{3}[ .-]?\d{3}[ .-]?\d{3}(?![ .-]?\d)")
_SIREN_CONTEXT = re.compile(r"\b(?:siren|rcs|siret)\b")
# In one run, or grouped as they are embossed: four by four, or 4-6-5 (American Express).
_CARD = re.compile(
    r"(?<!\d)(?:\d{13}|\d{15,19}|"
    r"\d{4}(?P<gap>[ .-]{1,2})\d{4}(?P=gap)\d{4}(?P=gap)\d{4}|3\d{3}[ .-]\d{6}[ .-]\d{5})(?!\d)"
)
_ISSUER = re.compile(r"[3-6]|2[2-7]")
_BARE = re.compile(r"(?<![0-9a-z.,/_=-])\d{9,24}(?![0-9a-z_]|[.,]\d)")
_MONEY = re.compile(r"\s{0,2}(?:€|euros?\b|eur\b|%|m²|km|habitants)")
_NIR_CONTEXT = re.compile(rf"\b(?:{alternatives('numbers', 'nir_context')})")


def find_nirs(text: Text) -> Iterator[Finding]:
    """Find social security numbers: with a right key anywhere; without one, when spaced or announced."""
    for found in _NIR.finditer(text.folded):
        written = found.group()
        compact = re.sub(r"[^0-9ab]", "", written)
        spaced = len(re.findall(r"[^0-9ab]+", written)) >= 3 and _month_exists(compact)
        if nir.is_valid(compact.upper()) or spaced or _announces_nir(text, found.start()):
            yield Finding(found.start(), found.end(), PersonalDataKind.NIR)
    for found in _SPELT_DIGITS.finditer(text.folded):
        digits = found.group().replace(" ", "")
        if digits in _COUNTING or len(set(digits)) == 1:
            continue
        is_nir = len(digits) in _SPELT_NIR_LENGTHS and digits[0] in "12"
        kind = PersonalDataKind.NIR if is_nir else PersonalDataKind.FILE_NUMBER
        yield Finding(found.start(), found.end(), kind)


def find_ibans(text: Text) -> Iterator[Finding]:
    """Find bank account numbers of any country whose check digits are right, and French ones in any case."""
    for start in _IBAN_START.finditer(text.folded):
        end = _iban_end(text.folded, start.start())
        if end is not None:
            yield Finding(start.start(), end, PersonalDataKind.IBAN)
    for found in _FRENCH_IBAN.finditer(text.folded):
        yield Finding(found.start(), found.end(), PersonalDataKind.IBAN)


def find_business_numbers(text: Text) -> Iterator[Finding]:
    """Find SIRET (a sole trader is a person) by checksum, SIREN by checksum and announcement."""
    for found in _SIRET.finditer(text.raw):
        if siret.is_valid(re.sub(r"\D", "", found.group())):
            yield Finding(found.start(), found.end(), PersonalDataKind.SIRET)
    for found in _SIREN.finditer(text.raw):
        announced = _SIREN_CONTEXT.search(text.folded, max(0, found.start() - 30), found.start())
        if announced and siren.is_valid(re.sub(r"\D", "", found.group())):
            yield Finding(found.start(), found.end(), PersonalDataKind.SIREN)


def find_cards(text: Text) -> Iterator[Finding]:
    """Find payment card numbers: 13 to 19 digits, known issuer, Luhn key (ISO/IEC 7812).

    Fourteen digits (closed networks) are left to the SIRET, which has the same key.
    """
    for found in _CARD.finditer(text.raw):
        digits = re.sub(r"\D", "", found.group())
        if _ISSUER.match(digits) and luhn.is_valid(digits):
            yield Finding(found.start(), found.end(), PersonalDataKind.CARD)


def find_bare_numbers(text: Text) -> Iterator[Finding]:
    """Find runs of nine digits or more: in a message such a run always names a file, an account or a person."""
    for found in _BARE.finditer(text.folded):
        if not _MONEY.match(text.folded, found.end()):
            yield Finding(found.start(), found.end(), PersonalDataKind.FILE_NUMBER)


def _announces_nir(text: Text, start: int) -> bool:
    return _NIR_CONTEXT.search(text.folded, max(0, start - _NIR_CONTEXT_WINDOW), start) is not None


def _month_exists(compact: str) -> bool:
    month = int(compact[3:5])
    return 1 <= month <= 12 or month >= 20


def _iban_end(folded: str, start: int) -> int | None:
    """Return where a right IBAN that begins at `start` ends: its country fixes its length."""
    length = vocabulary()["iban_lengths"].get(folded[start : start + 2])
    body = length and re.compile(rf"(?:[ -]{{0,2}}[0-9a-z]){{{length}}}(?![0-9a-z])").match(folded, start)
    if body and iban.is_valid(re.sub(r"[ -]", "", body.group()).upper()):
        return int(body.end())
    return None
