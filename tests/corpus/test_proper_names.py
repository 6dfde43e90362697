"""A name that the City gives to a scheme is heard as a name, word after word, and common titles are not names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.proper_names import named_in, names_of, proper_name

NAMES = names_of(
    [("1.1 Paris Solidarité", 0), ("Paris Logement", 0), ("Paris Logement Familles", 1), ("Conditions", 2)]
)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Paris Solidarité", ("paris", "solidarite")),
        (".1 Paris Logement Familles", ("paris", "logement", "familles")),
        ("3.1 Le Navigo Améthyste", ("navigo", "amethyste")),
        ("Allocation d’Accompagnement", ("allocation", "d", "accompagnement")),
    ],
)
def test_a_title_written_as_a_name_is_one(title: str, name: tuple[str, ...]) -> None:
    assert proper_name(title) == name


@pytest.mark.parametrize(
    "title",
    ["Téléalarme", "Carte d'identité", "RÈGLEMENT MUNICIPAL", "Port de repas", "Article 3", "Ville de Paris", ""],
)
def test_one_word_a_plain_title_capitals_throughout_and_an_institution_are_no_name(title: str) -> None:
    assert proper_name(title) == ()


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("quel plafond pour paris solidarite ?", {0}),
        ("PARIS LOGEMENT FAMILLES, combien ?", {1}),
        ("Paris Logement", {0}),
        ("la solidarité à Paris", set()),
        ("Paris et sa solidarité", set()),
    ],
)
def test_a_name_is_said_word_after_word_and_the_longest_holds(question: str, documents: set[int]) -> None:
    assert named_in(question, NAMES) == documents


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_name_is_found_wherever_it_stands(before: str, after: str) -> None:
    assert 0 in named_in(f"{before} Paris Solidarité {after}", {("paris", "solidarite"): frozenset({0})})
