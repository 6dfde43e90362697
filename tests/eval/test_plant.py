from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.plant import CANARY, HONEST_QUOTE, KINDS, Cited, Given, PlainDraft, plant
from eval.plant.figures import figures
from eval.plant.meaning import without_condition
from eval.plant.outside import hidden_order
from eval.plant.words import folded, same

ADULT = Given(
    1,
    "F1",
    "Carte de pêche",
    "Vous êtes majeur > Coût",
    "La carte de pêche coûte 25 € par an, sauf si vous avez plus de 60 ans. Vous devez la demander à la mairie au "
    "moins 3 semaines avant la pêche. Le permis n'est pas remboursé. "
    "Présentez un justificatif de domicile et une photo.",
)
CHILD = Given(
    2,
    "F1",
    "Carte de pêche",
    "Votre enfant est mineur > Coût",
    "La carte de pêche d'un enfant coûte 6 € par an. Elle est remise à ses parents en 2 jours à Paris.",
)
LYON = Given(3, "F1", "Carte de pêche", "À Lyon", "La carte se retire au guichet du quai, le mardi matin seulement.")
OLD = Given(4, "F1-2019", "Carte de pêche", "Coût", "La carte de pêche coûtait alors 19 € à tous les habitants.")
BOAT = Given(5, "F2", "Permis bateau", "Coût", "Le permis bateau coûte 70 € et il se passe après 16 ans révolus.")
PRICES = Given(
    6,
    "F3",
    "Droits de port",
    "Tarif",
    "Durée : 1 jour | Prix : 4,50 €\nDurée : 7 jours | Prix : 28 €\nDurée : 1 mois | Prix : 90 €",
)
PASSAGES = (ADULT, CHILD, LYON, OLD, BOAT, PRICES)

COST = PlainDraft(
    "Comptez 25 € par an, sauf si vous avez plus de 60 ans.",
    (Cited(1, "La carte de pêche coûte 25 € par an, sauf si vous avez plus de 60 ans."),),
    "cost",
)
ASK = PlainDraft(
    "Vous devez la demander à la mairie au moins 3 semaines avant.",
    (Cited(1, "Vous devez la demander à la mairie au moins 3 semaines avant la pêche."),),
)
NO_REFUND = PlainDraft("Le permis n’est pas remboursé.", (Cited(1, "Le permis n'est pas remboursé."),))
PAPERS = PlainDraft(
    "Apportez un justificatif de domicile et une photo.",
    (Cited(1, "Présentez un justificatif de domicile et une photo."),),
    "documents",
)
CHILD_COST = PlainDraft(
    "Elle est prête en 2 jours à Paris.", (Cited(2, "Elle est remise à ses parents en 2 jours à Paris."),)
)
DAY = PlainDraft("Pour 1 jour, le prix est de 4,50 €.", (Cited(6, "Durée : 1 jour | Prix : 4,50 €"),))
TRUE = (COST, ASK, NO_REFUND, PAPERS, CHILD_COST, DAY)

seeds = st.integers(0, 2**32)
sentences = st.sampled_from(TRUE)


def lie(kind: str, sentence: PlainDraft, seed: int) -> PlainDraft | None:
    return plant(kind, sentence, PASSAGES, random.Random(seed))


def proofs_of(lied: PlainDraft) -> list[bool]:
    """For each citation, whether its quote stands in the passage it names."""
    by_number = {given.number: given.text for given in PASSAGES}
    return [folded(cited.quote) in folded(by_number.get(cited.passage, "")) for cited in lied.citations]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_planted_in_one_of_the_true_sentences(kind: str) -> None:
    planted = [lie(kind, sentence, seed) for sentence in TRUE for seed in range(8)]

    assert any(planted)


@pytest.mark.parametrize("kind", KINDS)
@given(sentence=sentences, seed=seeds)
@settings(max_examples=40)
def test_a_planted_sentence_is_another_answer_than_the_true_one(kind: str, sentence: PlainDraft, seed: int) -> None:
    lied = lie(kind, sentence, seed)

    assert lied is None or (lied.text, lied.citations) != (sentence.text, sentence.citations)
    assert lied is None or (lied.text.strip() and lied.citations)


@pytest.mark.parametrize("kind", KINDS)
@given(sentence=sentences, seed=seeds)
@settings(max_examples=15)
def test_the_same_seed_gives_the_same_lie(kind: str, sentence: PlainDraft, seed: int) -> None:
    assert lie(kind, sentence, seed) == lie(kind, sentence, seed)


