"""Translations stand beside the French, keep its numbers to the digit, and add nothing to follow or to dial."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.translate import Translate, faithful
from bot.turn import Turn
from tests.bot.models import Says
from tests.bot.turns import quoted
from tests.corpus.trees import text


def asked(language: str = "en", *, wanted: bool = True) -> Turn:
    turn = quoted([text("La carte coûte 86 €. Présentez une photo.", "Coût")], "Combien coûte la carte ?")
    return replace(turn, language=language, wanted=wanted, warnings=(("language", ""),))


def said(*texts: str) -> dict[str, Any]:
    return {"translations": [{"n": rank, "text": words} for rank, words in enumerate(texts, 1)]}


def test_each_sentence_gets_its_translation_and_keeps_its_french() -> None:
    turn = asked()
    done = Translate(Says(said("The card costs 86 €.", "Bring a photo.")))(turn)

    assert [s.translation for s in done.sentences] == ["The card costs 86 €.", "Bring a photo."]
    assert [replace(s, translation="") for s in done.sentences] == list(turn.sentences)
    assert done.warnings == (("translated", ""),)
    assert done.generated


def test_a_translation_that_fails_the_comparison_leaves_its_sentence_in_french() -> None:
    done = Translate(Says(said("The card costs 68 €.", "Bring a photo.")))(asked())

    assert [s.translation for s in done.sentences] == ["", "Bring a photo."]


@pytest.mark.parametrize(
    "reply", [said(), {}, [], "", "no", {"translations": "no"}, {"translations": [{"n": "1", "text": "a"}, 3]}]
)
def test_a_model_that_fails_leaves_everything_in_french(reply: Any) -> None:
    turn = asked()

    assert Translate(Says(reply))(turn).sentences == turn.sentences


@pytest.mark.parametrize("turn", [asked("fr"), asked(wanted=False), asked("ja"), replace(asked(), sentences=())])
def test_nothing_is_asked_when_nothing_is_to_be_translated(turn: Turn) -> None:
    model = Says(said("a", "b"))

    assert Translate(model)(turn) is turn
    assert model.asked == []


@pytest.mark.parametrize(
    ("french", "translation", "language"),
    [
        ("Comptez 2 mois.", "Allow 2 months.", "en"),
        ("Comptez deux mois.", "Allow 2 months.", "en"),
        ("Comptez un mois.", "Calcule 1 mes.", "es"),
        ("Payez 1 500,50 €.", "Pay 1\u00a0500,50 €.", "en"),
        ("Avant le 3 mai 2024.", "Before 3 May 2024.", "en"),
        ("Comptez 3 jours.", "انتظر ٣ أيام.", "ar"),
        ("Comptez 3 jours.", "请等待 3 天。", "zh"),
        ("Ouvert à 8 h 30.", "Open at 8 hours 30.", "en"),
    ],
)
def test_a_faithful_translation_passes(french: str, translation: str, language: str) -> None:
    assert faithful(french, translation, language)


@pytest.mark.parametrize(
    ("french", "translation", "language"),
    [
        ("Comptez 2 mois.", "Allow 3 months.", "en"),
        ("Comptez 2 mois.", "Allow two months.", "en"),
        ("Comptez 2 mois.", "Allow 2 weeks.", "en"),
        ("Comptez 2 mois.", "Allow months.", "en"),
        ("Comptez 2 mois.", "Allow 2 months, then 1 more month.", "en"),
        ("Comptez deux mois.", "Allow 3 months.", "en"),
        ("Payez 3,50 €.", "Pay 350 €.", "en"),
        ("Avant le 3 mai.", "Before 3 June.", "en"),
        ("Avant le 3 mai.", "3 мая", "ru"),
        ("Allez en mairie.", "Go to the town hall, see www.paris.example.com.", "en"),
        ("Allez en mairie.", "Go to the town hall (a@b.fr).", "en"),
        ("Allez en mairie.", "", "en"),
        ("Allez en mairie.", "Go " * 60, "en"),
    ],
)
def test_an_unfaithful_translation_does_not(french: str, translation: str, language: str) -> None:
    assert not faithful(french, translation, language)
