"""Fixtures shared by the tests of what is read over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.fetch import Clock, Fetcher, Limits
from tests.corpus.site import Site, running


@pytest.fixture(scope="session")
def server() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture
def site(server: Site) -> Site:
    """A running local site, empty."""
    server.pages.clear()
    server.asked.clear()
    return server


@pytest.fixture
def fetcher(tmp_path: Path) -> Iterator[Fetcher]:
    """A fetcher allowed on 127.0.0.1, that never really waits."""
    clock = Clock(now=lambda: 0.0, sleep=lambda _: None)
    with Fetcher(tmp_path / "cache", allow_loopback=True, limits=Limits(attempts=2), clock=clock) as one:
        yield one
