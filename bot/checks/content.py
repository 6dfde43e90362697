"""Words that carry the meaning: each is in the quotes, in what stands above them, or an equivalent of theirs."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.checks.claim import Claim, agrees
from bot.checks.units import Unit
from bot.checks.vocabulary import common_verbs, decisive, marker_words, neutral, stem, word_of

_SHARED = 0.3
"""Share of the words of a sentence, neutral ones aside, that its quotes alone must say: a title proves nothing."""

_FREE, _HELD = 0.4, 0.5
"""In a sentence that says it otherwise: share of words nothing need support, and share that the quotes alone must."""

_GROUPED = frozenset("=~")
"""How the concepts begin that several words share."""

_LEAST = 4
"""Words that mean something from which a sentence is long enough for its words to be weighed together."""

_VERBS, _WORDS_A_VERB = 2, 4
"""Verbs that may come from nowhere, and the words that mean something a sentence must have for each of them."""

_DENYING = frozenset({"ne", "n", "pas", "plus", "sans", "non", "aucun", "aucune", "rien", "jamais"})
_DIRECT = re.compile(r"\w{3,}ez$")
_INFINITIVE = re.compile(r"\w{3,}(?:er|ir|re)$")
_PARTICIPLE = re.compile(r"\w{2,}(?:é|ée|és|ées|i|ie|is|ies|it|ite|its|ites|u|ue|us|ues)$")


def content(claim: Claim) -> str:
    """Return `content` when a word that carries the meaning comes from nowhere."""
    found = strangers(claim)
    if found and not _mere_verbs(claim, found) and not _said_otherwise(claim, found):
        return "content"
    return "" if _leans_on_quotes(claim) else "content"


def strangers(claim: Claim) -> list[Unit]:
    """Return the words of the sentence that nothing supports."""
    return [
        unit
        for unit in claim.said.units
        if not unit.entity
        and not unit.word[:1].isdigit()
        and not _is_neutral(unit.word)
        and not _supported(claim, unit)
    ]


def _supported(claim: Claim, unit: Unit) -> bool:
    """Tell whether a word is said; one that decides, by the quote in any words, or above it in the very same."""
    if not _decides(unit) or agrees(unit, claim.quoted.concepts):
        return claim.supports(unit)
    return any(concept[0] not in _GROUPED and concept in claim.around.concepts for concept in unit.concepts)


def _said_otherwise(claim: Claim, found: list[Unit]) -> bool:
    """Tell a free wording: most of its words are supported, few are the very words of the quote, none decides.

    In a near echo one foreign word is an alteration; where everything is worded anew, some are synonyms that no list
    holds. Measured: sentences about something else have under half of their words in the quote.
    """
    units = [u for u in claim.said.units if not u.word[:1].isdigit() and not _is_neutral(u.word)]
    if claim.echo or len(units) < _LEAST or len(found) > _FREE * len(units):
        return False
    # Three words that mean the same one of the quote are supported once.
    told = {concept for unit in units for concept in unit.concepts.union(*unit.inner)}
    held = min(
        sum(agrees(unit, claim.quoted.concepts) for unit in units),
        sum(agrees(unit, told) for unit in claim.quoted.units),
    )
    if held < _HELD * len(units):
        return False
    return not any(unit.negated or _decides(unit) or _with(claim, unit) for unit in found)


def _with(claim: Claim, unit: Unit) -> bool:
    """`avec` and `sans` tell one thing from its opposite: what they bear on is never free."""
    return not {"avec", "sans"}.isdisjoint(claim.said.forms[max(0, unit.position - 2) : unit.position])


def _decides(unit: Unit) -> bool:
    return any(stem(word) in decisive() for word in unit.word.split(" "))


def _mere_verbs(claim: Claim, found: list[Unit]) -> bool:
    """Tell whether all that nothing supports is a verb or two that decide nothing, in a sentence supported otherwise.

    A model words an act as it likes ("settle", "look into"); what the act bears on is named by nouns, each checked.
    """
    if len(found) > _VERBS or len(claim.said.units) < _WORDS_A_VERB * len(found):
        return False
    return all(_is_verb(claim, unit) and stem(unit.word) not in decisive() and not unit.negated for unit in found)


def _is_verb(claim: Claim, unit: Unit) -> bool:
    """Tell a verb by a list of common ones, or by its ending after a word that only a verb follows."""
    word = claim.said.words[unit.position].lower()
    before = claim.said.forms[unit.position - 1] if unit.position else ""
    if before in marker_words("verb", "articles"):
        return False
    return bool(
        stem(word) in common_verbs()
        or _DIRECT.search(word)
        or (_INFINITIVE.search(word) and before in marker_words("verb", "before_infinitive"))
        or (_PARTICIPLE.search(word) and before in marker_words("verb", "before_participle"))
    )


@lru_cache(maxsize=50_000)
def _is_neutral(word: str) -> bool:
    parts = word.split(" ")
    if len(parts) > 1 and not _DENYING.isdisjoint(parts):
        return False  # "suffit" adds nothing, "ne suffit pas" does
    return all(stem(part) in neutral() or not word_of(part).concepts for part in parts)


def _leans_on_quotes(claim: Claim) -> bool:
    """Tell whether the quotes say enough of the sentence; one of neutral words alone must be theirs word for word."""
    units = [unit for unit in claim.said.units if not _is_neutral(unit.word)]
    share = _SHARED if units else 1.0
    units = units or list(claim.said.units)
    return bool(units) and sum(agrees(unit, claim.quoted.concepts) for unit in units) >= share * len(units)
