"""Who is served now, who waits, and what is given up first when there are too many.

Two rates (one address, everybody) and one line of waiting: past the line, a model no longer words answers; past its
end, a page with the telephone number is served at once. Counters are those of the library `limits`, in memory here.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is admitted.

    Attributes:
        per_address, overall: as `limits` writes them ("20/minute").
        workers: questions answered at once.
        waiting: questions that may wait for a worker.
        shed_from: waiting questions from which no model words an answer.
        patience: seconds a question waits before it is told to come back.
    """

    per_address: str = "20/minute"
    overall: str = "1200/minute"
    workers: int = 4
    waiting: int = 200
    shed_from: int = 20
    patience: float = 10.0


class TooManyError(Exception):
    """One address, or everybody together, asks too much; `seconds` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class BusyError(Exception):
    """The line is full, or moved too slowly; `seconds` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Turnstile:
    """The place of a question once it is admitted: `quotes_only` when the house is too full for a model."""

    quotes_only: bool


class Admission:
    """Admits questions; one for each server process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._counter = MovingWindowRateLimiter(MemoryStorage())
        self._per_address, self._overall = parse(limits.per_address), parse(limits.overall)
        self._workers = asyncio.Semaphore(limits.workers)
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Questions in the line."""
        return self._waiting

    async def count(self, address: str) -> int:
        """Count one question of an address, and return how many it may still ask in the window.

        Raises:
            TooManyError: it, or everybody together, has asked as many as allowed.
        """
        # The address first: a flood from one of them must not use up what the others share.
        who = network_of(address)
        if not await self._counter.hit(self._per_address, who):
            raise TooManyError(await self._back(self._per_address, who))
        if not await self._counter.hit(self._overall, "everybody"):
            raise TooManyError(await self._back(self._overall, "everybody"))
        return (await self._counter.get_window_stats(self._per_address, who)).remaining

    async def _back(self, item: RateLimitItem, who: str) -> int:
        window = await self._counter.get_window_stats(item, who)
        return max(1, round(window.reset_time - time.time()))

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Turnstile]:
        """Wait for a worker, and hold it for the length of the block.

        Raises:
            BusyError: the line is full, or patience ran out.
        """
        if self._waiting >= self._limits.waiting:
            raise BusyError(round(self._limits.patience))
        crowded = self._waiting >= self._limits.shed_from
        self._waiting += 1
        try:
            async with asyncio.timeout(self._limits.patience):
                await self._workers.acquire()
        except TimeoutError as error:
            raise BusyError(round(self._limits.patience)) from error
        finally:
            self._waiting -= 1
        try:
            yield Turnstile(quotes_only=crowded)
        finally:
            self._workers.release()


def network_of(address: str) -> str:
    """Return what is counted as one address: an IPv6 home has a whole /64 of them; anything else is itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
