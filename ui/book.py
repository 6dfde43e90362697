"""A file of JSON lines beside the signed records: read again whenever it changed, written whole under a lock.

Several processes read it at each answer and one now and then adds a line: a reader sees the file before or after,
never in between. A file that cannot be read is an error, never an empty one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ethics.errors import RecordsError
from ethics.records import write_durably

Line = dict[str, Any]

_WAIT_S = 10.0


class Book:
    """The lines of one file.

    Args:
        file: where they are; no file is no line.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: tuple[tuple[int, int, int], tuple[Line, ...]] = ((-1, -1, -1), ())

    def lines(self) -> tuple[Line, ...]:
        """Return the lines, the oldest first.

        Raises:
            RecordsError: the file, or a line of it, cannot be read.
        """
        try:
            seen = self._file.stat()
            stamp = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
            if stamp != self._read[0]:
                self._read = (stamp, tuple(map(self._line, self._file.read_text(encoding="utf-8").splitlines())))
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable() from error
        return self._read[1]

    @contextmanager
    def adding(self) -> Iterator[Callable[[Line], None]]:
        """Hold the file: what is read inside the block is what the line given then follows; durable at once.

        Raises:
            RecordsError: the file cannot be read or written, or somebody holds it for too long.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._file}.lock", timeout=_WAIT_S):
                yield self._add
        except (OSError, Timeout) as error:
            raise RecordsError(
                f"Le fichier {self._file.name} ne s’écrit pas ({type(error).__name__}) : vérifiez la place libre et "
                "les droits du dossier des registres, puis recommencez."
            ) from error

    def _add(self, line: Line) -> None:
        # Read first: what nobody can read is never written over.
        before = self._file.read_bytes() if self.lines() else b""
        write_durably(self._file, before + json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def _line(self, text: str) -> Line:
        try:
            said = json.loads(text)
        except ValueError as error:
            raise self._unreadable() from error
        if not isinstance(said, dict):
            raise self._unreadable()
        return said

    def _unreadable(self) -> RecordsError:
        return RecordsError(
            f"Le fichier {self._file.name} contient une ligne illisible : remettez-en une copie saine dans le dossier "
            "des registres."
        )
