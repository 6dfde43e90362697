"""The life of an index generation: built aside, put in force by one pointer renamed last, thrown away once unused.

`index/<id>.building` becomes `index/<id>` when it is whole and on the disk, then the file `index/current` is replaced.
Before that last step a crash leaves the old generation in force; what it left behind goes at the next sync.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import orjson
from filelock import FileLock, Timeout

from corpus.errors import BusyError, IndexDamagedError, IndexMissingError
from ethics.canonical import fingerprint

POINTER = "current"
MANIFEST = "manifest.json"
COLLECTED = "collected"
"""Passages kept before any weights exist: training reads them, and the first sync carries them over."""
FORMAT = 1
_LOCK = "lock"
_OPTIONAL_ENGINE = "chroma/"
"""Folder of `corpus.index`, named here because importing that module takes a second."""
_BUILDING = ".building"
_BESIDE = ".new"
_NEXT_STEP = "relancez `python -m corpus sync`"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds.

    Attributes:
        generation: name of its folder.
        previous: generation it was built from, kept beside it; empty for the first one.
        created: moment of its creation, ISO 8601, UTC.
        root: Merkle root of its passages.
        weights: digest of the embedder; `dimension`: length of its vectors.
        ranking: fingerprint of the code that built the search artefacts.
        counts: documents, passages, set_aside, sources, vectors, embedded (vectors computed anew).
        files: size in bytes and SHA-256 of each artefact, by path relative to the folder.
        collections: digest of what each vector collection holds; the engine rewrites its own files when it opens
            them, so these have no entry in `files`.
    """

    generation: str
    previous: str
    created: str
    root: str
    weights: str
    dimension: int
    ranking: str
    counts: dict[str, int]
    files: dict[str, dict[str, Any]]
    collections: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write the manifest in its generation's folder."""
        data = orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        (folder / MANIFEST).write_bytes(data + b"\n")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the manifest of a generation.

        Raises:
            IndexDamagedError: it is absent, unreadable, or written by another version of this program.
        """
        try:
            manifest = cls(**orjson.loads((folder / MANIFEST).read_bytes()))
        except (OSError, ValueError, TypeError) as error:
            raise IndexDamagedError(f"Le manifeste de l’index {folder.name} est illisible : {_NEXT_STEP}.") from error
        if manifest.format != FORMAT:
            raise IndexDamagedError(f"L’index {folder.name} vient d’une autre version du programme : {_NEXT_STEP}.")
        return manifest

    def check(self, folder: Path, *, verify: bool = False) -> None:
        """Compare the artefacts with what is recorded: presence and size, and the bytes when `verify`.

        Raises:
            IndexDamagedError: an artefact is absent or differs.
        """
        for name, recorded in self.files.items():
            path = folder / name
            same = path.is_file() and path.stat().st_size == recorded["size"]
            if not same or (verify and file_digest(path) != recorded["sha256"]):
                raise IndexDamagedError(f"Le fichier {name} de l’index {folder.name} est abîmé : {_NEXT_STEP}.")


def file_digest(path: Path) -> str:
    """SHA-256 of a file, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def index_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a generation that answers are drawn from, by name.

    Left out: the vectors of the optional engine, which rewrites its own files when it opens them, and the manifest,
    which says of the others what is computed here.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST)
    inside = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: file_digest(path) for name, path in inside.items() if not name.startswith(_OPTIONAL_ENGINE)}


def index_digest(digests: Mapping[str, str]) -> str:
    """Return one digest of what `index_digests` returned, 64 hex digits: what is signed of an index."""
    return fingerprint(dict(digests))


