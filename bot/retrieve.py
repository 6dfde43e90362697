"""From a question to the document that may answer it, or to the refusal that nothing does."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import cache
from math import exp
from pathlib import Path

from bot.turn import Status, Turn
from corpus.search import EVIDENCE, Found, Searcher
from corpus.store import PassageStore

_FILE = Path(__file__).with_name("refusal.toml")
_DOCUMENTS = 10


class Retrieve:
    """The step that searches."""

    def __init__(self, searcher: Searcher, store: PassageStore) -> None:
        self._searcher = searcher
        self._store = store
        self._least = refusal()["answer"]["from"]

    def __call__(self, turn: Turn) -> Turn:
        """Find the document; settle the turn when none holds enough of what was asked."""
        if turn.status is not None:
            return turn
        found = self._searcher.search(turn.text, limit=_DOCUMENTS, as_of=turn.day)
        turn = replace(turn, found=found, language=found.question.language)
        if not found.documents or belief(found) < self._least:
            return replace(turn, status=Status.UNANSWERABLE_NO_SOURCE)
        best = found.documents[0]
        return replace(turn, card=self._store.document(best.key), passages=self._store.passages_of(best.key))


def belief(found: Found) -> float:
    """Estimate the probability, 0 to 1, that the best document answers (logistic model of refusal.toml)."""
    weights = refusal()["weights"]
    total = weights["constant"] + sum(weights[name] * found.evidence[name] for name in EVIDENCE)
    return 1.0 / (1.0 + exp(-total))


@cache
def refusal() -> dict[str, dict[str, float]]:
    """Read the weights of the evidence, and the belief under which nothing is answered."""
    tables: dict[str, dict[str, float]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tables
