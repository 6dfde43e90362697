"""Polite, bounded and safe HTTP: the only way an outside address is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from corpus.address import Resolver, Target, check_address, resolve
from corpus.errors import CorpusError, RefusedAddressError, SourceUnreachableError
from corpus.http_cache import HttpCache, Validators, digest
from corpus.request import USER_AGENT, Ask, Clock, GoneError, Limits, RejectedError, Requester
from corpus.robots import MAX_BYTES as ROBOTS_BYTES
from corpus.robots import REFUSED, Robots, read_robots
from corpus.source import Source
from corpus.transfer import Deadline, receive, write_through

__all__ = ["USER_AGENT", "Clock", "Fetched", "Fetcher", "GoneError", "Limits", "RejectedError"]

_ROBOT = "Cite"
_MAX_CRAWL_DELAY_S = 300.0
# robots.txt speaks to crawlers (RFC 9309); feeds and APIs are published for programs, with their own terms.
_CRAWLED = frozenset({"site"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `content` is empty after `download`; `url` is where the last redirect led."""

    content: bytes
    url: str
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    not_modified: bool = False

    @property
    def charset(self) -> str:
        """The charset of the Content-Type header, empty when it gives none."""
        _, _, rest = self.content_type.lower().partition("charset=")
        return rest.split(";")[0].strip(" \"'")


class Fetcher:
    """Opens addresses of the allow-list, one at a time.

    Each hop of a redirect is checked like the first address, and the connection goes to the very IP address that was
    checked, so that a second DNS answer cannot lead elsewhere. Close it, or use it in a `with`.

    Args:
        cache: folder of validators and page bodies.
        allow_loopback: for tests: accept http and 127.0.0.1.
        limits: bounds of each request.
        proxy: address of the egress proxy of the deployment; never taken from the environment.
        resolver: gives the IP addresses of a host.
        clock: time.
    """

    def __init__(
        self,
        cache: Path,
        *,
        allow_loopback: bool = False,
        limits: Limits | None = None,
        proxy: str | None = None,
        resolver: Resolver = resolve,
        clock: Clock | None = None,
    ) -> None:
        self._cache = HttpCache(cache)
        self._limits = limits or Limits()
        self._check_address = partial(check_address, allow_loopback=allow_loopback, resolver=resolver)
        self._robots: dict[str, Robots] = {}
        # No connection is kept: two hosts behind one IP address must not share one certificate check.
        self._client = httpx.Client(
            headers={"User-Agent": USER_AGENT},
            timeout=httpx.Timeout(self._limits.read_s, connect=self._limits.connect_s),
            limits=httpx.Limits(max_keepalive_connections=0),
            proxy=proxy,
            trust_env=False,
            verify=httpx.create_ssl_context(),
        )
        self._requester = Requester(self._client, self._limits, clock or Clock())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, url: str, source: Source, *, max_bytes: int | None = None) -> Fetched:
        """Fetch a page into memory; the body kept before is returned when the server says it has not changed.

        Raises:
            RefusedAddressError: an address on the way is not allowed, or robots.txt disallows it.
            GoneError: the server says the page does not exist; RejectedError: another 4xx.
            SourceUnreachableError: no whole answer within the limits (both above are of this kind).
        """
        limit = max_bytes or self._limits.page_bytes
        body = self._cache.body(url)
        known = self._cache.validators(url) if body is not None else None

        def read(response: httpx.Response, deadline: Deadline) -> Fetched:
            if response.status_code == httpx.codes.NOT_MODIFIED and known:
                return _as_known(known, body or b"")
            return _fetched(response, b"".join(receive(response, limit, deadline)))

        fetched = self._send(Ask(url, source, known, self._limits.page_total_s), read)
        if not fetched.not_modified:
            self._keep(url, fetched, fetched.content)
        return fetched

    def cached(self, url: str) -> tuple[Fetched, date] | None:
        """Return the last body of `url` and the day it came, without any request; None when there is none."""
        body, known = self._cache.body(url), self._cache.validators(url)
        return None if body is None or known is None else (_as_known(known, body), self._cache.day(url))

    def download(self, url: str, source: Source, target: Path, *, max_bytes: int | None = None) -> Fetched:
        """Stream a file to `target`, which is replaced only once the whole file is there.

        Nothing is written when the server says that the file in place is still the current one.

        Raises:
            RefusedAddressError, GoneError, RejectedError, SourceUnreachableError: as `get`; `target` is untouched.
        """
        limit = max_bytes or self._limits.download_bytes
        key = f"{url} {target.resolve()}"
        known = self._cache.validators(key) if target.is_file() else None

        def read(response: httpx.Response, deadline: Deadline) -> Fetched:
            if response.status_code == httpx.codes.NOT_MODIFIED and known:
                return _as_known(known, b"")
            write_through(receive(response, limit, deadline), target)
            return _fetched(response, b"")

        fetched = self._send(Ask(url, source, known, self._limits.download_total_s), read)
        if not fetched.not_modified:
            self._keep(key, fetched, None)
        return fetched

    def robots(self, url: str, source: Source) -> Robots:
        """Read robots.txt of the host of `url`, once a run.

        An answer in 4xx means that all is allowed; none, or 5xx, that nothing is (RFC 9309, section 2.3.1).
        """
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self._robots:
            self._robots[root] = self._read_robots(f"{root}/robots.txt", source)
        return self._robots[root]

    def _read_robots(self, url: str, source: Source) -> Robots:
        def read(response: httpx.Response, deadline: Deadline) -> bytes:
            return b"".join(receive(response, ROBOTS_BYTES, deadline, cut=True))

        ask = Ask(url, source, None, self._limits.page_total_s)
        try:
            content = self._requester.send(ask, self._check_address, lambda _: source.delay_s, read)
        except RejectedError:
            return Robots()
        except CorpusError:
            return REFUSED
        return read_robots(content.decode("utf-8", errors="replace"), _ROBOT)

    def _send(self, ask: Ask, read: Callable[[httpx.Response, Deadline], Fetched]) -> Fetched:
        def delay(url: str) -> float:
            asked = self.robots(url, ask.source).delay if ask.source.kind in _CRAWLED else None
            return max(ask.source.delay_s, asked or 0.0)

        return self._requester.send(ask, self._check, delay, read)

    def _check(self, url: str, source: Source) -> Target:
        target = self._check_address(url, source)
        if source.kind not in _CRAWLED:
            return target
        rules = self.robots(url, source)
        if not rules.allows(url):
            raise RefusedAddressError(f"Le fichier robots.txt de {target.host} interdit {url} : retirez cette adresse.")
        if (rules.delay or 0) > _MAX_CRAWL_DELAY_S:
            raise SourceUnreachableError(
                f"{target.host} demande {rules.delay:.0f} secondes entre deux pages : convenez d’un accès avec lui."
            )
        return target

    def _keep(self, key: str, fetched: Fetched, body: bytes | None) -> None:
        recorded = digest(body) if body is not None else ""
        validators = Validators(fetched.url, fetched.etag, fetched.last_modified, fetched.content_type, recorded)
        self._cache.keep(key, validators, body)


def _fetched(response: httpx.Response, content: bytes) -> Fetched:
    headers = response.headers
    # The request went to an IP address: the name is in its Host header.
    url = str(response.request.url.copy_with(netloc=response.request.headers["host"].encode()))
    return Fetched(
        content, url, headers.get("etag", ""), headers.get("last-modified", ""), headers.get("content-type", "")
    )


def _as_known(known: Validators, content: bytes) -> Fetched:
    return Fetched(content, known.url, known.etag, known.last_modified, known.content_type, not_modified=True)
