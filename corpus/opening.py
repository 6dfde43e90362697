"""Open what a search needs, and nothing else: neither torch nor, with exact vectors, the vector store."""

from __future__ import annotations

import os
import weakref
from dataclasses import dataclass
from pathlib import Path

from corpus.embed import load_embedder
from corpus.errors import IndexDamagedError
from corpus.generation import Manifest, current_generation, hold
from corpus.lexical import Floats
from corpus.ranking import Ranking
from corpus.search import Searcher
from corpus.sense import sense
from corpus.settings import Settings
from corpus.store import STORE_FILE, PassageStore


@dataclass(frozen=True, slots=True)
class Opened:
    """The index in force, ready for questions."""

    folder: Path
    manifest: Manifest
    store: PassageStore
    searcher: Searcher


def open_search(settings: Settings, generation: Path | None = None) -> Opened:
    """Open an index for questions, and keep it from being thrown away as long as its store is open here.

    Args:
        settings: data folder, weights, engine of vectors.
        generation: folder of the index; None for the one in force.

    Raises:
        IndexMissingError, WeightsMissingError, IndexDamagedError: with the next command to run.
    """
    folder = generation or current_generation(settings.index)
    manifest = Manifest.read(folder)
    manifest.check(folder)
    embedder = load_embedder(settings)
    if embedder.digest != manifest.weights:
        raise IndexDamagedError("L'index a été fait avec d'autres poids : lancez `python -m corpus sync`.")
    ranking = Ranking(folder)
    if ranking.sense_digest != sense().digest:
        raise IndexDamagedError("L'index a été fait avec un autre modèle de phrases : lancez `python -m corpus sync`.")
    held = hold(folder)
    store = PassageStore(folder / STORE_FILE)
    weakref.finalize(store, os.close, held)
    nearest = None
    if settings.vectors == "chroma":
        from corpus.index import AUDIENCES, chroma_nearest  # noqa: PLC0415  1 s and 77 MB, only when configured

        def nearest(vector: Floats, k: int) -> list[tuple[str, float]]:
            return [pair for audience in AUDIENCES for pair in chroma_nearest(folder, audience, vector, k)]

    return Opened(folder, manifest, store, Searcher(ranking, store, embedder, nearest))
