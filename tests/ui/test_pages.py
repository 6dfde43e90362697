"""What a resident meets without a script: ask, follow up, see a source, be refused clearly, whatever is typed."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from bot.assembly import Assembly
from tests.bot.town import ELSEWHERE, LOST_CARD_CHILD, PASSPORT
from tests.ui.conftest import serving
from tests.ui.reading import asked, field, first, said, text_of, token_in
from ui.admission import Limits
from ui.conversation import unpacked
from ui.security import LARGEST_BODY
from ui.service import Standing
from ui.words import languages

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> ![x](http://evil.example/x.png) carte d'identité"


def test_the_first_page_says_what_answers_and_offers_a_human_before_anything_is_asked(client: httpx.Client) -> None:
    page = client.get("/")

    assert page.status_code == 200
    told = text_of(page.text)
    assert "un programme, pas à une personne" in told
    assert "3975" in told
    assert "non approuvée" in told
    assert HTMLParser(page.text).css_first("label[for=q]") is not None


def test_an_answer_is_quoted_with_its_passage_marked_its_date_and_its_licence(client: httpx.Client) -> None:
    page = asked(client, LOST_CARD_CHILD).text
    tree = HTMLParser(page)

    assert "La carte perdue par un enfant coûte 19 €" in text_of(page)
    marks = [mark.text() for mark in tree.css(".sources mark")]
    assert any("19 €" in mark for mark in marks)
    assert "Licence Ouverte" in text_of(page)
    assert said(page, "p.lead a.ref", "href") == f"#{said(page, '.sources details', 'id')}"
    assert "Sans intelligence artificielle générative" in text_of(page)


def test_the_answer_itself_is_in_its_first_forty_words(client: httpx.Client) -> None:
    told = text_of(asked(client, LOST_CARD_CHILD).text).partition(LOST_CARD_CHILD)[2].split()

    assert "19 €" in " ".join(told[:40])


def test_what_the_quoted_passages_do_not_tell_is_said(client: httpx.Client) -> None:
    told = text_of(asked(client, LOST_CARD_CHILD).text)
    missing = told.partition("n’indiquent rien sur : ")[2].partition(".")[0]

    assert missing == "la démarche, les documents à fournir, l’endroit où s’adresser"


def test_other_cases_and_exceptions_are_shown_without_a_click(client: httpx.Client) -> None:
    page = asked(client, LOST_CARD_CHILD).text
    cases = HTMLParser(page).css("h3[id^=also] ~ details")

    assert cases
    assert all("open" in one.attributes or "voisines" in one.text() for one in cases)


def test_a_deciding_question_is_buttons_and_pressing_one_answers(client: httpx.Client) -> None:
    page = asked(client, PASSPORT).text
    option = HTMLParser(page).css_first(".decide button[name=pick]")
    assert option is not None

    answer = asked(client, PASSPORT, c=field(page, "c"), pick=option.attributes["value"] or "").text

    assert HTMLParser(answer).css_first(".decide button[name=pick]") is None
    assert option.text() in text_of(answer)


def test_the_conversation_travels_in_the_page_and_the_server_keeps_none(client: httpx.Client) -> None:
    page = asked(client, LOST_CARD_CHILD).text
    conversation = unpacked(field(page, "c"))
    assert [exchange.text for exchange in conversation.exchanges] == [LOST_CARD_CHILD]

    answer = asked(client, "et où ?", c=field(page, "c")).text

    assert "J’ai compris" in text_of(answer)


def test_a_refusal_is_a_page_that_names_somebody(client: httpx.Client) -> None:
    page = asked(client, ELSEWHERE).text

    assert HTMLParser(page).css_first(".contact a[href^='tel:']") is not None


@pytest.mark.parametrize("text", [HOSTILE, "\x00\x01\x02", "x" * 5000, "🙂" * 50, "%s{0}${x}", " "])
def test_hostile_text_is_shown_as_text_or_refused_and_never_breaks(client: httpx.Client, text: str) -> None:
    page = asked(client, text)
    tree = HTMLParser(page.text)

    assert page.status_code == 200
    assert [node.attributes.get("src", "") for node in tree.css("script")] == [said(page.text, "script", "src")]
    assert tree.css("img") == []
    assert "Traceback" not in page.text


def test_every_page_forbids_scripts_frames_and_addresses_of_others(client: httpx.Client) -> None:
    for path in ("/", "/nulle-part", "/passage/inconnu", "/static/cite.css"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["referrer-policy"] == "no-referrer"


def test_no_page_loads_anything_from_elsewhere(client: httpx.Client) -> None:
    for page in (client.get("/").text, asked(client, LOST_CARD_CHILD).text):
        tree = HTMLParser(page)
        loaded = [
            n.attributes.get("src") or n.attributes.get("href")
            for n in tree.css("script, link:not([rel=alternate]), img, iframe")
        ]
        assert loaded
        assert all(str(address).startswith("/static/") for address in loaded)


def test_a_page_and_all_it_loads_weigh_less_than_a_hundred_kilobytes(client: httpx.Client) -> None:
    page = asked(client, LOST_CARD_CHILD)
    tree = HTMLParser(page.text)
    loaded = [
        n.attributes.get("src") or n.attributes.get("href") or "" for n in tree.css("script, link:not([rel=alternate])")
    ]

    assert len(page.content) + sum(len(client.get(path).content) for path in loaded) < 100_000
    assert len(loaded) < 10


def test_a_form_from_another_site_is_refused(client: httpx.Client) -> None:
    client.get("/")

    assert client.post("/question", data={"q": "carte", "token": "forged"}).status_code == 403
    assert httpx.post(f"{client.base_url}/question", data={"q": "carte"}).status_code == 403


@pytest.mark.parametrize("forged", ["", "!!!!", "e30=", "bnVsbA==", "eyJleGNoYW5nZXMiOiBbMV19", "A" * 60_000])
def test_a_forged_conversation_is_an_empty_one(client: httpx.Client, forged: str) -> None:
    assert asked(client, LOST_CARD_CHILD, c=forged).status_code in {200, 413}
    assert unpacked(forged).exchanges == ()


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: httpx.Client) -> None:
    assert asked(client, "x" * (LARGEST_BODY + 1)).status_code == 413


def test_an_unknown_address_and_an_unknown_passage_are_pages(client: httpx.Client) -> None:
    assert "Page introuvable" in text_of(client.get("/nulle-part").text)
    unknown = client.get("/passage/inconnu")
    assert unknown.status_code == 404
    assert "remplacé ou retiré" in text_of(unknown.text)


def test_the_reader_chooses_size_and_colours_and_they_are_kept_in_the_one_cookie(client: httpx.Client) -> None:
    token = token_in(client.get("/").text)
    client.post("/affichage", data={"token": token, "size": "large"})
    client.post("/affichage", data={"token": token, "theme": "contrast"})

    root = first(client.get("/").text, "html").attributes
    assert (root["data-size"], root["data-theme"]) == ("large", "contrast")
    assert list(client.cookies) == ["cite"]


@pytest.mark.parametrize("code", sorted(languages()))
def test_every_language_has_its_page_with_its_direction(client: httpx.Client, code: str) -> None:
    client.get(f"/langue/{code}")
    root = first(client.get("/").text, "html").attributes

    assert (root["lang"], root["dir"]) == (code, languages()[code].direction)


@pytest.fixture
def strict(bot: Assembly) -> Iterator[httpx.Client]:
    with (
        serving(bot, Limits(per_address="3/minute", overall="100/minute")) as found,
        httpx.Client(base_url=found, timeout=60) as one,
    ):
        yield one


def test_who_asks_too_much_is_told_when_to_come_back(strict: httpx.Client) -> None:
    codes = [asked(strict, LOST_CARD_CHILD).status_code for _ in range(4)]
    last = asked(strict, LOST_CARD_CHILD)

    assert codes == [200, 200, 200, 429]
    assert int(last.headers["retry-after"]) > 0
    assert "112" in text_of(last.text)


def test_nothing_is_answered_when_nothing_is_approved(bot: Assembly) -> None:
    closed = Standing("L3", demo=False, findings=("Aucune décision.",))
    with serving(bot, standing=closed) as found, httpx.Client(base_url=found, timeout=60) as client:
        page = asked(client, LOST_CARD_CHILD)

    assert page.status_code == 503
    assert "3975" in text_of(page.text)
    assert "19 €" not in page.text
