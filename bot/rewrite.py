"""Follow-ups: what a message takes over from the conversation before it (data: rewrite.toml).

"Et pour ma fille ?" means nothing alone. It is searched together with the question it follows, in the document that
was answered from; an answer to the question asked back is taken as a button pressed. The message is never changed
into words that nobody said: the resident reads what was understood (`follow_up`), and a message that stands alone is
left alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.roles import asked_role
from bot.turn import Asked, Conversation, Exchange, Status, Turn
from corpus.analyse import conversational_words, fold, folded_words, terms
from corpus.situations import is_negative, situation_heard

_FILE = Path(__file__).with_suffix(".toml")
_RANKS = ("first", "second", "third", "fourth", "fifth")
_SHORT = 3
"""Words of its own that a message with a sign of being a follow-up may hold and still need the one before it."""

_ALONE = 6
"""From this many words of its own a message is a question in itself, whatever it opens with."""

_LONGEST_PICK = 120
"""Characters of a message that picks an option; a longer one is a question."""

_TYPO = 0.84
_LOOKED_AT = 4000
_NEW_SUBJECT = 2
"""New words that take a price, a delay or a paper asked for out of the document before ("combien pour la moto ?")."""

_STANDS_ALONE = 0.6
"""Belief from which a message without a sign of being a follow-up is a question in itself."""

_FINDS_NOTHING = 0.2
"""Belief under which a message says too little to tell what it is about."""

_NEAR = 3
"""Rank down to which the document before is still among those that the completed question finds."""

_SOCIAL = frozenset(
    {
        Status.REFUSED_SMALL_TALK,
        Status.HANDOVER_HUMAN,
        Status.REFUSED_EMPTY,
        Status.REFUSED_ABUSE,
        Status.REFUSED_ATTACK,
    }
)
"""Ends of turns that were about nothing: what follows them follows the turn before."""

Knows = Callable[[str], bool]


class Sounded(NamedTuple):
    """What a search of some words finds: how likely its best document answers, and the best documents' keys."""

    belief: float
    documents: tuple[str, ...]


Sound = Callable[[str, date], Sounded]


class Rewrite:
    """The step that completes a follow-up from the conversation.

    Args:
        knows: tells whether a folded word is one of the documents; typed words it does not know make no subject.
        sound: searches some words, to tell a follow-up from a question that stands alone.
    """

    def __init__(self, knows: Knows, sound: Sound) -> None:
        self._knows = knows
        self._sound = sound

    def __call__(self, turn: Turn) -> Turn:
        """Set what is searched, the document it is looked for in, and the options that the message picks."""
        if turn.status is not None or not turn.conversation.exchanges or turn.conversation.picked:
            return self._after_a_button(turn)
        last = _last_subject(turn.conversation)
        if last is None or _patterns()["follow_up"]["thanks"].search(_folded(turn.text)):
            return turn
        if last.question is not None and (taken := _answer(turn, last, last.question)) is not None:
            return taken
        alone = self._sound(turn.text, turn.day)
        if not self._follows(turn.text, last) and not self._needs_more(turn.text, alone):
            return turn
        return self._completed(turn, last, alone)

    def _needs_more(self, text: str, alone: Sounded) -> bool:
        """Tell whether a short message finds nothing by itself."""
        return len(self._own(text)) < _ALONE and alone.belief < _STANDS_ALONE

    def _completed(self, turn: Turn, last: Exchange, alone: Sounded) -> Turn:
        """The turn searched with the question before it, or alone when that finds more."""
        joined = f"{last.text} {turn.text}"
        both = self._sound(joined, turn.day)
        if self._new_subject(turn.text, last):
            turn = replace(turn, conversation=replace(turn.conversation, document="", subject=turn.text))
            return turn if alone.belief > both.belief else _understood(turn, joined)
        # What is said of the person goes with the next questions too; what was asked does not.
        subject = joined if situation_heard(turn.text) else last.text
        document = last.document if self._keeps(turn.text, last.document, alone, both) else ""
        picked = last.picked if document else ()
        conversation = replace(turn.conversation, document=document, picked=picked, subject=subject)
        return _understood(replace(turn, conversation=conversation), joined)

    def _keeps(self, text: str, document: str, alone: Sounded, both: Sounded) -> bool:
        """Tell whether a follow-up is still about the document before it."""
        if asked_role(text) is not None and len(self._own(text)) < _SHORT:
            return True
        if alone.belief < _FINDS_NOTHING:
            return document in both.documents[:_NEAR]
        return document in alone.documents

    def _after_a_button(self, turn: Turn) -> Turn:
        """A button is pressed under an answer: its question is the one asked before."""
        last = _last_subject(turn.conversation)
        if turn.status is not None or last is None or not turn.conversation.picked:
            return turn
        document = turn.conversation.document or last.document
        searched = last.text if turn.text in {label for _, label in turn.conversation.picked} else turn.text
        picked = (*last.picked, *turn.conversation.picked) if document == last.document else turn.conversation.picked
        return replace(
            turn, conversation=replace(turn.conversation, document=document, picked=picked), searched=searched
        )

    def _follows(self, text: str, last: Exchange) -> bool:
        folded = _folded(text)
        signs = _patterns()["follow_up"]
        own = self._own(text)
        if len(own) >= _ALONE:
            return False
        if signs["bare"].search(folded) and len(own) < _SHORT:
            return True
        marked = signs["opens"].search(folded) or signs["refers"].search(folded)
        if marked and len(own) <= _SHORT:
            return True
        return not (set(own) - set(terms(f"{last.title} {last.text}"))) and len(own) <= _SHORT

    def _own(self, text: str) -> list[str]:
        """Index terms that are not talk, in order, each once."""
        words = (word for word in folded_words(text) if word not in conversational_words() and self._knows(word))
        return list(dict.fromkeys(term for word in words for term in terms(word)))

    def _new_subject(self, text: str, last: Exchange) -> bool:
        """Tell whether a follow-up names a thing that the document before it is not about."""
        if situation_heard(text) or _patterns()["change"]["person"].search(_folded(text)):
            return False
        before = set(terms(f"{last.title} {last.text}"))
        new = [term for term in self._own(text) if term not in before]
        return len(new) >= (_NEW_SUBJECT if asked_role(text) else 1)


