"""Which of a question's words a document holds, and where: the ground for saying that it answers, or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corpus.lexical import LexicalIndex
from corpus.question import Question
from corpus.ranking import Ranking

Held = npt.NDArray[np.bool_]

_FEW = 8
"""Parts of a document, nearly always one, under which they are compared one by one: sorting costs more."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The question's own words in one document; a word counts as held when one of its translations is.

    Attributes:
        words: index terms, in the order of the question.
        weights: rarity of each, natural-log units.
        known: the index holds the word somewhere, shape (words,).
        named: in a title or an everyday phrase of the document, shape (words,).
        told: anywhere in the document, shape (words,).
    """

    words: tuple[str, ...]
    weights: npt.NDArray[np.float64]
    known: Held
    named: Held
    told: Held

    def share(self, held: Held) -> float:
        """Share, 0 to 1, of the words that are held, a word weighed by its rarity; 1 when the question has none."""
        total = float(self.weights.sum())
        return float(self.weights[held].sum()) / total if total else 1.0


def holding(question: Question, ranking: Ranking, parts: list[int], rarity: Callable[[str], float]) -> Holding:
    """Look for each own word of a question in the document made of these parts."""
    rows = np.asarray(parts, dtype=np.int32)
    names = [(word, *question.translated.get(word, ())) for word in question.own]
    named = [_any_row(said, (ranking.parts, ranking.said), rows) for said in names]
    told = [title or _any_row(said, (ranking.wholes,), rows) for title, said in zip(named, names, strict=True)]
    return Holding(
        question.own,
        np.asarray([rarity(word) for word in question.own], dtype=np.float64),
        np.asarray([any(name in ranking.wholes for name in said) for said in names], dtype=bool),
        np.asarray(named, dtype=bool),
        np.asarray(told, dtype=bool),
    )


def _any_row(names: tuple[str, ...], indexes: tuple[LexicalIndex, ...], rows: npt.NDArray[np.int32]) -> bool:
    return any(_meet(rows, index.rows_with(name)) for index in indexes for name in names)


def _meet(rows: npt.NDArray[np.int32], others: npt.NDArray[np.int32]) -> bool:
    if len(rows) <= _FEW:
        return any(bool((others == row).any()) for row in rows)
    return bool(np.isin(rows, others).any())
