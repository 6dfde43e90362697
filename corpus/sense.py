"""What a question, an everyday phrase and a document are about, as vectors that can be compared.

The sentence model alone puts all administrative French close together; two linear heads, one for what residents say
and one for what a document is about, pull its vectors apart. Both are trained on our phrases and on the documents'
titles (eval/tune_sense.py), never on a question set.

The vectors of our own phrases, and those of the cards of the dated snapshot, are shipped with them: on a processor
without the instructions that the model likes best, reading them takes twenty minutes. A phrase or a card that has none
is read by the model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.embed import unit
from corpus.sentence_model import DIMENSION, SentenceModel, apart, sentence_model

Floats = npt.NDArray[np.float32]

HEADS_FILE = Path(__file__).with_name("sense_heads.npz")
PHRASES_FILE = Path(__file__).with_name("sense_phrases.npz")
CARDS_FILE = Path(__file__).with_name("sense_cards.npz")

_SUMMARY = 240
"""Characters of a card that are read: the title, and how its summary begins."""
_KEPT = 127.0


class Sense:
    """The sentence model seen through the heads.

    Attributes:
        digest: changes whenever the same text could get another vector.
    """

    def __init__(self, model: SentenceModel | None = None) -> None:
        self._model = model or sentence_model()
        with np.load(HEADS_FILE, allow_pickle=False) as stored:
            self._said, self._about, self._mean = (
                stored[name].astype(np.float32) for name in ("said", "about", "mean")
            )
        heads = hashlib.sha256(HEADS_FILE.read_bytes()).hexdigest()
        self.digest = hashlib.sha256(f"{self._model.digest} {heads}".encode()).hexdigest()

    def of_question(self, text: str) -> Floats:
        """Return the vector of a question in any language, shape (DIMENSION,), unit norm; zeros for no word."""
        vector: Floats = self._through(self._said, self._model.encode([text]))[0]
        return vector

    def of_phrases(self, phrases: Sequence[str]) -> Floats:
        """Return the vectors of everyday phrases, shape (len(phrases), DIMENSION), unit norm."""
        return self._through(self._said, self._read(phrases))

    def of_cards(self, cards: Sequence[tuple[str, str]]) -> Floats:
        """Return the vectors of (title, summary) pairs, shape (len(cards), DIMENSION), unit norm."""
        return self._through(self._about, self._read([card_text(*card) for card in cards]))

    def _read(self, texts: Sequence[str]) -> Floats:
        """Return the vectors that the model gives to texts, those that came with the program first."""
        known = shipped(self._model)
        missing = [text for text in dict.fromkeys(texts) if key_of(text) not in known]
        read = dict(zip(missing, self._model.encode(missing), strict=True))
        rows = [read[text] if text in read else known[key_of(text)] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, DIMENSION), np.float32)

    def _through(self, head: Floats, vectors: Floats) -> Floats:
        return unit(apart(vectors, self._mean) @ head)


@cache
def sense() -> Sense:
    """Return the one reading of sense of this process."""
    return Sense()


def card_text(title: str, summary: str) -> str:
    """Return what is read of a document's card."""
    return f"{title}. {summary}"[:_SUMMARY]


def key_of(text: str) -> int:
    """Return 64 bits that name a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


@cache
def shipped(model: SentenceModel) -> dict[int, Floats]:
    """Return the vectors that came with the program, by key of a phrase or card; none when another model made them."""
    return {key: vector for file in (PHRASES_FILE, CARDS_FILE) for key, vector in _shipped_in(file, model.weights)}


def _shipped_in(file: Path, weights: str) -> Iterator[tuple[int, Floats]]:
    with np.load(file, allow_pickle=False) as stored:
        if str(stored["weights"]) == weights:
            scales = stored["scales"].astype(np.float32)[:, None]
            vectors = stored["vectors"].astype(np.float32) * scales + stored["mean"].astype(np.float32)
            yield from zip(stored["keys"].tolist(), vectors, strict=True)


def write_shipped(path: Path, texts: Sequence[str], vectors: Floats, weights: str) -> None:
    """Write the vectors of texts, shape (len(texts), DIMENSION), in one byte a number around their mean."""
    mean = vectors.mean(axis=0)
    apart = vectors - mean
    scales = np.maximum(np.abs(apart).max(axis=1), 1e-9) / _KEPT
    np.savez_compressed(
        path,
        keys=np.asarray([key_of(text) for text in texts], dtype=np.uint64),
        vectors=np.rint(apart / scales[:, None]).astype(np.int8),
        scales=scales.astype(np.float32),
        mean=mean.astype(np.float32),
        weights=np.asarray(weights),
    )
