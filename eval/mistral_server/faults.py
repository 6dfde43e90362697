"""The faults of the wire, by the name after `test-fault-`: FAULTS. Each is given one exchange and spoils it."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from eval.mistral_server import wire

_DRIP_S = 0.25
_HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class Exchange(Protocol):
    """One request being answered (`server._Handler`)."""

    def answer(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        """Send a whole answer; a header is written with `_` for `-`."""
        ...

    def start(self) -> None:
        """Start a stream of events."""
        ...

    def send(self, frame: bytes) -> None:
        """Send one frame of the stream."""
        ...

    def end(self) -> None:
        """End the stream as it should be."""
        ...

    def reset(self) -> None:
        """Break the connection."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait; tell whether the other side is still there."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """What would be replied to a request, were there no fault.

    Attributes:
        model: name on the wire.
        text: JSON of the reply.
        stream: the answer was asked for as it is written.
        used: tokens.
        digest: of the prompt.
    """

    model: str
    text: str
    stream: bool
    used: Mapping[str, int]
    digest: str = ""


Fault = Callable[[Exchange, Said], None]


def tell(exchange: Exchange, said: Said, content: object = None, finish: str = "stop", pace: float = 0.0) -> None:
    """Answer as a server should, with the reply or with `content` (a text, or a list of chunks) in its place."""
    content = said.text if content is None else content
    if not said.stream:
        exchange.wait(pace)
        exchange.answer(200, json.dumps(wire.completion(said.model, content, finish, said.used)).encode())
        return
    exchange.start()
    chunks = wire.cut(content) if isinstance(content, str) else [content]
    for frame in wire.events(said.model, chunks, finish, said.used):
        if pace and not exchange.wait(pace):
            return
        exchange.send(frame)
    exchange.end()


@dataclass
class _Once:
    # Every other request with the same prompt fails, the first one included: each caller sees its own failure.
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, exchange: Exchange, said: Said) -> None:
        with self._lock:
            self._seen[said.digest] += 1
            fails = self._seen[said.digest] % 2 == 1
        if fails:
            _refuse(self.status, **self.headers)(exchange, said)
        else:
            tell(exchange, said)


def _refuse(status: int, **headers: str) -> Fault:
    body = json.dumps({"object": "error", "message": "planted", "type": "planted", "code": str(status)}).encode()
    return lambda exchange, _: exchange.answer(status, body, **headers)


def _stall(exchange: Exchange, _: Said) -> None:
    while exchange.wait(_DRIP_S):
        pass


def _stall_midway(exchange: Exchange, said: Said) -> None:
    _half(exchange, said)
    _stall(exchange, said)


def _slow_drip(exchange: Exchange, said: Said) -> None:
    exchange.start()
    for character in said.text:
        exchange.send(wire.frame(said.model, character))
        if not exchange.wait(_DRIP_S):
            return
    exchange.end()


def _cut_stream(exchange: Exchange, said: Said) -> None:
    _half(exchange, said)
    exchange.reset()


def _end_early(exchange: Exchange, said: Said) -> None:
    # A well-formed end of stream, but no reason why the model stopped.
    _half(exchange, said)
    exchange.end()


def _error_event(exchange: Exchange, said: Said) -> None:
    _half(exchange, said)
    exchange.send(b'event: error\ndata: {"object": "error", "message": "planted", "code": "1"}\n\n')
    exchange.end()


def _bad_frame(exchange: Exchange, said: Said) -> None:
    _half(exchange, said)
    exchange.send(b"data: {not json\n\n")
    exchange.end()


def _bad_envelope(exchange: Exchange, said: Said) -> None:
    body = b'{"reponse": "oui"}'
    if said.stream:
        exchange.start()
        exchange.send(b"data: " + body + b"\n\n")
        exchange.end()
    else:
        exchange.answer(200, body)


def _chunks(exchange: Exchange, said: Said) -> None:
    middle = len(said.text) // 2
    first, last = ({"type": "text", "text": half} for half in (said.text[:middle], said.text[middle:]))
    tell(exchange, said, [first, {"type": "reference", "reference_ids": [0]}, last])


def _babble(exchange: Exchange, said: Said) -> None:
    exchange.start()
    while exchange.wait(0):
        exchange.send(wire.frame(said.model, "encore " * 100))


def _half(exchange: Exchange, said: Said) -> None:
    exchange.start()
    for chunk in wire.cut(said.text[: len(said.text) // 2]):
        exchange.send(wire.frame(said.model, chunk))


FAULTS: Mapping[str, Fault] = {
    "401": _refuse(401),
    "400": _refuse(400),
    "429_once": _Once(429, {"Retry_After": "0"}),
    "429_retry_1": _refuse(429, Retry_After="1"),
    "429_retry_600": _refuse(429, Retry_After="600"),
    "500": _refuse(500),
    "503_once": _Once(503),
    "babble": _babble,
    "bad_envelope": _bad_envelope,
    "bad_frame": _bad_frame,
    "chunks": _chunks,
    "cut_stream": _cut_stream,
    "empty_content": lambda exchange, said: tell(exchange, said, ""),
    "end_early": _end_early,
    "error_event": _error_event,
    "html_502": lambda exchange, _: exchange.answer(502, _HTML, "text/html"),
    "malformed_json": lambda exchange, said: tell(exchange, said, said.text[: len(said.text) // 2]),
    # To a host that answers nothing, and that must not be asked.
    "redirect": _refuse(307, Location="http://127.0.0.1:9/v1/chat/completions"),
    "refusal": lambda exchange, said: tell(exchange, said, '{"answerable": false, "sentences": []}'),
    "reset": lambda exchange, _: exchange.reset(),
    "slow_drip": _slow_drip,
    "stall": _stall,
    "stall_midway": _stall_midway,
    "truncated": lambda exchange, said: tell(exchange, said, said.text[: len(said.text) // 2], "length"),
    "wrong_shape": lambda exchange, said: tell(exchange, said, '{"reponse": "oui"}'),
}
