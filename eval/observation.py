"""What was seen of one answer, written before any judgement: the raw material of a report.

Observations are appended as JSON lines. A run that is killed loses at most the line being written; the next one
takes the file up where it stops.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import orjson
from pydantic import TypeAdapter, ValidationError

from eval.errors import RunFolderError


@dataclass(frozen=True, slots=True)
class Observation:
    """One answer to one case, in one trial.

    Attributes:
        case: id of the case.
        trial: from 0.
        answer: as `bot ask --json` gives it (DESIGN.md, section 9).
        query: what was searched, empty for a case that may not be shown.
        ranked: ids of the documents found, best first.
        titles: of these and of the documents expected, by id, as indexed that day.
        branch: what the answer did with the expected branch (`eval.branch_bench.Verdict`), empty without one.
        certificate: gaps between the answer and its document, worded; empty when nothing decisive is missing.
        steps: milliseconds of each step, in order.
        draft: sentences as the model wrote them.
        rejected: (sentence, reason) of those that the guard did not let through.
        not_verbatim: quotes shown that were not found, white space folded, in the stored passage they name.
    """

    case: str
    trial: int
    answer: Mapping[str, Any]
    query: str = ""
    ranked: tuple[str, ...] = ()
    branch: str = ""
    certificate: tuple[str, ...] = ()
    steps: tuple[tuple[str, float], ...] = ()
    draft: tuple[str, ...] = ()
    rejected: tuple[tuple[str, str], ...] = field(default=())
    not_verbatim: int = 0
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """How the turn ended."""
        return str(self.answer["status"])

    @property
    def answered(self) -> bool:
        """Something was affirmed: a sentence with a citation was shown."""
        return bool(self.answer["sentences"])

    @property
    def milliseconds(self) -> float:
        """From the question to the end of the turn."""
        return sum(spent for _, spent in self.steps)


_OBSERVATION = TypeAdapter(Observation)


class Observations:
    """The observations of one run, in a file that only grows.

    Raises:
        RunFolderError: the file cannot be opened, or a line other than the last is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _cut_half_line(path)
            self._stream = path.open("ab")
        except OSError as error:
            told = f"{path.name} ne s’écrit pas : {error.strerror}. Vérifiez le dossier et la place libre."
            raise RunFolderError(told) from error

    def done(self) -> frozenset[tuple[str, int]]:
        """Return the (case, trial) pairs already observed."""
        return frozenset((seen.case, seen.trial) for seen in read_observations(self._path))

    def append(self, seen: Observation) -> None:
        """Write one observation; durable when it returns."""
        line = orjson.dumps(asdict(seen)) + b"\n"
        try:
            with self._lock:
                self._stream.write(line)
                self._stream.flush()
                os.fsync(self._stream.fileno())
        except OSError as error:
            told = (
                f"L’observation ne s’écrit pas : {error.strerror}. Libérez de la place, puis relancez la même commande."
            )
            raise RunFolderError(told) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def read_observations(path: Path) -> Iterator[Observation]:
    """Yield the observations of a run; nothing when there is no file.

    Raises:
        RunFolderError: a line is damaged; the message names it.
    """
    if not path.exists():
        return
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                yield _OBSERVATION.validate_json(line)
            except ValidationError as error:
                told = f"{path.name}, ligne {number} : observation illisible. Relancez la mesure dans un dossier neuf."
                raise RunFolderError(told) from error


def _cut_half_line(path: Path) -> None:
    """Take off what a killed run left of a line."""
    if not path.exists() or not (size := path.stat().st_size):
        return
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < size:
        os.truncate(path, whole)
