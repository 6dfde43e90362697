"""The town's index and the bots that answer from it, built once for all the tests of this floor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assembly import Assembly, assemble
from corpus.settings import Settings
from tests.bot.town import in_scope, town_in


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the town, in scope `demo`."""
    return town_in(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def bot(town: Settings) -> Iterator[Assembly]:
    made = assemble(town)
    yield made
    made.opened.store.close()


@pytest.fixture(scope="session")
def public_bot(town: Settings) -> Iterator[Assembly]:
    made = assemble(in_scope(town, "public"))
    yield made
    made.opened.store.close()


@pytest.fixture
def served(town: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town as the command line finds it; returns its data folder."""
    for name in ("CITE_MODEL", "CITE_VECTORS", "CITE_SCOPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CITE_DATA", str(town.data))
    monkeypatch.setenv("CITE_SOURCES_FILE", str(town.sources_file))
    return town.data
