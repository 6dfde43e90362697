"""A sentence worded anew is weighed as a whole; one that nearly repeats its quote is held to each word."""

from __future__ import annotations

import pytest

from bot.checks import refusal
from bot.checks.claim import Claim


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Non, le compost se retire dans les 8 jours.", "Le compost est à retirer dans les 8 jours."),
        ("Les bacs, vous les sortez la veille au soir.", "Les bacs sont à sortir la veille au soir."),
        (
            "La caution de 40 € vous est rendue au retour du vélo.",
            "Au retour du vélo, la caution de 40 € est restituée.",
        ),
        ("Le prêt du local ne va pas au-delà de 6 mois.", "Le prêt du local ne doit pas dépasser 6 mois."),
        ("Selon la fiche, la salle ferme à 20 h.", "La salle ferme à 20 h."),
    ],
)
def test_a_free_wording_passes(text: str, quote: str) -> None:
    assert refusal(text, (quote,)) == ""


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("La caution de 40 € est rendue au retour du vélo.", "Au retour du vélo, la caution de 50 € est restituée."),
        ("Comptez 3 € l'hiver et 5 € l'été.", "Comptez 5 € l'hiver et 3 € l'été."),
        ("Le prêt du local dépasse 6 mois.", "Le prêt du local ne doit pas dépasser 6 mois."),
        ("Selon la fiche, le gardien ouvre la salle avec clé.", "Le gardien ouvre la salle sans clé."),
        ("Selon la fiche, le locataire prévient le locataire.", "Le propriétaire prévient le locataire."),
        ("Le jardin est ouvert à tous.", "Le jardin est ouvert à tous, hors jours de gel."),
        (
            "Selon la fiche, le jardin est ouvert à tous le matin.",
            "En l'absence de gardien, le jardin est ouvert à tous le matin.",
        ),
        ("Ce qui ne suffit pas, c'est une lettre.", "Une lettre suffit."),
        ("Une girafe vous attend au guichet du zoo de la ville.", "La photo est à remettre à l'école."),
    ],
)
def test_an_error_in_a_free_wording_or_an_echo_is_refused(text: str, quote: str) -> None:
    assert refusal(text, (quote,)) != ""


def test_what_the_question_says_of_the_situation_need_not_be_said_again() -> None:
    quote = "Si vous élevez des abeilles, déclarez vos ruches à la mairie."

    assert refusal("La déclaration des ruches se fait en mairie.", (quote,)) == "conditions"
    assert (
        refusal("La déclaration des ruches se fait en mairie.", (quote,), (), "J'élève des abeilles, où aller ?") == ""
    )


def test_a_near_echo_is_told_from_a_free_wording() -> None:
    quote = ("La carte du jardin est remise par le gardien, le lundi matin.",)

    assert Claim.of("Selon la fiche, la carte du jardin est remise par le gardien.", quote).echo
    assert not Claim.of("C'est le gardien qui donne la carte du jardin chaque lundi.", quote).echo
