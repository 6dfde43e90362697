"""Train the static embedding on the corpus itself: explicit, once per release, never silently.

Owns torch and the training half of sentence-transformers. Pairs come from the documents alone (heading to text, title
to summary, everyday word to administrative word); half of the queries are made noisy, which was worth 18 points of
recall at 10 on everyday questions (research/retrieval.md, section 4). Start: PPMI vectors, better than a random start.

Source: Tulkens & van Dongen, Model2Vec, 2024; Henderson et al., "Efficient Natural Language Response Suggestion", 2017
(in-batch negatives); Levy & Goldberg, "Neural Word Embedding as Implicit Matrix Factorization", NeurIPS 2014 (PPMI).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

# Read once, when the model hub's client is imported: training needs nothing from it.
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import numpy.typing as npt
import torch
from scipy.sparse import csr_matrix
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from sklearn.utils.extmath import randomized_svd
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from corpus.analyse import conversational_words
from corpus.embed import TOKENIZER_FILE, weights_digest
from corpus.generation import replace_file

DIMENSION = 256
VOCABULARY = 24_000
EPOCHS = 3
BATCH = 512
SEED = 20261123

_BESIDE = ".new-"
_ABANDONED = 3600
"""Seconds after which weights still being written are nobody's."""

Pair = tuple[str, str]
Say = Callable[[str], None]


def train_weights(
    data: Path,
    texts: Sequence[str],
    pairs: Sequence[Pair],
    say: Say = print,
    *,
    epochs: int = EPOCHS,
    batch: int = BATCH,
) -> Path:
    """Train, save and put in force new weights.

    Args:
        data: data folder; weights go to `weights/<first digits of their digest>`.
        texts: what the vocabulary and the starting vectors are learnt from.
        pairs: (query-like text, text that answers it).
        say: called with one line of progress in French.
        epochs: passes over the pairs.
        batch: pairs compared with one another at each step; fewer pairs than this make one step of them all.

    Returns:
        the folder of the weights now in force.
    """
    torch.manual_seed(SEED)
    say(f"Vocabulaire : {len(texts)} textes.")
    tokenizer = _tokenizer(texts)
    say("Vecteurs de départ (PPMI).")
    start = _ppmi_vectors(tokenizer, texts)
    module = StaticEmbedding(tokenizer, embedding_weights=start)
    _fit(module, pairs, say, epochs, max(1, min(batch, len(pairs))))
    return _save(data, module)


def _tokenizer(texts: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106  a token of the vocabulary, not a secret
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, min_frequency=3, special_tokens=["[PAD]", "[UNK]"], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _ppmi_vectors(tokenizer: Tokenizer, texts: Sequence[str], window: int = 5) -> npt.NDArray[np.float32]:
    """Positive pointwise mutual information of neighbours, reduced to DIMENSION, rare words weighted up (SIF)."""
    size = tokenizer.get_vocab_size()
    left: list[npt.NDArray[np.int32]] = []
    right: list[npt.NDArray[np.int32]] = []
    frequency = np.zeros(size, dtype=np.float64)
    for start in range(0, len(texts), 4096):
        for encoding in tokenizer.encode_batch(list(texts[start : start + 4096]), add_special_tokens=False):
            ids = np.asarray(encoding.ids, dtype=np.int32)
            np.add.at(frequency, ids, 1)
            for gap in range(1, window + 1):
                left.append(ids[:-gap])
                right.append(ids[gap:])
    rows, columns = np.concatenate(left), np.concatenate(right)
    counts = csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(size, size))
    counts = counts + counts.T
    total = counts.sum()
    occurrences = np.asarray(counts.sum(axis=1)).ravel() + 1e-9
    coo = counts.tocoo()
    # Context counts smoothed by .75 (Levy, Goldberg & Dagan 2015).
    context = occurrences**0.75
    value = np.log(coo.data * context.sum() / (occurrences[coo.row] * context[coo.col]) + 1e-12)
    keep = value > 0
    ppmi = csr_matrix((value[keep], (coo.row[keep], coo.col[keep])), shape=(size, size))
    left_vectors, singular, _ = randomized_svd(ppmi, DIMENSION, n_iter=3, random_state=SEED)
    vectors = left_vectors * np.sqrt(singular)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    weight = 1e-3 / (1e-3 + frequency / max(total, 1.0))
    return np.asarray(vectors * weight[:, None], dtype=np.float32)