def exchange_of(turn: Turn) -> Exchange:
    """Return what the next turn needs of this one; nothing of it is kept by the server."""
    return Exchange(
        text=turn.conversation.subject or turn.query,
        status=turn.status or Status.ERROR_INTERNAL,
        document=turn.card.key if turn.card is not None and (turn.sentences or turn.question) else "",
        title=turn.card.title if turn.card is not None else "",
        branch=turn.branch,
        picked=turn.conversation.picked,
        question=turn.question,
    )


def continued(turn: Turn) -> Conversation:
    """Return the conversation as it stands after a turn."""
    return Conversation(exchanges=(*turn.conversation.exchanges, exchange_of(turn)))


def picked_option(text: str, options: Sequence[str]) -> int | None:
    """Return the rank of the option that a message picks, -1 for "all of them", None when it picks none.

    Understood: the words of an option, whole or nearly ("mineure" for "Vous êtes mineur"), its rank ("le premier"),
    yes or no between an option and its negation.
    """
    folded = _folded(text)
    if len(folded) > _LONGEST_PICK:
        return None
    if _patterns()["picked"]["every"].search(folded):
        return -1
    by_words = _named(text, options)
    by_rank = _ranked(folded, len(options)) if by_words is None else by_words
    return _yes_or_no(folded, options) if by_rank is None else by_rank


def _ranked(folded: str, count: int) -> int | None:
    patterns = _patterns()["picked"]
    ranks = {rank for rank, name in enumerate(_RANKS[:count]) if patterns[name].search(folded)}
    if patterns["last"].search(folded):
        ranks.add(count - 1)
    return ranks.pop() if len(ranks) == 1 and len(folded.split()) <= _ALONE else None


def _yes_or_no(folded: str, options: Sequence[str]) -> int | None:
    negative = [rank for rank, option in enumerate(options) if is_negative(option)]
    if len(options) != 2 or len(negative) != 1:
        return None
    if _patterns()["picked"]["yes"].search(folded):
        return 1 - negative[0]
    return negative[0] if _patterns()["picked"]["no"].search(folded) else None


def _named(text: str, options: Sequence[str]) -> int | None:
    """Rank of the one option most of whose proper words the message says, typos allowed."""
    said = terms(text)
    words = [set(terms(option)) for option in options]
    shares: list[float] = []
    for rank, own in enumerate(words):
        proper = own.difference(*(other for at, other in enumerate(words) if at != rank)) or own
        heard = [word for word in proper if get_close_matches(word, said, 1, _TYPO)]
        shares.append(len(heard) / len(proper) if proper else 0.0)
    best = max(shares, default=0.0)
    if best < 0.5 or shares.count(best) != 1:
        return None
    return shares.index(best)


def _answer(turn: Turn, last: Exchange, asked: Asked) -> Turn | None:
    """The turn with the option picked by its words, when the message answers the question asked back."""
    rank = picked_option(turn.text, asked.options)
    if rank is None:
        return None
    conversation = turn.conversation
    if rank == -1:
        conversation = replace(conversation, document=last.document, every_case=True)
        return _understood(replace(turn, conversation=conversation), last.text)
    label = asked.options[rank]
    if asked.documents:
        conversation = replace(conversation, document=asked.documents[rank])
    else:
        conversation = replace(conversation, document=last.document, picked=(*last.picked, (asked.choice, label)))
    return _understood(replace(turn, conversation=conversation), f"{last.text} {turn.text}", told=label)


def _understood(turn: Turn, searched: str, told: str = "") -> Turn:
    searched = searched[-_LOOKED_AT:]
    notice = ("follow_up", told or searched)
    return replace(turn, searched=searched, notices=(*turn.notices, notice))


def _last_subject(conversation: Conversation) -> Exchange | None:
    """The latest turn that was about something: thanks in between do not end a subject."""
    return next((one for one in reversed(conversation.exchanges) if one.status not in _SOCIAL), None)


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", fold(text).replace("’", "'")).strip()


@cache
def _patterns() -> dict[str, dict[str, re.Pattern[str]]]:
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        table: {name: re.compile(pattern) for name, pattern in patterns.items()} for table, patterns in tables.items()
    }
