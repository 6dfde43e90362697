"""One request, done well: pinned address, redirects by hand, patience per host, retries."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar
from urllib.parse import urljoin

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from corpus.address import Target
from corpus.errors import RefusedAddressError, SourceUnreachableError
from corpus.http_cache import Validators
from corpus.source import Source
from corpus.transfer import Deadline

USER_AGENT = "Cite/0.1 (assistant municipal; contact : voir README)"
"""Sent with each request; its first word is the name robots.txt may address."""

_MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({408, 425, 429})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request: sizes in bytes after decompression, times in seconds."""

    page_bytes: int = 10_000_000
    download_bytes: int = 200_000_000
    page_total_s: float = 60.0
    download_total_s: float = 900.0
    connect_s: float = 10.0
    read_s: float = 20.0
    attempts: int = 4
    max_wait_s: float = 60.0


class RejectedError(SourceUnreachableError):
    """The source answers and will not serve this address (4xx): asking again would not help."""


class GoneError(RejectedError):
    """The source says that this address does not exist, or no longer does (404, 410)."""


class _TryAgainError(SourceUnreachableError):
    # A passing failure; `wait_s` is what the server asked for.
    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Check(Protocol):
    """Checks a hop before it is opened: raises RefusedAddressError, or says where to connect."""

    def __call__(self, url: str, source: Source) -> Target:
        """Check `url`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: an address of a source, what we hold of it already, and the time allowed for one attempt."""

    url: str
    source: Source
    known: Validators | None
    total_s: float


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, replaceable in tests: `now` in monotonic seconds, `sleep` in seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


Reader = Callable[[httpx.Response, Deadline], T]


class Requester:
    """Sends requests with an httpx client, one at a time."""

    def __init__(self, client: httpx.Client, limits: Limits, clock: Clock) -> None:
        self._client = client
        self._limits = limits
        self._clock = clock
        self._next: dict[str, float] = {}

    def send(self, ask: Ask, check: Check, delay: Callable[[str], float], read: Reader[T]) -> T:
        """Open an address, following redirects, and read the answer (200 or 304) with `read`; retry what may pass.

        Args:
            ask: the address and its limits.
            check: applied to every hop.
            delay: seconds to leave between two requests to the host of an address.
            read: consumes the open answer.

        Raises:
            RefusedAddressError: a hop is not allowed.
            RejectedError, GoneError: the source will not serve it.
            SourceUnreachableError: no whole answer within the limits.
        """
        again = Retrying(
            stop=stop_after_attempt(self._limits.attempts),
            retry=retry_if_exception_type(_TryAgainError),
            wait=self._wait,
            sleep=self._clock.sleep,
            reraise=True,
        )
        answer: T = again(self._attempt, ask, check, delay, read)
        return answer

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait_s if isinstance(error, _TryAgainError) else None
        own: float = wait_random_exponential(max=self._limits.max_wait_s)(state)
        return min(own if asked is None else asked, self._limits.max_wait_s)

    def _attempt(self, ask: Ask, check: Check, delay: Callable[[str], float], read: Reader[T]) -> T:
        url = ask.url
        with Deadline(ask.total_s) as deadline:
            for _ in range(_MAX_REDIRECTS + 1):
                target = check(url, ask.source)
                self._be_patient(target.host, delay(url))
                with self._open(target, ask, deadline) as response:
                    if response.status_code not in _REDIRECTS:
                        _expect_content(response, target.host)
                        return read(response, deadline)
                    url = _next_hop(url, response)
        raise RefusedAddressError(f"L’adresse {ask.url} redirige plus de {_MAX_REDIRECTS} fois : vérifiez-la.")

    def _be_patient(self, host: str, delay_s: float) -> None:
        now = self._clock.now()
        start = max(now, self._next.get(host, now))
        if start > now:
            self._clock.sleep(start - now)
        self._next[host] = start + delay_s

    @contextmanager
    def _open(self, target: Target, ask: Ask, deadline: Deadline) -> Iterator[httpx.Response]:
        try:
            response = self._connect(target, ask, deadline)
            try:
                yield response
            finally:
                response.close()
        except httpx.HTTPError as error:
            deadline.check()
            raise _TryAgainError(
                f"L’hôte {target.host} ne répond pas ({type(error).__name__}) : vérifiez le réseau, puis réessayez."
            ) from error
        except (httpx.InvalidURL, httpx.CookieConflict) as error:
            raise RefusedAddressError(f"L’adresse {target.url[:200]!r} est mal formée : corrigez-la.") from error

    def _connect(self, target: Target, ask: Ask, deadline: Deadline) -> httpx.Response:
        failure: httpx.HTTPError | None = None
        for address in target.addresses:
            deadline.check()
            request = self._request(target, address, ask, deadline)
            try:
                return self._client.send(request, stream=True, follow_redirects=False)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure or httpx.ConnectError("no address")

    def _request(self, target: Target, address: str, ask: Ask, deadline: Deadline) -> httpx.Request:
        # The address that was checked is the one connected to; TLS and HTTP still speak of the host.
        url = httpx.URL(target.url)
        headers = {"Host": url.netloc.decode(), "Accept-Language": "fr", "Connection": "close"}
        if ask.known and ask.known.etag:
            headers["If-None-Match"] = ask.known.etag
        if ask.known and ask.known.last_modified:
            headers["If-Modified-Since"] = ask.known.last_modified
        extensions = {"sni_hostname": target.host, "trace": deadline.trace}
        return self._client.build_request("GET", url.copy_with(host=address), headers=headers, extensions=extensions)


def _next_hop(url: str, response: httpx.Response) -> str:
    location: str = response.headers.get("location", "")
    try:
        return urljoin(url, location).split("#", 1)[0]
    except ValueError as error:
        raise RefusedAddressError(f"L’adresse {url} redirige vers une adresse mal formée : vérifiez-la.") from error


def _expect_content(response: httpx.Response, host: str) -> None:
    status = response.status_code
    if status in (httpx.codes.OK, httpx.codes.NOT_MODIFIED):
        return
    if status in _BUSY or response.is_server_error:
        message = f"L’hôte {host} est indisponible ({status}) : réessayez plus tard."
        raise _TryAgainError(message, _retry_after(response))
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise GoneError(f"L’hôte {host} ne connaît pas cette adresse ({status}) : vérifiez-la dans sources.toml.")
    raise RejectedError(f"L’hôte {host} refuse cette demande ({status}) : voyez avec son éditeur.")


def _retry_after(response: httpx.Response) -> float | None:
    # RFC 9110, 10.2.3: seconds or a date.
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
