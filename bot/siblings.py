"""Neighbouring documents (adult or minor, lost or stolen): take the one that the question settles, else ask which.

The two best documents are often two fiches of one family, told apart by a fact that the question may leave open. The
one question put is "which of these?", each option being one document: with at most four options no other question
splits them better, and one press settles it. The first words of each are shown at once, so that an answer stands in
the first lines whatever the resident does next (data: siblings.toml).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from bot.lead import lead_of
from bot.page import PROSE, Page, heading_of, page_of, pieces_of, sentence_of
from bot.roles import asked_role
from bot.settle import settle
from bot.turn import Also, Asked, Role, Sentence, Status, Turn
from corpus.analyse import fold
from corpus.branches import build_graph
from corpus.document import BlockKind, DocumentKind, Passage
from corpus.found import DocumentHit, Found
from corpus.search import Searcher
from corpus.situations import contradicts, facts_heard, unlikely
from corpus.store import PassageStore

_FILE = Path(__file__).with_suffix(".toml")

_DECIDES = 0.16
"""Lead of the best document, in score, from which it is the one answered from.

Of 789 answerable questions of the sets opened for tuning, the best document was right for 121 of 228 with a smaller
lead (and among the first four for 204), for 41 of 52 just above. A wrong procedure read as an answer does more harm
than one press; no smaller lead is needed over a document of another family, which is as often the right one."""

_OPTIONS = 4
_SENTENCES = 2
_ASKED_KINDS = frozenset({DocumentKind.SHEET})


class Siblings:
    """The step that looks at what stands close behind the document found."""

    def __init__(self, store: PassageStore, searcher: Searcher) -> None:
        self._store = store
        self._searcher = searcher

    def __call__(self, turn: Turn) -> Turn:
        """Take the document chosen by the resident or settled by the question, else ask which one is meant."""
        if turn.status is not None or turn.found is None:
            return turn
        if turn.conversation.document:
            return self._taken(turn, turn.conversation.document)
        close = self._close(turn.found)
        likely = _likely(turn.query, close)
        if len(likely) == 1:
            return self._taken(turn, likely[0].key)
        return self._asked(turn, likely) if likely else turn

    def _taken(self, turn: Turn, key: str) -> Turn:
        card = self._store.document(key)
        if card is None or (turn.card is not None and turn.card.key == key):
            return turn
        return replace(turn, card=card, passages=self._store.passages_of(key), graph=None)

    def _close(self, found: Found) -> list[DocumentHit]:
        """The best document and what its lead over does not decide, best first; nothing when it clearly leads."""
        best, *others = found.documents or (None,)
        if best is None or not self._can_be_asked(best):
            return []
        near = [hit for hit in others if best.score - hit.score < _DECIDES and self._can_be_asked(hit)]
        return [best, *near[: _OPTIONS - 1]] if near else []

    def _can_be_asked(self, hit: DocumentHit) -> bool:
        card = self._store.document(hit.key)
        return card is not None and card.kind in _ASKED_KINDS

    def _asked(self, turn: Turn, hits: Sequence[DocumentHit]) -> Turn:
        """Show the first words of each document, and ask which one is meant, unless every case was asked for."""
        passages = {hit.key: self._store.passages_of(hit.key) for hit in hits}
        sentences = tuple(sentence for hit in hits for sentence in self._first_words(turn, hit, passages[hit.key]))
        titles = tuple(hit.title for hit in hits)
        question = Asked(_question(titles), "", titles, tuple(hit.key for hit in hits))
        shown = replace(
            turn,
            card=None,
            passages=tuple(passage for found in passages.values() for passage in found),
            sentences=sentences,
        )
        if turn.conversation.every_case:
            return replace(shown, status=Status.ANSWERED, also=tuple(_others(turn, hits)))
        return replace(shown, status=Status.CLARIFY_DOCUMENT, question=question)

    def _first_words(self, turn: Turn, hit: DocumentHit, passages: Sequence[Passage]) -> Iterator[Sentence]:
        """What one document is about, or its sentences nearest what was asked for, under its title."""
        if turn.found is None:
            return
        page = page_of(
            passages, settle(build_graph(passages), turn.query), turn.found.question, self._searcher.relevance
        )
        role = asked_role(turn.query)
        found = lead_of(page, role) if role is not None else None
        passage, pieces = found or _opening(page) or lead_of(page, None) or _any(page) or (None, [])
        if passage is not None:
            for piece in pieces[:_SENTENCES]:
                label = heading_of([step for step in passage.path if step.choice])
                yield replace(
                    sentence_of(piece, Role.CASE, passage, turn.day),
                    heading=" > ".join(filter(None, (hit.title, label))),
                )


def _opening(page: Page) -> tuple[Passage, Sequence[str]] | None:
    """The introduction of a document, which says what it is for."""
    return next(((p, pieces_of(p)) for p in page.holding() if p.kind is BlockKind.TEXT and not p.path), None)


def _any(page: Page) -> tuple[Passage, Sequence[str]] | None:
    """The passage nearest the question, in whatever branch: its label is then shown with it."""
    passage = page.best([p for p in page.passages if p.kind in PROSE])
    return None if passage is None else (passage, pieces_of(passage))


def _likely(text: str, close: Sequence[DocumentHit]) -> list[DocumentHit]:
    """Leave out the documents that the question speaks against, and those for a situation that is not the asker's."""
    facts = facts_heard(text)
    left = [hit for hit in close if not contradicts(facts, hit.title)] or list(close)
    if _self().search(fold(text).replace("’", "'")):
        left = [hit for hit in left if not unlikely(facts, hit.title, text)] or left
    return left


def _others(turn: Turn, hits: Sequence[DocumentHit]) -> Iterator[Also]:
    """Documents found beside those shown."""
    shown = {hit.key for hit in hits}
    found = turn.found.documents if turn.found is not None else ()
    yield from (Also("document", hit.title, hit.key) for hit in found if hit.key not in shown)


def _question(titles: Sequence[str]) -> str:
    """The question that the titles answer each in its own way, else the plain one."""
    folded = [fold(title) for title in titles]
    for question, answers in _axes():
        given = [frozenset(rank for rank, answer in enumerate(answers) if answer.search(title)) for title in folded]
        if all(given) and len(set(given)) == len(titles):
            return question
    return str(_table()["question"]["default"])


@cache
def _axes() -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    return tuple((axis["question"], tuple(map(re.compile, axis["answers"]))) for axis in _table()["axis"])


@cache
def _self() -> re.Pattern[str]:
    return re.compile(_table()["self"]["heard"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
