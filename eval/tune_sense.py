"""Train the heads of corpus/sense.py, and write the vectors that are shipped: `python -m eval.tune_sense`.

Pairs are two phrases of one document, and a phrase with its document's card: how residents say a thing, and what it is
called. No question set is read. Run it after a change of lexicon/said_of.tsv; then build the index again, and choose
the weights again (eval/tune_ranking.py). After a change of the snapshot of the documents, `--cards` alone: their cards
are read once here rather than at each first build.

Source: Henderson et al., "Efficient Natural Language Response Suggestion", 2017 (in-batch negatives).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import cross_entropy, normalize

from corpus.opening import open_search
from corpus.phrases import said_of
from corpus.sense import CARDS_FILE, HEADS_FILE, PHRASES_FILE, card_text, write_shipped
from corpus.sentence_model import DIMENSION, sentence_model
from corpus.settings import load_settings
from eval.tune_danger import senses
from eval.vector_cache import VectorCache

Floats = npt.NDArray[np.float32]

_SEED = 20261127
_EPOCHS, _BATCH, _RATE = 30, 512, 1e-3
_SHRINKAGE = 1e-4
"""Pull of the heads towards doing nothing."""
_SHARPNESS = 3.0
"""Logarithm of the factor that cosines are multiplied by, to begin with; it is learnt too."""


def main(arguments: list[str] | None = None) -> int:
    """Read, train, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HEADS_FILE.parent, help="folder of the three files")
    parser.add_argument("--vectors", type=Path, help="file that keeps what was read, for the next run")
    parser.add_argument("--cards", action="store_true", help="write the vectors of the documents' cards, and no more")
    options = parser.parse_args(arguments)
    model, kept = sentence_model(), VectorCache(options.vectors)
    documents = list(open_search(load_settings()).store.documents())
    cards = {card.key: card_text(card.title, card.summary) for card in documents}
    texts = list(dict.fromkeys(cards.values()))
    called = dict(zip(texts, senses(texts, kept), strict=True))
    write_shipped(options.out / CARDS_FILE.name, texts, np.stack(list(called.values())), model.weights)
    if options.cards:
        return 0
    about = {card.id: called[cards[card.key]] for card in documents}
    said = [(row, phrase) for row, name in enumerate(about) for phrase in said_of(name).splitlines()]
    phrases = list(dict.fromkeys(phrase for _, phrase in said))
    read = dict(zip(phrases, senses(phrases, kept), strict=True))
    write_shipped(options.out / PHRASES_FILE.name, phrases, np.stack(list(read.values())), model.weights)
    names, spoken = np.stack(list(about.values())), np.stack([read[phrase] for _, phrase in said])
    mean = np.concatenate([spoken, names]).mean(axis=0)
    heads = trained(spoken - mean, names - mean, [row for row, _ in said])
    parts = {"said": heads[0], "about": heads[1], "mean": mean}
    np.savez_compressed(
        options.out / HEADS_FILE.name, **{name: part.astype(np.float16) for name, part in parts.items()}
    )
    print(f"{len(said)} phrases of {len({row for row, _ in said})} documents, {len(texts)} cards")
    return 0


def trained(spoken: Floats, about: Floats, documents: Sequence[int]) -> tuple[Floats, Floats]:
    """Return the head of what is said and the head of cards, each shape (DIMENSION, DIMENSION).

    Args:
        spoken: vectors of phrases, shape (n, DIMENSION).
        about: vectors of cards, shape (documents, DIMENSION).
        documents: row of the card of each phrase.
    """
    torch.manual_seed(_SEED)
    of_document: dict[int, list[int]] = {}
    for at, row in enumerate(documents):
        of_document.setdefault(row, []).append(at)
    rows, phrases, cards = list(of_document), torch.tensor(spoken), torch.tensor(about)
    nothing = torch.eye(DIMENSION)
    heads = [nothing.clone().requires_grad_() for _ in range(2)]
    sharpness = torch.tensor(_SHARPNESS, requires_grad=True)
    optimiser = torch.optim.Adam([*heads, sharpness], lr=_RATE)
    for _ in range(_EPOCHS):
        order = torch.randperm(len(rows)).tolist()
        for start in range(0, len(order), _BATCH):
            batch = [rows[at] for at in order[start : start + _BATCH]]
            drawn = [torch.randperm(len(of_document[row])).tolist() for row in batch]
            one = phrases[[of_document[row][ranks[0]] for row, ranks in zip(batch, drawn, strict=True)]]
            # A document with one phrase stands beside itself.
            other = phrases[[of_document[row][ranks[-1]] for row, ranks in zip(batch, drawn, strict=True)]]
            asked, twin = normalize(one @ heads[0]), normalize(other @ heads[0])
            called, right = normalize(cards[batch] @ heads[1]), torch.arange(len(batch))
            scale = sharpness.exp()
            loss = cross_entropy(scale * asked @ twin.T, right)
            loss += cross_entropy(scale * asked @ called.T, right) + cross_entropy(scale * called @ asked.T, right)
            loss += _SHRINKAGE * sum(((head - nothing) ** 2).sum() for head in heads)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    said, called_ = (head.detach().numpy().copy() for head in heads)
    return said, called_


if __name__ == "__main__":
    raise SystemExit(main())
