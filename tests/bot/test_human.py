"""Asking for a person is understood first; asking whom to see about something is a question."""

from __future__ import annotations

import pytest

from bot.human import Human, arrondissement
from bot.turn import Status, Turn
from corpus.contacts import load_contacts
from tests.bot.town import DAY


@pytest.fixture(scope="module")
def human() -> Human:
    return Human(load_contacts())


@pytest.mark.parametrize(
    "text",
    [
        "Je veux parler à un humain",
        "parler à un conseiller svp",
        "humain",
        "je ne veux pas parler à un robot",
        "passez-moi quelqu'un",
        "parler a qqn",
        "Puis-je parler à une personne pour mon dossier ?",
        "I want to talk to a human",
        "quiero hablar con una persona",
        "quero falar com um atendente",
        "أريد التحدث مع شخص",
        "我要找人工客服",
    ],
)
def test_a_person_is_given_to_who_asks_for_one(human: Human, text: str) -> None:
    assert human(Turn(text, DAY)).status is Status.HANDOVER_HUMAN


@pytest.mark.parametrize(
    "text",
    [
        "À qui dois-je parler pour un permis de construire ?",
        "Comment devenir conseiller municipal ?",
        "Quelle aide pour une personne handicapée ?",
        "Quelqu'un a volé mon vélo",
        "Comment contacter un conseiller Pôle emploi ?",
        "Faut-il parler français pour être naturalisé ?",
        "Who should I talk to for a building permit?",
        "quelqu'un peut-il voter à ma place ?",
    ],
)
def test_a_question_that_mentions_a_person_goes_on(human: Human, text: str) -> None:
    assert human(Turn(text, DAY)).status is None


def test_the_town_hall_that_is_named_is_the_contact(human: Human) -> None:
    assert human(Turn("je veux parler à un agent de la mairie du 19e", DAY)).contact == "mairie-19"
    assert human(Turn("je veux parler à un humain", DAY)).contact == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("mairie du 12ème", 12),
        ("75020", 20),
        ("Paris Centre", 1),
        ("arrondissement 5", 5),
        ("10 ans", None),
        ("le 25e", None),
    ],
)
def test_an_arrondissement_is_read_however_it_is_written(text: str, number: int | None) -> None:
    assert arrondissement(text) == number


def test_a_settled_turn_is_left_alone(human: Human) -> None:
    turn = Turn("parler à un humain", DAY, status=Status.HANDOVER_URGENT)

    assert human(turn) == turn
