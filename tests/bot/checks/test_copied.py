"""A near copy of the publisher's words is a copy, whole: what is left out of it or put into it was changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checks import refusal

FINE = "En général, il s'agit d'une amende forfaitaire de 135 €."
GRANT = "Être de nationalité française et résider hors de France."
WORDS = ("bleue", "rangée", "samedi", "guichet", "armoire", "jardin", "tirelire", "cantine", "lampe", "vitrine")


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        ("Il s'agit d'une amende forfaitaire de 135 €.", FINE, "quantity"),
        ("La fiche précise ceci : être de nationalité française et résider.", GRANT, "entities"),
        (
            "Selon la fiche, l'entrée du jardin et du musée est payante.",
            "L'entrée du jardin et du musée est gratuite.",
            "content",
        ),
        (
            "Le bail du local doit être écrit et daté et signé.",
            "Le bail du local doit être écrit ou daté et signé.",
            "relations",
        ),
        (
            "Le gardien du parc garde vos clés pendant la fête du quartier.",
            "Le gardien du parc ne garde plus vos clés pendant la fête du quartier.",
            "negation",
        ),
        (
            "D’après la fiche, les frais sont prélevés par ses proches (voisin ou famille).",
            "Les frais sont prélevés par ses proches (conjoint ou famille).",
            "content",
        ),
        (
            "Support : Cédérom, Tarif minimum : 2,75 €.",
            "[Coût] Support : Cédérom | Tarif maximum : 2,75 €",
            "relations",
        ),
        ("Les élèves boursiers du quartier ont une carte.", "Les élèves du quartier ont une carte.", "content"),
        ("Les élèves du quartier ont une carte.", "Les élèves boursiers du quartier ont une carte.", "content"),
    ],
)
def test_a_word_changed_in_a_copy_is_seen(text: str, quote: str, reason: str) -> None:
    assert refusal(text, (quote,)) == reason


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("D’après la fiche officielle, en général, il s'agit d'une amende forfaitaire de 135 €.", FINE),
        ("Selon la fiche, être de nationalité française et résider hors de France.", GRANT),
        (
            "Selon le tableau, Support : Cédérom, Tarif maximum : 2,75 €.",
            "[Coût] Support : Cédérom | Tarif maximum : 2,75 €",
        ),
        ("Comptez 17 € pour un mineur.", "Comptez 17 € pour un mineur et 25 € pour un majeur."),
        ("Les cartes sont rendues au gardien du parc.", "La carte est rendue au gardien du parc."),
    ],
)
def test_a_copy_under_an_opening_passes(text: str, quote: str) -> None:
    assert refusal(text, (quote,)) == ""


def test_what_is_not_copied_of_a_longer_quote_may_be_left_out() -> None:
    quote = "Le gardien du parc garde vos clés pendant la fête. Une lampe est prêtée au guichet."

    assert refusal("Le gardien du parc garde vos clés pendant la fête.", (quote,)) == ""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=8, max_size=10, unique=True), st.data())
def test_no_word_that_means_something_leaves_a_copy_unseen(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words) - 1))
    quote = f"La {' la '.join(words)}."
    told = f"La {' la '.join(words[:at] + words[at + 1 :])}."

    assert refusal(quote, (quote,)) == ""
    assert refusal(told, (quote,)) != ""
