"""What the bot asks of a language model, whoever serves it: Message, LanguageModel, Used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bot.errors import ModelMalformedError


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Used:
    """What one answer cost a model.

    Attributes:
        model: name of the model that wrote.
        tokens: written.
        seconds: from the request to the last word.
        counted: `tokens` was counted by the server; otherwise it is an upper bound from the characters received.
    """

    model: str
    tokens: int
    seconds: float
    counted: bool


class LanguageModel(Protocol):
    """Writes JSON of a given schema."""

    @property
    def name(self) -> str:
        """The model asked first."""
        ...

    def draft(self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float) -> Iterator[str]:
        """Yield the text of one JSON value as it is written.

        Args:
            messages: the prompt.
            schema: JSON schema that the server is asked to keep to; what comes must still be checked.
            deadline: instant of `time.monotonic()` past which nothing is waited for, whatever the server does.

        Raises:
            ModelError: while iterating, also after some text: what came before is then the beginning of an answer.
        """
        ...

    def complete_json(self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        """Return one whole JSON object; arguments as for `draft`.

        Raises:
            ModelError: no whole object by then.
        """
        ...


def read_json(stream: Iterator[str]) -> dict[str, Any]:
    """Read a draft to its end, as one JSON object.

    Raises:
        ModelError: of the draft, or ModelMalformedError when it is not an object.
    """
    try:
        read = json.loads("".join(stream))
    except (ValueError, RecursionError) as error:
        raise ModelMalformedError("Le modèle n’a pas rendu du JSON.") from error
    if not isinstance(read, dict):
        raise ModelMalformedError("Le modèle a rendu autre chose qu’un objet JSON.")
    return read


def used_by(stream: Iterator[str]) -> Used | None:
    """Return what a draft has cost so far; None when nothing was written, or when its model does not say."""
    used = getattr(stream, "used", None)
    return used if isinstance(used, Used) else None
