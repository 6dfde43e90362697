"""The town's pages, served for real on loopback, and a browser where the machine has one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from bot.assembly import Assembly, assemble
from bot.store import open_store
from corpus.settings import Settings
from ethics.policy import load_policy
from tests.bot.town import DAY, town_in
from ui.admission import Admission, Limits
from ui.door import Hurried
from ui.records import Records
from ui.server import create_app
from ui.service import Service, Standing

DEMO = Standing("L2", demo=True)
ROOMY = Limits(per_address="10000/minute", overall="10000/minute")
CHROMIUM = shutil.which("chromium")
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe looks for."""
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        yield found
        found.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return town_in(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def records(town: Settings) -> Iterator[Records]:
    store = open_store(town.records)
    yield Records(store, town.records, load_policy())
    store.turns.close()


@pytest.fixture(scope="session")
def bot(town: Settings, records: Records) -> Iterator[Assembly]:
    made = assemble(town, keep=records.store.turns.keep)
    yield made
    made.opened.store.close()


@contextmanager
def serving(
    bot: Assembly,
    limits: Limits = ROOMY,
    standing: Standing = DEMO,
    records: Records | None = None,
    **options: Any,
) -> Iterator[str]:
    """Serve the town's pages in a thread; gives their address."""
    service = Service(bot, Admission(limits), lambda: standing, today=lambda: DAY, records=records)
    app = create_app(service, **options)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", http=Hurried))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def address(bot: Assembly, records: Records) -> Iterator[str]:
    with serving(bot, records=records) as found:
        yield found


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as found:
        yield found
