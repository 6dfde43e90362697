"""The branch that holds is the one the question says, or the one of Paris, or none: never a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settle import Settled, rows_said, settle
from corpus.branches import Graph, build_graph
from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, Document, DocumentKind, Step
from corpus.source import Source

SOURCE = Source("essai", "dila", "Éditeur", "Licence")
TODAY = date(2026, 11, 23)


def a_graph(*labels: str, above: str = "Coût", choice: str = "c1") -> Graph:
    """A document whose options say each something different."""
    blocks = tuple(
        Block(BlockKind.TEXT, f"Règle {rank} du cas.", (Step(above), Step(label, choice)))
        for rank, label in enumerate(labels)
    )
    document = Document("F1", "essai", DocumentKind.SHEET, "Fiche", "Éditeur", "Licence", TODAY, blocks)
    return build_graph(passages_of(document, SOURCE, TODAY))


def taken(settled: Settled) -> set[str]:
    return {one.label for one in settled.taken.values()}


@pytest.mark.parametrize(
    ("question", "labels", "expected"),
    [
        (
            "combien pour le passeport de mon fils de 8 ans",
            ("À partir de 18 ans", "Entre 15 et 17 ans", "Avant 15 ans"),
            "Avant 15 ans",
        ),
        (
            "ma fille de 16 ans veut un passeport",
            ("À partir de 18 ans", "Entre 15 et 17 ans", "Avant 15 ans"),
            "Entre 15 et 17 ans",
        ),
        ("j'ai 34 ans, j'ai droit à quoi ?", ("Moins de 30 ans", "Plus de 30 ans"), "Plus de 30 ans"),
        ("mon fils mineur a perdu sa carte", ("Vous êtes majeur", "Vous êtes mineur"), "Vous êtes mineur"),
        ("je vis à l'étranger, où voter ?", ("En France", "À l'étranger"), "À l'étranger"),
    ],
)
def test_a_stated_situation_takes_its_branch(question: str, labels: tuple[str, ...], expected: str) -> None:
    assert taken(settle(a_graph(*labels), question)) == {expected}


def test_nothing_said_takes_the_branch_of_the_place_the_service_is_for() -> None:
    assert taken(settle(a_graph("En France", "À l'étranger"), "je veux une carte")) == {"En France"}
    assert taken(settle(a_graph("Cas général", "En Guyane"), "combien ça coûte")) == {"Cas général"}


def test_a_choice_that_nothing_decides_stays_open_and_none_of_its_branches_holds() -> None:
    graph = a_graph("Vous êtes locataire", "Vous êtes propriétaire")

    settled = settle(graph, "que dois-je faire des encombrants ?")

    assert [choice.id for choice in settled.open] == ["c1"]
    assert not any(settled.holds(passage.path) for passage in graph.passages)


def test_ways_of_doing_are_never_asked_and_all_hold() -> None:
    graph = a_graph("En ligne", "Sur place", choice="m1")

    settled = settle(graph, "comment faire")

    assert settled.open == ()
    assert all(settled.holds(passage.path) for passage in graph.passages)


def test_options_that_say_the_same_thing_are_not_asked_about() -> None:
    graph = a_graph("Vous êtes locataire", "Vous êtes propriétaire")
    same = tuple(replace(passage, text="Règle commune.") for passage in graph.passages)

    assert settle(build_graph(same), "que faire ?").open == ()


@given(st.integers(0, 99))
def test_an_age_never_takes_a_branch_it_contradicts(age: int) -> None:
    settled = settle(a_graph("Moins de 18 ans", "18 ans et plus"), f"mon enfant a {age} ans, que faire ?")

    assert taken(settled) <= {"Moins de 18 ans" if age < 18 else "18 ans et plus"}


@given(st.text(max_size=300))
def test_any_question_is_settled_without_an_error(question: str) -> None:
    settled = settle(a_graph("En France", "À l'étranger", "Avant 15 ans"), question)

    assert set(settled.taken) | {choice.id for choice in settled.open} <= {"c1"}


def test_words_of_the_title_alone_take_no_branch() -> None:
    graph = a_graph("Fonctionnaire", "Contractuel")
    titled = build_graph(tuple(replace(p, title="Congés du fonctionnaire") for p in graph.passages))

    assert settle(titled, "quels sont les congés du fonctionnaire ?").taken == {}
    assert taken(settle(titled, "je suis contractuelle, quels congés ?")) == {"Contractuel"}


def test_who_names_two_options_compares_them_and_takes_none() -> None:
    assert settle(a_graph("Mariage", "Pacs"), "mariage, pacs : quelle différence ?").taken == {}


def test_an_option_named_word_for_word_is_taken() -> None:
    labels = ("Tutelle", "Curatelle", "Curatelle renforcée")

    assert taken(settle(a_graph(*labels), "et en curatelle renforcée ?")) == {"Curatelle renforcée"}


def test_a_case_of_some_years_is_not_taken_by_who_names_none() -> None:
    labels = ("Cas général", "Époux(se) décédé(e) avant 2009")

    assert taken(settle(a_graph(*labels), "mon mari est mort, j'ai 53 ans")) == {"Cas général"}


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("je suis hébergée chez ma sœur", ("Vos revenus ont baissé", "Votre époux est hébergé en Ehpad")),
        ("j'ai 78 ans", ("Vous percevez l'Aspa", "Vous percevez l'allocation aux adultes handicapés (AAH)")),
    ],
)
def test_a_word_that_means_something_else_in_a_label_takes_nothing(question: str, labels: tuple[str, ...]) -> None:
    assert settle(a_graph(*labels), question).taken == {}


def test_all_but_one_ruled_out_leaves_the_last() -> None:
    labels = ("Moins de 15 ans", "De 15 à 17 ans", "Autre situation")

    assert taken(settle(a_graph(*labels), "j'ai 40 ans")) == {"Autre situation"}


def test_a_country_named_rules_the_ordinary_case_out_where_another_case_is_for_some_countries() -> None:
    labels = ("Cas général", "Danemark, Espagne, Italie")

    assert taken(settle(a_graph(*labels), "je pars au pair")) == {"Cas général"}
    assert settle(a_graph(*labels), "je pars au pair à Madrid").taken == {}


def test_a_hint_of_a_special_case_keeps_the_ordinary_one_from_being_taken() -> None:
    assert settle(a_graph("Cas général", "Véhicule en leasing"), "ma voiture est en leasing").taken == {}


def test_the_place_of_a_theft_is_asked_even_though_the_service_is_for_paris() -> None:
    labels = ("En France", "À l'étranger")

    assert settle(a_graph(*labels, above="Déclaration de vol"), "on m'a pris mon sac").taken == {}
    assert settle(a_graph(*labels), "je suis à Madrid, comment faire ?").taken == {}


def test_ways_told_by_their_labels_all_hold() -> None:
    graph = a_graph("Par mail", "Par courrier")

    settled = settle(graph, "comment prévenir ?")

    assert settled.open == ()
    assert all(settled.holds(passage.path) for passage in graph.passages)


@given(st.integers(0, 99), st.integers(1, 98))
def test_no_branch_contradicted_by_a_stated_age_is_taken_whatever_else_is_said(age: int, limit: int) -> None:
    labels = (f"Moins de {limit} ans", f"{limit} ans ou plus")

    settled = settle(a_graph(*labels), f"je suis locataire à Paris, j'ai {age} ans, ma fille aussi, que faire ?")

    assert taken(settled) <= {labels[age >= limit]}


def nested() -> Graph:
    """Owner or tenant, and under tenant, furnished or not."""
    paths = (
        (Step("Locataire", "c1"), Step("Logement meublé", "c2")),
        (Step("Locataire", "c1"), Step("Logement vide", "c2")),
        (Step("Propriétaire", "c1"),),
    )
    return graph_of(paths)


def graph_of(paths: tuple[tuple[Step, ...], ...]) -> Graph:
    blocks = tuple(Block(BlockKind.TEXT, f"Règle {rank} du cas.", path) for rank, path in enumerate(paths))
    document = Document("F1", "essai", DocumentKind.SHEET, "Fiche", "Éditeur", "Licence", TODAY, blocks)
    return build_graph(passages_of(document, SOURCE, TODAY))


def test_an_option_chosen_by_a_button_holds_whatever_the_question_says() -> None:
    settled = settle(a_graph("Majeur", "Mineur"), "ma fille de 10 ans", [("c1", "Majeur")])

    assert settled.taken["c1"].label == "Majeur"
    assert settled.taken["c1"].why == "said"
    assert not settled.open


def test_an_option_that_the_document_does_not_have_is_ignored() -> None:
    assert settle(a_graph("Majeur", "Mineur"), "la carte", [("c1", "Autre"), ("c9", "Mineur")]).open


def test_one_answer_holds_for_every_choice_of_the_same_options() -> None:
    paths = tuple(
        (Step(heading), Step(label, choice))
        for heading, choice in (("Coût", "c1"), ("Délai", "c2"))
        for label in ("Grand format", "Petit format")
    )
    settled = settle(graph_of(paths), "la carte", [("c1", "Petit format")])

    assert {taken.label for taken in settled.taken.values()} == {"Petit format"}
    assert settled.taken.keys() == {"c1", "c2"}


def test_what_a_button_settles_opens_the_choice_below_it() -> None:
    settled = settle(nested(), "le logement", [("c1", "Locataire")])

    assert [choice.id for choice in settled.open] == ["c2"]


def test_under_an_open_choice_what_the_question_says_may_hold_and_its_contrary_may_not() -> None:
    graph = nested()
    settled = settle(graph, "le bail meublé")
    furnished, empty, owner = (passage.path for passage in graph.passages)

    assert "c2" not in settled.taken
    assert settled.within["c2"].label == "Logement meublé"
    assert settled.may_hold(furnished)
    assert settled.may_hold(owner)
    assert not settled.may_hold(empty)
    assert not settled.holds(furnished)


def test_sides_of_one_subject_all_hold_and_are_never_asked_about() -> None:
    graph = a_graph("Procédure", "Peine")
    settled = settle(graph, "mon chien a mordu")

    assert settled.open == ()
    assert settled.listed == {"c1"}
    assert all(settled.holds(passage.path) for passage in graph.passages)


def test_the_row_that_the_question_names_is_told_from_the_others() -> None:
    assert rows_said(("Groupe 1", "Groupe 2", "Groupe 3"), "Groupe", "elle est en groupe 2") == [0.0, 3.0, 0.0]
    below = rows_said(("Moins de 18 ans", "À partir de 18 ans"), "Âge", "j'ai 30 ans")
    assert below[0] < 0 < below[1]


def test_what_the_asker_denies_takes_no_branch() -> None:
    graph = a_graph("En cas de perte", "En cas de vol")

    assert taken(settle(graph, "c'est pas un vol, je l'ai perdu")) == {"En cas de perte"}
    assert taken(settle(graph, "je ne l'ai pas perdue, on me l'a volée")) == {"En cas de vol"}
