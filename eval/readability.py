"""How long the sentences of an answer are: a plain count, not a measure of how well they are understood.

Long sentences are what plain-language guides for French administrations warn of first (15 to 20 words at most). The
readability formulas that exist for French were fitted on school texts and are not used here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

from eval.observation import Observation

LONG = 25
"""Words from which a sentence is counted as long."""

_WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")


class Readability(NamedTuple):
    """Words a sentence: NaN where no sentence was shown."""

    median: float
    long_share: float
    sentences: int


def readability(observations: Iterable[Observation]) -> Readability:
    """Count the words of every sentence shown."""
    shown = (sentence["text"] for seen in observations for sentence in seen.answer["sentences"])
    lengths = [len(_WORD.findall(piece)) for text in shown for piece in re.split(r"(?<=[.!?;])\s+|\n", text)]
    lengths = [length for length in lengths if length]
    if not lengths:
        return Readability(float("nan"), float("nan"), 0)
    return Readability(float(median(lengths)), sum(length > LONG for length in lengths) / len(lengths), len(lengths))
