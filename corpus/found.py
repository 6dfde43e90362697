"""What a search gives: ranked documents, their best passages, and how much the first one seems to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpus.question import Question


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A ranked document.

    Attributes:
        key, id: as in `Document`.
        score: weighted sum of the signals; comparable inside one question only.
        passages: (ref, score) of its best passages, best first.
        signals: the value of each signal before weighing.
    """

    key: str
    id: str
    title: str
    score: float
    passages: tuple[tuple[str, float], ...]
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives.

    Attributes:
        question: as analysed.
        documents: best first.
        evidence: how much the best document seems to answer (`EVIDENCE`), comparable from one question to another.
    """

    question: Question
    documents: tuple[DocumentHit, ...]
    evidence: Mapping[str, float] = field(default_factory=dict)
