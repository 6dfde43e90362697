"""An index that cannot be opened leaves residents a page with a telephone number, until it can be opened again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from corpus.errors import ConfigurationError, CorpusError, IndexDamagedError, IndexMissingError, WeightsMissingError
from corpus.generation import current_generation
from corpus.settings import Settings
from corpus.store import STORE_FILE
from ethics.records import LOG
from tests.ui.test_mismatch import Served, an_approved_release, ask, started, until
from ui.alert import Alert
from ui.closed import closed_pages, closed_service

DAMAGED = IndexDamagedError("L’index est abîmé : relancez `python -m corpus sync`.")


def pages(settings: Settings, alert: Callable[[], Alert | None] = lambda: None) -> TestClient:
    app = closed_pages(closed_service(DAMAGED, settings), ["testserver"], alert)
    return TestClient(app, follow_redirects=False)


@pytest.mark.parametrize("path", ["/", "/charte", "/passage/F1%230", "/bureau", "/console", "/recu/x", "/nothing"])
def test_every_page_tells_where_to_call_and_answers_nothing(town: Settings, path: str) -> None:
    found = pages(town).get(path)

    assert found.status_code == 503
    assert "3975" in found.text
    assert "default-src" in found.headers["content-security-policy"]
    # What is damaged is for the operator, not for a resident.
    assert "sync" not in found.text


def test_the_interface_says_the_same_and_that_the_process_is_alive(town: Settings) -> None:
    client = pages(town)
    asked = client.post("/api/v1/ask", json={"q": "Combien coûte un passeport ?"})

    assert (asked.status_code, asked.headers["content-type"]) == (503, "application/problem+json")
    assert asked.json()["type"] == "/api/v1/problems/closed"
    assert client.get("/api/v1/ready").status_code == 503
    assert client.get("/api/v1/health").json() == {"status": "ok"}


def test_a_form_sent_to_a_closed_service_gets_the_page(town: Settings) -> None:
    assert pages(town).post("/question", data={"q": "x"}).status_code == 503


def test_the_page_keeps_its_language_its_style_and_its_doors(town: Settings) -> None:
    client = pages(town)
    style = next(word for word in client.get("/").text.split('"') if word.startswith("/static/cite.css"))

    assert client.get(style).status_code == 200
    assert client.get("/langue/en").status_code == 303
    assert "3975" in client.get("/?langue=en").text
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("error", [IndexMissingError("x"), WeightsMissingError("x"), ConfigurationError("x")])
def test_where_there_is_a_first_command_to_run_it_is_told_instead(tmp_path: Path, error: CorpusError) -> None:
    settings = Settings(data=tmp_path)

    with pytest.raises(type(error)):
        closed_service(error, settings)


def test_an_index_lost_where_something_was_signed_leaves_the_page(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    settings.records.mkdir(parents=True)
    (settings.records / LOG).write_bytes(b"")

    assert closed_service(IndexMissingError("Aucun index ici."), settings).standing().level == "L3"
    with pytest.raises(ConfigurationError):
        closed_service(ConfigurationError("x"), settings)


@pytest.fixture(scope="module")
def approved(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Served:
    return an_approved_release(town, tmp_path_factory.mktemp("closed"), "chroma")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGE: dict[str, Callable[[Served], Path]] = {
    "store": lambda one: current_generation(one.settings.index) / STORE_FILE,
    "vectors": lambda one: current_generation(one.settings.index) / "vectors.npz",
    "weights": lambda one: one.data / "weights/by-hand/model.safetensors",
}


@pytest.mark.slow
@pytest.mark.parametrize("what", DAMAGE)
def test_a_server_whose_index_is_damaged_serves_the_page_then_comes_back_once_it_is_mended(
    approved: Served, tmp_path: Path, what: str
) -> None:
    one = approved.copied(tmp_path)
    kept = one.data / "releases"
    shutil.move(kept, tmp_path / "aside")
    damaged = DAMAGE[what](one)
    whole = damaged.read_bytes()
    cut(damaged)
    with started(one) as client:
        closed = [client.get("/"), ask(client)]
        damaged.write_bytes(whole)
        found = until_served(client)

    assert [response.status_code for response in closed] == [503, 503]
    assert "3975" in closed[0].text
    assert found["level"] == "L0"
    assert found["release"] == approved.manifest.fingerprint


@pytest.mark.slow
def test_a_release_put_down_beside_a_damaged_index_takes_its_place(approved: Served, tmp_path: Path) -> None:
    one = approved.copied(tmp_path)
    shutil.move(one.data / "releases", tmp_path / "aside")
    cut(DAMAGE["store"](one))
    with started(one) as client:
        closed = ask(client)
        shutil.move(tmp_path / "aside", one.data / "releases")
        found = until_served(client)

    assert closed.status_code == 503
    assert found["release"] == approved.manifest.fingerprint


def until_served(client: httpx.Client) -> dict[str, object]:
    return until(client, lambda said: said.get("level") == "L0")
