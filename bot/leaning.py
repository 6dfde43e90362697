"""Which way a message leans: a linear model on pieces of words and on the sense of the whole, read from a small file.

Trained in `eval/tune_danger.py`, `eval/tune_intents.py` and `eval/tune_attack.py`. The words explain themselves
(`Leaning.weight_of`) and cost a fraction of a millisecond. The sense is the vector of corpus/sentence_model.py, which
the search of the same turn asks for too: it hears what is said in words that no phrase of the training had, and cannot
be explained word by word. A bot says the same of the same message, for that model is a file like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from corpus.embed import unit
from corpus.sentence_model import apart, sentence_model

Floats = npt.NDArray[np.float32]

_SHORTEST, _LONGEST = 2, 5
_WORDS = 3
_WINDOW, _STRIDE = 36, 18
"""Words read together in a long message, and how far the next reading begins: one sentence of ten may say it all."""


@dataclass(frozen=True, slots=True)
class Sense:
    """What a model holds of the sense of whole messages.

    Attributes:
        weights: one row a label, one column a dimension of a vector.
        centre: mean of the vectors of the training; they all point much the same way, and differ by what is left.
    """

    weights: Floats
    centre: Floats

    def scores(self, said: str) -> Floats:
        """Return what the sense of a message adds to each label."""
        return np.asarray(self.weights @ centred(sentence_model().encode([said]), self.centre)[0], dtype=np.float32)


class Leaning:
    """A trained model.

    Args:
        labels: what a text may lean to; the first is "none" where there is one.
        weights: one row a label, one column a bin of pieces.
        offsets: one a label.
        rarity: of each bin; a piece that every text has tells little.
        sense: None for a model of words alone.
    """

    def __init__(
        self, labels: tuple[str, ...], weights: Floats, offsets: Floats, rarity: Floats, sense: Sense | None = None
    ) -> None:
        self.labels = labels
        self._weights, self._offsets, self._rarity, self._sense = weights, offsets, rarity, sense

    def shares(self, text: str, said: str = "") -> Mapping[str, float]:
        """Return the share of each label, adding to 1, in the part of the text that leans least to the first label.

        Args:
            text: its words as the model reads them.
            said: the message as it was written, whose sense is heard once, whole; the text when it is not told.
        """
        parts = np.stack([self._scores(part) for part in windows(text)])
        if self._sense is not None:
            parts = parts + self._sense.scores(" ".join((said or text).split()))
        shares = np.exp(parts - parts.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        chosen = shares[int(shares[:, 0].argmin())]
        return dict(zip(self.labels, map(float, chosen), strict=True))

    def weight_of(self, piece: str, label: str) -> float:
        """Return what one piece (a run of words, or "#" and a run of letters) adds to a label."""
        column = crc32(piece.encode()) % self._weights.shape[1]
        return float(self._weights[self.labels.index(label), column])

    def _scores(self, text: str) -> Floats:
        columns, values = binned(text, self._weights.shape[1])
        values = values * self._rarity[columns]
        norm = float(np.sqrt((values * values).sum())) or 1.0
        return np.asarray(self._weights[:, columns] @ values / norm + self._offsets, dtype=np.float32)


@cache
def read_leaning(path: Path) -> Leaning:
    """Read a model; weights are stored as bytes with one scale a label."""
    with np.load(path, allow_pickle=False) as stored:
        weights = stored["weights"].astype(np.float32) * stored["scales"].astype(np.float32)[:, None]
        labels = tuple(map(str, stored["labels"]))
        sense = None
        if "sense" in stored:
            sense = Sense(stored["sense"].astype(np.float32), stored["centre"].astype(np.float32))
        rarity = stored["rarity"].astype(np.float32) / 16
        return Leaning(labels, weights, stored["offsets"].astype(np.float32), rarity, sense)


def write_leaning(
    path: Path, labels: tuple[str, ...], weights: Floats, offsets: Floats, rarity: Floats, sense: Sense | None = None
) -> None:
    """Write a model in one byte a weight: what is lost is far below what the training data leaves unknown."""
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
    stored = np.rint(weights / scales[:, None]).astype(np.int8)
    halves = {} if sense is None else {"sense": sense.weights, "centre": sense.centre}
    np.savez_compressed(
        path,
        labels=np.asarray(labels),
        weights=stored,
        scales=scales.astype(np.float32),
        offsets=offsets.astype(np.float32),
        rarity=np.rint(rarity * 16).astype(np.uint8),
        allow_pickle=False,
        **{name: np.asarray(half, dtype=np.float16) for name, half in halves.items()},
    )


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Return the vectors less their common part, of unit norm again; zeros stay zeros."""
    return unit(apart(vectors, centre))


def binned(text: str, bins: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the bins of the pieces of a text, and the damped count of each."""
    counts = Counter(crc32(piece.encode()) % bins for piece in _pieces(text))
    columns = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
    values = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    return columns, values.astype(np.float32)


def windows(text: str) -> Iterator[str]:
    """Yield a short text whole, a long one in overlapping parts."""
    words = text.split()
    yield from (" ".join(words[start : start + _WINDOW]) for start in range(0, max(1, len(words) - _STRIDE), _STRIDE))


def _pieces(text: str) -> Iterator[str]:
    """Yield runs of one to three words, and runs of two to five letters inside each word."""
    words = text.split()
    for size in range(1, _WORDS + 1):
        yield from (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
    for word in words:
        framed = f"|{word[:24]}|"
        for size in range(_SHORTEST, _LONGEST + 1):
            yield from ("#" + framed[at : at + size] for at in range(len(framed) - size + 1))
