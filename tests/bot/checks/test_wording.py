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
        # A word of answer, and how far it goes.
        ("Malheureusement non : la salle ne se loue pas le soir.", "La salle ne peut pas être louée le soir."),
        ("Pas forcément : la photo est facultative.", "La photo n'est pas obligatoire."),
        ("En général oui : la salle se loue le soir.", "En général, il est possible de louer la salle le soir."),
        # A word that denies is a negation.
        (
            "La salle vous est prêtée, hormis si le maire trouve que ce n'est pas dans l'intérêt du quartier.",
            "La salle peut vous être prêtée, sauf si le maire estime le prêt contraire à l'intérêt du quartier.",
        ),
        ("Fumer dans la salle est défendu.", "Il est interdit de fumer dans la salle."),
        # An `et` between two statements joins nothing.
        (
            "Le gardien vous dira si la salle est libre, et c’est le maire qui signe le prêt.",
            "Le gardien vous informe si la salle est libre. La décision de prêt ou de refus est signée par le maire.",
        ),
        ("Seuls les détenteurs de la carte sont visés.", "Elle concerne uniquement le bénéficiaire de la carte."),
        ("La salle est prêtée, hormis quelques exceptions.", "La salle peut vous être prêtée, sauf exceptions."),
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
        ("Pas forcément : la photo est exigée.", "La photo n'est pas obligatoire."),
        (
            "La salle vous est prêtée, hormis si le maire trouve que c'est dans l'intérêt du quartier.",
            "La salle peut vous être prêtée, sauf si le maire estime le prêt contraire à l'intérêt du quartier.",
        ),
        ("Fumer dans la salle n'est pas défendu.", "Il est interdit de fumer dans la salle."),
        (
            "Vous pouvez convenir sans le gardien d'un autre jour.",
            "Un autre jour est choisi selon l'accord du gardien.",
        ),
        ("Dites au gardien le nom de la fête ou son jour.", "Indiquez au gardien le nom de la fête et son jour."),
        ("Prévenez vos voisins et le gardien, au choix.", "Avertissez vos voisins ou le gardien."),
        (
            "Celui d’un de ses parents convient s’il est valide.",
            "Passeport d'un parent valide, si l'enfant y figure et que sa photo est ressemblante",
        ),
        ("Une société du quartier peut recevoir le chat.", "Le chat peut être confié à une association du quartier."),
        ("Seuls les refus ne donnent pas lieu à une lettre.", "Vous recevez une lettre uniquement en cas de refus."),
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
