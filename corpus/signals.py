"""The signals that documents are ranked by, their weights (ranking_weights.toml), and how they are made comparable."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from corpus.lexical import Floats

WEIGHTS_FILE = Path(__file__).with_name("ranking_weights.toml")
FINDERS = (
    "unit_lexical",
    "unit_vector",
    "card_lexical",
    "card_vector",
    "said_lexical",
    "said_vector",
    "card_sense",
    "said_sense",
    "whole_lexical",
)
"""Signals that find a document by its words or by its sense; the others weigh what was found."""

SIGNALS = (
    *FINDERS,
    "covered",
    "title_covered",
    "card_covered",
    "named",
    "links",
    "service_sheet",
    "folder_sheet",
    "contradicts",
    "unlikely",
)

SCALED_OVER = 200
"""Rows that a signal tells apart; what is further down has nothing of it."""

DECIMALS = 6
"""Scores that are told apart by later ones are the same: a processor does not round each row of a product alike."""


def scaled(scores: Floats) -> Floats:
    """Scale to 0..1 between the 200th best and the best; what is below the 200th is 0."""
    kept = min(SCALED_OVER, len(scores))
    if kept == 0:
        return scores
    low, high = float(np.partition(scores, -kept)[-kept]), float(scores.max())
    found = np.zeros(len(scores), dtype=np.float32)
    if round(high - low, DECIMALS) > 0:
        above = np.flatnonzero(scores > low)
        found[above] = np.minimum((scores[above] - low) / (high - low), 1.0)
    return found


def load_weights(path: Path = WEIGHTS_FILE) -> dict[str, float]:
    """Read the weight of each signal."""
    values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: float(values[name]) for name in SIGNALS}
