"""From a question to the document that may answer it, or to the refusal that nothing does."""

from __future__ import annotations

from dataclasses import replace

from bot.answerable import belief, evidence, refusal
from bot.fuse import LIKELY, trust
from bot.turn import Status, Turn
from corpus.contacts import Authorities, Authority
from corpus.found import Found
from corpus.search import Searcher
from corpus.store import PassageStore

DOCUMENTS = 10
"""Documents that a search for an answer brings."""

_IN_DOUBT = 0.5
"""Belief from which a message that may tell of a danger is answered: as likely to be about the document as not."""


class Retrieve:
    """The step that searches."""

    def __init__(self, searcher: Searcher, store: PassageStore, authorities: Authorities | None = None) -> None:
        """Keep what answers.

        Args:
            searcher: ranks the documents in force.
            store: their passages.
            authorities: who decides what; None names none, neither beside an answer nor in a refusal.
        """
        self._searcher = searcher
        self._store = store
        self._authorities = authorities
        self._least: float = refusal()["answer"]["from"]
        self._city = frozenset(refusal()["city"]["authorities"])

    def __call__(self, turn: Turn) -> Turn:
        """Find the document; settle the turn when none holds enough of what was asked.

        A document that the resident chose is taken without that test: they saw its title.
        """
        if turn.status is not None:
            return turn
        # A follow-up was searched already (bot/rewrite.py), beside French words whatever its language.
        follows = turn.found is not None and bool(turn.conversation.exchanges)
        found = self._found(turn, follows=follows)
        language = turn.language if follows else found.question.language
        turn = replace(turn, found=found, language=language)
        if chosen := self._store.document(turn.conversation.document):
            return replace(turn, card=chosen, passages=self._store.passages_of(chosen.key))
        if not found.question.terms and turn.language != "fr":
            return replace(turn, status=Status.UNANSWERABLE_LANGUAGE)
        authority = self._other_authority(turn.query)
        if not self._answers(turn, found):
            return _unanswered(turn, authority)
        best = found.documents[0]
        turn = replace(turn, card=self._store.document(best.key), passages=self._store.passages_of(best.key))
        if authority is not None and self._agrees(authority, best.title):
            return replace(turn, notices=(*turn.notices, ("authority", authority.name)))
        return turn

    def _answers(self, turn: Turn, found: Found) -> bool:
        """Tell whether the best document is believed; of a follow-up, what its searches say together (bot/fuse.py)."""
        if not found.documents:
            return False
        doubt = max(turn.least, _IN_DOUBT if turn.in_doubt else 0.0)
        if turn.own_words is not None:
            return trust(found) >= max(LIKELY, doubt)
        return belief(evidence(found, self._searcher)) >= max(self._least, doubt)

    def _found(self, turn: Turn, *, follows: bool) -> Found:
        """What a search gives; the one that was made already, when it was of the same words."""
        if turn.found is not None and (follows or turn.found.question.text == turn.query):
            return turn.found
        return self._searcher.search(turn.query, limit=DOCUMENTS, as_of=turn.day, passages=False)

    def _other_authority(self, text: str) -> Authority | None:
        """Return who decides, unless it is the City or nobody known."""
        found = self._authorities.deciding(text) if self._authorities else None
        return None if found is None or found.id in self._city else found

    def _agrees(self, authority: Authority, title: str) -> bool:
        """Tell whether the title of the answer leaves the matter to the same authority, or names none."""
        by_title = self._authorities.deciding(title) if self._authorities else None
        return by_title is None or by_title.id == authority.id


def _unanswered(turn: Turn, authority: Authority | None) -> Turn:
    if authority is None:
        return replace(turn, status=Status.UNANSWERABLE_NO_SOURCE)
    return replace(turn, status=Status.UNANSWERABLE_AUTHORITY, topic=authority.name)
