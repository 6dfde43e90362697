"""A circuit breaker: a server that keeps failing is left alone for a while, then tried by one call.

Why our own: pybreaker 1.4 holds its lock for the whole of a call, so that calls wait for one another (100 turns of one
second would take 100 seconds); circuitbreaker 2.1 has no lock, and neither it nor purgatory 3.0 limits the calls of a
trial to one. After M. Nygard, Release It!, "Circuit Breaker".
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from bot.errors import ModelError, ModelUnavailableError

State = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class Patience:
    """When a server is left alone, in seconds.

    Attributes:
        failures: in a row, before it is left alone.
        rest_s: how long, unless the server asked for longer.
        longest_rest_s: the most that a server may ask for.
    """

    failures: int = 3
    rest_s: float = 15.0
    longest_rest_s: float = 60.0


class Breaker:
    """The state of one server, shared by every turn; safe between threads.

    Args:
        patience: its limits.
        now: monotonic seconds.
    """

    def __init__(self, patience: Patience, now: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until: float | None = None
        self._trial_until: float | None = None

    @property
    def state(self) -> State:
        """`closed` when calls pass, `open` when none does, `half-open` when one may try."""
        with self._lock:
            if self._rests_until is None:
                return "closed"
            return "open" if self._now() < self._rests_until else "half-open"

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Let one call pass, and learn from how it ends; a call abandoned midway teaches nothing.

        Raises:
            ModelUnavailableError: the server is being left alone.
        """
        trial = self._admit()
        try:
            yield
        except ModelError as error:
            self._failed(error, trial=trial)
            raise
        except BaseException:
            self._forget(trial=trial)
            raise
        self._succeeded()

    def _admit(self) -> bool:
        """Return whether the call that passes is the trial of a server that was left alone."""
        with self._lock:
            now = self._now()
            if self._rests_until is None:
                return False
            # A trial that never reported (its thread was killed) does not keep the door shut for ever.
            trying = self._trial_until is not None and now < self._trial_until
            if now < self._rests_until or trying:
                raise ModelUnavailableError("Le serveur du modèle est laissé au repos après des échecs.", briefly=False)
            self._trial_until = now + self._patience.longest_rest_s
            return True

    def _failed(self, error: ModelError, *, trial: bool) -> None:
        if not error.blames_server:
            self._forget(trial=trial)
            return
        asked = getattr(error, "retry_after", None) or 0.0
        rest = min(max(self._patience.rest_s, asked), self._patience.longest_rest_s)
        with self._lock:
            self._failures += 1
            # Asked to be left alone for longer than a turn can wait, the server is at once.
            due = trial or self._failures >= self._patience.failures or asked >= self._patience.rest_s
            # The failures of calls that began before the rest do not prolong it.
            if due and (trial or self._rests_until is None):
                self._rests_until = self._now() + rest
            if trial:
                self._trial_until = None

    def _succeeded(self) -> None:
        with self._lock:
            self._failures = 0
            self._rests_until = self._trial_until = None

    def _forget(self, *, trial: bool) -> None:
        if trial:
            with self._lock:
                self._trial_until = None
