"""Health data (GDPR article 9), only where it is said of somebody: "mon cancer", "je suis séropositive"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.words import FILLER, Text, alternatives

_RELATIONS = alternatives("health", "relations")
_NOUNS = f"{alternatives('health', 'conditions')}|{alternatives('health', 'treatments')}"
_TERM = re.compile(
    rf"(?<![\w-])(?:(?P<noun>(?:{_NOUNS})s?(?:\s(?:du|de\sla|des|de\sl'|aux?)\s?(?!suis)[a-z]{{3,20}})?)|"
    rf"(?P<state>(?:{alternatives('health', 'states')})s?))(?![\w-])"
)
_WINDOW = 90
_SOMEBODY = rf"(?:\b(?:{_RELATIONS}|il|elle)|{FILLER}+)"
_OWNED = r"(?:\b(?:mon|ma|mes|son|sa|ses)|\b(?:notre|nos))\s(?:\w+\s)?$"
_HAVE = (
    rf"(?:\bj'?\s?(?:ai|avais|aurais)|{_SOMEBODY}[^.!?;\n]{{0,60}},\s(?:a|avait)|{_SOMEBODY}\s(?:a|avait|ont)|\bm'a\b.{{0,20}}|\bayant)"
    r"\s(?:(?:eu|fait|aussi|deja|toujours|actuellement|egalement|decouvert)\s){0,2}"
    r"(?:(?:un|une|le|la|du|des|de\sla)\s|l'|de\sl')?(?:\w+\s)?$"
)
_BE = (
    rf"(?:\b(?:je\s)?suis|\bj'?\s?(?:etais|ai\sete)|{_SOMEBODY}\s(?:est|etait|a\sete))"
    r"\s(?:(?:\w+ment|tres|aussi|devenue?|une?|ne|nee|personne)\s){0,2}$"
)
_SUFFER = (
    rf"(?:\b(?:je|j|m|me|moi|mon|ma|mes|notre|il|elle)\b|{FILLER})[^.!?;\n]{{0,45}}?"
    rf"\b(?:{alternatives('health', 'suffering')})\b"
    r"[\s']{0,2}(?:(?:d|de|du|des|la|le|les|l|un|une|par|pour|a|mon|ma|en|avec|et)[\s']{1,2}){0,3}(?:\w+\s(?:d'|de\s|du\s)?)?$"
)
_SAID_OF_SOMEBODY = re.compile(f"{_OWNED}|{_HAVE}|{_SUFFER}")
_STATE_OF_SOMEBODY = re.compile(f"{_BE}|{_SUFFER}|\\b(?:mon|ma|mes)\\s(?:{_RELATIONS})\\s(?:\\w+\\s)?$")
_SENTENCE_END = re.compile(r"[.!?;\n](?=\s|$)")


def find_health(text: Text) -> Iterator[Finding]:
    """Find a condition or a treatment that the sentence gives to the writer or to a person of theirs.

    "Le dépistage du cancer" or "les personnes diabétiques" stay: nobody is named.
    """
    for found in _TERM.finditer(text.folded):
        left = text.folded[max(0, found.start() - _WINDOW) : found.start()]
        said = _SENTENCE_END.split(left)[-1]
        pattern = _STATE_OF_SOMEBODY if found["state"] else _SAID_OF_SOMEBODY
        if pattern.search(said):
            yield Finding(found.start(), found.end(), PersonalDataKind.HEALTH)
