"""The index in force, and its vector collections. Owns chromadb.

One collection an audience: a metadata filter costs 50 times a query (measured, 50,000 vectors). One writer, on a new
folder: two processes writing one folder lose vectors without a word, while any number may read.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import chromadb
import numpy as np
import numpy.typing as npt
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from corpus.errors import CorpusError, IndexDamagedError
from corpus.generation import Manifest, current_generation
from corpus.ranking import VectorRows
from corpus.settings import Settings
from corpus.store import STORE_FILE, PassageStore
from ethics.merkle import AlteredPassagesError, passages_root

Floats = npt.NDArray[np.float32]

AUDIENCES = ("particuliers", "professionnels", "associations")
CHROMA_FOLDER = "chroma"
CHROMA_DATABASE = "chroma.sqlite3"
_PAGE = 5_000
"""Rows asked for at once: SQLite refuses about 32,000 variables."""
_SHAPE: CreateCollectionConfiguration = {
    "hnsw": {"space": "cosine", "ef_construction": 100, "max_neighbors": 16, "ef_search": 100}
}


@dataclass(frozen=True, slots=True)
class Index:
    """The generation in force: its folder, its open store, its manifest."""

    folder: Path
    store: PassageStore
    manifest: Manifest


def open_index(settings: Settings, *, verify: bool = False) -> Index:
    """Open the index in force.

    Args:
        settings: for the data folder.
        verify: recompute every digest too (about 1 s for 35,000 passages); else presence and sizes only.

    Raises:
        IndexMissingError: nothing was indexed yet.
        IndexDamagedError: an artefact is absent or differs from the manifest.
    """
    folder = current_generation(settings.index)
    manifest = Manifest.read(folder)
    manifest.check(folder, verify=verify)
    if not (folder / CHROMA_FOLDER / CHROMA_DATABASE).is_file():
        raise _damaged(folder)
    if verify:
        _verify(folder, manifest)
    return Index(folder, PassageStore(folder / STORE_FILE), manifest)


def write_collections(folder: Path, rows: VectorRows) -> dict[str, str]:
    """Write the vector collections of a generation, from nothing.

    Copying those of the generation before, to delete and add only what changed, was tried: it took longer (8.6 s
    against 6.0 s for 40,000 vectors), and the names of deleted passages stayed in the engine's files.

    Args:
        folder: the generation being built.
        rows: every vector it must hold.

    Returns:
        digest of each collection, as the engine gives it back once closed and opened again.

    Raises:
        IndexDamagedError: the engine does not give back what it was given.
        CorpusError: it could not write.
    """
    target = folder / CHROMA_FOLDER
    try:
        with _client(target) as client:
            for audience in AUDIENCES:
                mine = _rows_for(audience, rows)
                _write_collection(client, audience, [rows.ids[row] for row in mine], rows.vectors[mine])
        return _read_back(target, rows)
    except ChromaError as error:
        raise CorpusError(
            f"Les vecteurs n’ont pas pu être écrits ({error}) : vérifiez la place sur le disque, puis relancez."
        ) from error


def chroma_nearest(folder: Path, audience: str, vector: Floats, k: int) -> list[tuple[str, float]]:
    """Return the `k` nearest ids of one audience with their cosine similarity, best first.

    Args:
        folder: the generation, as `Index.folder`.
        audience: one of `AUDIENCES`.
        vector: shape (dim,), unit norm.
        k: at least 1; fewer come back from a smaller collection.

    Raises:
        IndexDamagedError: the collections are absent or unreadable.
    """
    try:
        collection = _reader(folder / CHROMA_FOLDER).get_collection(_name(audience), embedding_function=None)
        query: list[float] = np.asarray(vector, dtype=np.float32).tolist()
        found = collection.query(query_embeddings=query, n_results=k, include=["distances"])
    except (ChromaError, ValueError) as error:
        raise _damaged(folder) from error
    distances = (found["distances"] or [[]])[0]
    return [(ref, 1.0 - float(distance)) for ref, distance in zip(found["ids"][0], distances, strict=True)]


def close_collections() -> None:
    """Close the collections opened by `chroma_nearest`: for a server that moves on to a new generation."""
    with _READERS_LOCK:
        while _READERS:
            _READERS.popitem()[1].close()


def collection_ids(folder: Path) -> dict[str, frozenset[str]]:
    """Return the ids that each collection of a generation holds, by audience."""
    with _client(folder / CHROMA_FOLDER) as client:
        return {audience: frozenset(_stored(client, audience)[0]) for audience in AUDIENCES}


def _verify(folder: Path, manifest: Manifest) -> None:
    try:
        same_passages = passages_root(folder / STORE_FILE) == manifest.root
        with _client(folder / CHROMA_FOLDER) as client:
            same_vectors = {name: _digest(*_stored(client, name)) for name in AUDIENCES} == manifest.collections
    except (AlteredPassagesError, ChromaError) as error:
        raise _damaged(folder) from error
    if not (same_passages and same_vectors):
        raise _damaged(folder)


def _damaged(folder: Path) -> IndexDamagedError:
    return IndexDamagedError(f"L’index {folder.name} est incomplet ou abîmé : relancez `python -m corpus sync`.")


def _rows_for(audience: str, rows: VectorRows) -> list[int]:
    return [row for row, names in enumerate(rows.audiences) if not names or audience in names]


def _write_collection(client: Client, audience: str, ids: list[str], vectors: Floats) -> None:
    collection = client.create_collection(_name(audience), embedding_function=None, configuration=_SHAPE)
    batch = client.get_max_batch_size()
    for start in range(0, len(ids), batch):
        collection.add(ids=ids[start : start + batch], embeddings=vectors[start : start + batch])


def _read_back(target: Path, rows: VectorRows) -> dict[str, str]:
    """Open the collections anew and compare their ids: the engine accepts some writes that it then loses."""
    digests: dict[str, str] = {}
    with _client(target) as client:
        for audience in AUDIENCES:
            ids, vectors = _stored(client, audience)
            if set(ids) != {rows.ids[row] for row in _rows_for(audience, rows)}:
                raise _damaged(target.parent)
            digests[audience] = _digest(ids, vectors)
    return digests


def _stored(client: Client, audience: str) -> tuple[list[str], Floats]:
    """Return the ids and vectors of one collection, in id order; both empty when there is no such collection."""
    try:
        collection = client.get_collection(_name(audience), embedding_function=None)
    except NotFoundError:
        return [], np.zeros((0, 0), dtype=np.float32)
    found: dict[str, Floats] = {}
    for offset in range(0, collection.count(), _PAGE):
        page = collection.get(include=["embeddings"], limit=_PAGE, offset=offset)
        found.update(zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True))
    ids = sorted(found)
    return ids, np.stack([found[ref] for ref in ids]) if ids else np.zeros((0, 0), dtype=np.float32)


def _digest(ids: Sequence[str], vectors: Floats) -> str:
    total = hashlib.sha256("\n".join(ids).encode())
    total.update(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
    return total.hexdigest()


def _name(audience: str) -> str:
    return f"cite_{audience}"


def _open(folder: Path) -> Client:
    client = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    assert isinstance(client, Client)
    return client


@contextmanager
def _client(folder: Path) -> Iterator[Client]:
    client = _open(folder)
    try:
        yield client
    finally:
        client.close()


def _reader(folder: Path) -> Client:
    """Opening takes half a second: a server does it once a generation."""
    with _READERS_LOCK:
        if folder not in _READERS:
            # The engine would create what is absent.
            if not (folder / CHROMA_DATABASE).is_file():
                raise _damaged(folder.parent)
            _READERS[folder] = _open(folder)
        return _READERS[folder]


_READERS: dict[Path, Client] = {}
_READERS_LOCK = threading.Lock()
