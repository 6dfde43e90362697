"""The agents' own corpus, asked beside the documents of everybody: notes and instructions that residents cannot read.

It is small, and the belief of bot/answerable.py was trained on thousands of documents: in a small index every word is
rare. What counts here is how near the note is, and how much of the question it holds, its words weighed by their rarity
among the documents of everybody. What is found is shown to an agent, marked, and told to nobody else.
"""

from __future__ import annotations

from datetime import date

from bot.assembly import Assembly
from bot.turn import Conversation, Status, Turn
from corpus.analyse import terms
from corpus.document import Passage
from corpus.search import Searcher

_NEAR = 0.3
"""Similarity with a title or a summary from which a note may be about the question (unrelated ones: 0.05 to 0.15)."""

_HELD = 0.4
"""Share of the question's words that it must hold."""


class Internal:
    """Answers from it.

    Args:
        assembly: opened on it.
        everybody: searches the documents of everybody; says how rare a word is.
    """

    def __init__(self, assembly: Assembly, everybody: Searcher) -> None:
        self._assembly = assembly
        self._everybody = everybody

    def passage(self, ref: str) -> Passage | None:
        """Return a passage of it, or None."""
        return self._assembly.opened.store.passage(ref)

    def turn(self, text: str, day: date) -> Turn:
        """Answer some words from the note that is about them; a turn without a source when none is."""
        searcher = self._assembly.opened.searcher
        found = searcher.search(text, limit=1, as_of=day, passages=False)
        if not found.documents or max(found.evidence["said"], found.evidence["card"]) < _NEAR:
            return Turn(text, day, status=Status.UNANSWERABLE_NO_SOURCE)
        key = found.documents[0].key
        if self._held(text, key) < _HELD:
            return Turn(text, day, status=Status.UNANSWERABLE_NO_SOURCE)
        return self._assembly.responder.respond(text, day, conversation=Conversation(document=key), found=found)

    def _held(self, text: str, key: str) -> float:
        """Share, 0 to 1, of the words of a question that a document holds."""
        passages = self._assembly.opened.store.passages_of(key)
        said = {word for one in passages for word in terms(f"{one.title} {one.heading} {one.text}")}
        weights = {word: self._everybody.rarity(word) for word in self._everybody.analyse(text).own}
        total = sum(weights.values())
        return sum(weight for word, weight in weights.items() if word in said) / total if total else 0.0
