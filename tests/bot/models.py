"""Language models written by hand: they say what a test tells them to, a few characters at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import ModelUnavailableError
from bot.model import Message
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
