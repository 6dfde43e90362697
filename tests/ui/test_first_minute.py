"""What ten people looked for in their first minute and did not find: a test for each thing that was mended."""

from __future__ import annotations

from dataclasses import replace

import httpx
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from bot.assembly import Assembly
from tests.bot.town import DAY, ELSEWHERE, LOST_CARD_CHILD, PASSPORT
from tests.ui.reading import asked, first, said, text_of
from ui.view import view_of

DANGER = "Au secours, mon mari me frappe en ce moment"


def test_the_field_comes_before_everything_but_what_answers_and_says_who_reads(client: httpx.Client) -> None:
    page = client.get("/").text
    before = page.partition("<textarea")[0]

    assert "un programme, pas à une personne" in text_of(before)
    assert "Personne ne lit vos questions" in text_of(first(page, "#q-hint").html or "")
    assert said(page, "textarea", "aria-describedby") == "q-hint"
    assert "intelligence artificielle" in text_of(page.partition("<textarea")[2])


def test_progress_is_told_beside_the_button_that_was_pressed(client: httpx.Client) -> None:
    assert first(client.get("/").text, "form.ask [role=status]")


def test_the_deciding_question_comes_before_the_cases_that_it_chooses_among(client: httpx.Client) -> None:
    page = asked(client, PASSPORT).text

    assert page.index('class="decide"') < page.index('class="within"') < page.index("h3 id=")


def test_every_shortcut_of_an_answer_leads_to_a_heading(client: httpx.Client) -> None:
    tree = HTMLParser(asked(client, LOST_CARD_CHILD).text)
    links = [str(one.attributes["href"]) for one in tree.css(".within a")]

    assert len(links) >= 3
    assert [link for link in links if tree.css_first(f"h3[id='{link[1:]}']") is None] == []


def test_after_an_emergency_number_somebody_who_is_not_in_danger_knows_how_to_go_on(client: httpx.Client) -> None:
    page = asked(client, DANGER).text
    told = text_of(page)

    assert page.index('class="urgent"') < page.index("tel:3975", page.index('class="urgent"'))
    assert "Personne n’est en danger" in told
    assert "posez votre question en quelques mots" in told


def test_without_an_answer_one_may_ask_otherwise_contest_and_call(client: httpx.Client) -> None:
    page = asked(client, "zzz qqq xxx").text
    links = [one.attributes["href"] for one in HTMLParser(page).css("article a")]

    assert "poser la question autrement" in text_of(page)
    assert "/contester" in links
    assert any(str(link).startswith("tel:") for link in links)


def test_a_link_to_a_site_is_named_and_never_a_bare_address(client: httpx.Client) -> None:
    page = asked(client, ELSEWHERE).text
    names = [one.text().strip() for one in HTMLParser(page).css(".contact a")]

    assert names
    assert [name for name in names if name.startswith(("http", "www"))] == []


def test_a_stranger_reads_first_that_the_texts_are_in_french(bot: Assembly) -> None:
    turn = bot.responder.respond(LOST_CARD_CHILD, DAY)
    view = view_of(replace(turn, warnings=(("old_text", "2020-01-01"), ("language", ""))), bot)

    assert ["in French only" in text for text in view.warnings_first] == [True]
    assert ["in French only" in text for text in view.warnings] == [False]


def test_what_an_answer_does_not_say_is_told_in_the_language_of_the_page(client: httpx.Client) -> None:
    client.get("/langue/en")
    told = text_of(asked(client, LOST_CARD_CHILD).text)

    assert "say nothing about: the steps, the documents to provide, where to go" in told
