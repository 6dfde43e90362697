"""Choose when to answer: fit, on the public halves and our `tune` half, the belief that the best document is right.

`python -m eval.tune_refusal` prints bot/refusal.toml. A question whose best document is wrong counts with those that
no document answers: answering it would mislead as much. Retrieval scores alone refuse poorly (DESIGN.md, section 6);
routing, which issue 3 brings, decides the rest.
"""

from __future__ import annotations

import json
import sys

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from corpus.opening import open_search
from corpus.search import EVIDENCE, Searcher
from corpus.settings import load_settings
from eval.retrieval_sets import SHARED, sets

KEPT = 0.95
"""Share of the right answers that must still be given."""

_SETS = ("resident_fr", "dila_citizens", "everyday_fr_tune", "branches_tune")
_FOLDS = 5


def main() -> int:
    """Fit, cross-validate, print."""
    searcher = open_search(load_settings()).searcher
    evidence, right, groups = _observe(searcher)
    believed = np.empty(len(right))
    for fold in range(_FOLDS):
        held = np.arange(len(right)) % _FOLDS == fold
        believed[held] = expit(evidence[held] @ _fit(evidence[~held], right[~held]))
    threshold = float(np.quantile(believed[right], 1 - KEPT))
    weights = _fit(evidence, right)
    print("[answer]")
    print(f"from = {threshold:.3f}\n\n[weights]")
    for name, value in zip(("constant", *EVIDENCE), weights, strict=True):
        print(f"{name} = {value:.3f}")
    answered = believed >= threshold
    print(f"# cross-validated: {right[answered].mean():.3f} right among answered, {right.mean():.3f} before refusals")
    for group in dict.fromkeys(groups):
        inside = np.asarray([name == group for name in groups])
        print(f"# {group}: {answered[inside].mean():.2f} answered of {inside.sum()}")
    return 0


def _observe(searcher: Searcher) -> tuple[np.ndarray, np.ndarray, list[str]]:
    rows: list[list[float]] = []
    right: list[bool] = []
    groups: list[str] = []
    for name, queries in sets("tune").items():
        for query in queries if name in _SETS else ():
            found = searcher.search(query.text, limit=2)
            rows.append([1.0, *(found.evidence.get(key, 0.0) for key in EVIDENCE)])
            right.append(bool(found.documents) and found.documents[0].id in query.relevant)
            groups.append(name)
    unanswerable = SHARED / "resident_questions" / "unanswerable.jsonl"
    for line in unanswerable.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = searcher.search(row["q"], limit=2)
        rows.append([1.0, *(found.evidence.get(key, 0.0) for key in EVIDENCE)])
        right.append(False)
        groups.append(row["kind"])
    return np.asarray(rows), np.asarray(right), groups


def _fit(evidence: np.ndarray, right: np.ndarray) -> np.ndarray:
    signs = np.where(right, 1.0, -1.0)

    def loss(weights: np.ndarray) -> float:
        return float(np.logaddexp(0, -signs * (evidence @ weights)).sum() + 0.5 * weights[1:] @ weights[1:])

    return np.asarray(minimize(loss, np.zeros(evidence.shape[1]), method="BFGS").x)


if __name__ == "__main__":
    sys.exit(main())
