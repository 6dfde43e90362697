"""An option of the question asked back is picked by its words, its rank, or yes and no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pick import is_bare_pick, picked_option

AGES = ("Vous êtes majeur", "Vous êtes mineur")


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("Mineur", 1),
        ("je suis mineure", 1),
        ("majeur", 0),
        ("le premier", 0),
        ("la deuxième", 1),
        ("2", 1),
        ("le dernier", 1),
        ("tous les cas", -1),
        ("je ne sais pas", -1),
        ("Combien ça coûte ?", None),
        ("", None),
    ],
)
def test_an_option_is_picked_by_its_words_or_its_rank(text: str, rank: int | None) -> None:
    assert picked_option(text, AGES) == rank


@pytest.mark.parametrize(("text", "rank"), [("oui", 0), ("non", 1), ("Non, pas encore", 1)])
def test_yes_or_no_picks_between_an_option_and_its_negation(text: str, rank: int) -> None:
    assert picked_option(text, ("Vous êtes marié", "Vous n'êtes pas marié")) == rank


def test_yes_picks_nothing_between_two_options_that_are_not_opposed() -> None:
    assert picked_option("oui", AGES) is None


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("1", True),
        ("la 2", True),
        ("le premier", True),
        ("option n° 3 !", True),
        ("12", False),
        ("la carte", False),
        ("1 enfant", False),
        ("", False),
        ("oui", False),
    ],
)
def test_a_message_that_is_only_a_rank_is_told(text: str, bare: bool) -> None:
    assert is_bare_pick(text) is bare


@given(st.text(max_size=60), st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_what_is_picked_is_always_an_option(text: str, options: list[str]) -> None:
    rank = picked_option(text, options)

    assert rank is None or -1 <= rank < len(options)


@pytest.mark.parametrize(("text", "rank"), [("1", 0), ("2", 1), ("la 2", 1), ("option 1", 0), ("2 partenaires", 0)])
def test_a_rank_alone_is_that_of_the_line_whatever_figures_the_lines_hold(text: str, rank: int) -> None:
    assert picked_option(text, ("Demande par les 2 partenaires", "Demande par 1 seul partenaire")) == rank


@pytest.mark.parametrize("text", ["no", "la", "cas", "n", "", "les cas"])
def test_a_word_that_may_stand_beside_a_rank_is_none(text: str) -> None:
    assert not is_bare_pick(text)
