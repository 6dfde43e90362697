"""The log: one line for each act of governance, only ever added to, each line bound to the one before.

A line says what happened, when, and the digest of the file that proves it; it holds no personal data. Its `seal` is
the digest of the rest of the line, its `prev` the hash of the line before, so that a reader can name the first altered
line. All the lines are the leaves of a Merkle tree, whose root the checkpoints sign.

Source: RFC 6962 (tree); Crosby & Wallach, "Efficient data structures for tamper-evident logging", USENIX Security 2009.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ethics.canonical import digest, parsed
from ethics.errors import LogError
from ethics.merkle import leaf_hash
from ethics.tree import Tree
from ethics.words import say, trouble

_quoted = json.encoder.encode_basestring
_NO_LINE = "0" * 64
_KEYS = frozenset({"digest", "file", "kind", "number", "prev", "seal", "time"})
_LONGEST = 4096
# A clock that steps back by less than this is being adjusted; by more, it has been set back.
_STEP = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        number: place in the log, from 1.
        time: when it was written, UTC.
        kind: what happened, as `opinion` or `suspension`.
        file: the file that proves it, relative to the records folder, or empty.
        digest: SHA-256 of that file, 64 hex digits, or empty.
        prev: leaf hash of the line before, 64 hex digits.
    """

    number: int
    time: datetime
    kind: str
    file: str
    digest: str
    prev: str

    def line(self) -> bytes:
        """Return the line as it stands in the file, without its end."""
        # The canonical form, put together by hand: this is most of the time of reading a long log.
        head = (
            f'{{"digest":{_quoted(self.digest)},"file":{_quoted(self.file)},"kind":{_quoted(self.kind)},'
            f'"number":{self.number},"prev":{_quoted(self.prev)},'
        )
        tail = f'"time":"{stamp(self.time)}"}}'
        return f'{head}"seal":"{digest((head + tail).encode())}",{tail}'.encode()


@dataclass(slots=True)
class Log:
    """The lines of a log that were read and found whole."""

    entries: list[Entry] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)
    data: bytes = b""

    def read(self, data: bytes) -> None:
        """Read the lines of a file, of which those already known must be the beginning.

        Raises:
            LogError: a line is altered, missing, out of place, dated before the one above it, or cut in the middle.
        """
        if not data.startswith(self.data):
            fresh = Log()
            fresh.read(data)
            raise LogError(say("log.rewritten", line=len(self.entries)), _first_difference(self, fresh))
        *lines, rest = data[len(self.data) :].split(b"\n")
        known = len(self.entries)
        try:
            for line in lines:
                self._take(line)
        except LogError:
            # What was read before stays known, so that the log cannot be rewritten under cover of an error.
            del self.entries[known:]
            self.tree = Tree(entry.line() for entry in self.entries)
            raise
        self.data = data[: len(data) - len(rest)]
        if rest:
            number = len(self.entries) + 1
            raise LogError(say("log.half_written", line=number), number)

    def check_beginning(self, size: int, root: bytes, since: int = 0) -> None:
        """Check that a tree signed earlier is the beginning of this log.

        Args:
            size: number of lines that were signed.
            root: their root, 32 bytes.
            since: number of lines that an earlier check already covered.

        Raises:
            LogError: lines were cut off, or one of the first `size` was replaced.
        """
        if size > len(self.tree):
            raise LogError(say("log.cut", line=len(self.tree) + 1, size=size), len(self.tree) + 1)
        if self.tree.root(size) != root:
            # Two states may be signed of as many lines.
            first = min(since + 1, size)
            raise LogError(say("log.forked", first=first, last=size), first)

    def _take(self, line: bytes) -> None:
        number = len(self.entries) + 1
        entry = _entry(line, number)
        if entry.prev != (self.tree.leaf(number - 2).hex() if self.entries else _NO_LINE):
            # The seal of this line holds: what changed is the line before, sealed anew.
            raise LogError(say("log.altered", line=max(1, number - 1)), max(1, number - 1))
        if self.entries and entry.time < self.entries[-1].time:
            raise LogError(say("log.earlier", line=number), number)
        self.entries.append(entry)
        self.tree.add(line)