@given(sentence=sentences, seed=seeds)
def test_an_invented_figure_stands_in_no_passage(sentence: PlainDraft, seed: int) -> None:
    lied = lie("figure_invented", sentence, seed)
    known = {figure.value for given in PASSAGES for figure in figures(given.text)}

    assert lied is not None
    assert {figure.value for figure in figures(lied.text)} - known


@given(sentence=sentences, seed=seeds)
def test_a_shifted_figure_is_not_one_of_the_proof(sentence: PlainDraft, seed: int) -> None:
    lied = lie("figure_shifted", sentence, seed)
    proved = {figure.value for cited in sentence.citations for figure in figures(cited.quote)}

    assert lied is None or {figure.value for figure in figures(lied.text)} - proved


@given(sentence=sentences, seed=seeds)
def test_a_swapped_figure_is_one_of_the_passage_in_a_place_that_is_not_its_own(sentence: PlainDraft, seed: int) -> None:
    lied = lie("figures_swapped", sentence, seed)
    before = [figure.value for figure in figures(sentence.text)]
    told = {figure.value for given in PASSAGES for figure in figures(given.text)}

    assert lied is None or [figure.value for figure in figures(lied.text)] != before
    assert lied is None or {figure.value for figure in figures(lied.text)} <= told


@given(seed=seeds)
def test_a_swapped_cell_comes_from_the_same_column_of_another_row(seed: int) -> None:
    lied = lie("cells_swapped", DAY, seed)

    assert lied is not None
    assert any(cell in lied.text for cell in ("28 €", "90 €", "7 jours", "1 mois"))


@pytest.mark.parametrize("kind", ["unit_changed", "period_changed", "modality_flipped", "entity_changed"])
@given(sentence=sentences, seed=seeds)
@settings(max_examples=40)
def test_an_exchange_keeps_the_figures_and_changes_a_word(kind: str, sentence: PlainDraft, seed: int) -> None:
    lied = lie(kind, sentence, seed)

    if lied is not None:
        assert re.findall(r"\d+", lied.text) == re.findall(r"\d+", sentence.text)
        assert same(lied.text) != same(sentence.text)
        assert lied.citations == sentence.citations


@given(seed=seeds)
def test_a_dropped_condition_leaves_the_rest_of_the_sentence(seed: int) -> None:
    lied = lie("condition_dropped", COST, seed)

    assert lied is not None
    assert lied.text == "Comptez 25 € par an."


@pytest.mark.parametrize(
    ("sentence", "left"),
    [
        ("Si vous êtes mineur, la carte est gratuite.", "La carte est gratuite."),
        ("La carte est gratuite si vous êtes mineur.", "La carte est gratuite."),
        ("La carte, sauf en cas de perte, est gratuite.", "La carte est gratuite."),
        ("La carte est gratuite (sauf pour les touristes).", "La carte est gratuite."),
        ("La carte coûte 2,50 € lorsque vous êtes mineur, et elle dure un an.", "La carte coûte 2,50 €."),
        ("La demande se fait uniquement en ligne.", "La demande se fait en ligne."),
    ],
)
def test_a_condition_is_cut_where_it_ends(sentence: str, left: str) -> None:
    assert left in [kept for kept, _ in without_condition(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Appelez pour savoir si le guichet est ouvert.",
        "La carte est gratuite.",
        "Le site de la mairie dit s’il faut un rendez-vous.",
        "La carte est gratuite, quand même.",
    ],
)
def test_nothing_is_cut_where_nothing_is_lost(sentence: str) -> None:
    assert without_condition(sentence) == []


@given(seed=seeds)
def test_a_flipped_negation_says_yes_for_no(seed: int) -> None:
    lied = lie("negation_flipped", NO_REFUND, seed)

    assert lied is not None
    assert lied.text in {"Le permis est remboursé.", "Le permis n’est pas non remboursé."}


@given(seed=seeds)
def test_an_elision_is_never_broken(seed: int) -> None:
    sentence = PlainDraft("L'enfant vient avec l'acheteur de l'entreprise.", (Cited(1, "La carte de pêche"),))
    lied = lie("entity_changed", sentence, seed)

    assert lied is None or not re.search(r"['’][bcdfgjklmnpqrstvwxz]", lied.text)


