"""What the City publishes: every page reached from every other, true to the data, and the alert while it lasts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from bot.assembly import Assembly
from tests.ui.conftest import serving
from tests.ui.reading import text_of
from ui.alert import Alert, Pinned
from ui.service import Standing

ATOM = "{http://www.w3.org/2005/Atom}"


def footer_links(page: str) -> list[str]:
    return [str(link.attributes["href"]) for link in HTMLParser(page).css("footer nav:first-of-type a")]


def test_every_public_page_is_reached_from_the_foot_of_every_page(client: httpx.Client) -> None:
    links = footer_links(client.get("/").text)
    pages = {link: client.get(link) for link in links}

    assert set(links) == {
        *(
            "/charte",
            "/en-service",
            "/evaluation",
            "/registre",
            "/erreurs",
            "/verifier",
            "/vie-privee",
            "/accessibilite",
        ),
        *("/ecoconception", "/recu", "/dossier"),
    }
    assert {link: page.status_code for link, page in pages.items()} == dict.fromkeys(links, 200)
    assert all(footer_links(page.text) == links for page in pages.values())
    assert all(len(HTMLParser(page.text).css("h1")) == 1 for page in pages.values())


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/charte", "Aucune phrase sans source"),
        ("/en-service", "personne n’a approuvé cette version"),
        ("/registre", "Fondements juridiques"),
        ("/vie-privee", "30 jours"),
        ("/verifier", "10 jours ouvrés"),
        ("/accessibilite", "Aucun audit complet"),
        ("/ecoconception", "moins de 100 ko"),
    ],
)
def test_a_public_page_says_what_the_data_say(client: httpx.Client, path: str, told: str) -> None:
    assert told in text_of(client.get(path).text)


def test_what_is_in_service_names_the_passages_by_their_root(client: httpx.Client, bot: Assembly) -> None:
    assert bot.opened.manifest.root in client.get("/en-service").text


def test_what_is_missing_for_an_approval_is_public(bot: Assembly) -> None:
    closed = Standing("L3", demo=False, findings=("La décision a pris fin.",))
    with serving(bot, standing=closed) as found:
        told = text_of(httpx.get(f"{found}/en-service").text)

    assert "La décision a pris fin." in told
    assert "page fixe" in told


def test_the_feed_of_errors_is_atom_even_when_empty(bot: Assembly) -> None:
    with serving(bot) as found:
        feed = ET.fromstring(httpx.get(f"{found}/erreurs.atom").text)

    assert feed.tag == f"{ATOM}feed"
    assert all(feed.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author"))
    assert feed.findall(f"{ATOM}entry") == []


def test_an_alert_is_on_every_page_until_its_day(bot: Assembly, tmp_path: Path) -> None:
    pinned = Pinned(tmp_path)
    today = date.today()  # noqa: DTZ011
    with serving(bot, alert=pinned) as found, httpx.Client(base_url=found, timeout=60) as client:
        assert HTMLParser(client.get("/").text).css_first(".alert") is None
        pinned.pin(Alert('Canicule : <b>buvez</b> de l’eau "fraîche".', today, "https://www.paris.fr/canicule"))
        assert 'Canicule : <b>buvez</b> de l’eau "fraîche".' in text_of(client.get("/charte").text)
        pinned.pin(Alert("Passée.", today - timedelta(days=1)))
        assert "Passée." not in client.get("/").text
        pinned.remove()
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "said", ["text = 1", "text = 'x'\nuntil = 'jamais'", "\x00", "text = 'x'\nuntil = 2999-01-01\nurl = 'javascript:1'"]
)
def test_an_alert_that_cannot_be_read_shows_none_and_breaks_nothing(tmp_path: Path, said: str) -> None:
    (tmp_path / "alert.toml").write_text(said, encoding="utf-8")

    assert Pinned(tmp_path)() is None
