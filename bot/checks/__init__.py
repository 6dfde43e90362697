"""Certain checks of a sentence of the model against its quotes: each returns nothing, or the reason of a refusal.

They can only refuse: what passes them all still had its quotes found letter by letter (bot/verify.py). What cannot be
read counts as refused. Data: the word lists of this folder, which anyone may extend.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.checks.claim import Claim
from bot.checks.conditions import conditions
from bot.checks.content import content
from bot.checks.copied import copied
from bot.checks.echo import echo
from bot.checks.figures import figures
from bot.checks.links import links
from bot.checks.named import entities, names, periods
from bot.checks.polarity import modality, negation
from bot.checks.relations import quantity, relations

_ANSWER = re.compile(
    r"^\s*(?P<how>en règle générale|en général|en principe|généralement|normalement|d['’]ordinaire|le plus souvent)?"
    r"\s*,?\s*(?:(?:mal)?heureusement\s+)?(?:oui|non|pas (?:forcément|toujours|nécessairement|du tout)|rien du tout|"
    r"en aucun cas|bien sûr)\s*[,.:;!]\s*(?=\S)",
    re.IGNORECASE,
)
"""A word of answer before what is answered: the rule that follows it is what the quotes must prove."""

_NO = re.compile(r"\b(?:non|pas|rien|aucun)\b", re.IGNORECASE)

Check = Callable[[Claim], str]

CHECKS: tuple[Check, ...] = (
    links,
    figures,
    periods,
    negation,
    modality,
    conditions,
    entities,
    names,
    relations,
    quantity,
    content,
)


def answered(text: str) -> str:
    """Return a sentence without the word that answers the question; how far the rule goes ("en général") stays."""
    return _ANSWER.sub(lambda found: f"{found['how']}, " if found["how"] else "", text)


def _says_no(text: str) -> bool:
    found = _ANSWER.match(text)
    return found is not None and _NO.search(found.group()) is not None


def refusal(text: str, quotes: Sequence[str], around: Sequence[str] = (), asked: str = "") -> str:
    """Return why a sentence is not proved by its quotes, as a key of reasons.toml; empty when every check passes.

    Args:
        text: the sentence of the model.
        quotes: whole sentences or table rows of the publisher.
        around: title and headings of their passages.
        asked: the question.
    """
    if not text.strip():
        return "empty"
    try:
        claim = Claim.of(answered(text), quotes, around, asked, no=_says_no(text))
        return next((reason for check in (*CHECKS, echo, copied) if (reason := check(claim))), "")
    except Exception:  # noqa: BLE001  a check that fails is a no, whatever broke in it (DESIGN.md, promise 4)
        return "failed"
