"""Each kind of question that no document answers is told before the search; its neighbour that one answers is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.route import Route
from bot.turn import Conversation, Exchange, Status, Turn
from corpus.contacts import load_authorities, load_contacts
from corpus.errors import ConfigurationError

DAY = date(2026, 11, 2)
ROUTE = Route(load_authorities(), load_contacts())

SETTLED = {
    Status.REFUSED_SMALL_TALK: [
        "bonjour !",
        "Merci beaucoup pour votre aide",
        "qui es-tu ?",
        "salut ça va ?",
        "que sais-tu faire ?",
        "T'es un robot ?",
    ],
    Status.REFUSED_OPINION: [
        "que pensez-vous de la maire de Paris",
        "la gauche ou la droite, qui gère mieux Paris ?",
        "Faut-il interdire les SUV à Paris ?",
        "tu voterais qui toi",
        "est-ce que Macron est un bon président",
        "quel est le meilleur lycée du 16e ?",
        "c'est mieux de vivre dans le 11e ou le 20e ?",
    ],
    Status.REFUSED_ADVICE: [
        "est-ce que je vais gagner aux prud'hommes ?",
        "j'ai mal au ventre depuis deux jours, c'est grave ?",
        "combien de doliprane je peux donner à ma fille de 4 ans",
        "dois-je accepter la proposition de rupture de mon patron ?",
        "quel est le meilleur avocat en divorce à Paris",
        "comment soigner une angine chez un petit de 3 ans",
    ],
    Status.UNANSWERABLE_LOCAL_FACT: [
        "la bibliothèque Marguerite Duras est fermée lundi ?",
        "Qu'est-ce qu'il y a à manger à la cantine de Belleville vendredi",
        "quel jour on sort les poubelles jaunes avenue Jean Jaurès",
        "quelle est l'adresse du commissariat du 20e",
        "pharmacie ouverte la nuit dans le 15e",
        "Qui est le maire du 14e ?",
        "quand finissent les travaux place de Clichy",
        "comment réserver un terrain de foot porte de la Chapelle",
        "la crèche rue Saint-Maur a des places ?",
    ],
    Status.UNANSWERABLE_PERSONAL_FILE: [
        "ma demande de logement social, vous l'avez reçue ?",
        "Pourquoi on m'a refusé l'aide au chauffage ?",
        "combien il me reste à payer sur ma facture de crèche",
        "Mon RSA n'a pas été versé ce mois-ci, pourquoi ?",
        "Vous m'avez prélevé deux fois la cantine en octobre !",
        "est ce que mon fils a été pris à l'école Vitruve",
        "je suis inscrit sur les listes électorales oui ou non ?",
    ],
    Status.HANDOVER_REPORT: [
        "Il y a un matelas devant le 8 rue des Poissonniers depuis 4 jours",
        "le réverbère en face de chez moi clignote toute la nuit",
        "Un arbre penche dangereusement square Carpeaux",
        "je voudrais signaler un nid de poule rue Riquet",
        "La poubelle de rue déborde devant le métro Jourdain",
        "tag sur le mur rue des Martyrs",
    ],
    Status.UNANSWERABLE_ELSEWHERE: [
        "horaires de la piscine municipale de Montreuil",
        "prendre rendez-vous au consulat d'Algérie",
        "refaire ma carte d'identité portugaise à Paris",
        "Comment déclarer ses impôts au Canada ?",
        "can I get unemployment benefits in Germany",
        "la cantine de mon neveu qui vit à Lille coûte combien",
    ],
    Status.UNANSWERABLE_AUTHORITY: [
        "mon passe Navigo ne marche plus",
        "Ascenseur en panne depuis 3 semaines, Paris Habitat ne répond pas",
        "rendez-vous scanner à l'hôpital Tenon",
    ],
    Status.UNANSWERABLE_OUT_OF_SCOPE: [
        "donne moi la recette du tiramisu",
        "qui a peint la Joconde",
        "quel temps fera-t-il demain",
        "écris une chanson sur Montmartre",
        "rédige une lettre d'amour pour mon mari",
    ],
}

SEARCHED = [
    "où refaire ma carte d'identité",
    "horaires légaux du bruit",
    "à quelle heure peut-on faire des travaux chez soi le samedi",
    "quels magasins ont le droit d'ouvrir le dimanche",
    "combien coûte la cantine",
    "comment suivre ma demande de passeport",
    "que faire si ma demande de RSA est refusée",
    "mon dossier de naturalisation traîne, quel recours ?",
    "comment contester le refus de ma demande de logement social",
    "qui est responsable de l'élagage des arbres ?",
    "puis-je planter des fleurs au pied d'un arbre dans la rue ?",
    "quelle amende pour un dépôt sauvage",
    "il y a des rats dans mon immeuble, le propriétaire doit-il agir ?",
    "Je vis à Lyon, comment renouveler mon passeport",
    "mon père est décédé à Marseille, où déclarer le décès",
    "échanger mon permis marocain contre un permis français",
    "je pars travailler en Suisse, que devient ma sécurité sociale",
    "Puis-je voyager en Italie avec une carte d'identité périmée ?",
    "comment écrire au maire de Paris",
    "quelle est la durée du mandat d'un maire",
    "comment prendre un avocat gratuit",
    "j'ai un cancer, mon employeur peut-il me licencier ?",
    "mon médecin m'arrête 3 mois, suis-je payé ?",
    "comment traduire un acte de naissance étranger",
    "la SNCF refuse de me rembourser, quel recours ?",
    "comment résilier mon abonnement SFR",
    "organiser un vide-grenier dans ma rue, quelle autorisation",
    "mon scooter a disparu cette nuit boulevard Barbès, je porte plainte où",
    "j'ai grillé un feu boulevard Magenta, combien de points je perds",
    "ma copropriété avenue de Clichy refuse mes travaux",
    "mon vélo a été volé devant le métro Jaurès",
    "attestation d'accueil pour ma tante qui vit à Tunis",
    "mon cousin qui vote à Lille peut voter à ma place ? je suis inscrite à Paris 9",
    "mon scooter a disparu ce matin, il n'est pas à la fourrière, je dois aller où ?",
    "je suis inscrite à Paris 9, mon père qui vit à Rennes peut-il avoir ma procuration ?",
    "c'est mieux d'être pacsé ou marié pour les impôts ?",
    "vaut mieux vivre en concubinage ou se pacser ?",
    "mon collège est dangereux, comment changer d'établissement ?",
]


def routed(text: str, **more: object) -> Turn:
    return ROUTE(Turn(text, DAY, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(("status", "text"), [(status, text) for status, texts in SETTLED.items() for text in texts])
def test_what_no_document_answers_is_settled_before_the_search(status: Status, text: str) -> None:
    assert routed(text).status is status


@pytest.mark.parametrize("text", SEARCHED)
def test_what_a_document_may_answer_goes_on_to_the_search(text: str) -> None:
    assert routed(text).status is None


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("éclairage et électricité", "le lampadaire devant le 3 rue Cavé est éteint"),
        ("propreté", "crottes de chien plein le trottoir rue de Crimée"),
        ("objets abandonnés (encombrants, cartons, gravats)", "des gravats abandonnés passage Dubail"),
        ("Lyon", "tarif de la piscine à Lyon"),
        ("la Belgique", "impôts en Belgique, quelle date limite ?"),
        ("le Maroc", "renouveler un passeport marocain"),
        ("RATP", "le métro est en panne, quand est-ce réparé ?"),
    ],
)
def test_the_topic_names_what_was_understood(topic: str, text: str) -> None:
    assert routed(text).topic == topic


def test_a_report_and_an_operator_send_to_their_own_line() -> None:
    assert routed("des gravats abandonnés passage Dubail").contact == "dansmarue"
    assert routed("mon passe Navigo ne marche plus").contact == "ratp"
    assert routed("quand aura lieu le repas des anciens").contact == ""


@pytest.mark.parametrize(
    "text",
    [
        "ai-je droit au RSA ?",
        "suis-je éligible à la prime d'activité",
        "est-ce que je peux toucher l'allocation logement",
    ],
)
def test_a_question_on_ones_own_rights_is_answered_with_the_notice_that_no_verdict_is_given(text: str) -> None:
    turn = routed(text)

    assert turn.status is None
    assert turn.notices == (("eligibility", ""),)


@pytest.mark.parametrize(
    "text",
    ["qui a droit au RSA ?", "mon patron a-t-il le droit de me licencier ?", "droit de visite des grands-parents"],
)
def test_a_general_right_brings_no_such_notice(text: str) -> None:
    assert routed(text).notices == ()


def test_a_document_chosen_by_the_resident_is_never_routed_away() -> None:
    assert routed("bonjour", conversation=Conversation(document="F1234")).status is None


def test_a_settled_turn_is_left_alone() -> None:
    turn = Turn("bonjour", DAY, status=Status.REFUSED_TOO_LONG)

    assert ROUTE(turn) is turn


def test_the_completed_question_is_what_is_routed() -> None:
    assert routed("et à Lyon ?", searched="tarif de la piscine à Lyon").status is Status.UNANSWERABLE_ELSEWHERE


def test_a_letter_is_left_to_the_search() -> None:
    letter = (
        "Bonjour, "
        + "je vous écris car ma situation est difficile depuis des mois. " * 10
        + "Qui est le maire du 14e ?"
    )

    assert routed(letter).status is None


@given(st.text(max_size=300))
def test_any_text_is_routed_the_same_way_twice(text: str) -> None:
    assert routed(text) == routed(text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ('all = ["hours"]', "'hours'"),
        ('all = ["greeting"]\nnone = ["nothing"]', "'nothing'"),
        ('all = ["greeting"]\ncontact = "nobody"', "'nobody'"),
    ],
)
def test_a_rule_that_names_something_unknown_is_refused_at_start(tmp_path: Path, change: str, message: str) -> None:
    path = tmp_path / "route.toml"
    head = 'longest = 9\ncategory = []\noperator = []\n[concept]\ngreeting = ["bonjour"]\n'
    path.write_text(f'{head}[[rule]]\nstatus = "refused_opinion"\n{change}\n', encoding="utf-8")

    with pytest.raises(ConfigurationError, match=message):
        Route(load_authorities(), load_contacts(), path=path)


@pytest.mark.parametrize("status", ["answered", "handover_urgent", "no_such_status"])
def test_a_rule_never_gives_what_is_not_its_to_give(tmp_path: Path, status: str) -> None:
    path = tmp_path / "route.toml"
    path.write_text(
        f'longest = 9\ncategory = []\noperator = []\n[concept]\n[[rule]]\nstatus = "{status}"\n', encoding="utf-8"
    )

    with pytest.raises(ConfigurationError, match=status):
        Route(load_authorities(), load_contacts(), path=path)


def test_an_operator_without_its_authority_is_refused_at_start(tmp_path: Path) -> None:
    path = tmp_path / "route.toml"
    path.write_text(
        'longest = 9\ncategory = []\nrule = []\n[concept]\n[[operator]]\nauthority = "x"\nsaid = ["x"]\n',
        encoding="utf-8",
    )

    with pytest.raises(ConfigurationError, match="'x'"):
        Route(load_authorities(), load_contacts(), path=path)


def following(text: str, before: Exchange, own_words: int) -> Turn:
    """A follow-up, as bot/rewrite.py leaves it."""
    conversation = Conversation((before,), document=before.document)
    return Turn(text, DAY, conversation=conversation, searched=f"{before.text} {text}", own_words=own_words)


CARD = Exchange("J'ai perdu ma carte d'identité", Status.ANSWERED, "F1", "Carte d'identité : en cas de perte")
POOL = Exchange("À quelle heure ouvre la piscine Pontoise ?", Status.UNANSWERABLE_LOCAL_FACT)


def test_a_follow_up_is_told_by_its_own_words_even_in_a_document() -> None:
    turn = ROUTE(following("Où en est mon dossier de logement social ?", CARD, own_words=3))

    assert turn.status is Status.UNANSWERABLE_PERSONAL_FILE


@pytest.mark.parametrize("text", ["oui", "d'accord", "ok super"])
def test_a_yes_in_the_middle_of_a_procedure_goes_on_with_it(text: str) -> None:
    assert ROUTE(following(text, CARD, own_words=0)).status is None


def test_what_completes_a_question_without_answer_has_none() -> None:
    assert ROUTE(following("et le dimanche ?", POOL, own_words=1)).status is Status.UNANSWERABLE_LOCAL_FACT


def test_a_document_chosen_by_a_button_is_answered_from() -> None:
    chosen = Turn("Où en est mon dossier ?", DAY, conversation=Conversation((CARD,), document="F1"))

    assert ROUTE(chosen).status is None


@pytest.mark.parametrize("text", ["1", "la 2", "le premier"])
def test_a_rank_typed_when_no_question_is_open_is_added_to_nothing(text: str) -> None:
    turn = replace(following(text, CARD, own_words=0), notices=(("follow_up", f"{CARD.text} {text}"),))

    told = ROUTE(turn)

    assert told.status is Status.REFUSED_EMPTY
    assert told.notices == ()


def test_more_is_not_asked_of_a_document_because_a_question_says_where() -> None:
    plain, placed = (ROUTE(Turn(text, DAY)) for text in ("me désabonner de sfr", "me désabonner de sfr, rue Curial"))

    assert placed.status is None
    assert placed.least <= plain.least
