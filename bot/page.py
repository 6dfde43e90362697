"""The document being answered from, seen from the question: which passages hold, and how near each one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from math import fsum

import numpy as np
import numpy.typing as npt

from bot.roles import asks_right, says_who
from bot.settle import Settled
from bot.turn import Citation, Role, Sentence
from corpus.analyse import terms
from corpus.branches import Choice
from corpus.document import BlockKind, Passage, Step, Trail
from corpus.question import Question
from corpus.sentences import split_sentences
from corpus.situations import is_negative, may_live_elsewhere, names_paris

Relevance = Callable[[Question, Sequence[str]], npt.NDArray[np.float32]]

PROSE = frozenset({BlockKind.TEXT, BlockKind.LIST, BlockKind.TABLE, BlockKind.RECORD})
_WHOLE_LINES = frozenset({BlockKind.TABLE, BlockKind.RECORD, BlockKind.SERVICE, BlockKind.CONTACT})
_INTRODUCTION = 0.05
"""What the opening of a document is worth to a question that asks for nothing in particular."""

_HEADING = 0.06
"""What standing under a heading made of the words of the question is worth."""


_RIGHT = 0.1
"""What standing under the conditions is worth to who asks whether they have a right."""

_NAMED = 0.6
"""Share of a heading, its words weighed by what they tell apart, that a question must say to name it."""

_SUBJECT = 0.3
"""What a word of the title weighs in a heading beside another word."""

_MEANT = 0.5
"""Weight of a term in the question from which it is meant: talk weighs less."""


@dataclass(frozen=True, slots=True)
class Page:
    """One document and one question.

    Attributes:
        passages: what may be quoted, in reading order.
        settled: the branches that hold.
        near: relevance of each passage, by ref.
        question: as analysed.
        relevance: compares pieces of text with the question.
        named: path of the heading that the question says better than the headings beside it; empty when none is.
    """

    passages: tuple[Passage, ...]
    settled: Settled
    near: dict[str, float]
    question: Question
    relevance: Relevance
    named: Trail = ()

    def holding(self) -> list[Passage]:
        """Passages that hold for the asker, whatever is still open."""
        return [p for p in self.passages if self.settled.holds(p.path) and not self._alternative(p)]

    def under(self, choice: Choice) -> list[Passage]:
        """Prose under any option of a choice, in reading order."""
        refs = {ref for branch in choice.branches for ref in branch.passages}
        return [p for p in self.passages if p.ref in refs and p.kind in PROSE]

    def under_named(self, passages: Sequence[Passage]) -> list[Passage]:
        """Those of `passages` that stand under the heading the question names."""
        return [p for p in passages if self.named and p.path[: len(self.named)] == self.named]

    def beside(self, passage: Passage, step: int) -> Passage | None:
        """The passage `step` places after one of the document, before it when negative; None past either end."""
        at = next(rank for rank, other in enumerate(self.passages) if other.ref == passage.ref) + step
        return self.passages[at] if 0 <= at < len(self.passages) else None

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
    holding = [passage.path for passage in kept if passage.kind in PROSE and settled.holds(passage.path)]
    named = named_heading(holding, kept[0].title if kept else "", question)
    return Page(kept, settled, near, question, relevance, named)


def _beside(question: Question, passage: Passage) -> float:
    """What the place of a passage adds: it opens the document, or stands under a heading that the question says."""
    headings = [step.title for step in passage.path if step.title and not step.choice]
    if not headings:
        return _INTRODUCTION
    said = [set(terms(title)) for title in headings]
    right = _RIGHT if asks_right(question.text) and any(map(says_who, headings)) else 0.0
    return right + _HEADING * max(len(words & question.terms.keys()) / (len(words) or 1) for words in said)


def named_heading(paths: Sequence[Trail], title: str, question: Question) -> Trail:
    """Return the path of the one heading that is made of the words of the question; empty when there is none.

    A heading is compared with those beside it: a word that all of them hold, or that the document is about, tells
    none apart ("Faute grave" beside "Faute simple").

    Args:
        paths: of the passages of a document that hold.
        title: of the document.
        question: as analysed.
    """
    headings = dict.fromkeys(
        path[: at + 1] for path in paths for at, step in enumerate(path) if step.title and not step.choice
    )
    beside = Counter(path[:-1] for path in headings)
    spread = Counter(word for path in headings for word in _label_words(path))
    subject = set(terms(title))
    worth = {
        word: float(np.log1p(len(headings) / count)) * (_SUBJECT if word in subject else 1.0)
        for word, count in spread.items()
    }
    said: dict[Trail, tuple[float, float]] = {}
    for path in headings:
        words = _label_words(path)
        weights = {word: question.terms.get(word, 0.0) for word in words}
        heard = fsum(worth[word] * weight for word, weight in weights.items() if weight >= _MEANT)
        share = heard / (fsum(worth[word] for word in words) or 1.0)
        if beside[path[:-1]] > 1 and share >= _NAMED and not _for_others(path[-1].title, question.text):
            said[path] = (heard, share)
    best = max(said.values(), default=(0.0, 0.0))
    found = [path for path, value in said.items() if value == best]
    return found[0] if len(found) == 1 else ()


def _for_others(heading: str, text: str) -> bool:
    """Tell whether a heading says that something is not so, or is for elsewhere when the question names Paris."""
    return is_negative(heading) or (names_paris(text) and may_live_elsewhere(heading))


def _label_words(path: Trail) -> frozenset[str]:
    """Words of a heading, up to the colon after which it is explained."""
    return frozenset(terms(path[-1].title.split(" : ")[0]))


def pieces_of(passage: Passage) -> tuple[str, ...]:
    """Return what can be quoted of a passage: its table rows and records whole, else its sentences and items."""
    if passage.kind in _WHOLE_LINES:
        return tuple(line for line in passage.text.split("\n") if line.strip())
    return split_sentences(passage.text)


def introduced(page: Page, passage: Passage, first: str) -> tuple[Passage, str] | None:
    """Return the line that announces the list whose item `first` is, when it stands at the end of the passage before.

    A long list is a passage of its own: its items say nothing without that line.
    """
    lines = [line.strip() for line in passage.text.split("\n") if line.strip()]
    before = list(takewhile(lambda line: line.startswith("- "), lines))
    if passage.kind in _WHOLE_LINES or not any(first in line for line in before):
        return None
    above = page.beside(passage, -1)
    if above is None or above.path != passage.path or above.kind not in PROSE:
        return None
    last = pieces_of(above)[-1]
    return (above, last) if last.endswith(":") else None


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
