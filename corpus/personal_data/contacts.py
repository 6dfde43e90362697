"""Ways to reach somebody: e-mail addresses, telephone numbers, IP addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumberType

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.words import FILLER, Text

# RFC 5321, 4.5.3.1: 64 characters at most before the sign, 255 after.
_LOCAL_LIMIT, _DOMAIN_LIMIT = 64, 255
_LOCAL = re.compile(rf"[^\s@<>()\[\],;:\"\\{FILLER}]+$")
_DOMAIN = re.compile(rf"(?:[^\s@<>()\[\],;:\"\\'!?/.{FILLER}]{{1,63}}\.)+[^\W\d_][^\s@<>()\[\],;:\"\\'!?/.{FILLER}]+")
_SAID_AT = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?(?:\(at\)|\[at\]|\barobase\b|\barobas\b) ?"
    r"(?:[\w-]{1,63}(?:\.| ?(?:\(dot\)|\[dot\]|\bpoint\b) ?)){1,4}[a-z]{2,12}\b"
)
_DATE_AHEAD = r"(?!0[1-9][ ]?[./-][ ]?[01]\d[ ]?[./-][ ]?(?:19|20)\d\d)"
_SEPARATOR = r"[ .\-/_\t]{0,3}"
_FRENCH = re.compile(
    rf"(?<!\d)(?<!\d[.,])(?<!\+){_DATE_AHEAD}(?:\(0[1-9]\)|\(?0\)?{_SEPARATOR}[1-9])(?:{_SEPARATOR}\d){{8}}(?![\d])"
)
_FRENCH_ABROAD = re.compile(
    rf"(?<![\d+])(?:\+|00)[ ]?33{_SEPARATOR}(?:\(?0\)?)?{_SEPARATOR}[1-9](?:{_SEPARATOR}\d){{8}}(?!\d)"
)
# After other figures, 00 is more likely their end than a prefix.
_INTERNATIONAL = re.compile(r"(?<![\d+])(?:\+|(?<!\d[ .\-/])00)[ ]?[1-9](?:[ .\-/]{0,2}[()]?[ ]?\d){6,14}(?!\d)")
# A French number that lost a pair: +33 and four pairs.
_CUT_SHORT = re.compile(r"(?<![\d+])\+ ?33(?:[ .-]?\d\d){4}(?![ .-]?\d)")
# Five digits that a hospital or an office calls its own number; four would be a public short number.
_EXTENSION = re.compile(
    r"\b(?:joignables?|poste|dect|bip)\s(?:(?:au|le|n°)\s)?:?\s?(?P<number>\d{5})(?!\d|\s?(?:€|euros?\b))"
)
_LAST_GROUP = re.compile(r"[ .\-/]+\d+$")
_IN_PAIRS = re.compile(r"0[1-9](?:[ .-]\d\d){4}")
_GROUPS_TO_TRY = 4
# Numbers sold to organisations (ARCEP numbering plan, 08): no private person holds one.
_ORGANISATION_TYPES = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}(?![\w:])")


def find_emails(text: Text) -> Iterator[Finding]:
    """Find e-mail addresses, also those spelt with "arobase" or "(at)"."""
    at = text.raw.find("@")
    while at != -1:
        local = _LOCAL.search(text.raw, max(0, at - _LOCAL_LIMIT), at)
        domain = _DOMAIN.match(text.raw, at + 1, at + 1 + _DOMAIN_LIMIT)
        if local and domain:
            yield Finding(local.start(), domain.end(), PersonalDataKind.EMAIL)
        at = text.raw.find("@", at + 1)
    for found in _SAID_AT.finditer(text.folded):
        yield Finding(found.start(), found.end(), PersonalDataKind.EMAIL)


def find_phones(text: Text) -> Iterator[Finding]:
    """Find French and international telephone numbers of persons; short numbers and 08 numbers by threes are not."""
    for pattern in (_FRENCH, _FRENCH_ABROAD):
        for found in pattern.finditer(text.raw):
            number = re.sub(r"^00", "+", found.group())
            # A service prints its 08 number by threes; by pairs it is how a person writes theirs, mistyped or not.
            public = not _IN_PAIRS.fullmatch(number) and _belongs_to_organisation(number, "FR")
            if _is_grouped_as_phone(number) and not public:
                yield Finding(found.start(), found.end(), PersonalDataKind.PHONE)
    for found in _CUT_SHORT.finditer(text.raw):
        yield Finding(found.start(), found.end(), PersonalDataKind.PHONE)
    for found in _EXTENSION.finditer(text.folded):
        yield Finding(found.start("number"), found.end("number"), PersonalDataKind.PHONE)
    for found in _INTERNATIONAL.finditer(text.raw):
        length = _international_length(found.group())
        if length:
            yield Finding(found.start(), found.start() + length, PersonalDataKind.PHONE)


def find_ip_addresses(text: Text) -> Iterator[Finding]:
    """Find IP addresses of both versions."""
    for pattern in (_IPV4, _IPV6):
        for found in pattern.finditer(text.folded):
            try:
                ipaddress.ip_address(found.group())
            except ValueError:
                continue
            yield Finding(found.start(), found.end(), PersonalDataKind.IP)


def phone_spellings(number: str) -> tuple[str, ...]:
    """Return the forms under which a caller may allow a number: digits, national digits, E.164."""
    digits = re.sub(r"\D", "", number)
    try:
        parsed = phonenumbers.parse(re.sub(r"^\s*00", "+", number), "FR")
    except phonenumbers.NumberParseException:
        return (digits,)
    international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return digits, re.sub(r"^\+33", "0", international), international


def _is_grouped_as_phone(written: str) -> bool:
    """Refuse columns of figures: but for the first, groups have two digits or more, or all have one."""
    lengths = {len(group) for group in re.findall(r"\d+", written)[1:]}
    return 1 not in lengths or lengths == {1} or bool(re.match(r"\(?\+?(?:00 ?|33|0\))", written))


def _international_length(written: str) -> int:
    """Return how many characters make a possible number, 0 if none do.

    Figures that follow (a postcode, say) may have been read along: groups are dropped from the end.
    """
    for _ in range(_GROUPS_TO_TRY):
        number = re.sub(r"^00", "+", written)
        try:
            possible = phonenumbers.is_possible_number(phonenumbers.parse(number, None))
        except phonenumbers.NumberParseException:
            possible = False
        if possible:
            return 0 if _belongs_to_organisation(number, None) else len(written)
        written = _LAST_GROUP.sub("", written)
    return 0


def _belongs_to_organisation(number: str, region: str | None) -> bool:
    if region and not re.match(r"\D*(?:\+33|0)?\D*0?\D*8", number):
        return False
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) in _ORGANISATION_TYPES
