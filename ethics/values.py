"""The values of a text that somebody may act on: whom to call, where to click or write, where to pay, how much, when.

What is found is compared, never shown as a fact, so that too much is better than too little: a value taken for another
kind only makes a person read. Spellings that hide a value (digits of other scripts, invisible characters, "arobase")
are undone first.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

KINDS = ("phone", "url", "email", "iban", "amount", "date", "duration", "number")
"""What policy.toml may name in [corpus] waits; `number` is any other figure: a share, a count, an article."""

_NUMBERS = (
    "1 un, 1 une, 2 deux, 3 trois, 4 quatre, 5 cinq, 6 six, 7 sept, 8 huit, 9 neuf, 10 dix, 11 onze, 12 douze, "
    "13 treize, 14 quatorze, 15 quinze, 16 seize, 20 vingt, 30 trente, 40 quarante, 50 cinquante, 60 soixante, "
    "100 cent, 1000 mille"
)
_WORDS = {word: figures for figures, word in map(str.split, _NUMBERS.split(", "))}
_MONTH = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
_WORD = "|".join((*_WORDS, "vingts", "cents", "demie?"))
_IN_WORDS = rf"\b(?:{_WORD})(?:[- ](?:et[- ])?(?:{_WORD}))*\b"
_DIGITS = r"\d+(?:[ .]\d{3}(?!\d))*(?:[.,]\d+)?"
_MONEY = r"(?:(?:mille|millions?|milliards?) (?:d['’]|de )?)?(?:[km]?€|[km]?eur(?:os?)?\b|centimes?\b|dollars?\b|\$|£)"
_TIME = r"(?:(?:ans?|annees?|mois|semaines?|jours?|heures?|minutes?|trimestres?|semestres?)\b|h(?![a-z]))"
_YEARS = r"(?:19|20)\d\d (?:19|20)\d\d\b"
_COUNTED = r"(?:pour cent|fois|enfants?|personnes?|exemplaires?|pieces?)\b"
_CALL = r"(?:appel|telephon|\btel\b|compos|\bsms\b|joign|joindre|contact|numero|\bfax\b|standard)"
_END = "com|fr|org|net|eu|gouv|paris|info|io|app|biz|top|xyz|online|site|shop|link|live|club|be|ch|de|uk|ru|cn|co"
_NOT_A_COUNT = rf"(?!\d| ?(?:{_TIME}|{_MONEY}|{_COUNTED}|%)|[.,/]\d)"

# In the order in which they are looked for: what one takes, the next ones do not see. A group `n` is the value alone.
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("email", r"[\w.+-]+ ?(?:@|[(\[]at[)\]]|\baroba(?:se|s)\b) ?[\w-]+(?: ?(?:\.|\bpoint\b) ?[\w-]+)+"),
    ("url", r"(?:\b\w+://|\bwww\.)[^\s<>\"]*[^\s<>\".,;:!?)»]"),
    ("url", rf"\b[\w-]+(?:\.[\w-]+)*\.(?:{_END})\b(?:/[^\s<>\"]*[^\s<>\".,;:!?)»])?"),
    ("iban", r"\b[a-z]{2}\d\d(?:[ -]?(?=[0-9a-z]*\d)[0-9a-z]{2,4}){2,7}(?:[ -]?\d[0-9a-z]{0,2}\b)?"),
    ("amount", rf"(?:{_DIGITS}|{_IN_WORDS}) ?{_MONEY}(?: ?\d\d\b)?|[€$£] ?{_DIGITS}"),
    ("date", rf"\b(?:\d{{1,2}}(?:er)? )?(?:{_MONTH}) (?:19|20)\d\d\b|\b\d{{1,2}}(?:er)? (?:{_MONTH})\b"),
    ("date", r"\b\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d\d)\b|\b\d{4}-\d\d-\d\d\b"),
    ("phone", rf"(?<![\w,.])(?!{_YEARS})(?:\+|00)?[ (]{{0,2}}\d(?:[ .\-/()]{{0,3}}\d){{7,14}}{_NOT_A_COUNT}"),
    ("phone", rf"{_CALL}[^\d.]{{0,40}}(?P<n>\d(?:[ .]?\d){{1,5}}){_NOT_A_COUNT}"),
    ("phone", rf"(?<![\w,.])(?:3\d[ .]?\d\d|11\d|1[578]|10\d\d){_NOT_A_COUNT}"),
    ("date", r"\b(?:19|20)\d\d\b"),
    ("duration", rf"(?:{_DIGITS}|{_IN_WORDS}) ?{_TIME}(?: ?\d\d\b)?"),
    ("number", rf"{_DIGITS} ?%?|{_IN_WORDS} {_COUNTED}"),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_AT = re.compile(r" ?(?:@|[(\[]at[)\]]|\baroba(?:se|s)\b) ?")


class Value(NamedTuple):
    """One value: its kind, and one spelling for all the ways to write it."""

    kind: str
    said: str


def values_of(text: str) -> tuple[Value, ...]:
    """Return the values of a text, in reading order."""
    left = plain(text)
    found: list[tuple[int, Value]] = []
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(left):
            start, end = match.span("n" if "n" in match.groupdict() else 0)
            found.append((start, Value(kind, _spelling(kind, left[start:end].strip()))))
            # What was taken leaves a blank of its size that no later pattern reads across.
            left = left[:start] + "\0" * (end - start) + left[end:]
    return tuple(value for _, value in sorted(found))


def plain(text: str) -> str:
    """Return a text with one spelling for each letter, digit and space, and nothing that cannot be seen."""
    folded = unicodedata.normalize("NFKD", text)
    kept = (letter for letter in folded if unicodedata.category(letter) not in {"Mn", "Cf", "Cc"} or letter.isspace())
    shown = "".join(str(unicodedata.digit(letter, letter)) for letter in kept)
    return re.sub(r"\s+", " ", shown).casefold()


def _spelling(kind: str, said: str) -> str:
    if kind == "phone":
        digits = re.sub(r"\D", "", said)
        return re.sub(r"^(?:00)?330?(?=[1-9]\d{8}$)", "0", digits)
    if kind == "iban":
        return re.sub(r"[ -]", "", said)
    if kind == "email":
        name, _, place = _AT.sub("@", said).partition("@")
        return f"{name}@{re.sub(r' ?point ?', '.', place).replace(' ', '')}"
    if kind == "url":
        return said.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    figures = re.sub(_DIGITS, lambda match: _decimal(match[0]), said)
    words = re.sub(rf"\b(?:{'|'.join(_WORDS)})\b", lambda match: _WORDS[match[0]], figures)
    return re.sub(r"\beur(?:os?)?\b", "€", words).replace(" ", "")


def _decimal(digits: str) -> str:
    """Write a number one way: `1 500,00` and `1500` are the same."""
    whole = re.sub(r"[ .](?=\d{3}(?!\d))", "", digits).replace(",", ".")
    number = Decimal(whole)
    return f"{number.normalize():f}"
