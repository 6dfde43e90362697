"""Named places are told from common words, and a street that bears the name of a town from the town."""

from __future__ import annotations

import pytest

from bot.cues import Window
from bot.places import country_heard, names_a_district, names_a_facility, names_a_way, people_heard, town_heard


@pytest.mark.parametrize(
    "text",
    [
        "au 12 rue des Martyrs",
        "rue ordener",
        "boulevard Arago",
        "place de la République",
        "la piscine Pailleron",
        "quai de valmy",
        "3 bis avenue Foch",
    ],
)
def test_a_named_spot_is_heard(text: str) -> None:
    assert names_a_way(Window.of(text))


@pytest.mark.parametrize(
    "text",
    [
        "dans la rue",
        "une place de crèche",
        "place de parking",
        "la rue est sale",
        "à l'école",
        "rue piétonne",
        "La mairie",
    ],
)
def test_a_common_word_names_no_spot(text: str) -> None:
    assert not names_a_way(Window.of(text))


def test_a_facility_is_named_by_a_capital() -> None:
    assert names_a_facility(Window.of("la bibliothèque Marguerite Duras"))
    assert not names_a_facility(Window.of("la bibliothèque du quartier"))
    assert not names_a_facility(Window.of("rue Ordener"))


@pytest.mark.parametrize(
    ("text", "heard"), [("dans le 18e", True), ("75011", True), ("mon 2e enfant", False), ("le 1er janvier", False)]
)
def test_an_arrondissement_is_told_from_another_rank(text: str, heard: bool) -> None:
    assert names_a_district(Window.of(text)) is heard


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("je vis à Lyon", "Lyon"),
        ("la mairie de montreuil", "Montreuil"),
        ("gare de Lyon", ""),
        ("avenue de Clichy", ""),
        ("faire trois tours", ""),
        ("un nice quartier", ""),
    ],
)
def test_a_town_is_told_from_a_street_and_from_a_word(text: str, town: str) -> None:
    assert town_heard(Window.of(text)) == town


def test_a_country_is_named_in_french_whatever_the_language() -> None:
    assert country_heard(Window.of("mis impuestos en Alemania")) == "l’Allemagne"
    assert country_heard(Window.of("a license in Texas")) == "les États-Unis"
    assert country_heard(Window.of("place d'Italie")) == ""
    assert people_heard(Window.of("un passeport marocain")) == "le Maroc"
