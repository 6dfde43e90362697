"""Texts to unit-norm vectors: our static weights on numpy alone, or any sentence-transformers model.

Owns sentence_transformers at run time. The static runtime exists because importing torch costs 6 to 11 s and 500 MB,
which the answering path must not pay; a test keeps both equal (tests/corpus/test_embed.py).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from corpus.errors import ConfigurationError, IndexDamagedError, WeightsMissingError
from corpus.settings import Settings

Floats = npt.NDArray[np.float32]

WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"
# The white space that ends a word whatever the tokenizer cleans away; the rest of it is left to the tokenizer.
_PIECE = re.compile(r"[^ \t\n\r]+")

_LONGEST_PIECE = 100
"""Characters of a run without white space that is remembered; a longer one is no word that comes back."""

_REMEMBERED = 32_768
"""Pieces whose word-pieces are kept: nearly all those that texts are made of, in about 10 MB."""


class Embedder(Protocol):
    """What turns texts into vectors.

    Attributes:
        digest: changes whenever the same text could get another vector.
        dimension: length of a vector.
    """

    digest: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return shape (len(texts), dimension), rows of unit norm; a text without a known word gives zeros."""


class StaticEmbedder:
    """Mean of word-piece vectors (model2vec, StaticEmbedding), read from a folder that sentence-transformers saved."""

    def __init__(self, folder: Path) -> None:
        """Open the weights.

        Raises:
            IndexDamagedError: a file of the folder is absent or damaged.
        """
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
            self._weights: Floats = load_file(folder / WEIGHTS_FILE)["embedding.weight"].astype(np.float32)
        except (OSError, SafetensorError, KeyError, Exception) as error:
            raise IndexDamagedError(
                f"Les poids {folder.name} sont illisibles : relancez `python -m corpus train`."
            ) from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._by_piece = isinstance(self._tokenizer.pre_tokenizer, BertPreTokenizer) and (
            self._tokenizer.normalizer is None or isinstance(self._tokenizer.normalizer, BertNormalizer)
        )
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)
        self.dimension = int(self._weights.shape[1])
        self.digest = weights_digest(folder)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit-norm means, shape (len(texts), dimension)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            if ids := self.word_pieces(text):
                vectors[row] = self._weights.take(ids, axis=0).mean(axis=0)
        return unit(vectors)

    def word_pieces(self, text: str) -> list[int]:
        """Return the ids of the word-pieces of a text, in reading order.

        Our tokenizers read each character and each word by itself and part at white space, so that a text is its
        pieces one after the other; most were read before, and looking one up costs far less than reading it.
        """
        if not self._by_piece:
            return list(self._read(text))
        ids: list[int] = []
        for piece in _PIECE.findall(text):
            ids += self._remembered(piece) if len(piece) <= _LONGEST_PIECE else self._read(piece)
        return ids

    def _read(self, text: str) -> tuple[int, ...]:
        # Half of a surrogate pair, which JSON lets through, is refused by the tokenizer.
        legible = text.encode(errors="replace").decode()
        return tuple(self._tokenizer.encode(legible, add_special_tokens=False).ids)


class TransformerEmbedder:
    """Any sentence-transformers model, by name or path; torch is imported only when one is configured."""

    def __init__(self, name: str) -> None:
        """Load the model.

        Raises:
            ConfigurationError: there is no such model here, or it cannot be downloaded.
        """
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  heavy, and only on request

        try:
            self._model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"Le modèle {name!r} (CITE_MODEL) ne se charge pas : donnez un dossier local ou un nom accessible."
            ) from error
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        digest = hashlib.sha256(f"sentence-transformers:{name}:{self.dimension}".encode())
        # A local model may be trained again under the same name.
        for path in sorted(Path(name).rglob("*.safetensors")):
            digest.update(path.read_bytes())
        self.digest = digest.hexdigest()

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return unit-norm vectors, shape (len(texts), dimension)."""
        found = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32).reshape(len(texts), self.dimension)


def unit(vectors: Floats) -> Floats:
    """Scale each row to norm 1; a row of zeros stays."""
    # In double precision: the square of a very small component is zero in single.
    norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    scaled: Floats = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return scaled


def weights_digest(folder: Path) -> str:
    """SHA-256 over the weights and the tokenizer of a folder, 64 hex digits."""
    digest = hashlib.sha256()
    for name in (TOKENIZER_FILE, WEIGHTS_FILE):
        with (folder / name).open("rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def current_weights(data: Path) -> Path:
    """Return the folder of the weights in force (`weights/current` names it).

    Raises:
        WeightsMissingError: no weights were ever trained in this data folder.
    """
    try:
        name = json.loads((data / "weights" / "current").read_text(encoding="utf-8"))["folder"]
    except (OSError, ValueError, KeyError) as error:
        raise WeightsMissingError("Aucun poids n'est en vigueur : lancez `python -m corpus train`.") from error
    return data / "weights" / str(name)


def load_embedder(settings: Settings) -> Embedder:
    """Open the embedder that the settings name: the weights in force, or the configured model."""
    if settings.model:
        return TransformerEmbedder(settings.model)
    return StaticEmbedder(current_weights(settings.data))


def load_entailment(name: str) -> Callable[[str, str], float]:
    """Open a local cross-encoder that tells how far a first text supports a second one, from 0 to 1.

    Args:
        name: of a sentence-transformers cross-encoder, or its folder: with one output (relevance), or with three, of
            which one is labelled `entailment`.

    Raises:
        ConfigurationError: there is no such model here, or none of its outputs tells support.
    """
    from sentence_transformers import CrossEncoder  # noqa: PLC0415  heavy, and only on request

    try:
        model = CrossEncoder(name, device="cpu")
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"Le modèle {name!r} ne se charge pas : donnez un dossier local ou un nom accessible."
        ) from error
    labels = {str(label).lower(): at for at, label in (model.config.id2label or {}).items()}
    if model.config.num_labels != 1 and "entailment" not in labels:
        raise ConfigurationError(f"Le modèle {name!r} ne dit pas si un texte en prouve un autre.")

    def score(proof: str, claim: str) -> float:
        logits = np.asarray(model.predict([(proof, claim)], show_progress_bar=False, convert_to_numpy=True)[0]).ravel()
        if logits.size == 1:
            return float(logits[0])  # the library already applies the sigmoid to a single output
        odds = np.exp(logits - logits.max())
        return float(odds[labels["entailment"]] / odds.sum())

    return score
