"""First look at a question: empty, too long, full of characters no one types, or telling who somebody is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import cache

from bot.turn import Status, Turn
from corpus.contacts import load_contacts
from corpus.personal_data import PersonalDataKind, label, mask, without_tokens

LONGEST = 4000
"""Characters of one message: twice the longest citizen's letter of the public evaluation set."""

_KEPT_OF_THE_END = 1000
# Marks that show nothing by themselves and can carry a hidden text: variation selectors, fillers, the joiner.
_UNSEEN = re.compile("[\u034f\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Tag characters spell a text that no reader sees and that a model reads; flags of regions are their one honest use.
_FLAG = re.compile("🏴[󠀠-󠁾]{1,8}󠁿?")
_HIDDEN_LETTERS = re.compile("[󠀠-󠁾󠄀-󠇯]")
_FEWEST_HIDDEN = 5
# Without the name of the person, a condition is what the question is about ("mon mari a un cancer, quelle aide ?").
_KEPT = frozenset({PersonalDataKind.HEALTH})


def screen(turn: Turn) -> Turn:
    """Clean the text of invisible characters, mask personal data; settle the turn when there is nothing to answer.

    A text hidden in characters that no keyboard types is an order to a machine (OWASP Top 10 for LLM applications,
    LLM01): the message is refused.

    What is searched is the text without the tokens of the mask: their words ("adresse") are not the resident's.
    """
    cleaned = "".join(" " if c in "\t\n\r" else c for c in turn.text if _visible(c) or c in "\t\n\r")
    cleaned = _UNSEEN.sub("", cleaned).strip()
    # Composing takes a time that grows with the square of a run of accents; a text written apart is not twice as long.
    text = unicodedata.normalize("NFC", cleaned) if len(cleaned) <= 2 * LONGEST else cleaned
    if not any(c.isalnum() for c in text):
        return replace(turn, text="", status=Status.REFUSED_EMPTY)
    if len(text) > LONGEST:
        # The steps that run on every turn need no more to hear a call for help or to find a contact.
        head, tail = text[: LONGEST - _KEPT_OF_THE_END - 1], text[-_KEPT_OF_THE_END:]
        return replace(_masked(turn, f"{head} {tail}"), status=Status.REFUSED_TOO_LONG)
    if len(_HIDDEN_LETTERS.findall(_FLAG.sub("", turn.text))) >= _FEWEST_HIDDEN:
        return replace(_masked(turn, text), status=Status.REFUSED_ATTACK)
    return _masked(turn, text)


def _masked(turn: Turn, text: str) -> Turn:
    """Put the text, masked, in the turn, and say what was masked."""
    result = mask(text, public_numbers(), _KEPT)
    masked = result.text[:LONGEST].strip()
    if not result.findings:
        return replace(turn, text=masked)
    kinds = tuple(dict.fromkeys(one.kind for one in result.findings))
    notice = ("masked", ", ".join(label(kind) for kind in kinds))
    searched = turn.searched or without_tokens(masked)
    return replace(turn, text=masked, masked=kinds, notices=(*turn.notices, notice), searched=searched)


@cache
def public_numbers() -> frozenset[str]:
    """Digits of the numbers of contacts.toml, which are nobody's."""
    return frozenset(re.sub(r"\D", "", contact.phone) for contact in load_contacts() if contact.phone)


def _visible(character: str) -> bool:
    """Control, format, surrogate, private and unassigned characters carry no word of a question."""
    return not unicodedata.category(character).startswith("C")
