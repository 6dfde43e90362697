"""An answer on a terminal fits 96 columns, names each source it numbers, and says when it is a demonstration."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from bot.assembly import Assembly
from bot.render import render
from bot.replies import status_text, texts
from bot.turn import Also, Asked, Citation, Role, Sentence, Status, Turn
from corpus.contacts import load_contacts
from corpus.document import Block
from tests.bot.town import CANTEEN, DAY, ELSEWHERE, EVERY_QUESTION, LOST_CARD, LOST_CARD_CHILD
from tests.bot.turns import QUESTIONS, answered
from tests.corpus.trees import random_blocks

COLUMNS = 96
LONG = "Avez-vous, vous-même ou un membre de votre famille, déjà demandé une carte en mairie ou au consulat ? "


def too_wide(screen: str) -> list[str]:
    """Lines over the limit, but those whose last word is an address or alone does not fit."""
    over = [line for line in screen.split("\n") if len(line) > COLUMNS]
    return [line for line in over if not re.fullmatch(r"\s*(?:\S+ )?https?://\S+", line)]


def numbers(screen: str) -> tuple[set[str], set[str]]:
    """Numbers used in the answer, and numbers of the sources under it."""
    said, _, sources = screen.partition(f"\n{texts()['screen']['source']}s\n")
    return set(re.findall(r"\[(\d+)\]", said)), set(re.findall(r"^ {2}\[(\d+)\]", sources, re.MULTILINE))


def shown(bot: Assembly, question: str, *, demo: bool = True) -> str:
    turn = bot.responder.respond(question, DAY)
    return render(turn, bot.reply.contact(turn), demo=demo)


@pytest.mark.parametrize("question", ["", ELSEWHERE, "x" * 5000, *EVERY_QUESTION])
def test_every_answer_fits_and_numbers_its_sources(bot: Assembly, question: str) -> None:
    screen = shown(bot, question)

    used, listed = numbers(screen)
    assert too_wide(screen) == []
    assert used == listed
    assert screen.endswith("\n")
    assert not re.search(r"[{}]|None|Traceback", screen)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random_blocks(), QUESTIONS)
def test_any_answer_numbers_the_sources_it_lists(blocks: tuple[Block, ...], question: str) -> None:
    turn = answered(blocks, question)
    screen = render(turn, None)

    used, listed = numbers(screen)
    assert used == listed
    assert bool(used) == bool(turn.sentences)
    assert all(sentence.text in " ".join(screen.split()) for sentence in turn.sentences)


@pytest.mark.parametrize("contact", list(load_contacts()), ids=lambda contact: contact.id)
def test_every_contact_fits(contact: object) -> None:
    screen = render(Turn("?", DAY, status=Status.REFUSED_EMPTY), contact)  # type: ignore[arg-type]

    assert too_wide(screen) == []
    assert texts()["contact"]["heading"] in screen


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_told_in_full(status: Status) -> None:
    screen = render(Turn("?", DAY, status=status), None)

    assert status_text(status) in " ".join(screen.split())
    assert too_wide(screen) == []


def test_long_words_of_the_publisher_are_wrapped_everywhere(bot: Assembly) -> None:
    turn = bot.responder.respond(LOST_CARD, DAY)
    assert turn.card is not None
    long = replace(
        turn,
        card=replace(turn.card, title=LONG * 2),
        question=Asked(LONG * 2, "c1", (LONG * 2, LONG)),
        also=(Also("branch", LONG * 2, "x"), Also("exception", LONG * 2, "y"), Also("document", LONG * 2, "z")),
        sentences=tuple(replace(s, text=LONG * 3, heading=LONG * 2) for s in turn.sentences),
        branch=(LONG, LONG),
    )

    assert too_wide(render(long, None)) == []


def test_an_address_is_never_cut() -> None:
    address = "https://exemple.fr/" + "tres-long/" * 20
    citation = Citation("F1#0", "F1", "Payez.", address, "Titre", "", date(2026, 1, 1))
    turn = Turn(
        "?", DAY, status=Status.ANSWERED, sentences=(Sentence("Payez.", Role.ONLINE, (citation,), "", address),)
    )

    assert render(turn, None).count(address) == 2


def test_the_banner_is_shown_in_a_demonstration_only(bot: Assembly) -> None:
    banner = texts()["screen"]["banner"]

    assert shown(bot, LOST_CARD).startswith(banner)
    assert banner not in shown(bot, LOST_CARD, demo=False)


def test_the_warning_on_old_figures_gives_their_date(bot: Assembly) -> None:
    assert "⚠ Ces montants, dates et délais sont ceux d’un texte du 26 août 2020" in shown(bot, CANTEEN)


def test_the_answer_comes_before_the_sources_and_the_contact_after_them(bot: Assembly) -> None:
    screen = shown(bot, LOST_CARD_CHILD)
    places = [screen.index(words) for words in ("19 €", "34 jours", "Sources", texts()["contact"]["heading"])]

    assert places == sorted(places)
    assert "Carte d'identité perdue › Votre enfant est mineur" in screen


def test_what_is_listed_beyond_the_first_ones_is_counted() -> None:
    also = tuple(Also("branch", f"Cas {rank}", str(rank)) for rank in range(9))

    screen = render(Turn("?", DAY, status=Status.ANSWERED, also=also), None)

    assert "Cas 5" in screen
    assert "Cas 6" not in screen
    assert texts()["also"]["more"].format(count=3) in screen


def test_the_absence_of_generative_ai_is_said(bot: Assembly) -> None:
    assert texts()["screen"]["energy"] in shown(bot, LOST_CARD)
