"""Language models written by hand: they say what a test tells them to, a few characters at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import ModelUnavailableError
from bot.model import Message, Used
from bot.model.port import read_json


@dataclass(slots=True)
class Says:
    """Writes `answer` (a JSON value, or text as it is), `size` characters at a time; fails after `breaks` pieces."""

    answer: Any
    size: int = 7
    breaks: int | None = None
    name: str = "test-says"
    asked: list[Sequence[Message]] = field(default_factory=list)

    def draft(self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float) -> Iterator[str]:
        self.asked.append(messages)
        text = self.answer if isinstance(self.answer, str) else json.dumps(self.answer, ensure_ascii=False)
        for rank, at in enumerate(range(0, len(text), self.size)):
            if rank == self.breaks:
                raise ModelUnavailableError("cut")
            yield text[at : at + self.size]

    def complete_json(self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        return read_json(self.draft(messages, schema, deadline))


def worded(text: str, *cited: tuple[int, str], role: str = "lead") -> dict[str, Any]:
    """One sentence as a model writes it; `cited` holds (number of the passage, quote)."""
    return {"text": text, "role": role, "citations": [{"passage": n, "quote": quote} for n, quote in cited]}


def answer(*sentences: dict[str, Any], answerable: bool = True) -> dict[str, Any]:
    """A whole answer as a model writes it."""
    return {"answerable": answerable, "sentences": list(sentences)}


class _Counted:
    """A draft that says what it cost."""

    def __init__(self, pieces: Iterator[str], used: Used) -> None:
        self._pieces, self.used = pieces, used

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._pieces)


@dataclass(slots=True)
class Counts(Says):
    """Says the same, tells that another model of the same house wrote it, and keeps the deadlines it was given."""

    wrote: str = "mistral-small-latest"
    deadlines: list[float] = field(default_factory=list)

    def draft(self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float) -> Iterator[str]:
        self.deadlines.append(deadline)
        return _Counted(Says.draft(self, messages, schema, deadline), Used(self.wrote, 200, 1.0, counted=True))
