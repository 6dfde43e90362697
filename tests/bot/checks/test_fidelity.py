"""What a free wording must keep of its quote, beyond its words: whom it is for, what it denies, what it prefers."""

from __future__ import annotations

import pytest

from bot.checks import refusal
from bot.checks.reading import read

TABLE = "[Tarifs en cas de retard] Durée : 1 jour | Prêt d'hiver : 3 semaines | Prêt d'été : 13 semaines"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        # The verb of the main clause, after a relative one.
        (
            "Un vélo qui reste dans la rue n'est pas couvert par la garantie.",
            "Le vélo qui est laissé dans la rue ne sera pas couvert par la garantie.",
        ),
        # No obligation, however it is said.
        ("Rien ne vous oblige à donner les raisons du prêt.", "Vous n'avez pas à faire connaître les raisons du prêt."),
        # Two denials.
        ("Le prêt continue de s'appliquer pendant les travaux.", "Les travaux n'empêchent pas l'exécution du prêt."),
        ("Plus personne ne profite de ce prêt.", "Il n'y a plus aujourd'hui aucun bénéficiaire de ce prêt."),
        (
            "Sauf si le gardien est d'accord, aucun prêt ne peut débuter le soir.",
            "Vous ne pouvez pas commencer le prêt le soir sans l'accord du gardien.",
        ),
        # "Celui qui" says who, and states nothing.
        (
            "La remise ne s'applique pas à celui qui conduit une voiturette.",
            "Le conducteur d'une voiturette ne bénéficie pas de la remise.",
        ),
        # Examples are joined as one likes.
        (
            "Joignez les papiers utiles, comme une ordonnance ou un certificat.",
            "Les papiers utiles (ordonnance, certificat...) sont à joindre.",
        ),
        ("Le gardien choisit librement le jour.", "Le gardien peut choisir librement le jour."),
        (
            "La carte ne coûte rien, mais la photo est en général à payer par l'enfant à inscrire.",
            "Si la photo est payante et, sauf exceptions, à la charge de l'enfant à inscrire, la carte est gratuite.",
        ),
        (
            "Oui, un salarié en CDD a la possibilité de faire une demande de vélo.",
            "Lorsque le salarié est en CDD, il peut adresser une demande de vélo au gardien.",
        ),
        # A condition that "ou" adds makes one more case.
        (
            "Préparez votre justificatif d'identité, que vous remettrez au gardien.",
            "Le justificatif d'identité est à présenter au gardien, ou en cas de perte, une attestation.",
        ),
        # Tables: the order of the cells, one figure alone, a unit in a header, a caption that binds nothing.
        ("Pour 1 jour, comptez 3 semaines puis 13 semaines.", TABLE),
        ("Avec 2 enfants, les ressources ne dépassent pas 900 €.", "Enfants : 2 | Ressources maximales : 900 €"),
        ("Un vélo, au taux plein, le club prend 8 %.", "Prêt : vélo | Taux réduit club : 3 % | Taux plein club : 8 %"),
    ],
)  # fmt: skip
def test_an_honest_wording_passes(text: str, quote: str) -> None:
    assert refusal(text, (quote,)) == ""


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        # Whom the rule is for.
        ("Le musée est gratuit.", "L'accès au musée est gratuit pour les moins de 26 ans.", "conditions"),
        ("Le parc ne vous coûte rien.", "Le parc est gratuit pour les personnes handicapées.", "conditions"),
        ("Vous recevez la prime.", "Les salariés de plus de 50 ans reçoivent la prime.", "conditions"),
        # What is not allowed without something.
        (
            "Aucun prêt ne peut débuter le soir.",
            "Vous ne pouvez pas commencer le prêt le soir sans l'accord du gardien.",
            "conditions",
        ),
        # A condition of the model's own.
        ("Si vous avez un vélo, la carte remplace la clé.", "La carte remplace la clé.", ""),
        # What decides in a condition.
        (
            "Quand vous quittez le club, rendez la clé.",
            "Lorsque vous quittez définitivement le club, rendez la clé.",
            "conditions",
        ),
        # A denial lost, also behind a relative clause or a set phrase.
        (
            "Un vélo qui reste dans la rue est couvert par la garantie.",
            "Le vélo qui est laissé dans la rue ne sera pas couvert par la garantie.",
            "negation",
        ),
        (
            "C'est une part du prix qui vous est versée en argent.",
            "La remise est une part du prix qui n'est pas payée en argent.",
            "negation",
        ),
        ("Non : le club garantit les vélos du parc.", "Le club ne peut pas prêter les vélos du parc.", "negation"),
        # A preference is no obligation.
        (
            "Envoyez la fiche au club, obligatoirement par lettre.",
            "Vous devez envoyer la fiche au club, de préférence par lettre.",
            "modality",
        ),
        ("La carte est parfois acceptée.", "La carte est acceptée. Certains clubs prennent aussi la clé.", "quantity"),
        # A thing joined with itself was exchanged; one more thing is no example.
        ("Les clés européennes et européennes ouvrent.", "Les clés françaises et européennes ouvrent.", ""),
        # Tables.
        ("Avec 2 enfants, les ressources dépassent 900 €.", "Enfants : 2 | Ressources maximales : 900 €", "pairing"),
        ("Pour 1 jour, comptez 13 semaines puis 3 semaines.", TABLE, "pairing"),
        ("Pour la Loire, la démarche préalable est exigée.", "Lieu : Sarthe | Démarche préalable : exigée", "pairing"),
    ],
)  # fmt: skip
def test_what_a_wording_loses_or_turns_is_refused(text: str, quote: str, reason: str) -> None:
    said = refusal(text, (quote,))

    assert said != ""
    assert reason in {"", said}


def test_a_title_does_not_say_who_acts() -> None:
    quote, title = "Le dossier est envoyé au guichet.", ["Dossier de l'employeur"]

    assert refusal("Le dossier de l'employeur est envoyé au guichet.", (quote,), title) == ""
    assert refusal("Le dossier, c'est l'employeur qui est au guichet.", (quote,), title) == "entities"


def test_an_item_binds_itself_alone_and_a_list_of_conditions_binds_the_rule() -> None:
    papers = ("Présentez :", "- Une clé\n- Une carte du parc, si le gardien la tamponne\n- Un badge")
    cases = ("La clé est remise à condition :", "- Une fiche signée\n- Une carte du parc, si le gardien la tamponne")

    assert refusal("Présentez une clé.", papers) == ""
    assert refusal("La clé est remise avec une fiche signée.", cases) == "conditions"


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        ("Un vélo qui tombe de vos mains n'est pas couvert.", [True, False]),
        ("Un vélo dont la selle est usée n'est pas prêté.", [True, False]),
        ("Le vélo peut être prêté, leur prix n'est pas plafonné.", [False, True]),
        ("Vous rendez le vélo qu'elle n'a pas pris.", [False, True]),
        ("Le club ne prête que vous et lui.", [False]),
        ("Vous ne respectez pas l'obligation de prêt.", [True]),
        ("Vous n'avez pas l'obligation de signer.", [False]),
        ("La somme n'est pas payée en argent.", [True]),
    ],
)
def test_what_a_negation_bears_on_is_read(text: str, negative: list[bool]) -> None:
    assert [clause.negative for clause in read(text).clauses if clause.units] == negative


def test_the_verb_to_judge_is_no_judge() -> None:
    assert not read("à moins que le club ne la juge utile").named("authority")
    assert read("le juge la signe").named("authority")
