"""The recalls published: one JSON line each, in a file that only grows, beside the signed records."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from bot.store import Line
from ethics.errors import RecordsError
from ethics.recall import Change, Recall, recall
from ethics.receipt import Receipt

FILE = "recalls.jsonl"


class RecallBook:
    """Every recall, read again whenever the file has changed.

    Args:
        folder: of the records.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._read: tuple[tuple[int, int], tuple[Recall, ...]] = ((-1, -1), ())

    def all(self) -> tuple[Recall, ...]:
        """Return the recalls, the oldest first.

        Raises:
            RecordsError: a line cannot be read.
        """
        try:
            seen = self._file.stat()
        except FileNotFoundError:
            return ()
        stamp = (seen.st_mtime_ns, seen.st_size)
        if stamp != self._read[0]:
            self._read = (stamp, tuple(map(_read, self._file.read_text(encoding="utf-8").splitlines())))
        return self._read[1]

    def of(self, receipt: str) -> tuple[Recall, ...]:
        """Return the recalls that concern a receipt."""
        return tuple(one for one in self.all() if one.concerns(receipt))

    def publish(self, lines: Iterable[Line], change: Change, now: datetime) -> Recall:
        """Recall every answer that quoted a passage, and publish it; durable when it returns.

        Args:
            lines: turns that quoted the passage.
            change: what changed.
            now: the present time, with its zone.
        """
        made = recall(map(receipt_of, lines), change, now)
        said = {"change": asdict(change), "receipts": made.receipts, "time": now.isoformat()}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return made


def receipt_of(line: Line) -> Receipt:
    """Return the receipt of a turn, as it was given."""
    return Receipt(line.receipt, line.digest, line.release, line.passages, line.at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _read(line: str) -> Recall:
    try:
        said = json.loads(line)
        change = Change(**{str(key): str(value) for key, value in said["change"].items()})
        return Recall(change, tuple(map(str, said["receipts"])), datetime.fromisoformat(said["time"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordsError(f"Le fichier {FILE} contient une ligne illisible.") from error
