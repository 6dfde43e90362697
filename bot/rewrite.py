"""Follow-ups: what a message takes over from the conversation before it (data: rewrite.toml).

"Et pour ma fille ?" means nothing alone. Each message of a conversation is searched alone, after the question before
it, and after the first one, which tells the situation that all the others are asked in (bot/fuse.py). A price, a delay
or a paper asked for without saying of what is looked for in the document that the turn before was answered from. An
answer to the question asked back is taken as a button pressed. The message is never changed into words that nobody
said: the resident reads what was understood (`follow_up`), and a message that stands alone is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bot.fuse import LIKELY, TIED, fuse, trust
from bot.pick import folded_message, is_bare_pick, patterns, picked_option
from bot.roles import asked_role, besides_role, role_of
from bot.turn import Asked, Conversation, Exchange, Role, Status, Turn
from corpus.analyse import conversational_words, folded_words, terms
from corpus.found import DocumentHit, Found
from corpus.search import Searcher
from corpus.situations import situation_heard
from corpus.store import PassageStore

_ITSELF, _AFTER, _SITUATION = 1.0, 0.8, 0.8
"""Weights of the searches of a message alone, after the question before it, and after the first one.

Fitted on the 188 follow-ups of the opened conversations (eval/cases/journeys*.jsonl, four sets) that a document
answers: 118 first, 114 in cross-validation by journey, and as many from .7 to 1. After the title of the document before
in place of the first question: 98. Links between documents, their theme, a preference for the document before, or a
weight by the number of words, added nothing."""

_ALONE = 8
"""From this many words of its own a message is a question in itself: it is searched once."""

_A_FEW = 2
"""Words of its own from which a message may leave a document that nothing else draws it away from."""

_LIMIT = 30
_NEAR, _CLOSE = 3, 0.15
"""Rank down to which a document is still among those found, and how far behind the best one it may then be."""

_LOOKED_AT = 4000
_SENTENCE = re.compile(r"[^.?!;\n]+[.?!;\n]*")

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


class Rewrite:
    """The step that completes a follow-up from the conversation.

    Args:
        searcher: finds what a message is about, alone and beside its subject.
        store: the passages of the document before, to know whether it says what is asked.
    """

    def __init__(self, searcher: Searcher, store: PassageStore) -> None:
        self._searcher = searcher
        self._store = store

    def __call__(self, turn: Turn) -> Turn:
        """Set what is searched and found, the document it is looked for in, and the options that the message picks."""
        if turn.status is not None or not turn.conversation.exchanges or turn.conversation.picked:
            return self._after_a_button(turn)
        last = _last_subject(turn.conversation)
        if last is None or patterns()["follow_up"]["thanks"].search(folded_message(turn.text)):
            return turn
        if last.question is not None and (taken := _answer(turn, last, last.question)) is not None:
            return taken
        alone = self._search(turn.query, turn)
        own = len(self._own(turn.query)) if alone.question.language == "fr" else len(alone.question.own)
        if own >= _ALONE:
            return replace(turn, found=alone, language=alone.question.language)
        turn = replace(turn, own_words=own, language=alone.question.language)
        return self._completed(turn, last, fuse(self._searches(turn, last, alone)), alone)

    def _searches(self, turn: Turn, last: Exchange, alone: Found) -> list[tuple[Found, float]]:
        """The searches of a follow-up; one with no word of its own means nothing alone."""
        beside = [(self._search(_after(before, turn.query), turn), weight) for before, weight in _told(turn, last)]
        return [(alone, _ITSELF), *beside] if turn.own_words else beside

    def _search(self, text: str, turn: Turn) -> Found:
        return self._searcher.search(text[-_LOOKED_AT:], limit=_LIMIT, as_of=turn.day, passages=False)

    def _completed(self, turn: Turn, last: Exchange, both: Found, alone: Found) -> Turn:
        """The turn as it goes on in the document before, or leaves it."""
        said = turn.query
        document = self._document(said, last, both, alone)
        # What is said of the person goes with the next questions too; what was asked does not.
        joined = _after(_before(last.text, said) or last.title, said)
        told = joined if situation_heard(said) else last.text
        if document:
            stays = document == last.document
            conversation = replace(
                turn.conversation,
                document=document,
                picked=last.picked if stays and not _of_another(said) else (),
                subject=told if stays else said,
            )
            return _understood(replace(turn, found=both, conversation=conversation), joined)
        moved = replace(turn, found=both, conversation=replace(turn.conversation, subject=said))
        led = next((text for text, _ in _told(turn, last) if _after(text, said) == both.question.text), None)
        return moved if led is None else _understood(moved, _after(_before(led, said), said))

    def _document(self, said: str, last: Exchange, both: Found, alone: Found) -> str:
        """Key of the document that a follow-up is answered from whatever the search believes; empty to let it say."""
        near = both.documents[:_NEAR]
        if not last.document or not near:
            return last.document
        role = asked_role(said)
        if role is not None and not _of_another(said) and not self._new(said, last):
            return self._chapter(last.document, role, near)
        if near[0].key == last.document:
            return "" if self._in_doubt(said, last, both) else last.document
        behind = near[0].score - next((hit.score for hit in near if hit.key == last.document), 0.0)
        close = behind < _CLOSE and self._held(said, last, alone) > 0
        return last.document if close and trust(both) < LIKELY else ""

    def _in_doubt(self, said: str, last: Exchange, both: Found) -> bool:
        """Tell whether a message may be about something else than the document before, though that is found first.

        It is when it says some words of its own and the searches together trust nothing; or when another document is
        as near to something new that it names.
        """
        if len(self._own(said)) >= _A_FEW and trust(both) < LIKELY:
            return True
        best, *others = both.documents[:_NEAR]
        tied = any(best.score - hit.score < TIED for hit in others)
        return tied and not situation_heard(said) and not _supposes(said) and bool(self._new(said, last))

    def _chapter(self, document: str, role: Role, near: Sequence[DocumentHit]) -> str:
        """Key of the document that says what is asked for: the one before, else one near it whose title does."""
        if any(role_of(passage) is role for passage in self._store.passages_of(document)):
            return document
        return next((hit.key for hit in near if asked_role(hit.title) is role), document)

    def _held(self, said: str, last: Exchange, alone: Found) -> float:
        """Share, 0 to 1, of a message's own words that the document before holds and names; 1 when it adds a fact."""
        if not last.document or situation_heard(said) or _supposes(said):
            return 1.0
        own = set(self._own(said))
        held = self._searcher.holding(alone.question, last.document)
        counts = np.asarray([word in own for word in held.words], dtype=bool)
        asked = float(held.weights[counts].sum())
        found = float(held.weights[counts & held.told].sum() + held.weights[counts & held.named].sum()) / 2
        return found / asked if asked else 1.0

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

    def _own(self, text: str) -> list[str]:
        """Index terms that are neither talk nor the words by which something is asked for, in order, each once."""
        talk = conversational_words()
        words = (word for word in folded_words(besides_role(text)) if word not in talk and self._searcher.knows(word))
        return list(dict.fromkeys(term for word in words for term in terms(word)))

    def _new(self, text: str, last: Exchange) -> list[str]:
        """Words of a message that neither the question before nor the title of its document says."""
        before = set(terms(f"{last.title} {last.text}"))
        return [term for term in self._own(text) if term not in before]


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


