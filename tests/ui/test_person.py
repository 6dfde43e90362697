"""Cité replaces nobody: whatever the page, the number of the City is there to be called."""

from __future__ import annotations

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.bot.town import ELSEWHERE, LOST_CARD_CHILD
from tests.ui.reading import asked, text_of

PAGES = [
    *("/", "/charte", "/en-service", "/registre", "/erreurs", "/verifier", "/vie-privee", "/accessibilite"),
    *("/ecoconception", "/recu", "/dossier", "/contester", "/absent"),
]


def gives_a_person(page: str) -> bool:
    links = [link.attributes.get("href") for link in LexborHTMLParser(page).css("a")]
    return "3975" in text_of(page) and any((link or "").startswith("tel:") for link in links)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_gives_a_person_to_call(client: httpx.Client, path: str) -> None:
    assert gives_a_person(client.get(path).text)


@pytest.mark.parametrize("question", [LOST_CARD_CHILD, ELSEWHERE])
def test_an_answer_and_a_refusal_give_a_person_to_call(client: httpx.Client, question: str) -> None:
    assert gives_a_person(asked(client, question).text)
