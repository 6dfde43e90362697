"""The trained model tells what no rule foresaw, and asks the more of a document the less a question sounds like one."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intent_leaning import LEANING_FILE, as_read, least, sound
from bot.leaning import read_leaning
from bot.route import OVERRULED, Route
from bot.turn import Status, Turn
from corpus.contacts import load_authorities, load_contacts

DAY = date(2026, 11, 2)
ROUTE = Route(load_authorities(), load_contacts())
RULES = Route(load_authorities(), load_contacts(), rules_only=True)
SHARE = st.floats(min_value=0.0, max_value=1.0)
MOST_BYTES = 400_000
CASES = LEANING_FILE.parents[1] / "eval" / "cases"

HEARD = {
    Status.REFUSED_SMALL_TALK: ["hé ben t'es rigolo toi", "tu regardes le foot toi ?"],
    Status.REFUSED_OPINION: ["les députés gagnent trop, pas vrai", "la chasse devrait être interdite, t'es d'accord ?"],
    Status.REFUSED_ADVICE: [
        "vous pensez que je gagnerais contre mon voisin au tribunal ?",
        "ma nuque me lance depuis l'aube, dois-je m'inquiéter",
    ],
    Status.HANDOVER_REPORT: ["le lampadaire grésille en bas de chez moi"],
    Status.UNANSWERABLE_LOCAL_FACT: ["y a t il encore des cours de yoga à la salle du quartier le mardi"],
}
ANSWERABLE = [
    "comment savoir où en est ma demande de passeport ?",
    "qui est responsable si je glisse sur un trottoir verglacé ?",
    "où refaire mes papiers volés ?",
    "je quitte Lille pour Paris, comment inscrire ma fille à l'école ?",
    "ai-je droit à une aide pour payer mon loyer ?",
    "mon patron me fait travailler le dimanche, a-t-il le droit ?",
    "Comment faire enlever mes encombrants sur le trottoir ?",
    "je suis en arrêt maladie depuis un mois, qui me paie ?",
]


@pytest.mark.parametrize(("status", "text"), [(status, text) for status, texts in HEARD.items() for text in texts])
def test_what_no_rule_hears_is_settled_by_the_model(status: Status, text: str) -> None:
    assert RULES(Turn(text, DAY)).status is None

    assert ROUTE(Turn(text, DAY)).status is status


@pytest.mark.parametrize("text", ANSWERABLE)
def test_its_administrative_neighbour_goes_on_to_the_search(text: str) -> None:
    assert ROUTE(Turn(text, DAY)).status is None


def test_more_is_asked_of_a_document_when_the_question_sounds_unanswerable() -> None:
    strange = ROUTE(Turn("la prime des amateurs de réverbères bleus, on la touche quand", DAY))
    plain = ROUTE(Turn("quels documents pour renouveler un passeport", DAY))

    assert strange.least > plain.least


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("opinion", Status.REFUSED_OPINION, "les édiles te paraissent honnêtes ?"),
        ("small_talk", Status.REFUSED_SMALL_TALK, "tu roupilles des fois ?"),
    ],
)
def test_what_is_said_in_words_that_no_phrase_of_its_kind_has_is_settled(kind: str, status: Status, text: str) -> None:
    lines = (CASES / "intent_phrases.tsv").read_text(encoding="utf-8").splitlines()
    learnt = " ".join(line for line in lines if line.startswith(kind)).lower()
    assert not {word for word in re.findall(r"\w{4,}", text.lower()) if word in re.findall(r"\w{4,}", learnt)}

    assert ROUTE(Turn(text, DAY)).status is status


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (Status.UNANSWERABLE_AUTHORITY, "mon RER s'est immobilisé sous le tunnel"),
        (Status.UNANSWERABLE_OUT_OF_SCOPE, "pourquoi les flamants sont-ils roses"),
    ],
)
def test_what_is_of_another_house_or_of_none_is_settled_by_the_model(status: Status, text: str) -> None:
    assert RULES(Turn(text, DAY)).status is None

    assert ROUTE(Turn(text, DAY)).status is status


@given(one=SHARE, other=SHARE)
def test_the_evidence_asked_is_a_probability_and_grows(one: float, other: float) -> None:
    asked = [least(share, slope=0.5, shift=-1.0) for share in sorted((one, other))]

    assert 0.0 < asked[0] <= asked[1] < 1.0


@given(st.text(max_size=200))
def test_any_text_is_weighed(text: str) -> None:
    sounded = sound(text, ROUTE.words)

    assert 0.0 <= sounded.least <= 1.0
    assert sounded == sound(text, ROUTE.words)


def test_a_concept_counts_as_one_sign_whatever_its_name() -> None:
    assert as_read("où en est mon dossier", ROUTE.words).split()[:5] == ["ou", "en", "est", "mon", "dossier"]
    assert {len(sign) for sign in as_read("où en est mon dossier", ROUTE.words).split()[5:]} == {1}


def test_the_weights_stay_small_and_the_first_label_is_the_answerable() -> None:
    assert LEANING_FILE.stat().st_size < MOST_BYTES
    assert read_leaning(LEANING_FILE).labels[0] == "none"


@pytest.mark.parametrize(
    "text",
    [
        "Je rends mon appartement pour un plus petit, le préavis est de combien ?",
    ],
)
def test_a_rule_on_words_of_many_procedures_is_overruled_when_the_question_surely_has_an_answer(text: str) -> None:
    assert RULES(Turn(text, DAY)).status in OVERRULED

    assert ROUTE(Turn(text, DAY)).status is None
