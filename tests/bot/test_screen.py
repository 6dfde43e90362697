"""A question is cleaned of what nobody types, and settled at once when there is nothing to answer."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screen import LONGEST, screen
from bot.turn import Status, Turn
from tests.bot.town import DAY

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)


def screened(text: str) -> Turn:
    return screen(Turn(text, DAY))


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t\r", "?!…", "😀🏠🗼", "\x00\x07\x1b", "\u200b\u200e\ufeff", "\ud800", "٪", "—" * 5000]
)
def test_a_message_without_a_word_is_refused_as_empty(text: str) -> None:
    assert screened(text).status is Status.REFUSED_EMPTY


@pytest.mark.parametrize("text", ["carte", "5", "护照", "بطاقة", "Où ?", "\x00carte\x00"])
def test_a_message_with_a_word_goes_on(text: str) -> None:
    assert screened(text).status is None


def test_the_longest_message_is_answered_and_one_more_character_is_refused() -> None:
    assert screened("a" * LONGEST).status is None
    assert screened("a" * (LONGEST + 1)).status is Status.REFUSED_TOO_LONG


def test_invisible_characters_and_accents_written_apart_do_not_count_as_length() -> None:
    assert screened("a\u200b" * LONGEST).status is None
    assert screened(unicodedata.normalize("NFD", "é" * LONGEST)).status is None


def test_control_characters_are_dropped_and_line_breaks_become_spaces() -> None:
    assert screened(" ma\x1b carte\r\nperdue\t\u202ehier ").text == "ma carte  perdue hier"


def test_an_accent_written_apart_is_joined_to_its_letter() -> None:
    assert screened("e\u0301tat civil").text == "état civil"


@pytest.mark.parametrize("text", ["mot " * 250_000, "😀" * 1_000_000, "a" + "\u0315\u0300" * 80_000])
def test_a_huge_message_is_refused_quickly_and_not_carried_further(text: str) -> None:
    started = time.process_time()

    turn = screened(text)

    assert turn.status in {Status.REFUSED_TOO_LONG, Status.REFUSED_EMPTY}
    assert len(turn.text) <= LONGEST
    # The accents of the last one, put in order, would take half a minute.
    assert time.process_time() - started < 15


@given(ANYTHING)
def test_what_goes_on_is_composed_trimmed_and_visible(text: str) -> None:
    kept = screened(text).text

    assert kept == kept.strip()
    assert unicodedata.is_normalized("NFC", kept)
    assert all(not unicodedata.category(character).startswith("C") for character in kept)


@given(ANYTHING)
def test_screening_twice_changes_nothing_more(text: str) -> None:
    once = screened(text)

    assert screened(once.text).text == once.text


def test_personal_data_is_masked_and_told() -> None:
    turn = screened("Je m'appelle Karim Belhadj, 06 12 34 56 78, quel délai pour un passeport ?")

    assert turn.text == "Je m'appelle [nom], [téléphone], quel délai pour un passeport ?"
    assert turn.masked == ("name", "phone")
    assert turn.notices == (("masked", "nom, téléphone"),)
    assert "[" not in turn.query


@pytest.mark.parametrize(
    "text",
    [
        "Mon fils a 10 ans, quelle aide dans le 75011 ?",
        "Mon mari a un cancer et touche 1 250 € par mois depuis le 3 mai 2020",
        "Le 3975 ne répond pas, ni le 01 44 52 29 19",
    ],
)
def test_what_the_answer_needs_is_not_masked(text: str) -> None:
    turn = screened(text)

    assert turn.text == text
    assert turn.masked == ()
    assert turn.query == text


def test_the_arrondissement_of_an_address_stays() -> None:
    assert screened("J'habite 12 rue de la Roquette, 75011 Paris").text == "J'habite [adresse], 75011 Paris"


def test_the_end_of_a_message_that_is_too_long_is_kept() -> None:
    turn = screened("a " * LONGEST + "au secours")

    assert turn.status is Status.REFUSED_TOO_LONG
    assert turn.text.endswith("au secours")
