"""Links, phones and e-mail addresses: a model never writes one; those of the quote alone may be repeated."""

from __future__ import annotations

import re

from bot.checks.claim import Claim
from corpus.document import fold_spaces

_REACH = re.compile(
    r"(?:https?:|www\.|mailto:|tel:)\S+|\S+@\S+|\]\(|<[a-z/]|"
    r"\b[\w-]+(?:\.[\w-]+)*\.(?:fr|com|org|net|eu|gouv|paris|info|io|be|ch|co|app|me|tk|ru|xyz|biz|online|site)\b\S*|"
    r"(?:\+\s?\d{1,3}|\b0|\(0\))[\s.\-]?\(?\d\)?(?:[\s.\-]?\d{2}){4}\b|\b(?:3\d{3}|1\d{2}|118\s?\d{3}|36[\s.]?\d{2}|08\d{2}[\s.]\d{2,3}[\s.]\d{2,3}\S*)\b",
    re.IGNORECASE,
)


def links(claim: Claim) -> str:
    """Return `link` when the sentence holds an address or a number to call that its quotes do not."""
    quotes = [fold_spaces(quote) for quote in claim.quotes]
    return "link" if any(not any(reach in quote for quote in quotes) for reach in reaches(claim.text)) else ""


def reaches(text: str) -> tuple[str, ...]:
    """Return what a reader could follow, dial or write to, as written."""
    return tuple(match.group().rstrip(".,;:!?)»") for match in _REACH.finditer(fold_spaces(text)))
