"""Facts of everyday life speak for some labels and against others, and a place is that of the asker or of an event."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.analyse import LEXICON
from corpus.situations import (
    are_aspects,
    are_events,
    are_outcomes,
    are_ways,
    contradicts,
    facts_heard,
    is_general,
    is_negative,
    is_residual,
    may_live_elsewhere,
    names_country,
    names_paris,
    of_an_event,
    place_rank,
    situation_heard,
    speaks_for,
    undenied,
    unlikely,
)


def best(question: str, *labels: str) -> str | None:
    """The label for which more is said than for any other."""
    weights = [speaks_for(situation_heard(question), label) for label in labels]
    return labels[weights.index(max(weights))] if weights.count(max(weights)) == 1 else None


@pytest.mark.parametrize(
    ("question", "expected", "other"),
    [
        ("mon fils veut une carte", "Pour un mineur", "Pour un majeur"),
        ("ma fille de 22 ans veut une carte", "Pour un majeur", "Pour un mineur"),
        ("je loue un studio", "Locataire", "Propriétaire"),
        ("nous avons acheté notre appartement", "Propriétaire", "Locataire"),
        ("je suis veuve", "Parent isolé", "Pour un couple"),
        ("mon mari et moi", "Vous vivez en couple", "Vous vivez seul(e)"),
        ("on n'est ni mariés ni pacsés", "Concubinage (union libre)", "Couple marié"),
        ("je suis italienne", "Européen", "Étranger d'un autre pays"),
        ("ma fille est malienne", "Mineur étranger d'un autre pays", "Mineur européen"),
        ("je suis née à Dakar", "Si vous êtes né à l'étranger", "Si vous êtes né en France"),
        ("je suis né dans le 14e", "Si vous êtes né en France", "Si vous êtes né à l'étranger"),
        ("on m'a volé mon sac à Rome", "Si le vol a eu lieu à l'étranger", "Si le vol a eu lieu en France"),
        ("je vis à Lisbonne", "Vous vivez à l'étranger", "Vous vivez en France"),
        ("mon studio est meublé", "Location meublée", "Location vide"),
        ("je suis en CDD", "Salarié en CDD", "Salarié en CDI"),
        ("c'est ma toute première carte", "Première demande", "Renouvellement"),
        ("il est mort sans testament", "En l'absence de testament", "En présence d'un testament"),
    ],
)
def test_a_fact_speaks_for_its_label_and_not_for_the_other(question: str, expected: str, other: str) -> None:
    assert best(question, expected, other) == expected
    assert best(question, other, expected) == expected


@pytest.mark.parametrize(
    ("question", "labels"),
    [
        ("le passeport de mon mari marocain est-il valable ?", ("Vous êtes européen", "Vous êtes étranger")),
        ("je vis à Paris, je suis née à Dakar", ("Décès en France", "Décès à l'étranger")),
        ("mon enfant", ("Parent handicapé", "Enfant handicapé")),
        ("que faire ?", ("Pour un mineur", "Pour un majeur")),
    ],
)
def test_what_is_said_of_something_else_speaks_for_no_label(question: str, labels: tuple[str, ...]) -> None:
    assert best(question, *labels) is None


def test_paris_comes_before_its_region_and_its_region_before_france() -> None:
    ranks = [place_rank(label) for label in ("À Paris", "En Île-de-France", "Vous vivez en France", "À Mayotte")]

    assert ranks == sorted(ranks, reverse=True)
    assert ranks[-1] == 0 < ranks[-2]
    assert place_rank("Autres communes d'Île-de-France") < place_rank("Paris et communes limitrophes")


def test_where_one_was_born_is_not_where_one_lives() -> None:
    assert place_rank("Vous êtes né en France") == 0
    assert of_an_event("Déclaration de vol")
    assert not of_an_event("Où faire la demande ?")


def test_a_question_may_come_from_elsewhere_unless_it_names_paris() -> None:
    assert may_live_elsewhere("perdu à Madrid, que faire ?")
    assert not may_live_elsewhere("perdu à Madrid, j'habite le 18e")
    assert names_paris("j'habite le 18e")
    assert names_country("je pars à Tunis")
    assert not names_country("je pars à Mayotte")


def test_labels_are_told_apart_by_their_form() -> None:
    assert is_general("Cas général (Caf)")
    assert not is_general("Régime agricole (MSA)")
    assert is_residual("Autre situation")
    assert is_negative("Vous n'avez pas de passeport")
    assert are_ways(["Par mail", "Par courrier"])
    assert not are_ways(["Par vous-même", "Par courrier"])


def test_facts_of_titles_and_of_branches_are_kept_apart() -> None:
    assert not facts_heard("mon fils de 10 ans est veuf")[1:]
    assert len(situation_heard("mon fils de 10 ans est veuf")) > 1


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("la carte de ma fille de 14 ans", "Renouvellement de la carte d'identité d'un majeur"),
        ("j'ai 30 ans et je n'ai jamais eu de carte", "Carte d'identité d'un mineur : première demande"),
        ("mon fils a 27 ans", "Allocation de l'enfant handicapé"),
        ("on m'a piqué mon passeport", "Voyage en avion : vol annulé"),
        ("on m'a volé ma carte", "Carte d'identité d'un majeur : en cas de perte"),
        ("j'ai perdu mon permis", "Vol du permis de conduire : en cas de vol"),
        ("je dois renouveler ma carte", "Carte d'identité d'un majeur : en cas de perte"),
        ("ma fille est malienne", "Avec quels documents un mineur français peut-il voyager ?"),
        ("nous sommes pacsés", "Location d'un logement par un couple marié"),
        ("je suis fonctionnaire", "Congé de naissance dans le secteur privé"),
        ("mon patron refuse", "Congé parental dans la fonction publique"),
        ("mon fils entre au lycée", "Bourse des collèges"),
        ("mon locataire s'en va", "Préavis du congé donné par le locataire"),
        ("une voiture d'occasion", "Carte grise : immatriculer un véhicule neuf"),
        ("mon père de 91 ans", "Carte d'identité d'un mineur : première demande"),
    ],
)
def test_a_title_for_somebody_else_is_contradicted(question: str, title: str) -> None:
    assert contradicts(facts_heard(question), title) >= 1


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("la carte de ma fille de 14 ans", "Renouvellement de la carte d'identité d'un mineur"),
        ("mon vol a été annulé par la compagnie", "Voyage en avion : vol annulé"),
        ("j'ai perdu mon emploi", "Carte d'identité : en cas de vol"),
        ("je voyage à l'étranger", "Avec quels documents un mineur français peut-il voyager à l'étranger ?"),
        ("ma collègue est mariée", "Pacs : enregistrement"),
        ("nous habitons le 3e étage", "Bourse de lycée"),
        ("ma carte d'identité", "Carte d'identité d'un mineur : première demande"),
    ],
)
def test_a_title_that_nothing_speaks_against_is_not_contradicted(question: str, title: str) -> None:
    assert contradicts(facts_heard(question), title) == 0


def test_a_restricted_title_is_unlikely_unless_its_own_restriction_is_said() -> None:
    title = "Passeport d'un mineur : en cas de vol"

    assert unlikely(facts_heard("on m'a volé mon passeport"), title, "on m'a volé mon passeport")
    assert not unlikely(facts_heard("le passeport de mon fils"), title, "le passeport de mon fils")
    assert not unlikely((), "Mise sous tutelle", "il faut une tutelle")
    assert not unlikely((), "Voyager à l'étranger", "voyager")


def test_how_a_procedure_ends_is_told_from_a_situation() -> None:
    assert are_outcomes(["Demande acceptée", "Demande rejetée"])
    assert not are_outcomes(["Demande acceptée", "Vous êtes majeur"])


@pytest.mark.parametrize(
    ("question", "expected", "other"),
    [
        ("il est mort à l'hôpital Tenon", "Décès à l'hôpital, en maison de retraite", "Décès à domicile"),
        (
            "la CAF me demande une copie",
            "Demandée par une administration française",
            "Par une administration étrangère",
        ),
        ("la fac de Montréal veut une copie", "Par une administration étrangère", "Par une administration française"),
        ("ma Clio diesel", "Voiture", "2 roues, tricycle, quadricycle à moteur"),
        ("elle est morte dans son sommeil", "Cas général", "Mort violente"),
    ],
)
def test_everyday_facts_settle_more_branches(question: str, expected: str, other: str) -> None:
    assert speaks_for(situation_heard(question), expected) > speaks_for(situation_heard(question), other)


def test_paris_is_a_large_town() -> None:
    assert place_rank("Commune de 1 000 habitants ou +") > place_rank("Commune de moins de 1 000 habitants") == 0
    assert place_rank("Dans une commune de plus de 5 000 habitants") > 0


@pytest.mark.parametrize("file", ["situations.toml", "quantities.toml"])
def test_every_list_a_pattern_refers_to_exists(file: str) -> None:
    text = (LEXICON / file).read_text(encoding="utf-8")
    words = tomllib.loads(text).get("words", {})
    named = set(re.findall(r"(?<!\?P)<(\w+)>", text)) - {"mot"}

    assert named <= set(words)


@given(st.text(max_size=200), st.text(max_size=80))
def test_any_text_is_heard_without_an_error(question: str, label: str) -> None:
    assert isinstance(speaks_for(situation_heard(question), label), int)


@pytest.mark.parametrize(
    ("question", "expected", "other"),
    [
        ("enceinte de mon deuxième", "Naissance d'un enfant", "2 enfants ou plus (jumeaux)"),
        ("on attend des jumeaux", "2 enfants ou plus (jumeaux)", "Naissance d'un enfant"),
        ("enceinte de mon quatrième, déjà trois enfants", "Naissance d'un enfant", "Naissances multiples"),
        ("je suis enceinte du 3ème", "3e enfant ou plus", "2e enfant"),
        ("nous venons d'obtenir la nationalité française", "Jeune devenu Français", "Jeune né Français"),
        ("le locataire est décédé", "Décès", "Abandon du logement"),
        ("puis-je rompre mon CDD ?", "Rupture anticipée", "À la date prévue au contrat"),
        ("mon patron veut me licencier", "Rupture par l'employeur", "Rupture par le salarié"),
        ("je veux démissionner", "Rupture par le salarié", "Rupture par l'employeur"),
        ("l'état des lieux de sortie n'est pas bon", "État des lieux non conforme", "État des lieux conforme"),
        ("l'état des lieux était impeccable", "État des lieux conforme", "État des lieux non conforme"),
        ("du bruit tous les soirs jusqu'à 2h du matin", "Tapage nocturne", "En journée"),
        ("du bruit dans la journée", "En journée", "Tapage nocturne"),
        ("j'ai une carte de séjour", "Vous êtes étranger", "Vous êtes Français"),
        ("ma femme est tunisienne", "Maroc-Tunisie", "Autre pays"),
        ("un achat inconnu sur un site internet", "Fraude sur internet", "Autre situation"),
    ],
)
def test_what_was_said_is_not_asked_again(question: str, expected: str, other: str) -> None:
    assert best(question, expected, other) == expected


def test_sides_of_a_subject_are_no_situations() -> None:
    assert are_aspects(["Procédure", "Peine"])
    assert not are_aspects(["Peine", "Vous êtes mineur"])
    assert are_ways(["Envoi par courrier", "Dépôt au guichet"])
    assert are_events(["En cas de neige", "En cas d'orage"])
    assert not are_events(["En cas de neige", "Vous êtes mineur"])


@pytest.mark.parametrize(
    ("question", "title", "other"),
    [
        ("c'est pas un vol, je l'ai perdu", "Passeport : en cas de perte", "Passeport : en cas de vol"),
        ("carte grise perdue, pas volée", "Carte grise : en cas de perte", "Carte grise : en cas de vol"),
        ("je ne l'ai pas perdue, on me l'a volée", "Carte : en cas de vol", "Carte : en cas de perte"),
    ],
)
def test_what_is_denied_speaks_for_no_title(question: str, title: str, other: str) -> None:
    facts = facts_heard(question)

    assert speaks_for(facts, title) > 0 > speaks_for(facts, other)


def test_only_what_is_denied_is_left_out() -> None:
    assert undenied("on m'a volé ma carte") == "on m'a volé ma carte"
    assert undenied("je n'ai pas de carte") == "je n'ai pas de carte"
    assert "égaré" in undenied("non volé mais égaré")
    # "Non" that begins a correction denies what was understood, not what follows it.
    assert undenied("non, un vol") == "non, un vol"
    assert undenied("non un vol") == "non un vol"
