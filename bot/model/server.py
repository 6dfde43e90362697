"""One server that speaks Mistral's protocol, asked through the client of Mistral. The only module that imports it."""

from __future__ import annotations

import os
import socket
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import urlsplit

from bot.errors import (
    ModelError,
    ModelMalformedError,
    ModelRefusedError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from bot.model.port import Message
from bot.model.reading import Line, Piece

# Before the import: set to anything else, it sends the messages of every call to the company (mistralai 3.7).
os.environ["MISTRAL_SDK_TELEMETRY"] = "false"

import httpx2
from mistralai.client import Mistral, errors, models
from mistralai.client.utils import eventstreaming
from mistralai.client.utils.logger import NoOpLogger

MAX_TOKENS = 2000
"""The longest answer: some fifteen sentences with their quotes."""

_SEED = 1
_CONNECTIONS = 256
_SLOWEST_READ_MS = 60_000
_BUSY = frozenset({408, 425, 429})
_OF_THE_REQUEST = frozenset({400, 413, 422})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a model is asked.

    Attributes:
        url: root of the server, without /v1.
        model: name of the model there.
        key: secret, None when the server asks for none.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Host and port, for an operator."""
        return urlsplit(self.url).netloc


class Server:
    """Asks one server, one prompt at a time or several; safe between threads.

    Args:
        address: it must be allowed: this class calls whatever it is given.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        # No redirection: it would take a question to a host that no list allows.
        # A proxy of the environment is for the outside: asked for a server of this machine, it would fail.
        outside = urlsplit(address.url).scheme == "https"
        limits = httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=20)
        self._http = httpx2.Client(follow_redirects=False, limits=limits, trust_env=outside)
        # A function, also for no key: given None, the client would send the MISTRAL_API_KEY of the environment to any
        # server; given no logger, it would print every prompt when MISTRAL_DEBUG is set.
        sdk = Mistral(api_key=lambda: address.key, server_url=address.url, client=self._http, debug_logger=NoOpLogger())
        self._chat = sdk.chat
        weakref.finalize(self, self._http.close)

    def pieces(
        self, messages: Sequence[Message], schema: Mapping[str, Any], seconds: float, line: Line
    ) -> Iterator[Piece]:
        """Yield what the model writes, as JSON of `schema`.

        Args:
            messages: the prompt.
            schema: strict JSON schema of the answer.
            seconds: limit of each read; the whole is bounded by who reads (`reading.Reading`).
            line: told how to end a read under way.

        Raises:
            ModelError: whatever went wrong; its message never holds what was sent or received.
        """
        try:
            with self._open(messages, schema, seconds) as events:
                line.opened(lambda: _hang_up(events.response))
                try:
                    # Decoded here: the client builds a pydantic class for every event, 1 ms each (mistralai 3.7).
                    yield from eventstreaming.stream_events(events.response, _piece, sentinel="[DONE]")
                finally:
                    line.closed()
        except Exception as error:
            raise translated(error, self.address.host) from error

    def check(self, seconds: float) -> None:
        """Ask the server whether it is there and takes the key, without any generation.

        The list of models is asked for and not read: what it looks like differs from one server to the next.

        Raises:
            ModelError: it does not answer, or refuses the key.
        """
        headers = {"Authorization": f"Bearer {self.address.key}"} if self.address.key else {}
        try:
            answer = self._http.get(f"{self.address.url}/v1/models", headers=headers, timeout=seconds)
        except Exception as error:
            raise translated(error, self.address.host) from error
        if answer.status_code in {401, 403} or answer.status_code >= 500:
            raise _of_status(answer.status_code, answer.headers, self.address.host)

    def _open(
        self, messages: Sequence[Message], schema: Mapping[str, Any], seconds: float
    ) -> eventstreaming.EventStream[models.CompletionEvent]:
        wanted = models.JSONSchema(name="reply", schema_definition=dict(schema), strict=True)
        return self._chat.stream(
            model=self.address.model,
            messages=cast("Any", [{"role": message.role, "content": message.content} for message in messages]),
            response_format=models.ResponseFormat(type="json_schema", json_schema=wanted),
            temperature=0,
            random_seed=_SEED,
            max_tokens=MAX_TOKENS,
            timeout_ms=max(1, min(int(seconds * 1000), _SLOWEST_READ_MS)),
        )


def _piece(raw: str) -> Piece:
    event = models.CompletionEvent.model_validate_json(raw)
    usage = event.data.usage
    tokens = usage.completion_tokens if usage else None
    if not event.data.choices:
        return Piece(tokens=tokens)
    choice = event.data.choices[0]
    content = choice.delta.content
    # A list holds texts, and references or thoughts, which are no part of the answer.
    parts = content if isinstance(content, list) else [content]
    texts = (part if isinstance(part, str) else part.text for part in parts if isinstance(part, str | models.TextChunk))
    return Piece("".join(texts), str(choice.finish_reason or ""), tokens)


def _hang_up(response: httpx2.Response) -> None:
    """End a read that another thread is waiting in: closing the file would not."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if connection is not None:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def translated(error: Exception, host: str) -> ModelError:
    """Return our error for one of the client, of its transport or of its readers of JSON."""
    if isinstance(error, ModelError):
        return error
    if isinstance(error, errors.MistralError) and not isinstance(error, errors.ResponseValidationError):
        return _of_status(error.status_code, error.headers, host)
    if isinstance(error, httpx2.TimeoutException):
        return ModelTimeoutError(f"Le serveur {host} n’a pas répondu dans le temps permis.")
    kind = type(error).__name__
    if isinstance(error, httpx2.HTTPError | httpx2.StreamError | errors.NoResponseError | OSError):
        return ModelUnavailableError(f"Le serveur {host} ne répond pas ({kind}).")
    # Another shape or no JSON; and nothing else that the client raises may end a turn.
    return ModelMalformedError(f"Le serveur {host} n’a pas répondu dans la forme attendue ({kind}).")


def _of_status(status: int, headers: httpx2.Headers, host: str) -> ModelError:
    if status in _BUSY or status >= 500:
        return ModelUnavailableError(f"Le serveur {host} ne peut pas répondre ({status}).", _retry_after(headers))
    if status >= 300:
        sentence = f"Le serveur {host} refuse la demande ({status}) : vérifiez la clé et le nom du modèle."
        return ModelRefusedError(sentence, blames_server=status not in _OF_THE_REQUEST)
    return ModelMalformedError(f"Le serveur {host} n’a pas répondu dans la forme attendue ({status}).")


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds asked for by a Retry-After (RFC 9110, 10.2.3): a number, or a date."""
    said = headers.get("retry-after", "")
    if said.isascii() and said.isdecimal():
        return float(said)
    try:
        date = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds()) if date.tzinfo else None