def _told(turn: Turn, last: Exchange) -> list[tuple[str, float]]:
    """What was said before a message, each with the weight of the search of the message after it."""
    first = _first_subject(turn.conversation) or last
    if first.text == last.text:
        return [(last.text, _AFTER + _SITUATION)]
    return [(last.text, _AFTER), (first.text, _SITUATION)]


def _after(before: str, said: str) -> str:
    return f"{before} {said}"[-_LOOKED_AT:] if before else said


def _before(text: str, said: str) -> str:
    """A question before, without what it asked for when the message asks for something else."""
    now = asked_role(said)
    if now is None or asked_role(text) in {None, now}:
        return text
    return "".join(part for part in _SENTENCE.findall(text) if asked_role(part) is None).strip()


def _of_another(said: str) -> bool:
    """Tell whether a message changes the person or the situation that is asked about."""
    return bool(patterns()["change"]["person"].search(folded_message(said)))


def _supposes(said: str) -> bool:
    """Tell whether a message asks what becomes of the same matter in another case ("et si ...")."""
    return bool(patterns()["change"]["case"].search(folded_message(said)))


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
    # "1" says nothing once the question is gone: the option it picked goes with the questions that follow.
    said = label if is_bare_pick(turn.text) else turn.text
    return _understood(replace(turn, conversation=conversation), f"{last.text} {said}", told=label)


def _understood(turn: Turn, searched: str, told: str = "") -> Turn:
    searched = searched[-_LOOKED_AT:]
    notice = ("follow_up", told or searched)
    return replace(turn, searched=searched, notices=(*turn.notices, notice))


def _first_subject(conversation: Conversation) -> Exchange | None:
    """The first turn that was about something: it tells the situation that the questions after it are asked in."""
    return next((one for one in conversation.exchanges if one.status not in _SOCIAL), None)


def _last_subject(conversation: Conversation) -> Exchange | None:
    """The latest turn that was about something: thanks in between do not end a subject."""
    return next((one for one in reversed(conversation.exchanges) if one.status not in _SOCIAL), None)
