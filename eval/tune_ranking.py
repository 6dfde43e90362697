"""Choose the weights of the ranking on the public halves, our `tune` halves and the sets already opened; print them.

`python -m eval.tune_ranking` never opens a `report` half that still measures, and prints a cross-validation. Source of
the objective: Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007 (top-one
probability).
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from corpus.opening import open_search
from corpus.search import Searcher
from corpus.settings import load_settings
from corpus.signals import SIGNALS, load_weights
from eval.later_sets import opened
from eval.retrieval_sets import Query, sets

Array = npt.NDArray[np.float64]

_CANDIDATES = 100
_FOLDS = 5
_SHRINKAGE = 0.002
_LEAST = -0.4
"""Floor of a penalty: the sets hold few questions that a service sheet or a folder answers best, and one may."""

_NEGATIVE = {"service_sheet", "folder_sheet", "unlikely", "contradicts"}
_BY_HAND = {"named"}
"""Signals that no question of the sets has: their weights stay as they are."""


class Example(NamedTuple):
    """The candidates of one question: signals, shape (n, signals), and which are relevant, shape (n,)."""

    signals: Array
    relevant: npt.NDArray[np.bool_]
    weight: float


def main() -> int:
    """Fit, cross-validate, print."""
    searcher = open_search(load_settings()).searcher
    asked = sets("tune") | opened()[0]
    groups = {
        name: [example for q in queries if (example := _example(searcher, q, len(queries)))]
        for name, queries in asked.items()
    }
    everything = [example for group in groups.values() for example in group]
    sizes = {name: len(queries) for name, queries in asked.items()}
    fitted = _fit(everything)
    for name, value in zip(SIGNALS, fitted, strict=True):
        print(f"{name} = {value:.3f}")
    halves = [_fit([e for rank, e in enumerate(everything) if rank % _FOLDS != fold]) for fold in range(_FOLDS)]
    rank = 0
    for name, group in groups.items():
        hits = []
        for example in group:
            hits.append(_rank(example, halves[rank % _FOLDS]))
            rank += 1
        shares = " ".join(f"R@{k}={np.sum(np.less(hits, k)) / sizes[name]:.3f}" for k in (1, 3, 5, 10))
        print(f"{name:24} n={sizes[name]} {shares}")
    return 0


def _example(searcher: Searcher, query: Query, size: int) -> Example | None:
    question = searcher.analyse(query.text)
    rows, values, identifiers = searcher.candidates(question, _CANDIDATES)
    relevant = np.asarray([identifiers[row] in query.relevant for row in rows], dtype=bool)
    return Example(values, relevant, 1.0 / np.sqrt(size)) if relevant.any() else None


def _fit(examples: list[Example]) -> Array:
    start = np.full(len(SIGNALS), 0.3)

    def loss(weights: Array) -> tuple[float, Array]:
        total, gradient = _SHRINKAGE * float(weights @ weights), 2 * _SHRINKAGE * weights
        for signals, relevant, importance in examples:
            scores = signals @ (weights * _SHARPNESS)
            chance = np.exp(scores - scores.max())
            chance /= chance.sum()
            right = chance * relevant
            total -= importance * float(np.log(right.sum() + 1e-12))
            gradient -= importance * _SHARPNESS * (signals.T @ (right / (right.sum() + 1e-12) - chance))
        return total, gradient

    kept = load_weights()
    bounds = [
        (kept[name], kept[name]) if name in _BY_HAND else (_LEAST, 0.0) if name in _NEGATIVE else (0.0, 2.0)
        for name in SIGNALS
    ]
    return np.asarray(minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x)


_SHARPNESS = 8.0


def _rank(example: Example, weights: Array) -> int:
    order = np.argsort(-(example.signals @ weights), kind="stable")
    return int(np.flatnonzero(example.relevant[order])[0])


if __name__ == "__main__":
    sys.exit(main())
