"""The document being answered from, seen from the question: which passages hold, and how near each one is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from bot.settle import Settled
from bot.turn import Citation, Role, Sentence
from corpus.analyse import terms
from corpus.branches import Choice
from corpus.document import BlockKind, Passage, Step
from corpus.question import Question
from corpus.sentences import split_sentences

Relevance = Callable[[Question, Sequence[str]], npt.NDArray[np.float32]]

PROSE = frozenset({BlockKind.TEXT, BlockKind.LIST, BlockKind.TABLE, BlockKind.RECORD})
_WHOLE_LINES = frozenset({BlockKind.TABLE, BlockKind.RECORD, BlockKind.SERVICE, BlockKind.CONTACT})
_INTRODUCTION = 0.05
"""What the opening of a document is worth to a question that asks for nothing in particular."""

_HEADING = 0.06
"""What standing under a heading made of the words of the question is worth."""


@dataclass(frozen=True, slots=True)
class Page:
    """One document and one question.

    Attributes:
        passages: what may be quoted, in reading order.
        settled: the branches that hold.
        near: relevance of each passage, by ref.
        question: as analysed.
        relevance: compares pieces of text with the question.
    """

    passages: tuple[Passage, ...]
    settled: Settled
    near: dict[str, float]
    question: Question
    relevance: Relevance

    def holding(self) -> list[Passage]:
        """Passages that hold for the asker, whatever is still open."""
        return [p for p in self.passages if self.settled.holds(p.path) and not self._alternative(p)]

    def under(self, choice: Choice) -> list[Passage]:
        """Prose under any option of a choice, in reading order."""
        refs = {ref for branch in choice.branches for ref in branch.passages}
        return [p for p in self.passages if p.ref in refs and p.kind in PROSE]

    def best(self, passages: Sequence[Passage]) -> Passage | None:
        """The passage nearest the question; of equals, the first one."""
        return max(passages, key=lambda p: (self.near[p.ref], -p.position), default=None)

    def _alternative(self, passage: Passage) -> bool:
        """Tell a text that holds for one answer of a questionnaire from the one beside it, for another answer."""
        return bool(passage.condition) and any(
            other.path == passage.path and other.condition and other.condition != passage.condition
            for other in self.passages
        )


def page_of(passages: Sequence[Passage], settled: Settled, question: Question, relevance: Relevance) -> Page:
    """Compare every passage of a document with the question."""
    kept = tuple(passage for passage in passages if passage.kind is not BlockKind.BANNER)
    scores = relevance(question, [f"{passage.heading} {passage.text}" for passage in kept])
    near = {passage.ref: float(score) + _beside(question, passage) for passage, score in zip(kept, scores, strict=True)}
    return Page(kept, settled, near, question, relevance)


def _beside(question: Question, passage: Passage) -> float:
    """What the place of a passage adds: it opens the document, or stands under a heading that the question says."""
    headings = [step.title for step in passage.path if step.title and not step.choice]
    if not headings:
        return _INTRODUCTION
    said = [set(terms(title)) for title in headings]
    return _HEADING * max(len(words & question.terms.keys()) / (len(words) or 1) for words in said)


def pieces_of(passage: Passage) -> tuple[str, ...]:
    """Return what can be quoted of a passage: its table rows and records whole, else its sentences and items."""
    if passage.kind in _WHOLE_LINES:
        return tuple(line for line in passage.text.split("\n") if line.strip())
    return split_sentences(passage.text)


def sentence_of(piece: str, role: Role, passage: Passage, day: date) -> Sentence:
    """Return a piece of a passage as a sentence of the answer given on `day`, with its citation."""
    link = next((link.url for link in passage.links if link.url and link.label and link.label in piece), "")
    return Sentence(piece, role, (cite(piece, passage, day),), heading_of(passage.path[-1:]), link)


def heading_of(path: Sequence[Step]) -> str:
    """Join the titles of a path for people."""
    return " > ".join(step.title for step in path if step.title)


def cite(quote_: str, passage: Passage, day: date) -> Citation:
    """Return the citation of `quote_`, a piece of `passage`, for an answer given on `day`."""
    return Citation(
        passage=passage.ref,
        document=passage.document,
        quote=quote_,
        url=passage.url,
        title=passage.title,
        path=passage.heading,
        updated=passage.updated,
        publisher=passage.publisher,
        licence=passage.licence,
        page=passage.page,
        valid_from=passage.valid_from,
        valid_until=passage.valid_until,
        figures_are_old=passage.old_figures(day),
    )
