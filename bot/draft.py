"""What a model writes, read while it writes: a sentence is there as soon as its object is closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ijson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.energy import estimate
from bot.errors import ModelMalformedError
from bot.model import used_by
from bot.turn import Draft, Energy, Role

_SENTENCES, _CHARACTERS = 20, 40_000
"""Past either, nothing more of an answer is read: no answer of ours is that long."""


class _Cited(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    passage: int
    quote: str


class _Worded(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    text: str = Field(max_length=2_000)
    role: Role = Field(strict=False)
    citations: list[_Cited] = Field(max_length=10)


class DraftReader:
    """Reads `{"answerable": ..., "sentences": [...]}` piece by piece; no sentence before `answerable` is true."""

    def __init__(self) -> None:
        self._sentences: Any = ijson.sendable_list()
        self._answerable: Any = ijson.sendable_list()
        self._reads = [
            ijson.items_coro(self._sentences, "sentences.item"),
            ijson.items_coro(self._answerable, "answerable"),
        ]
        self._waiting: list[Draft] = []
        self._read = self._characters = 0

    def feed(self, chunk: str) -> Iterator[Draft]:
        """Yield the sentences that a piece of text completes.

        Raises:
            ModelMalformedError: not JSON, not in the schema, too long, or the model says that it cannot answer.
        """
        self._characters += len(chunk)
        if self._characters > _CHARACTERS:
            raise ModelMalformedError("Le modèle a écrit une réponse trop longue.")
        try:
            for read in self._reads:
                read.send(chunk.encode())
        except (ijson.JSONError, UnicodeError, StopIteration) as error:
            raise ModelMalformedError("Le modèle n’a pas rendu du JSON.") from error
        yield from self._closed()

    def close(self) -> Iterator[Draft]:
        """Yield what was still waiting, once the text is over.

        Raises:
            ModelMalformedError: the text stopped before its end, or never said whether it answers.
        """
        try:
            for read in self._reads:
                read.close()
        except ijson.JSONError as error:
            raise ModelMalformedError("La réponse du modèle est coupée.") from error
        yield from self._closed()
        if not self._answers():
            raise ModelMalformedError("Le modèle n’a pas dit s’il pouvait répondre.")

    def _closed(self) -> Iterator[Draft]:
        self._waiting += [_draft(value) for value in self._sentences]
        self._read += len(self._sentences)
        del self._sentences[:]
        if self._read > _SENTENCES:
            raise ModelMalformedError("Le modèle a écrit trop de phrases.")
        if self._answers():
            waiting, self._waiting = self._waiting, []
            yield from waiting

    def _answers(self) -> bool:
        """Tell whether the model said that it answers.

        Raises:
            ModelMalformedError: it said that it cannot, or both, or something else.
        """
        if any(value is not True for value in self._answerable):
            raise ModelMalformedError("Le modèle dit que les passages ne répondent pas.")
        return bool(self._answerable)


def _draft(value: object) -> Draft:
    try:
        read = _Worded.model_validate(value)
    except ValidationError as error:
        raise ModelMalformedError("Le modèle n’a pas suivi le schéma demandé.") from error
    return Draft(
        read.text,
        tuple(citation.passage for citation in read.citations),
        tuple(citation.quote for citation in read.citations),
        read.role,
    )


def spent_by(stream: Iterator[str]) -> Energy | None:
    """Estimate the electricity of what a model has written so far; None when nothing is known of it."""
    used = used_by(stream)
    return estimate(used.model, used.tokens, used.seconds) if used is not None else None
