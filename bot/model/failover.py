"""Several servers in order of preference, each tried within its share of the time that the turn allows."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from bot.errors import ModelError, ModelMalformedError, ModelTimeoutError, ModelUnavailableError
from bot.model.breaker import Breaker, Patience, State
from bot.model.port import Message, Used, read_json
from bot.model.reading import Line, Piece, Reading

_LOG = logging.getLogger("cite.model")

_LONGEST = 60_000
"""Characters of an answer; an honest one is under a tenth of it."""

_CHARACTERS_PER_TOKEN = 2
"""Fewer than any tokenizer of Mistral gives in French (3 to 4), for an upper bound of what was not counted."""


class Place(Protocol):
    """Where a model is asked."""

    @property
    def model(self) -> str:
        """Name of the model."""
        ...

    @property
    def host(self) -> str:
        """Host and port."""
        ...


class Asked(Protocol):
    """A server, as this module needs it (`server.Server`)."""

    @property
    def address(self) -> Place:
        """Where it is."""
        ...

    def pieces(
        self, messages: Sequence[Message], schema: Mapping[str, Any], seconds: float, line: Line
    ) -> Iterator[Piece]:
        """Yield what the model writes."""
        ...

    def check(self, seconds: float) -> None:
        """Raise ModelError when the server is not there."""
        ...


@dataclass(frozen=True, slots=True)
class Insistence:
    """How a server that fails at once is asked again.

    Attributes:
        attempts: in all.
        longest_wait_s: the most that a Retry-After is obeyed; one that asks for more is taken as a refusal.
        least_s: with less time left, no server is asked: it could only be cut off, and blamed for it.
    """

    attempts: int = 2
    longest_wait_s: float = 2.0
    least_s: float = 0.5


@dataclass(slots=True)
class _Bill:
    # Apart from Drafting: if what writes held what is read, a draft given up would wait for the garbage collector.
    used: Used | None = None


class Drafting(Iterator[str]):
    """One answer as it is written; given up when it is closed or no longer held."""

    def __init__(self, texts: Generator[str], bill: _Bill) -> None:
        self._texts = texts
        self._bill = bill

    @property
    def used(self) -> Used | None:
        """What it has cost so far."""
        return self._bill.used

    def __next__(self) -> str:
        return next(self._texts)

    def close(self) -> None:
        """Give up: the server is hung up on, and stops writing."""
        self._texts.close()


@dataclass(frozen=True, slots=True)
class _Post:
    server: Asked
    breaker: Breaker


@dataclass(frozen=True, slots=True)
class _Prompt:
    messages: Sequence[Message]
    schema: Mapping[str, Any]
    first_by: float
    deadline: float


@dataclass(slots=True)
class _Tally:
    # What one reading has given so far.
    started: float
    characters: int = 0
    tokens: int | None = None
    finish: str = ""

    def add(self, piece: Piece) -> None:
        self.characters += len(piece.text)
        self.tokens = piece.tokens if piece.tokens is not None else self.tokens
        self.finish = piece.finish or self.finish

    def used(self, model: str) -> Used | None:
        tokens = self.tokens if self.tokens is not None else math.ceil(self.characters / _CHARACTERS_PER_TOKEN)
        seconds = time.monotonic() - self.started
        return Used(model, tokens, seconds, counted=self.tokens is not None) if tokens else None


class Failover:
    """A LanguageModel over one or several servers.

    A server that fails before its first word hands over to the next one; after it, the answer is lost, since another
    model would not write the end of the same sentence.

    Args:
        servers: at least one, the preferred one first.
        patience: when a server is left alone.
        insistence: how it is asked again.
    """

    def __init__(
        self, servers: Sequence[Asked], patience: Patience | None = None, insistence: Insistence | None = None
    ) -> None:
        self._posts = tuple(_Post(server, Breaker(patience or Patience())) for server in servers)
        self._insistence = insistence or Insistence()

    @property
    def name(self) -> str:
        """The model asked first."""
        return self._posts[0].server.address.model

    @property
    def states(self) -> tuple[tuple[str, State], ...]:
        """Host of each server, and whether calls pass."""
        return tuple((post.server.address.host, post.breaker.state) for post in self._posts)

    def draft(self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float) -> Drafting:
        """Yield the text of one JSON value as it is written (`port.LanguageModel.draft`)."""
        bill = _Bill()
        return Drafting(self._texts(messages, schema, deadline, bill), bill)

    def complete_json(self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float) -> dict[str, Any]:
        """Return one whole JSON object (`port.LanguageModel.complete_json`)."""
        return read_json(self.draft(messages, schema, deadline))

    def check(self, seconds: float) -> tuple[tuple[str, ModelError | None], ...]:
        """Ask each server whether it is there, without any generation: its host, and what is wrong with it."""
        return tuple((post.server.address.host, _checked(post.server, seconds)) for post in self._posts)

    def _texts(
        self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: float, bill: _Bill
    ) -> Generator[str]:
        last: ModelError = ModelTimeoutError("Il ne reste plus de temps pour demander au modèle.")
        for position, post in enumerate(self._posts):
            left = deadline - time.monotonic()
            if left < self._insistence.least_s:
                break
            first_by = time.monotonic() + left / (len(self._posts) - position)
            begun = False
            try:
                for text in self._from(post, _Prompt(messages, schema, first_by, deadline), bill):
                    begun = True
                    yield text
            except ModelError as error:
                _LOG.warning("%s", error)
                if begun:
                    raise
                last = error
            else:
                return
        raise last

    def _from(self, post: _Post, prompt: _Prompt, bill: _Bill) -> Iterator[str]:
        with post.breaker.watching():
            tally = _Tally(time.monotonic())
            reading, first = self._opened(post.server, prompt)
            piece: Piece | None = first
            try:
                while piece is not None:
                    tally.add(piece)
                    bill.used = tally.used(post.server.address.model)
                    if tally.characters > _LONGEST:
                        raise ModelMalformedError("Le modèle écrit sans s’arrêter.")
                    if piece.text:
                        yield piece.text
                    piece = reading.next(prompt.deadline)
                _check_end(tally)
            finally:
                reading.stop()

    def _opened(self, server: Asked, prompt: _Prompt) -> tuple[Reading, Piece]:
        """Open a server and wait for its first words, asking again while there is time."""
        again = Retrying(
            stop=stop_after_attempt(self._insistence.attempts),
            retry=retry_if_exception(lambda error: self._worth_it(error, prompt.first_by)),
            wait=_wait,
            reraise=True,
        )
        opened: tuple[Reading, Piece] = again(_first_words, server, prompt)
        return opened

    def _worth_it(self, error: BaseException, first_by: float) -> bool:
        if not isinstance(error, ModelUnavailableError) or not error.briefly:
            return False
        wait = error.retry_after or 0.0
        return wait <= self._insistence.longest_wait_s and time.monotonic() + wait + self._insistence.least_s < first_by


_backoff = wait_random_exponential(multiplier=0.1, max=0.5)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = getattr(error, "retry_after", None)
    return _backoff(state) if asked is None else float(asked)


def _first_words(server: Asked, prompt: _Prompt) -> tuple[Reading, Piece]:
    seconds = prompt.deadline - time.monotonic()
    reading = Reading(lambda line: server.pieces(prompt.messages, prompt.schema, seconds, line))
    try:
        while (piece := reading.next(prompt.first_by)) is not None:
            if piece.text.strip():
                return reading, piece
    except ModelError:
        reading.stop()
        raise
    raise ModelMalformedError("Le modèle a rendu une réponse vide.")


def _check_end(tally: _Tally) -> None:
    match tally.finish:
        case "":
            raise ModelUnavailableError("Le serveur a coupé sa réponse avant la fin.")
        case "length" | "model_length":
            raise ModelMalformedError("La réponse du modèle dépasse la longueur permise : elle est incomplète.")
        case "error":
            raise ModelUnavailableError("Le serveur a arrêté sa réponse sur une erreur.")


def _checked(server: Asked, seconds: float) -> ModelError | None:
    try:
        server.check(seconds)
    except ModelError as error:
        return error
    return None
