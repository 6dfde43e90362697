"""Named places are told from common words, and a street that bears the name of a town from the town."""

from __future__ import annotations

import time

import pytest

from bot.cues import Window
from bot.places import (
    country_heard,
    names_a_district,
    names_a_facility,
    names_a_way,
    people_heard,
    town_heard,
    without_places,
)


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


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ma moto a disparu boulevard Ornano", "ma moto a disparu"),
        ("j'habite au 12 bis rue Lepic, je veux un passeport", "je veux un passeport"),
        ("mon vélo, volé place Gambetta", "mon vélo, volé"),
        ("je cherche un logement dans le 13e arrondissement", "je cherche un logement"),
        ("inviter mon oncle de Bamako", "inviter mon oncle"),
        ("ma sœur qui habite à nantes peut voter pour moi", "ma sœur peut voter pour moi"),
        ("école de la rue Lepic", "école de la rue Lepic"),
        ("la piscine Pailleron est ouverte ?", "la piscine Pailleron est ouverte ?"),
        ("le maire du 14e", "le maire du 14e"),
        ("ma mère est à la retraite", "ma mère est à la retraite"),
        ("je vis à Lyon", "je vis à Lyon"),
    ],
)
def test_what_only_says_where_is_left_out_and_what_is_asked_for_is_kept(text: str, left: str) -> None:
    assert without_places(text) == left


@pytest.mark.parametrize(
    "text", ["rue " + "de la " * 40 + "x", "à l'" * 900, "rue " * 900, "ma mère qui " * 300, "3e " * 1300]
)
def test_a_long_message_is_read_at_once(text: str) -> None:
    started = time.perf_counter()

    names_a_way(Window.of(text))
    without_places(text)

    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    "text",
    [
        "une place de crèche",
        "une place de parking",
        "la station de taxi",
        "à Paris 15 ans après",
        "Paris 12 euros",
        "ma mère vit en maison de retraite",
        "ma fille travaille à temps partiel",
    ],
)
def test_what_only_looks_like_a_place_stays(text: str) -> None:
    assert without_places(text) == text
