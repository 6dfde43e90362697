"""Between neighbouring fiches, the one that the question settles is taken; else each is shown, and which is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from bot.complete import complete
from bot.siblings import Siblings
from bot.turn import NO_CONVERSATION, Conversation, Role, Status, Turn
from corpus.found import DocumentHit, Found
from corpus.opening import Opened, open_search
from tests.bot.town import _fiche, _opening, _text, situations, town_in
from tests.corpus.dila.build import chapter, para, publication

DAY = date(2026, 3, 2)


def _card(identifier: str, whose: str, event: str, price: str) -> str:
    return _fiche(
        identifier,
        f"Carte de bibliothèque d'un {whose} : en cas de {event}",
        _opening(f"La carte de bibliothèque d'un {whose} se refait après {event}. Elle est remise au guichet.")
        + _text(chapter("Coût", para(f"La nouvelle carte coûte {price}."))),
    )


FICHES = {
    "F1": _card("F1", "majeur", "perte", "5 €"),
    "F2": _card("F2", "mineur", "perte", "2 €"),
    "F3": _card("F3", "majeur", "vol", "4 €"),
    "F4": _fiche(
        "F4",
        "Cantine scolaire",
        _opening("Le repas de cantine est servi à midi aux élèves.")
        + _text(chapter("Tarif", para("Un repas de cantine coûte 3 € et se réserve trois jours avant."))),
    ),
    "F5": _fiche(
        "F5",
        "Vélo en libre-service : abonnement d'un étudiant",
        situations(
            ("Étudiant boursier", para("L'abonnement au vélo est gratuit pendant toute la durée des études.")),
            ("Autre étudiant", para("L'abonnement au vélo vaut 9 € pendant toute la durée des études.")),
        ),
    ),
    "R7": publication(
        '<LienWeb URL="https://services.example.fr/bibliotheque"/>',
        identifier="R7",
        title="Carte de bibliothèque en ligne",
        kind="Téléservice",
        root="ServiceComplementaire",
        modified="modified 2026-01-15",
    ),
    "F6": _fiche(
        "F6",
        "Vélo en libre-service : abonnement d'un salarié",
        situations(
            ("Temps plein", para("L'abonnement au vélo vaut 30 € pendant toute la durée du contrat.")),
            ("Temps partiel", para("L'abonnement au vélo vaut 20 € pendant toute la durée du contrat.")),
        ),
    ),
}

ALL_CLOSE = {"F1": 1.0, "F2": 0.97, "F3": 0.95, "F4": 0.3}
"""Scores of a question that any of three neighbours may answer; in an index of six fiches none come that close."""

LOST = "Quelqu'un a eu la perte de la carte de bibliothèque"

Ask = Callable[..., Turn]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return open_search(town_in(tmp_path_factory.mktemp("siblings"), fiches=FICHES, orders=False))


@pytest.fixture
def ask(opened: Opened) -> Ask:
    """Put the best document on the turn, as the step before does, then look at its neighbours."""

    def asked(text: str, scores: Mapping[str, float] = ALL_CLOSE, conversation: Conversation = NO_CONVERSATION) -> Turn:
        hits = tuple(_hit(opened, key, score) for key, score in scores.items())
        turn = Turn(
            text,
            DAY,
            found=Found(opened.searcher.analyse(text), hits),
            card=opened.store.document(hits[0].key),
            passages=opened.store.passages_of(hits[0].key),
            conversation=conversation,
        )
        return Siblings(opened.store, opened.searcher)(turn)

    return asked


def _hit(opened: Opened, key: str, score: float) -> DocumentHit:
    card = opened.store.document(key)
    assert card is not None
    return DocumentHit(key, card.id, card.title, score, ())


def documents(turn: Turn) -> set[str]:
    return set(turn.question.documents) if turn.question else set()


def test_neighbours_that_the_question_leaves_open_are_asked_about(ask: Ask) -> None:
    turn = ask(LOST)

    assert turn.status is Status.CLARIFY_DOCUMENT
    assert documents(turn) == {"F1", "F2"}
    assert turn.question is not None
    assert turn.question.text == "La démarche concerne-t-elle une personne majeure ou mineure ?"
    assert turn.question.choice == ""
    assert all(title.startswith("Carte de bibliothèque") for title in turn.question.options)


def test_neighbours_told_apart_in_more_ways_than_one_are_asked_about_by_their_titles(ask: Ask) -> None:
    turn = ask("La carte de bibliothèque")

    assert turn.question is not None
    assert turn.question.documents == ("F1", "F2", "F3")
    assert turn.question.text == "Laquelle de ces démarches vous concerne ?"


def test_the_first_words_of_each_neighbour_are_shown_under_its_title(ask: Ask, opened: Opened) -> None:
    turn = ask(LOST)

    assert turn.question is not None
    assert tuple(dict.fromkeys(s.heading for s in turn.sentences)) == turn.question.options
    assert {sentence.role for sentence in turn.sentences} == {Role.CASE}
    for sentence in turn.sentences:
        (citation,) = sentence.citations
        passage = opened.store.passage(citation.passage)
        assert passage is not None
        assert citation.quote in passage.text


def test_what_was_asked_for_is_what_is_shown_of_each(ask: Ask) -> None:
    turn = ask("Combien coûte la nouvelle carte de bibliothèque après une perte ?")

    assert {s.text for s in turn.sentences} == {"La nouvelle carte coûte 5 €.", "La nouvelle carte coûte 2 €."}


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Perte de la carte de bibliothèque de ma fille de 9 ans", "F2"),
        ("J'ai 40 ans et j'ai perdu ma carte de bibliothèque", "F1"),
        ("J'ai perdu ma carte de bibliothèque", "F1"),
        ("On a volé la carte de bibliothèque de mon mari", "F3"),
    ],
)
def test_a_question_that_settles_it_is_not_asked_back(ask: Ask, text: str, taken: str) -> None:
    turn = ask(text)

    assert turn.status is None
    assert turn.question is None
    assert turn.card is not None
    assert turn.card.id == taken
    assert {passage.document for passage in turn.passages} == {taken}


@pytest.mark.parametrize(
    "scores",
    [
        pytest.param({"F1": 1.0, "F2": 0.7}, id="a neighbour far behind"),
        pytest.param({"F1": 1.0, "F4": 0.8}, id="another matter behind"),
        pytest.param({"F1": 1.0}, id="nothing behind"),
    ],
)
def test_a_document_that_clearly_leads_is_not_asked_about(ask: Ask, scores: dict[str, float]) -> None:
    turn = ask(LOST, scores)

    assert turn.status is None
    assert turn.card is not None
    assert turn.card.id == "F1"


@pytest.mark.parametrize("score", [0.99, 0.9])
def test_another_matter_that_is_close_to_the_best_document_is_asked_about(ask: Ask, score: float) -> None:
    assert documents(ask(LOST, {"F1": 1.0, "F4": score})) == {"F1", "F4"}


def test_a_page_of_services_is_never_an_option(ask: Ask) -> None:
    assert ask(LOST, {"F1": 1.0, "R7": 0.99}).status is None


def test_the_document_chosen_by_a_button_is_taken(ask: Ask) -> None:
    turn = ask(LOST, conversation=Conversation(document="F3"))

    assert turn.status is None
    assert turn.card is not None
    assert turn.card.id == "F3"
    assert {passage.document for passage in turn.passages} == {"F3"}


def test_a_button_for_a_document_that_is_gone_changes_nothing(ask: Ask) -> None:
    turn = ask(LOST, conversation=Conversation(document="F99"))

    assert turn.status is None
    assert turn.card is not None
    assert turn.card.id == "F1"


def test_who_asks_for_every_case_is_asked_nothing_and_reads_each(ask: Ask) -> None:
    turn = ask(LOST, conversation=Conversation(every_case=True))

    assert turn.status is Status.ANSWERED
    assert turn.question is None
    assert {c.document for s in turn.sentences for c in s.citations} == {"F1", "F2"}
    assert [item.ref for item in turn.also] == ["F3", "F4"]


def test_a_document_that_is_all_branches_shows_its_nearest_one_with_its_label(ask: Ask) -> None:
    turn = ask("abonnement vélo en libre-service", {"F5": 1.0, "F6": 0.99})

    assert documents(turn) == {"F5", "F6"}
    assert {sentence.heading.partition(" > ")[2] for sentence in turn.sentences} <= {
        "Étudiant boursier",
        "Autre étudiant",
        "Temps plein",
        "Temps partiel",
    }


def test_the_age_of_what_is_shown_of_each_is_told(ask: Ask) -> None:
    turn = ask("Combien coûte la nouvelle carte de bibliothèque après une perte ?")
    old = replace(turn, passages=tuple(replace(p, figures_until=date(2026, 1, 1)) for p in turn.passages))

    assert [key for key, _ in complete(old).warnings] == ["old_figures"]


@pytest.mark.parametrize("status", [Status.REFUSED_EMPTY, Status.UNANSWERABLE_NO_SOURCE])
def test_a_settled_turn_is_left_alone(opened: Opened, status: Status) -> None:
    turn = Turn("carte de bibliothèque", DAY, status=status, found=opened.searcher.search("carte de bibliothèque"))

    assert Siblings(opened.store, opened.searcher)(turn) is turn


def test_a_turn_without_a_search_is_left_alone(opened: Opened) -> None:
    turn = Turn("carte", DAY)

    assert Siblings(opened.store, opened.searcher)(turn) is turn
