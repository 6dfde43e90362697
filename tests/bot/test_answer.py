"""Answers for machines: the promised keys, values that are JSON, and the same bytes each time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answer import to_json
from bot.assembly import Assembly
from bot.turn import Role, Status, Turn
from corpus.contacts import load_contacts
from tests.bot.town import CANTEEN, DAY, ELSEWHERE, EVERY_QUESTION, LOST_CARD, LOST_CARD_CHILD, PASSPORT, TERRACE

PROMISED = {
    "id",
    "status",
    "language",
    "sentences",
    "branch",
    "also",
    "question",
    "next",
    "warnings",
    "contact",
    "generated",
    "level",
    "energy_wh",
    "release",
    "receipt",
}
PROMISED_OF_A_SENTENCE = {"text", "citations"}
PROMISED_OF_A_CITATION = {"passage", "document", "quote", "url", "title", "path", "updated"}
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


def answer(bot: Assembly, question: str, identifier: str = "") -> dict[str, Any]:
    turn = bot.responder.respond(question, DAY, identifier)
    values: dict[str, Any] = orjson.loads(orjson.dumps(to_json(turn, bot.reply.contact(turn))))
    return values


@pytest.mark.parametrize("question", ["", "x" * 5000, ELSEWHERE, *EVERY_QUESTION])
def test_every_answer_has_the_promised_keys(bot: Assembly, question: str) -> None:
    values = answer(bot, question, "q1")

    assert values.keys() >= PROMISED
    assert values["id"] == "q1"
    assert values["status"] in {status.value for status in Status}
    for sentence in values["sentences"]:
        assert sentence.keys() >= PROMISED_OF_A_SENTENCE
        assert sentence["citations"]
        for citation in sentence["citations"]:
            assert citation.keys() >= PROMISED_OF_A_CITATION


def test_without_generation_nothing_is_generated_and_nothing_spent(bot: Assembly) -> None:
    values = answer(bot, LOST_CARD)

    assert (values["generated"], values["energy_wh"]) == (False, [0, 0])
    assert (values["level"], values["release"], values["receipt"]) == (None, None, None)


def test_a_release_is_named_when_there_is_one() -> None:
    assert to_json(Turn("?", DAY), None, "2026.03")["release"] == "2026.03"


def test_a_citation_says_where_when_and_whose(bot: Assembly) -> None:
    (citation,) = answer(bot, CANTEEN)["sentences"][0]["citations"]

    assert citation["document"] == "F9007"
    assert citation["url"] == "https://fiches.example.fr/F9007"
    assert (citation["title"], citation["path"], citation["updated"]) == ("Cantine scolaire", "Tarif", "2020-08-26")
    assert (citation["publisher"], citation["licence"]) == ("DILA", "Licence Ouverte 2.0")
    assert citation["figures_are_old"] is True


def test_a_source_without_an_address_has_a_null_one(bot: Assembly) -> None:
    (citation,) = answer(bot, TERRACE)["sentences"][0]["citations"]

    assert citation["url"] is None
    assert (citation["document"], citation["valid_from"]) == ("terrasse-2", "2024-01-01")


def test_what_to_do_next_is_filed_by_kind(bot: Assembly) -> None:
    following = answer(bot, LOST_CARD_CHILD)["next"]

    kinds = [Role.STEPS, Role.DOCUMENTS, Role.COST, Role.DELAY, Role.WHERE, Role.ONLINE]
    assert list(following) == [kind.value for kind in kinds]
    assert following["delay"] == ["Pour un enfant, comptez 34 jours."]


def test_a_clarifying_question_gives_its_options(bot: Assembly) -> None:
    values = answer(bot, PASSPORT)

    assert values["status"] == "clarify_branch"
    assert values["question"]["options"] == ["Majeur", "Mineur de 15 à 17 ans", "Mineur de moins de 15 ans"]
    assert values["question"]["choice"]
    assert values["text"]


def test_other_branches_are_listed_with_their_kind(bot: Assembly) -> None:
    also = answer(bot, LOST_CARD_CHILD)["also"]

    assert [(item["kind"], item["label"]) for item in also] == [("branch", "Vous êtes majeur")]


def test_a_refusal_names_no_document_and_gives_a_contact_with_its_sources(bot: Assembly) -> None:
    values = answer(bot, ELSEWHERE)

    assert (values["status"], values["sentences"]) == ("unanswerable_out_of_scope", [])
    assert (values["document"], values["branch"], values["also"]) == (None, [], [])
    assert values["text"]
    known = load_contacts().get(values["contact"]["id"])
    assert known is not None
    assert values["contact"]["checked"] == known.checked.isoformat()
    assert values["contact"]["sources"]


@pytest.mark.parametrize("question", [*EVERY_QUESTION, ELSEWHERE, "", "How much is a passport?"])
def test_the_same_question_twice_gives_the_same_bytes(bot: Assembly, question: str) -> None:
    first, second = (
        orjson.dumps(to_json(turn, bot.reply.contact(turn)))
        for turn in (bot.responder.respond(question, DAY), bot.responder.respond(question, DAY))
    )

    assert first == second


@pytest.mark.parametrize(
    "question",
    [
        "\ud800 carte",
        "carte\udfff",
        "mot " * 250_000,
        "carte " * 600,
        "\x00\x1b[31m carte \x07",
        "אני צריך תעודת זהות",
        "أين أجدد بطاقة الهوية؟",
        "\u202ecarte\u202c",
        "🏠🗼😀",
        "carte 🪪 perdue",
        "'; DROP TABLE passages; --",
        "{text} %s ${HOME} {{7*7}}",
        "<script>alert(1)</script>",
        "护照多少钱",
        "٣ ٤ ٥ carte",
        "a" * 4000,
        "1" * 4000,
        "-" * 3999 + "a",
        "(" * 1000 + "carte" + ")" * 1000,
        "18 ans " * 500,
    ],
)
def test_no_question_breaks_the_bot(bot: Assembly, question: str) -> None:
    values = answer(bot, question)

    assert values["status"] != Status.ERROR_INTERNAL
    assert values["contact"] is not None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING)
def test_any_text_is_answered_or_refused_and_never_an_error(bot: Assembly, question: str) -> None:
    values = answer(bot, question)

    assert values["status"] != Status.ERROR_INTERNAL
    assert all(sentence["citations"] for sentence in values["sentences"])
    # Nothing is an answer without a sentence, nor a refusal with one.
    if values["status"] == Status.ANSWERED:
        assert values["sentences"]
    elif values["status"] != Status.CLARIFY_BRANCH:
        assert not values["sentences"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(EVERY_QUESTION), ANYTHING, st.booleans())
def test_noise_around_a_question_never_breaks_it(bot: Assembly, question: str, noise: str, before: bool) -> None:
    values = answer(bot, f"{noise} {question}" if before else f"{question} {noise}")

    assert values["status"] != Status.ERROR_INTERNAL


def test_a_turn_that_nothing_settled_is_an_error_and_not_an_answer() -> None:
    values = to_json(replace(Turn("?", DAY), status=None), None)

    assert values["status"] == Status.ERROR_INTERNAL
    assert json.dumps(values)
