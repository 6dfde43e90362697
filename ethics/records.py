"""The records folder: the log, and the files that it names, each under the digest that its line gives.

    log.jsonl                what happened, one line each
    roster/ proposal/ evidence/ audit/ opinion/ act/ decision/ suspension/ resume/ revocation/ snapshot/ minutes/
    checkpoint/ witness/     the state of the log, as its keeper and as outside witnesses signed it
    waiting/                 what several people must sign, until they have (ethics.gathering)

A file that the log does not name counts for nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ethics.canonical import digest
from ethics.checkpoint import Checkpoint, read_checkpoint
from ethics.envelope import Envelope, Statement, read_envelope
from ethics.errors import EthicsError, LogError, RecordsError
from ethics.log import Entry, Log, appending, read_log, sync_folder
from ethics.words import say, trouble

LOG = "log.jsonl"
SIGNED = frozenset(
    {
        "roster",
        "proposal",
        "evidence",
        "opinion",
        "decision",
        "suspension",
        "resume",
        "revocation",
        "snapshot",
        "minutes",
    }
)
"""Kinds of lines whose file is an envelope; `audit` and `act` are plain files."""

_LABEL = re.compile(r"[^a-z0-9]+")
_LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Filed:
    """An envelope that the log names."""

    entry: Entry
    envelope: Envelope
    statement: Statement


@dataclass(slots=True)
class Records:
    """What a records folder holds, once read and found whole.

    Attributes:
        envelopes: every envelope, in the order of the log.
        files: bytes of the plain files, by digest.
        checkpoints: every signed state of the log found beside it, the smallest first.
    """

    folder: Path
    log: Log
    envelopes: list[Filed] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def of(self, *kinds: str) -> Iterator[Filed]:
        """Yield the envelopes of these kinds, in the order of the log."""
        return (filed for filed in self.envelopes if filed.entry.kind in kinds)

    def find(self, payload: str) -> Filed | None:
        """Return the envelope whose payload has this digest, as first filed."""
        return next((filed for filed in self.envelopes if filed.envelope.digest == payload), None)


def read_records(folder: Path, known: Log | None = None) -> Records:
    """Read a records folder, whole.

    Args:
        folder: where it is.
        known: the log as it was read before, which must be the beginning of what is there now.

    Raises:
        EthicsError: the log does not hold, a file that it names is missing or altered, or anything cannot be read.
    """
    records = Records(folder, read_log(folder / LOG, known))
    for entry in records.log.entries:
        if entry.kind != "repair" and entry.file:
            _take(records, entry)
    for name in ("checkpoint", "witness"):
        for path in sorted((folder / name).glob("*.txt")):
            records.checkpoints.append(read_checkpoint(_text(path)))
    records.checkpoints.sort(key=lambda checkpoint: checkpoint.size)
    return records


def file_envelope(folder: Path, kind: str, envelope: Envelope, now: datetime, label: str = "") -> Entry:
    """Keep an envelope and write its line; the disk holds both before this returns.

    Raises:
        LogError: the log does not hold, or the clock stands before its last line.
        RecordsError: the disk refused.
    """
    return file_data(folder, kind, envelope.to_bytes(), now, label or kind, ".json")


def file_data(folder: Path, kind: str, data: bytes, now: datetime, label: str, suffix: str) -> Entry:
    """Keep a plain file and write its line, as `file_envelope` does."""
    try:
        (folder / kind).mkdir(parents=True, exist_ok=True)
        with appending(folder / LOG) as log:
            name = f"{kind}/{log.number:06}-{_LABEL.sub('-', label.lower()).strip('-') or kind}{suffix}"
            write_durably(folder / name, data)
            return log.add(kind, name, digest(data), now)
    except OSError as error:
        raise RecordsError(say("records.not_written", why=trouble(error))) from error


def note(folder: Path, kind: str, now: datetime) -> Entry:
    """Write a line that no file proves, as the one that says that the service is up.

    Raises:
        LogError: as `file_envelope`.
        RecordsError: the disk refused.
    """
    try:
        with appending(folder / LOG) as log:
            return log.add(kind, "", "", now)
    except OSError as error:
        raise RecordsError(say("records.not_written", why=trouble(error))) from error


def sign_checkpoint(folder: Path, origin: str, key: Ed25519PrivateKey) -> Checkpoint:
    """Sign the present state of the log and keep it in `checkpoint/`.

    Raises:
        LogError: the log does not hold, so that nobody should sign it.
        RecordsError: the disk refused.
    """
    log = read_log(folder / LOG)
    checkpoint = Checkpoint(origin, len(log.tree), log.tree.root()).signed(key)
    try:
        (folder / "checkpoint").mkdir(exist_ok=True)
        write_durably(folder / "checkpoint" / f"{checkpoint.size:06}.txt", checkpoint.text().encode())
    except OSError as error:
        raise RecordsError(say("records.not_written", why=trouble(error))) from error
    return checkpoint


def write_durably(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and wait until the disk holds it; its folder must exist."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def _take(records: Records, entry: Entry) -> None:
    path = records.folder / entry.file
    if not path.resolve().is_relative_to(records.folder.resolve()):
        raise RecordsError(say("records.outside", file=entry.file))
    data = _bytes(path)
    if digest(data) != entry.digest:
        raise LogError(say("records.altered", file=entry.file, line=entry.number), entry.number)
    if entry.kind not in SIGNED:
        records.files[entry.digest] = data
        return
    try:
        envelope = read_envelope(data)
        records.envelopes.append(Filed(entry, envelope, envelope.statement()))
    except EthicsError as error:
        raise RecordsError(say("records.file", file=entry.file, why=error)) from error


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise RecordsError(say("records.unreadable", file=path.name, why="trop grand"))
        return path.read_bytes()
    except OSError as error:
        raise RecordsError(say("records.unreadable", file=path.name, why=trouble(error))) from error


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise RecordsError(say("records.unreadable", file=path.name, why="texte illisible")) from error
