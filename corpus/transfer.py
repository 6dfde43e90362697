"""Reading one answer within its limits of size and time."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from corpus.errors import SourceUnreachableError


class Deadline:
    """A wall-clock limit over one request, headers included.

    The timeouts of the HTTP client bound each read, so a server that sends a byte now and then never meets them:
    at the deadline the connection itself is shut, whatever is waiting on it.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None
        self._seconds = seconds
        self.passed = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Note the socket in use; given to httpx as the `trace` extension."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            self.check()

    def check(self) -> None:
        """Raise SourceUnreachableError once the limit is passed."""
        if self.passed:
            raise SourceUnreachableError(
                f"La source n’a pas tout envoyé en {self._seconds:.0f} secondes : réessayez plus tard."
            )

    def _shut(self) -> None:
        self.passed = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                # Already closed by the other side: the reader will learn it by itself.
                return


def receive(response: httpx.Response, limit: int, deadline: Deadline, *, cut: bool = False) -> Iterator[bytes]:
    """Yield the decoded body, at most `limit` bytes of it.

    Args:
        response: an open answer.
        limit: in bytes, after decompression.
        deadline: of the request.
        cut: stop quietly at the limit instead of raising.

    Raises:
        SourceUnreachableError: the body is larger than `limit`, or the deadline passed.
    """
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit and not cut:
        raise _too_large(limit)
    received = 0
    for chunk in response.iter_bytes():
        deadline.check()
        received += len(chunk)
        if received > limit:
            if cut:
                yield chunk[: len(chunk) - (received - limit)]
                return
            raise _too_large(limit)
        yield chunk
    # A body without a length ends when the connection does: make sure it was not us who shut it.
    deadline.check()


def write_through(chunks: Iterable[bytes], target: Path) -> None:
    """Write `chunks` beside `target`, then put the whole in its place at once; on failure nothing is left."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        os.replace(part, target)  # noqa: PTH105 - the atomic one
    finally:
        part.unlink(missing_ok=True)


def _too_large(limit: int) -> SourceUnreachableError:
    return SourceUnreachableError(
        f"La réponse dépasse la limite de {limit / 1e6:.1f} Mo : vérifiez l’adresse dans sources.toml."
    )
