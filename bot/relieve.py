"""Numbers that a trained model alone leant to are taken back from an answer that is surely what was asked."""

from __future__ import annotations

from dataclasses import replace

from bot.answerable import belief, evidence
from bot.danger import hear
from bot.turn import Status, Turn
from corpus.search import Searcher

_BELIEVED = 0.7
"""Belief from which a document surely answers (bot/answerable.py).

What tells an ordinary question from a call in words that nobody foresaw is that the corpus speaks of it: of the phrases
of danger that no expression fits (eval/cases/danger_phrases.tsv), one in thirty-six is believed this much; of the
ordinary questions of the opened sets, three in five."""

_ANSWERS = frozenset({Status.ANSWERED, Status.CLARIFY_DOCUMENT, Status.CLARIFY_BRANCH})


class Relieve:
    """The step that takes such numbers back, and those of an expression in a question that the model denies.

    An emergency number over a question on a medal or a deposit frightens, and teaches to read past it. Those of any
    other expression stay, and so does the end of a turn that was handed over: nobody who says a danger loses a number.
    """

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    def __call__(self, turn: Turn) -> Turn:
        """Take the numbers back from an answer, or from a question on which document or case it is."""
        ordinary = turn.status in _ANSWERS and turn.own_words is None and not turn.in_doubt
        if not (turn.urgent and ordinary and turn.found is not None and turn.found.documents):
            return turn
        heard = hear(turn.text)
        if not (heard.leans or heard.denied) or belief(evidence(turn.found, self._searcher)) < _BELIEVED:
            return turn
        kept = tuple(notice for notice in turn.notices if notice[0] != "urgent")
        return replace(turn, urgent=(), notices=kept)
