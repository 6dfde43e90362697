"""A stated age, duration, count or date settles a range only when both sides measure the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.quantities import fits_among, is_minor, quantities_stated

AGES = ("Avant 12 ans", "Entre 12 et 13 ans", "À partir de 13 ans")
EXPIRY = (
    "Date d'expiration : moins de 2 ans",
    "Date d'expiration : entre 2 et 5 ans",
    "Date d'expiration : + de 5 ans",
)
LEASE = ("Bail signé à partir du 27 mars 2014", "Bail signé avant le 27 mars 2014")


def chosen(question: str, labels: tuple[str, ...], above: str = "") -> list[str]:
    fitting = fits_among(quantities_stated(question), labels, above)
    return [label for label, fit in zip(labels, fitting, strict=True) if fit > 0]


@pytest.mark.parametrize(
    ("question", "labels", "expected"),
    [
        ("ma fille de 11 ans", AGES, AGES[0]),
        ("mon fils vient d'avoir 12 ans", AGES, AGES[1]),
        ("mon ado de treize ans", AGES, AGES[2]),
        ("carte périmée depuis trois ans", EXPIRY, EXPIRY[1]),
        ("mon titre a expiré il y a 6 mois", EXPIRY, EXPIRY[0]),
        ("périmé depuis plus de 5 ans", EXPIRY, EXPIRY[2]),
        ("j'élève mes trois enfants", ("1", "2", "3 enfants ou +"), "3 enfants ou +"),
        ("on est quatre à la maison", ("3 personnes", "4 personnes", "6 personnes ou plus"), "4 personnes"),
        ("bail signé en 2018", LEASE, LEASE[0]),
        ("bail signé le 3 mai 2012", LEASE, LEASE[1]),
        (
            "j'ai 12 ans d'ancienneté",
            ("Ancienneté supérieure à 10 ans", "Ancienneté inférieure à 10 ans"),
            "Ancienneté supérieure à 10 ans",
        ),
        (
            "un don de 20 000 €",
            ("Don inférieur ou égal à 15 000 €", "Don supérieur à 15 000 €"),
            "Don supérieur à 15 000 €",
        ),
    ],
)
def test_a_stated_quantity_fits_the_range_that_holds_it(question: str, labels: tuple[str, ...], expected: str) -> None:
    assert chosen(question, labels) == [expected]


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("mon fils de 8 ans", EXPIRY),
        ("j'habite ici depuis 3 ans et ma carte est périmée", EXPIRY),
        ("périmée depuis 3 ans", AGES),
        ("bail signé en 2014", LEASE),
        ("mes enfants de 8 et 14 ans", AGES),
        ("que faire ?", AGES),
    ],
)
def test_another_measure_or_a_doubt_fits_nothing(question: str, labels: tuple[str, ...]) -> None:
    assert chosen(question, labels) == []


def test_a_heading_may_say_that_a_range_is_not_an_age() -> None:
    labels = ("Moins de 2 ans", "Plus de 2 ans")

    assert chosen("ma fille de 9 ans", labels) == ["Plus de 2 ans"]
    assert chosen("ma fille de 9 ans", labels, "Depuis combien de temps est-il périmé ?") == []


def test_months_of_age_are_less_than_a_year() -> None:
    assert chosen("mon bébé de 6 mois", ("Avant 3 ans", "À partir de 3 ans")) == ["Avant 3 ans"]


def test_ages_tell_minors_from_adults_and_two_of_them_tell_nothing() -> None:
    assert is_minor(quantities_stated("mon fils de 17 ans")) is True
    assert is_minor(quantities_stated("ma fille de 25 ans")) is False
    assert is_minor(quantities_stated("mes enfants de 15 et 19 ans")) is None
    assert is_minor(quantities_stated("mon enfant")) is None


@given(st.integers(0, 120), st.integers(1, 119))
def test_an_age_fits_at_most_one_side_of_a_limit(age: int, limit: int) -> None:
    below, above = fits_among(quantities_stated(f"j'ai {age} ans"), (f"Moins de {limit} ans", f"{limit} ans et plus"))

    assert (below, above) == ((1, -1) if age < limit else (-1, 1))


@given(st.text(max_size=200), st.text(max_size=80))
def test_any_text_is_read_without_an_error(question: str, label: str) -> None:
    assert set(fits_among(quantities_stated(question), (label, "Avant 12 ans"))) <= {-1, 0, 1}


def test_children_one_has_are_not_those_to_be_born() -> None:
    labels = ("Naissance d'un enfant", "2 enfants ou plus (jumeaux, triplés)")

    assert chosen("j'ai déjà deux enfants", labels) == []
    assert chosen("j'ai deux enfants", ("1 enfant", "2 enfants")) == ["2 enfants"]


def test_what_a_household_earns_in_a_year_settles_a_range_of_resources() -> None:
    labels = ("30 000 € ou moins", "Entre 30 001 € et 50 000 €", "Plus de 50 000 €")

    assert chosen("on gagne à deux 41 000 € par an", labels, "Ressources") == [labels[1]]
    assert chosen("je gagne 1 900 € par mois", labels, "Ressources") == []
    assert chosen("on gagne à deux 41 000 € par an", labels, "Ressources par mois") == []


def test_an_age_is_heard_beside_the_one_who_has_it() -> None:
    assert is_minor(quantities_stated("apprentie 17 ans, quel salaire")) is True
    assert is_minor(quantities_stated("23 ans, sans emploi")) is False
    assert is_minor(quantities_stated("salariée depuis 5 ans")) is None
