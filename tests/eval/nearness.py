"""How near two questions are to each other, and the files of cases they are read from."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

CASES = Path(__file__).resolve().parents[2] / "eval" / "cases"

TOO_CLOSE = 0.40
"""Share of character trigrams two questions may have in common (Jaccard).

The nearest pairs of the older files that only swap an age or a place score .50 and .53, and those that say the same
with other words .37 to .44; the bound stands in that second band, so a question that was merely edited cannot pass for
a new one.
"""


def near_pairs(ones: Sequence[str], twos: Sequence[str]) -> list[tuple[int, int, float]]:
    """Return the places of the texts of `ones` and of `twos` that are too close, with the share they have in common."""
    columns: dict[str, int] = {}
    first, second = (_presence([trigrams(text) for text in texts], columns) for texts in (ones, twos))
    first.resize(len(ones), len(columns))
    second.resize(len(twos), len(columns))
    common = (first @ second.T).tocoo()
    sizes, others = np.asarray(first.sum(axis=1)).ravel(), np.asarray(second.sum(axis=1)).ravel()
    shares = common.data / (sizes[common.row] + others[common.col] - common.data)
    found = zip(common.row.tolist(), common.col.tolist(), shares.tolist(), strict=True)
    return [(one, two, round(share, 2)) for one, two, share in found if share > TOO_CLOSE]


def _presence(sets: Sequence[frozenset[str]], columns: dict[str, int]) -> Any:
    """Return a sparse matrix, a row a text, of 1 where it has the trigram of the column; new columns are added."""
    rows = [rank for rank, trigrams_of in enumerate(sets) for _ in trigrams_of]
    places = [columns.setdefault(each, len(columns)) for trigrams_of in sets for each in trigrams_of]
    return csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(sets), len(columns)))


def trigrams(text: str) -> frozenset[str]:
    """Return the character trigrams of a text without case, accents or punctuation, word ends included."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in decomposed if not unicodedata.combining(each))
    words = re.findall(r"[^\W_]+", bare)
    padded = f" {' '.join(words)} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def read_cases(name: str) -> list[dict[str, Any]]:
    """Return the lines of `eval/cases/NAME.jsonl`."""
    lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]
