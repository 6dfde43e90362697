"""What a sentence of a model may say of its quotes, and what it may not: one alteration of the rule at a time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.checks import CHECKS, refusal
from bot.checks.vocabulary import reasons
from corpus.document import Block
from corpus.sentences import split_sentences
from tests.corpus.trees import random_blocks

PROPERTY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ROWS = (
    "[Tarifs du stationnement] Durée : 1 jour | Prix : 1,50 €",
    "[Tarifs du stationnement] Durée : 7 jours | Prix : 9 €",
)

HONEST = [
    (
        "Présentez votre justificatif de domicile à la mairie.",
        "Vous devez fournir un justificatif de domicile en mairie.",
        (),
    ),
    ("L'inscription est gratuite.", "L'inscription ne coûte rien.", ()),
    ("La photo est facultative.", "La photo n'est pas obligatoire.", ()),
    ("Il est interdit de sous-louer.", "La sous-location est interdite.", ()),
    ("Vous pouvez faire la demande en ligne.", "Il est possible de déposer la demande sur internet.", ()),
    (
        "En cas de perte, déclarez-la à la police.",
        "Si vous avez perdu la carte, vous devez déclarer la perte à la police.",
        (),
    ),
    ("Les mineurs en sont dispensés.", "Les mineurs sont dispensés de cette formalité.", ()),
    ("Bonne nouvelle : La carte coûte 86 €.", "La carte coûte 86 €.", ("Carte d'identité",)),
    (
        "Dans les 5 jours qui suivent l'accouchement, déclarez la naissance.",
        "La naissance se déclare dans les 5 jours qui suivent l'accouchement.",
        (),
    ),
    ("Utilisez le formulaire cerfa n°12345*06.", "La demande se fait au moyen du formulaire cerfa n°12345*06.", ()),
    ("Comptez 17 € pour un mineur.", "Comptez 17 € pour un mineur et 25 € pour un majeur.", ()),
    ("Durée : 7 jours | Prix : 9 €", "\n".join(ROWS), ()),
    ("Le tarif est simple. Durée : 7 jours | Prix : 9 €", "\n".join(ROWS), ()),
]


def outcome(text: str, quote: str, around: Sequence[str] = ()) -> str:
    return refusal(text, (quote,), around)


@pytest.mark.parametrize(("text", "quote", "around"), HONEST)
def test_an_honest_rewording_passes(text: str, quote: str, around: Sequence[str]) -> None:
    assert outcome(text, quote, around) == ""


@pytest.mark.parametrize(
    ("text", "quote", "reason"),
    [
        # figures
        ("La carte coûte 87 €.", "La carte coûte 86 €.", "figures"),
        ("La carte coûte 6 €.", "La carte coûte 86 €.", "figures"),
        ("La carte coûte ８６ €.", "La carte coûte 86 €.", "figures"),
        ("La carte coûte quatre-vingt-six euros.", "La carte coûte 86 €.", "figures"),
        ("Un majeur paie 17 €.", "Comptez 17 € pour un mineur et 25 € pour un majeur.", "figures"),
        ("Comptez 25 € pour un mineur.", "Comptez 17 € pour un mineur et 25 € pour un majeur.", "figures"),
        ("Comptez 17 €.", "Comptez 17 € pour un mineur et 25 € pour un majeur.", "pairing"),
        ("Comptez 17 €.", "Comptez 17 € pour un mineur.", "pairing"),
        ("Majeur : 17 €.", "Mineur : 17 €", "pairing"),
        ("Présentez 2 témoins.", "Présentez 2 témoins au moins.", "relations"),
        ("Comptez 25 €.", "Comptez 25 € par mois.", "pairing"),
        ("Comptez 25 € par an.", "Comptez 25 € par mois.", "figures"),
        # tables
        ("Durée : 1 jour | Prix : 9 €", "\n".join(ROWS), "pairing"),
        ("Prix : 9 €", "\n".join(ROWS), "pairing"),
        ("Pour 1 jour : 9 €.", "\n".join(ROWS), "pairing"),
        # units and periods
        ("Le loyer est mensuel.", "Le loyer est annuel.", "periods"),
        ("L'aide est versée chaque mois.", "L'aide est versée chaque année.", "periods"),
        ("Le délai est en jours ouvrés.", "Le délai est en jours calendaires.", "periods"),
        # negation
        ("La carte est valable à l'étranger.", "La carte n'est pas valable à l'étranger.", "negation"),
        ("La carte n'est pas valable à l'étranger.", "La carte est valable à l'étranger.", "negation"),
        (
            "Les saisonniers sont concernés par la visite.",
            "Les saisonniers ne sont pas concernés par la visite.",
            "negation",
        ),
        ("La demande se fait avec rendez-vous.", "La demande se fait sans rendez-vous.", "negation"),
        # modality
        ("La mairie doit refuser le dossier.", "La mairie peut refuser le dossier.", "modality"),
        ("Vous pouvez signer le formulaire.", "Vous devez signer le formulaire.", "modality"),
        ("La mairie refuse le dossier.", "La mairie peut refuser le dossier.", "modality"),
        ("La photo est obligatoire.", "La photo est facultative.", "modality"),
        ("La photo est obligatoire.", "La photo n'est pas obligatoire.", "negation"),
        ("La sous-location est possible.", "La sous-location est interdite.", "negation"),
        # conditions
        ("La carte est délivrée en mairie.", "La carte est délivrée en mairie, sauf aux mineurs.", "conditions"),
        ("L'aide est versée.", "L'aide est versée si vous êtes locataire.", "conditions"),
        ("L'aide est versée en banque.", "L'aide est versée uniquement en banque.", "conditions"),
        ("L'aide est versée.", "L'aide est versée à condition d'être locataire.", "conditions"),
        ("L'aide est versée.", "L'aide est versée. Toutefois, les étudiants n'ont pas droit à l'aide.", "conditions"),
        ("L'aide est versée, sauf aux mineurs.", "L'aide est versée.", "conditions"),
        (
            "Adressez-vous à l'Office des réfugiés.",
            "Adressez-vous à l'Office des réfugiés si vous êtes réfugié.",
            "conditions",
        ),
        # entities
        ("Adressez-vous à la préfecture.", "Adressez-vous à la mairie.", "entities"),
        ("Le mineur doit signer.", "Le majeur doit signer.", "entities"),
        ("Le propriétaire paie le locataire.", "Le locataire paie le propriétaire.", "entities"),
        ("Le propriétaire déclare, le locataire signe.", "Le locataire déclare, le propriétaire signe.", "entities"),
        ("Apportez le passeport.", "Apportez le permis de conduire.", "entities"),
        ("La démarche se fait à Lyon.", "La démarche se fait à Paris.", "entities"),
        ("La démarche se fait à Toulouse.", "La démarche se fait à Paris.", "names"),
        ("Contactez la FNAIM.", "Contactez le service.", "names"),
        # order and quantity
        ("Déposez la demande après le départ.", "Déposez la demande avant le départ.", "relations"),
        ("Apportez un bail et une facture.", "Apportez un bail ou une facture.", "relations"),
        ("Apportez un bail ou une facture.", "Apportez un bail et une facture.", "relations"),
        ("Tous les parents paient la cantine.", "Certains parents paient la cantine.", "quantity"),
        ("La carte est rendue.", "En principe, la carte est rendue.", "quantity"),
        (
            "Il est possible de changer de cantine.",
            "Il est possible, dans certains cas, de changer de cantine.",
            "quantity",
        ),
        # words, links
        ("Apportez une girafe à la mairie.", "Apportez une photo à la mairie.", "content"),
        ("C'est une bonne idée.", "Apportez une photo à la mairie.", "content"),
        ("The card is delivered.", "La carte est délivrée.", "content"),
        ("La carte est délivrée, voir www.carte.example.", "La carte est délivrée.", "link"),
        ("Écrivez à carte@ville.fr.", "Écrivez à la mairie.", "link"),
        ("Appelez le 01 23 45 67 89.", "Appelez la mairie.", "link"),
        ("Appelez le 3939.", "Appelez la mairie.", "link"),
        ("Voir [ici](x).", "Voir ici.", "link"),
        (" ", "Apportez une photo.", "empty"),
    ],
)
def test_an_alteration_is_refused_with_its_reason(text: str, quote: str, reason: str) -> None:
    assert outcome(text, quote) == reason


def test_a_title_may_frame_a_sentence_and_may_not_stand_in_for_what_the_quote_names() -> None:
    quote = "Le justificatif est à déposer à la mairie."

    assert outcome("Pour le passeport, déposez le justificatif à la mairie.", quote, ["Passeport"]) == ""
    assert outcome("Déposez le justificatif à la préfecture.", quote, ["Préfecture"]) == "entities"


def test_one_of_a_list_does_not_become_all_of_it() -> None:
    quotes = ("Fournissez l'un des documents suivants :", "Un passeport\n- Un permis de conduire")

    assert refusal("Fournissez un passeport ou un permis de conduire.", quotes) == ""
    assert refusal("Fournissez un passeport et un permis de conduire.", quotes) == "relations"


def test_every_reason_is_worded() -> None:
    given_by_checks = {check.__name__ for check in CHECKS if check.__name__ != "links"} | {"link", "pairing"}
    elsewhere = {"no_citation", "unknown_passage", "quote_not_found", "not_in_force", "empty", "second_check", "failed"}
    elsewhere |= {"other_document", "other_branch", "other_town"}

    assert set(reasons()) == given_by_checks | elsewhere
    assert all(text.endswith(".") for text in reasons().values())


def test_a_check_that_breaks_is_a_no(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(claim: object) -> str:
        raise RuntimeError

    monkeypatch.setattr("bot.checks.CHECKS", (broken,))

    assert outcome("La carte coûte 86 €.", "La carte coûte 86 €.") == "failed"


@PROPERTY
@given(random_blocks(), st.data())
def test_the_words_of_the_publisher_pass(blocks: tuple[Block, ...], data: st.DataObject) -> None:
    block = data.draw(st.sampled_from(blocks))
    sentence = data.draw(st.sampled_from(split_sentences(block.text)))

    assert outcome(sentence, sentence) == ""


@PROPERTY
@given(st.text(max_size=120), st.text(min_size=1, max_size=120))
def test_any_text_gets_an_answer(text: str, quote: str) -> None:
    assert outcome(text, quote) in {"", *reasons()} - {"failed"}
