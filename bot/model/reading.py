"""A server read by a thread of its own, so that the turn never waits past its deadline.

The time limit of an HTTP client bounds each read: a server that sends a little now and then is waited for without end,
and a name that does not resolve blocks in the system. So the reader is left behind when time is up: it is a daemon,
its connection is shut down, and each of its reads has a limit, after which it ends.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.errors import ModelError, ModelTimeoutError, ModelUnavailableError


@dataclass(frozen=True, slots=True)
class Piece:
    """What one event of a server says.

    Attributes:
        text: written since the last one.
        finish: why the model stopped, on the last one; empty before.
        tokens: written in all, where the server counts them.
    """

    text: str = ""
    finish: str = ""
    tokens: int | None = None


class Line:
    """What a reader and the turn it reads for say to each other."""

    def __init__(self) -> None:
        self._left = threading.Event()
        self._lock = threading.Lock()
        self._hang_up: Callable[[], None] | None = None

    @property
    def left(self) -> bool:
        """Nobody waits any more."""
        return self._left.is_set()

    def opened(self, hang_up: Callable[[], None]) -> None:
        """Say how to end a read under way, from another thread."""
        with self._lock:
            self._hang_up = hang_up
        if self.left:
            hang_up()

    def closed(self) -> None:
        """Say that the connection is no longer ours: another call may be using it."""
        with self._lock:
            self._hang_up = None

    def leave(self) -> None:
        """Wait no more."""
        self._left.set()
        with self._lock:
            if self._hang_up is not None:
                self._hang_up()


Source = Callable[[Line], Iterator[Piece]]
"""Opens a server and yields its pieces; raises nothing but ModelError."""


class Reading:
    """One answer being read.

    Args:
        source: what to read, called in the thread of the reader.
    """

    def __init__(self, source: Source) -> None:
        self._line = Line()
        self._pieces: queue.SimpleQueue[Piece | ModelError | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(source,), name="cite-model", daemon=True).start()

    def next(self, until: float) -> Piece | None:
        """Return the next piece, or None at the end.

        Args:
            until: instant of `time.monotonic()`.

        Raises:
            ModelTimeoutError: nothing came by then.
            ModelError: of the source.
        """
        left = until - time.monotonic()
        try:
            # Also what is already there is not taken past the deadline: a source may never stop talking.
            piece = self._pieces.get(timeout=left) if left > 0 else _nothing()
        except queue.Empty:
            raise ModelTimeoutError("Le modèle n’a pas répondu dans le temps permis.") from None
        if isinstance(piece, ModelError):
            raise piece
        return piece

    def stop(self) -> None:
        """Leave the reader behind; may be called twice."""
        self._line.leave()

    def _read(self, source: Source) -> None:
        try:
            for piece in source(self._line):
                if self._line.left:
                    return
                self._pieces.put(piece)
            self._pieces.put(None)
        except ModelError as error:
            self._pieces.put(error)
        except Exception as error:  # noqa: BLE001  a reader that dies in silence would make its turn wait to the end
            self._pieces.put(ModelUnavailableError(f"La lecture du modèle a échoué ({type(error).__name__})."))


def _nothing() -> Piece:
    raise queue.Empty