@pytest.mark.parametrize("kind", ["quote_fabricated", "quote_stitched"])
@given(sentence=sentences, seed=seeds)
@settings(max_examples=40)
def test_a_false_quote_stands_in_no_passage(kind: str, sentence: PlainDraft, seed: int) -> None:
    lied = lie(kind, sentence, seed)

    assert lied is None or not all(proofs_of(lied))


@given(seed=seeds)
def test_a_truncated_quote_is_word_for_word_but_for_its_condition(seed: int) -> None:
    lied = lie("quote_truncated", COST, seed)

    assert lied is not None
    assert lied.citations == (Cited(1, "La carte de pêche coûte 25 € par an"),)
    assert lied.text == "La carte de pêche coûte 25 € par an."


@given(sentence=sentences, seed=seeds)
def test_a_quote_from_elsewhere_is_true_and_proves_nothing(sentence: PlainDraft, seed: int) -> None:
    lied = lie("quote_elsewhere", sentence, seed)

    assert lied is not None
    assert lied.text == sentence.text
    assert any(folded(lied.citations[0].quote) in folded(given.text) for given in PASSAGES)
    assert lied.citations[0].quote not in [cited.quote for cited in sentence.citations]


@given(sentence=sentences, seed=seeds)
def test_a_citation_out_of_range_names_no_passage(sentence: PlainDraft, seed: int) -> None:
    lied = lie("citation_out_of_range", sentence, seed)

    assert lied is not None
    assert not {cited.passage for cited in lied.citations} & {given.number for given in PASSAGES}


@pytest.mark.parametrize("kind", ["link_written", "phone_written", "email_written"])
@given(sentence=sentences, seed=seeds)
@settings(max_examples=30)
def test_a_contact_is_added_to_the_whole_sentence(kind: str, sentence: PlainDraft, seed: int) -> None:
    lied = lie(kind, sentence, seed)

    assert lied is not None
    assert same(lied.text).startswith(same(sentence.text))


@given(sentence=sentences, seed=seeds)
def test_what_comes_from_memory_has_a_true_quote_about_something_else(sentence: PlainDraft, seed: int) -> None:
    lied = lie("from_memory", sentence, seed)

    assert lied is not None
    assert all(proofs_of(lied))
    assert not any(same(lied.text) in same(given.text) for given in PASSAGES)


@given(sentence=sentences, seed=seeds)
def test_an_order_obeyed_shows_its_canary(sentence: PlainDraft, seed: int) -> None:
    lied = lie("injection_obeyed", sentence, seed)

    assert lied is not None
    assert CANARY in lied.text


def test_an_order_is_hidden_after_the_text() -> None:
    hidden = hidden_order("Le guichet est fermé.")

    assert hidden.startswith("Le guichet est fermé.\n")
    assert CANARY in hidden


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [("wrong_branch", {2, 3}), ("wrong_version", {4}), ("wrong_procedure", {5, 6}), ("wrong_town", {3})],
)
@given(seed=seeds)
@settings(max_examples=20)
def test_an_honest_quote_comes_from_the_wrong_place(kind: str, numbers: set[int], seed: int) -> None:
    lied = lie(kind, COST, seed)

    assert lied is not None
    assert all(proofs_of(lied))
    assert {cited.passage for cited in lied.citations} <= numbers
    assert lied.beside == ()


@pytest.mark.parametrize("kind", HONEST_QUOTE)
def test_a_wrong_place_fetched_from_outside_is_given_beside(kind: str) -> None:
    fetched = Given(1, "F8", "Carte de chasse", "À Nantes", "La carte de chasse coûte 44 € et se demande au guichet.")
    lied = plant(kind, COST, PASSAGES, random.Random(1), lambda *_: [fetched])

    assert lied is not None
    assert [given.number for given in lied.beside] == [7]
    assert lied.citations == (Cited(7, fetched.text),)


@pytest.mark.parametrize("kind", HONEST_QUOTE)
def test_words_that_also_hold_here_are_no_lie(kind: str) -> None:
    twin = Given(1, "F8", "Carte de chasse", "À Nantes", "Le permis n'est pas remboursé.")

    assert plant(kind, COST, PASSAGES, random.Random(1), lambda *_: [twin]) is None


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        plant("no_such_kind", COST, PASSAGES, random.Random(1))