@dataclass(slots=True)
class Appender:
    """A log held for writing: nobody else writes or reads until it is let go."""

    descriptor: int
    last: Entry | None

    @property
    def number(self) -> int:
        """Number of the next line."""
        return self.last.number + 1 if self.last else 1

    def add(self, kind: str, file: str, file_digest: str, now: datetime) -> Entry:
        """Write one line and wait until the disk holds it.

        Raises:
            LogError: the clock stands before the last line.
            OSError: the disk refused; the half-written line is set aside by the next write.
        """
        time = now.astimezone(UTC).replace(microsecond=0)
        if self.last and time < self.last.time:
            if self.last.time - time > _STEP:
                raise LogError(say("log.clock_back", time=stamp(self.last.time)), self.number)
            time = self.last.time
        prev = leaf_hash(self.last.line()).hex() if self.last else _NO_LINE
        entry = Entry(self.number, time, kind, file, file_digest, prev)
        line = entry.line() + b"\n"
        if len(line) > _LONGEST:
            raise LogError(say("log.too_long"), self.number)
        while line:
            line = line[os.write(self.descriptor, line) :]
        os.fsync(self.descriptor)
        self.last = entry
        return entry


@contextmanager
def appending(path: Path) -> Iterator[Appender]:
    """Hold the log at `path` for writing, created when there is none; a line cut by a crash is first set aside.

    A line that lacks nothing but its end is completed. Of any other, the bytes go to a file beside the log, and a
    `repair` line says so.

    Raises:
        LogError: the last whole line is altered.
        OSError: the file cannot be written.
    """
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if new:
            sync_folder(path.parent)
        yield _opened(path, descriptor)
    finally:
        os.close(descriptor)


def read_log(path: Path, known: Log | None = None) -> Log:
    """Read the log at `path`, whole, while nobody writes.

    Args:
        path: the file.
        known: what was read before; only what follows is checked again line by line.

    Raises:
        LogError: there is no log, it cannot be read, or it does not hold.
    """
    log = Log() if known is None else known
    try:
        with path.open("rb") as file:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH)
            data = file.read()
    except FileNotFoundError as error:
        raise LogError(say("log.absent")) from error
    except OSError as error:
        raise LogError(say("log.unreadable", why=trouble(error))) from error
    log.read(data)
    return log


def stamp(time: datetime) -> str:
    """Write a time as the records do: UTC, to the second, as `2026-11-27T10:00:00Z`."""
    return time.astimezone(UTC).replace(microsecond=0).isoformat()[:-6] + "Z"


def sync_folder(folder: Path) -> None:
    """Wait until the disk holds the names of the files of a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _opened(path: Path, descriptor: int) -> Appender:
    size = os.fstat(descriptor).st_size
    start = max(0, size - 2 * _LONGEST)
    whole, end, torn = os.pread(descriptor, size - start, start).rpartition(b"\n")
    if start and not end:
        raise LogError(say("log.altered", line=0))
    last = _entry(whole.rpartition(b"\n")[2], None) if end else None
    return _mended(path, descriptor, last, torn) if torn else Appender(descriptor, last)


def _mended(path: Path, descriptor: int, last: Entry | None, torn: bytes) -> Appender:
    """Complete the last line when it lacks nothing but its end; otherwise set it aside and say so in the log."""
    try:
        entry = _entry(torn, last.number + 1 if last else 1)
    except LogError:
        size = os.fstat(descriptor).st_size - len(torn)
        aside = path.with_name(f"{path.name}.torn-{size}")
        with aside.open("wb") as file:
            file.write(torn)
            file.flush()
            os.fsync(file.fileno())
        os.ftruncate(descriptor, size)
        appender = Appender(descriptor, last)
        # The clock may be wrong too, and this must not stop: no line is dated before the last certain one.
        now = datetime.now(UTC)
        appender.add("repair", aside.name, digest(torn), max(now, last.time) if last else now)
        return appender
    os.write(descriptor, b"\n")
    os.fsync(descriptor)
    return Appender(descriptor, entry)


def _entry(line: bytes, number: int | None) -> Entry:
    """Read one line and check its seal, and its number where one is expected."""
    place = number or 0
    try:
        said: dict[str, Any] = parsed(line)
        time = datetime.fromisoformat(said["time"])
        entry = Entry(said["number"], time, said["kind"], said["file"], said["digest"], said["prev"])
        held = set(said) == _KEYS and entry.line() == line
    except (ValueError, TypeError, KeyError) as error:
        raise LogError(say("log.altered", line=place), place) from error
    texts = (entry.kind, entry.file, entry.digest, entry.prev)
    if not held or not all(isinstance(text, str) for text in texts):
        raise LogError(say("log.altered", line=place), place)
    if type(entry.number) is not int or number not in {None, entry.number}:
        raise LogError(say("log.altered", line=place), place)
    return entry


def _first_difference(old: Log, new: Log) -> int:
    pairs = zip(old.entries, new.entries, strict=False)
    same = next(
        (place for place, (one, two) in enumerate(pairs) if one != two), min(len(old.entries), len(new.entries))
    )
    return same + 1
