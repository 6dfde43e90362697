"""Who is served now, who waits, and what is given up first when there are too many.

Two rates (one address or partner, everybody) and one line of waiting, where each knows its rank: far down the line, a
model no longer words answers; past its end, a page with the telephone number is served at once. Counters are those of
the library `limits`, in memory here.
"""

from __future__ import annotations

import asyncio
import math
import secrets
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
        kept: seconds its place is then kept.
    """

    per_address: str = "20/minute"
    overall: str = "1200/minute"
    workers: int = 4
    waiting: int = 200
    shed_from: int = 20
    patience: float = 10.0
    kept: float = 30.0


class TooManyError(Exception):
    """One address, or everybody together, asks too much; `seconds` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class BusyError(Exception):
    """The line is full, or moved too slowly.

    Attributes:
        seconds: when to come back.
        position: rank in the line, from 1, kept for `seconds`; 0 when the line is full and no place is kept.
        key: gives the place back to whoever comes back with it; empty without a place.
    """

    def __init__(self, seconds: int, position: int = 0, key: str = "") -> None:
        super().__init__(seconds)
        self.seconds, self.position, self.key = seconds, position, key


@dataclass(frozen=True, slots=True)
class Turnstile:
    """The place of a question once it is admitted: `quotes_only` when the house is too full for a model."""

    quotes_only: bool


class Ticket:
    """The place of one question in the line, then at a worker.

    Attributes:
        key: unguessable, so that nobody takes the place of another.
        quotes_only: the house was too full for a model when it came.
        expires: instant of `time.monotonic()` until which the place of somebody who left is kept.
        held: a worker is held.
        moved: set each time the line moves.
    """

    def __init__(self, line: Admission, *, quotes_only: bool) -> None:
        self.key = secrets.token_urlsafe(12)
        self.quotes_only = quotes_only
        self.expires = math.inf
        self.held = False
        self.moved = asyncio.Event()
        self._line = line
        self._until = time.monotonic() + line.limits.patience

    def back(self) -> None:
        """Wait again, after somebody came back with its key."""
        self.expires, self._until = math.inf, time.monotonic() + self._line.limits.patience

    async def positions(self) -> AsyncIterator[int]:
        """Yield the rank in the line each time it changes, from 1; end when a worker is held.

        Raises:
            BusyError: patience ran out; the place is kept for a while.
        """
        told = 0
        while rank := self._line.rank(self):
            if rank != told:
                yield (told := rank)
            self.moved.clear()
            try:
                async with asyncio.timeout(self._until - time.monotonic()):
                    await self.moved.wait()
            except TimeoutError as error:
                seconds = self._line.limits.kept
                self.expires = time.monotonic() + seconds
                raise BusyError(max(1, round(seconds)), self._line.rank(self), self.key) from error


class Admission:
    """Admits questions; one for each server process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._counter = MovingWindowRateLimiter(MemoryStorage())
        self._per_address, self._overall = parse(limits.per_address), parse(limits.overall)
        self._free = limits.workers
        self._line: list[Ticket] = []

    @property
    def waiting(self) -> int:
        """Questions in the line."""
        return len(self._line)

    async def count(self, address: str, partner: str = "", rate: str = "") -> int:
        """Count one question of an address, or of a partner at its own rate, and return how many more it may ask.

        Raises:
            TooManyError: it, or everybody together, has asked as many as allowed.
        """
        # The address first: a flood from one of them must not use up what the others share.
        who, item = (f"partner {partner}", parse(rate)) if partner else (network_of(address), self._per_address)
        if not await self._counter.hit(item, who):
            raise TooManyError(await self._back(item, who))
        if not await self._counter.hit(self._overall, "everybody"):
            raise TooManyError(await self._back(self._overall, "everybody"))
        return (await self._counter.get_window_stats(item, who)).remaining

    async def _back(self, item: RateLimitItem, who: str) -> int:
        window = await self._counter.get_window_stats(item, who)
        return max(1, round(window.reset_time - time.time()))

    def join(self, key: str = "") -> Ticket:
        """Join the line, at the place that `key` kept when it still does; a worker that is free is held at once.

        Raises:
            BusyError: the line is full.
        """
        self._advance()
        kept = next((one for one in self._line if key and one.key == key and one.expires < math.inf), None)
        if kept is not None:
            kept.back()
            self._advance()
            return kept
        if len(self._line) >= self.limits.waiting:
            raise BusyError(max(1, round(self.limits.patience)))
        ticket = Ticket(self, quotes_only=len(self._line) >= self.limits.shed_from)
        self._line.append(ticket)
        self._advance()
        return ticket

    def rank(self, ticket: Ticket) -> int:
        """Return the rank of a ticket in the line, from 1; 0 once it holds a worker."""
        return self._line.index(ticket) + 1 if ticket in self._line else 0

    def leave(self, ticket: Ticket) -> None:
        """Give back a worker, or a place in the line unless it is kept for whoever comes back."""
        if ticket.held:
            ticket.held = False
            self._free += 1
        elif ticket in self._line and ticket.expires == math.inf:
            self._line.remove(ticket)
        self._advance()

    def _advance(self) -> None:
        """Give the free workers to the first who are there; those who may come back keep their rank, for a time."""
        now = time.monotonic()
        self._line = [one for one in self._line if one.expires > now]
        for ticket in [one for one in self._line if one.expires == math.inf][: max(0, self._free)]:
            self._free -= 1
            self._line.remove(ticket)
            ticket.held = True
            ticket.moved.set()
        for ticket in self._line:
            ticket.moved.set()

    @asynccontextmanager
    async def place(self, ticket: Ticket | None = None) -> AsyncIterator[Turnstile]:
        """Wait for a worker, and hold it for the length of the block.

        Args:
            ticket: a place already taken in the line; the last one when None.

        Raises:
            BusyError: the line is full, or patience ran out.
        """
        held = ticket or self.join()
        try:
            async for _ in held.positions():
                pass
            yield Turnstile(held.quotes_only)
        finally:
            self.leave(held)


def network_of(address: str) -> str:
    """Return what is counted as one address: an IPv6 home has a whole /64 of them; anything else is itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
