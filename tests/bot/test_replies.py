"""Every way a turn may end is worded for a resident, and every turn ends with somebody to call."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.assembly import Assembly
from bot.replies import Reply, day_text, status_text, texts, warning_text
from bot.screen import LONGEST
from bot.turn import Asked, Role, Status, Turn
from corpus.chunk import passages_of
from corpus.contacts import Contacts, load_contacts
from corpus.document import Block, BlockKind, Document, DocumentKind, Link
from corpus.source import Source
from corpus.store import DocumentCard
from tests.bot.town import DAY, EVERY_QUESTION

FOLDER = Path(bot.__file__).parent


def warnings_in_code() -> set[str]:
    """First items of the pairs that the steps add to `warnings`, read from their source."""
    found: set[str] = set()
    for path in FOLDER.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            first = node.elts[0] if isinstance(node, ast.Tuple) and len(node.elts) == 2 else None
            if "warnings" in source and isinstance(first, ast.Constant) and first.value in texts()["warning"]:
                found.add(str(first.value))
    return found


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_worded_and_nothing_is_left_to_fill_in(status: Status) -> None:
    worded = status_text(status)

    assert bool(worded) == (status is not Status.ANSWERED)
    assert not re.search(r"[{}]", worded)


def test_no_status_is_worded_that_no_turn_can_have() -> None:
    assert texts()["status"].keys() == {status.value for status in Status}


def test_a_refusal_for_length_says_how_long_a_message_may_be() -> None:
    assert str(LONGEST) in status_text(Status.REFUSED_TOO_LONG)


@pytest.mark.parametrize("key", sorted(texts()["warning"]))
@pytest.mark.parametrize("value", ["2020-08-26", ""])
def test_every_warning_can_be_told(key: str, value: str) -> None:
    worded = warning_text(key, value)

    assert worded
    assert not re.search(r"[{}]", worded)


def test_every_warning_that_is_worded_is_given_by_a_step() -> None:
    assert warnings_in_code() == texts()["warning"].keys()


def test_every_role_has_its_heading() -> None:
    assert texts()["role"].keys() == {role.value for role in Role}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2020-08-26", "26 août 2020"),
        ("2024-01-01", "1er janvier 2024"),
        (DAY, "2 mars 2026"),
        ("", ""),
        (None, ""),
        ("12", "12"),
        ("bientôt", "bientôt"),
    ],
)
def test_days_are_written_in_french(value: object, written: str) -> None:
    assert day_text(value) == written  # type: ignore[arg-type]


@given(st.dates())
def test_any_day_is_written_with_its_year_and_without_dashes(day: object) -> None:
    worded = day_text(str(day))

    assert worded.endswith(str(int(str(day)[:4])))
    assert "-" not in worded


@pytest.mark.parametrize("question", ["", "?", "x" * (LONGEST + 1), "Une recette de crêpes ?", *EVERY_QUESTION])
def test_every_turn_ends_with_a_contact_of_the_contacts_file(bot: Assembly, question: str) -> None:
    turn = bot.responder.respond(question, DAY)

    contact = load_contacts().get(turn.contact)
    assert contact is not None
    assert bot.reply.contact(turn) == contact
    assert contact.phone or contact.address or contact.url
    assert contact.sources


def test_the_contact_is_the_one_whose_matter_is_nearest(bot: Assembly) -> None:
    urgent = bot.responder.respond("Il y a un incendie dans la cage d'escalier", DAY)

    assert urgent.contact == "pompiers"
    assert bot.responder.respond("Quel est le sens de la vie ?", DAY).contact == texts()["contact"]["default"]


def test_the_default_contact_is_in_the_contacts_file() -> None:
    assert load_contacts().get(texts()["contact"]["default"]) is not None


def test_without_any_contact_a_turn_still_ends() -> None:
    reply = Reply(Contacts(()))
    turn = reply(Turn("carte", DAY))

    assert (turn.contact, reply.contact(turn)) == ("", None)


def contact_of(question: str, title: str, *dossier: str, places: tuple[Link, ...] = ()) -> str:
    """The contact of an answer to `question` from a document of that title, filed and sending to places as told."""
    blocks = (Block(BlockKind.TEXT, "Règle."), *(Block(BlockKind.CONTACT, link.label, (), (link,)) for link in places))
    document = Document(
        "F1",
        "essai",
        DocumentKind.SHEET,
        title,
        "Éditeur",
        "Licence",
        DAY,
        blocks,
        breadcrumb=dossier,
        theme=dossier[0],
    )
    passages = tuple(passages_of(document, Source("essai", "dila", "Éditeur", "Licence"), DAY))
    asked = Asked("Lequel ?", "c1", ("un", "deux"))
    turn = Turn(question, DAY, card=DocumentCard.of(document, 1), passages=passages, question=asked)
    return Reply(load_contacts())(turn).contact


PRIVATE = ("Travail", "Contrats de travail dans le secteur privé")


@pytest.mark.parametrize(
    ("question", "title", "dossier", "places", "contact"),
    [
        ("quel préavis si je démissionne ?", "Préavis de démission", PRIVATE, (), "droit-du-travail"),
        (
            "mon préavis",
            "Congé de naissance",
            ("Travail", "Congés dans la fonction publique"),
            (),
            "allo-service-public",
        ),
        ("vélo électrique, un casque ?", "Circuler à vélo", ("Transports", "Règles"), (), "ville-de-paris"),
        ("le vol, mon contrat est en cours", "Assurance d'un portable", ("Argent", "Assurance"), (), "ville-de-paris"),
        ("j'ai été cambriolé", "Vol, cambriolage", ("Argent", "Assurance"), (), "ville-de-paris"),
        (
            "mon permis, j'ai une carte de séjour",
            "Échange",
            ("Transports", "Permis de conduire"),
            (),
            "titres-securises",
        ),
        (
            "ma carte, il me faut un visa ?",
            "Séjour d'un étudiant",
            ("Étranger", "Titres"),
            (Link("Préfecture", "", "prefecture"), Link("Préfecture de police", "", "paris_ppp_titre_sejour")),
            "titres-de-sejour-paris",
        ),
        (
            "mon salaire pendant un arrêt",
            "Indemnités journalières",
            ("Social - Santé", "Arrêt"),
            (Link("Caisse primaire d'assurance maladie (CPAM)", "", "cpam"),),
            "assurance-maladie",
        ),
        (
            "poser une enseigne",
            "Enseigne commerciale",
            ("Vente", "Publicité"),
            (Link("Mairie", "", "mairie"),),
            "urbanisme-paris",
        ),
    ],
)
def test_the_contact_of_an_answer_is_that_of_the_matter_of_its_document(
    question: str, title: str, dossier: tuple[str, ...], places: tuple[Link, ...], contact: str
) -> None:
    assert contact_of(question, title, *dossier, places=places) == contact


@pytest.mark.parametrize(
    ("question", "contact"),
    [
        ("salaire impayé, que faire", "droit-du-travail"),
        ("mon contrat est en cours et l'assurance ne paie pas pour le vol", "ville-de-paris"),
        ("mon vélo, laissé devant le métro Jaurès", "ville-de-paris"),
        ("un problème dans le métro", "ratp"),
    ],
)
def test_the_contact_of_a_refusal_is_that_of_words_said_together(question: str, contact: str) -> None:
    turn = Turn(question, DAY, status=Status.UNANSWERABLE_NO_SOURCE)

    assert Reply(load_contacts())(turn).contact == contact


def test_every_dossier_leads_to_a_line_of_the_contacts_file() -> None:
    known = load_contacts()

    assert [name for name, line in texts()["dossier"].items() if known.get(line) is None] == []
    assert [line for line in texts()["contact"]["rescue"].split() if known.get(line) is None] == []
