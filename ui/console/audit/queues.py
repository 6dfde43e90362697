"""The answers to be read, as `python -m eval audit out --console` wrote them: content, orders, key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ethics.canonical import digest
from ethics.readings import ARBITER, PLANT

QUEUE, ANSWERS, KEY = "queue.json", "answers.jsonl", "key.json"
FORMAT = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,80}")


class QueueError(Exception):
    """The files of an audit are missing or damaged; `str` is the name of the folder."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The proof of a sentence: `passage` is empty where only its quote was kept."""

    title: str
    path: str
    url: str
    updated: str
    publisher: str
    quote: str
    passage: str


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of an answer."""

    text: str
    heading: str
    link: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that an answer asks back, with its options; empty without one."""

    text: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is read of one answer.

    Attributes:
        id: its number, which says nothing of it.
        theme, language, slice: of the question, in French.
        before: earlier messages of the conversation.
        status: how the turn ended, in French.
        text: said before the sentences.
        branch: the situation that it holds for, outermost first.
        as_of: civil day that it was asked for, ISO; empty where unknown.
        generated: a model worded a part of it.
        also: what it lists beside what it says.
        notices: said around the sentences.
    """

    id: str
    theme: str
    language: str
    slice: str
    before: tuple[str, ...]
    question: str
    status: str
    text: str
    document: str
    branch: tuple[str, ...]
    as_of: str
    generated: bool
    asked: Asked
    also: tuple[str, ...]
    notices: tuple[str, ...]
    sentences: tuple[Said, ...]

    @property
    def first(self) -> Citation | None:
        """The first citation, which names the document answered from; None without any."""
        return next((citation for sentence in self.sentences for citation in sentence.citations), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """What answers are filtered by; `at` is where the answer begins in its file, in bytes."""

    theme: str
    language: str
    slice: str
    status: str
    question: str
    at: int


_ANSWER = TypeAdapter(Answer)
_NAMED = ("theme", "language", "slice", "status", "question")


@dataclass(frozen=True)
class Key:
    """What tells the answers apart.

    Attributes:
        cases: name of each answer, by its number in the console.
        plants: names of those that are wrong on purpose.
        drawn: names of the others, in the order of the draw.
        items: number of each answer on the sheet of one seat, by seat and name.
    """

    cases: Mapping[str, str]
    plants: frozenset[str]
    drawn: tuple[str, ...]
    items: Mapping[str, Mapping[str, str]]

    @cached_property
    def answers(self) -> Mapping[str, str]:
        """Number of each answer, by its name."""
        return {case: answer for answer, case in self.cases.items()}


@dataclass(frozen=True)
class Queue:
    """One audit, as it was drawn.

    Attributes:
        id: name of its folder.
        run: measure whose answers are read.
        release: fingerprint of what was measured, 64 hex digits.
        attempt: how many times answers of this pool were audited, this time included.
        members: names of who reads.
        orders: numbers of the answers in the order of each reader, and of who settles.
        facts: of each answer, by its number.
        sealed: digest of the key.
    """

    folder: Path
    run: str
    number: int
    release: str
    seed: str
    attempt: int
    test_model: bool
    members: tuple[str, ...]
    orders: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, Facts] = field(repr=False)
    sealed: str

    @property
    def id(self) -> str:
        """The name of its folder."""
        return self.folder.name

    def answer(self, number: str) -> Answer:
        """Read one answer.

        Raises:
            QueueError: the file is not what it was.
            KeyError: there is no such answer.
        """
        start = self.facts[number].at
        try:
            with (self.folder / ANSWERS).open("rb") as stream:
                stream.seek(start)
                found: Answer = _ANSWER.validate_json(stream.readline())
        except (OSError, ValidationError) as error:
            raise QueueError(self.id) from error
        if found.id != number:
            raise QueueError(self.id)
        return found

    @cached_property
    def key(self) -> Key:
        """What tells the answers apart; read only to count what was said, never to show an answer.

        Raises:
            QueueError: it is not the key that the queue was made with.
        """
        try:
            data = (self.folder / KEY).read_bytes()
            if digest(data) != self.sealed:
                raise QueueError(self.id)
            said = json.loads(data)
            return _key(said)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise QueueError(self.id) from error


class Queues:
    """The audits of one folder, each read once.

    Args:
        folder: `audits`, in the folder of the records.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[int, Queue]] = {}

    def names(self) -> list[str]:
        """Return the names of the audits, the last one made first."""
        found = [path.parent for path in self._folder.glob(f"*/{QUEUE}") if _NAME.fullmatch(path.parent.name)]
        return [path.name for path in sorted(found, key=lambda path: (path.stat().st_mtime, path.name), reverse=True)]

    def find(self, name: str) -> Queue | None:
        """Return an audit, None when there is none of that name.

        Raises:
            QueueError: its files are damaged.
        """
        path = self._folder / name / QUEUE
        if not _NAME.fullmatch(name) or not path.is_file():
            return None
        try:
            written = path.stat().st_mtime_ns
            if name not in self._read or self._read[name][0] != written:
                self._read[name] = (written, _queue(path.parent))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise QueueError(name) from error
        return self._read[name][1]


def _queue(folder: Path) -> Queue:
    said = json.loads((folder / QUEUE).read_bytes())
    if said["format"] != FORMAT:
        raise ValueError(said["format"])
    facts = dict(_facts(folder / ANSWERS))
    orders = {str(seat): tuple(map(str, order)) for seat, order in said["orders"].items()}
    members = tuple(map(str, said["members"]))
    if set(orders) != {*members, ARBITER} or any(set(order) != set(facts) for order in orders.values()):
        raise ValueError("orders")
    return Queue(
        folder,
        str(said["run"]),
        int(said["number"]),
        str(said["release"]),
        str(said["seed"]),
        int(said["attempt"]),
        bool(said["test_model"]),
        members,
        orders,
        facts,
        str(said["key"]),
    )


def _facts(path: Path) -> Iterator[tuple[str, Facts]]:
    at = 0
    with path.open("rb") as stream:
        for line in stream:
            said = json.loads(line)
            theme, language, part, status, question = (str(said[name]) for name in _NAMED)
            yield str(said["id"]), Facts(theme, language, part, status, question, at)
            at += len(line)


def _key(said: Mapping[str, Any]) -> Key:
    cases = {str(answer): str(case) for answer, case in said["console"].items()}
    plants = frozenset(case for case in cases.values() if case.startswith(PLANT))
    third = {case: item for item, case in said["arbiter"].items()}
    return Key(cases, plants, tuple(map(str, said["cases"])), {**said["seats"], ARBITER: third})
