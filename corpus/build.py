"""A whole new index generation, from what was read and what is carried over; put in force only when it is complete."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.embed import Embedder
from corpus.errors import CorpusError, IndexDamagedError, IndexMissingError
from corpus.generation import (
    COLLECTED,
    Manifest,
    begin,
    current_generation,
    describe_files,
    discard,
    generation_id,
    publish,
)
from corpus.harvest import Harvest
from corpus.index import CHROMA_FOLDER, open_index, write_collections
from corpus.pipeline import ranking_fingerprint
from corpus.progress import Progress
from corpus.ranking import VectorRows
from corpus.settings import Settings
from corpus.store import STORE_FILE, PassageStore, SourceRecord
from corpus.store_writing import StoreWriter
from ethics.merkle import AlteredPassagesError, passages_root

BuildRanking = Callable[[Path, PassageStore, Embedder, Path | None], VectorRows]


@dataclass(frozen=True, slots=True)
class Previous:
    """The generation in force before a run.

    Attributes:
        store: its passages, None when there is no readable one.
        folder, manifest: None too when its search artefacts cannot be trusted.
    """

    store: PassageStore | None = None
    folder: Path | None = None
    manifest: Manifest | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a generation is made of: the sources read, and the names of those whose rows are carried over."""

    read: tuple[tuple[SourceRecord, Harvest], ...]
    carried: tuple[str, ...]


@contextmanager
def open_previous(settings: Settings) -> Iterator[Previous]:
    """Open what is in force; of a damaged index, keep the passages if each still matches its digest."""
    try:
        index = open_index(settings)
        previous = Previous(index.store, index.folder, index.manifest)
    except IndexMissingError:
        previous = Previous(_whole_store(settings.index / COLLECTED, None))
    except IndexDamagedError:
        previous = Previous(_salvaged(settings.index))
    try:
        yield previous
    finally:
        if previous.store:
            previous.store.close()


def build_generation(
    index: Path,
    content: Content,
    previous: Previous,
    embedder: Embedder,
    build_ranking: BuildRanking,
    progress: Progress,
) -> Manifest:
    """Build a generation beside the old one and put it in force.

    Raises:
        CorpusError: the disk is full or refuses to write; the old generation still serves.
    """
    try:
        building = begin(index)
    except OSError as error:
        raise _unwritable(index, error) from error
    try:
        manifest = _fill(building, content, previous, embedder, build_ranking, progress)
        progress.start("switching")
        publish(building)
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(index, error) from error
    finally:
        # After `publish` the folder has another name, and this removes nothing.
        discard(building)
    return manifest


def keep_store(index: Path, content: Content) -> PassageStore:
    """Write the passages alone, before any weights exist to rank them: the first sync carries them over."""
    beside = index / f"{COLLECTED}.building"
    discard(beside)
    discard(index / COLLECTED)
    try:
        beside.mkdir(parents=True)
        _write_store(beside / STORE_FILE, content, None)
        return PassageStore(beside.rename(index / COLLECTED) / STORE_FILE)
    except (OSError, sqlite3.Error) as error:
        raise _unwritable(index, error) from error


def _salvaged(index: Path) -> PassageStore | None:
    try:
        folder = current_generation(index)
        return _whole_store(folder, Manifest.read(folder).root)
    except (IndexDamagedError, IndexMissingError):
        return None


def _whole_store(folder: Path, root: str | None) -> PassageStore | None:
    """Open a store of which every passage matches its digest, and all of them `root` where one is recorded."""
    try:
        found = passages_root(folder / STORE_FILE)
        return PassageStore(folder / STORE_FILE) if root in {None, found} else None
    except (AlteredPassagesError, IndexDamagedError):
        return None


def _write_store(path: Path, content: Content, previous: PassageStore | None) -> None:
    with StoreWriter(path) as writer:
        if previous is not None:
            writer.carry(previous.path, content.carried)
        for record, harvest in content.read:
            writer.add(record, harvest.entries, harvest.set_aside)


def _fill(
    building: Path,
    content: Content,
    previous: Previous,
    embedder: Embedder,
    build_ranking: BuildRanking,
    progress: Progress,
) -> Manifest:
    progress.start("store")
    _write_store(building / STORE_FILE, content, previous.store)
    with PassageStore(building / STORE_FILE) as store:
        progress.start("ranking")
        rows = build_ranking(building, store, embedder, previous.folder)
        counts = store.counts()
    progress.start("vectors")
    collections = write_collections(building, rows)
    manifest = Manifest(
        generation=generation_id(building),
        previous=previous.folder.name if previous.folder else "",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        root=passages_root(building / STORE_FILE),
        weights=embedder.digest,
        dimension=embedder.dimension,
        ranking=ranking_fingerprint(),
        counts=counts | {"vectors": len(rows.ids), "embedded": rows.embedded},
        files=describe_files(building, building / CHROMA_FOLDER),
        collections=collections,
    )
    manifest.write(building)
    return manifest


def _unwritable(index: Path, error: Exception) -> CorpusError:
    try:
        left = f" ({shutil.disk_usage(index).free / 1e9:.1f} Go libres)"
    except OSError:
        left = ""
    return CorpusError(
        f"L’index n’a pas pu être écrit{left} : {error}. L’ancien index sert toujours ; libérez de la place ou "
        "rétablissez les droits d’écriture, puis relancez."
    )