def describe_files(folder: Path, unstable: Path) -> dict[str, dict[str, Any]]:
    """Return size and SHA-256 of every file under `folder`, but those under `unstable`."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and unstable not in path.parents)
    return {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": file_digest(path)}
        for path in paths
    }


def current_generation(index: Path) -> Path:
    """Return the folder of the generation in force.

    Raises:
        IndexMissingError: nothing was ever indexed here.
        IndexDamagedError: the pointer names a folder that is not there.
    """
    try:
        name = (index / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise IndexMissingError("Aucun index ici : lancez `python -m corpus sync`.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"Le pointeur de l’index est illisible : {_NEXT_STEP}.") from error
    folder = index / name
    if not name or folder.parent != index or not folder.is_dir():
        raise IndexDamagedError(f"L’index en vigueur, {name!r}, est absent : {_NEXT_STEP}.")
    return folder


def whole_generations(index: Path) -> Iterator[Path]:
    """Yield the folders of the generations that were once put in force, the last one built first."""
    found = sorted(index.iterdir(), reverse=True) if index.is_dir() else []
    yield from (path for path in found if (path / MANIFEST).is_file() and not path.name.endswith(_BUILDING))


def hold(folder: Path) -> int:
    """Keep a generation from being thrown away while it answers; return what `os.close` lets go.

    The system lets it go too when the process ends, however it ends.

    Raises:
        IndexDamagedError: there is no such generation.
    """
    try:
        descriptor = os.open(folder / MANIFEST, os.O_RDONLY)
    except OSError as error:
        raise IndexDamagedError(f"Le manifeste de l’index {folder.name} est illisible : {_NEXT_STEP}.") from error
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _is_held(folder: Path) -> bool:
    try:
        with (folder / MANIFEST).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the lock of the one writer.

    Raises:
        BusyError: another process holds it; it is freed by the system when that process ends, however it ends.
    """
    index.mkdir(parents=True, exist_ok=True)
    lock = FileLock(index / _LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError("Une autre synchronisation est en cours : attendez qu’elle finisse, puis relancez.") from error
    try:
        yield
    finally:
        lock.release()


def begin(index: Path) -> Path:
    """Create the folder of a new generation, named after the moment."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    building = index / f"{moment}{_BUILDING}"
    building.mkdir()
    return building


def generation_id(building: Path) -> str:
    """Return the name a generation will have once it is whole."""
    return building.name.removesuffix(_BUILDING)


def publish(building: Path) -> Path:
    """Put a whole generation in force, in an order that a crash at any step cannot spoil; return its folder."""
    for path in building.rglob("*"):
        sync_to_disk(path)
    sync_to_disk(building)
    index = building.parent
    folder = building.rename(index / generation_id(building))
    sync_to_disk(index)
    replace_file(index / POINTER, f"{folder.name}\n".encode())
    return folder


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; what a crash leaves beside it goes at the next writing, or with the garbage."""
    beside = path.with_name(f"{path.name}{_BESIDE}")
    beside.write_bytes(content)
    sync_to_disk(beside)
    beside.replace(path)
    sync_to_disk(path.parent)


def sync_to_disk(path: Path) -> None:
    """Wait until a file or a folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(folder: Path) -> None:
    """Remove a generation that is not in force; what cannot be removed now goes at the next sync."""
    shutil.rmtree(folder, ignore_errors=True)


def collect_garbage(index: Path) -> None:
    """Remove the generations that are neither in force nor the one before, and those left half-made by a crash.

    One that a service still answers from stays: what was read since may wait for days to be signed. Call it under the
    lock. With no readable pointer nothing whole is removed: it may be all that is left to repair.
    """
    try:
        kept = {current_generation(index)}
        kept.update(index / Manifest.read(folder).previous for folder in list(kept))
        known = True
    except (IndexMissingError, IndexDamagedError):
        kept, known = set(), False
    for path in index.iterdir():
        whole = (path / MANIFEST).is_file() and not path.name.endswith(_BUILDING)
        waiting = path.name == COLLECTED or whole
        if path.is_dir() and path not in kept and (known or not waiting) and not _is_held(path):
            discard(path)
    for path in index.glob(f"*{_BESIDE}"):
        path.unlink()