def _fit(module: StaticEmbedding, pairs: Sequence[Pair], say: Say, epochs: int, size: int) -> None:
    """Contrastive training with in-batch negatives; a plain loop, since the trainer's would need a dataset on disk."""
    model = SentenceTransformer(modules=[module], device="cpu")
    loss = MultipleNegativesRankingLoss(model)
    optimiser = torch.optim.Adam(module.parameters(), lr=2e-3)
    chance = random.Random(SEED)  # noqa: S311  noise in training queries, not a secret
    order = list(pairs)
    for epoch in range(1, epochs + 1):
        chance.shuffle(order)
        summed, batches = 0.0, 0
        for start in range(0, len(order) - size + 1, size):
            batch = order[start : start + size]
            queries = [noisy(query, chance) for query, _ in batch]
            features = [model.preprocess(queries), model.preprocess([text for _, text in batch])]
            optimiser.zero_grad()
            value = loss(features, torch.arange(0))
            value.backward()
            optimiser.step()
            summed, batches = summed + float(value.detach()), batches + 1
        say(f"Passe {epoch}/{epochs} : perte moyenne {summed / max(batches, 1):.3f} sur {len(order)} paires.")


def noisy(query: str, chance: random.Random) -> str:
    """Make a query look spoken half of the time: fillers, a dropped word, a typing error."""
    if chance.random() < 0.5:
        return query
    spoken = query.split()
    fillers = sorted(conversational_words())
    for _ in range(chance.randint(0, 4)):
        spoken.insert(chance.randint(0, len(spoken)), chance.choice(fillers))
    if len(spoken) > 3 and chance.random() < 0.5:
        spoken.pop(chance.randrange(len(spoken)))
    if chance.random() < 0.3:
        rank = chance.randrange(len(spoken))
        spoken[rank] = _typo(spoken[rank], chance)
    return " ".join(spoken)


def _typo(word: str, chance: random.Random) -> str:
    if len(word) < 5:
        return word
    place = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(3)
    if kind == 0:
        return word[:place] + word[place + 1 :]
    if kind == 1:
        return word[:place] + word[place] + word[place:]
    return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]


def _save(data: Path, module: StaticEmbedding) -> Path:
    """Write beside, then switch by renaming the pointer: a cut leaves the old weights in force."""
    weights = data / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    _sweep(weights)
    beside = Path(tempfile.mkdtemp(prefix=_BESIDE, dir=weights))
    module.save(str(beside))
    for path in beside.iterdir():
        path.chmod(0o644)  # sentence-transformers writes 0600, which a service account could not read
    assert (beside / TOKENIZER_FILE).exists()
    name = weights_digest(beside)[:16]
    target = weights / name
    if target.exists():
        shutil.rmtree(beside)
    else:
        beside.chmod(0o755)
        beside.rename(target)
    replace_file(weights / "current", json.dumps({"folder": name}).encode())
    return target


def _sweep(weights: Path) -> None:
    """Remove what a kill left half-written; a folder younger than an hour may be another training's."""
    for left in weights.glob(f"{_BESIDE}*"):
        if time.time() - left.stat().st_mtime > _ABANDONED:
            shutil.rmtree(left, ignore_errors=True)


def training_pairs(rows: Iterator[tuple[str, str]], longest: int = 600) -> list[Pair]:
    """Keep the pairs worth learning from: both sides have words and differ, the text cut at `longest` characters."""
    seen: dict[Pair, None] = {}
    for query, text in rows:
        pair = (query.strip(), text.strip()[:longest])
        if len(pair[0]) >= 3 and len(pair[1]) >= 10 and pair[0] != pair[1]:
            seen.setdefault(pair)
    return list(seen)
