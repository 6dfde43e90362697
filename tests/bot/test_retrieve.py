"""The document that answers is found, in the version of the day; a question that nothing answers is refused."""

from __future__ import annotations

from datetime import date

import pytest

from bot.assembly import Assembly
from bot.retrieve import Retrieve
from bot.turn import Conversation, Status, Turn
from corpus.contacts import Authorities, Authority, Origin
from tests.bot.town import DAY, ELSEWHERE, LOST_CARD, PASSPORT, TERRACE


def who_decides(identifier: str, *matters: str) -> Authorities:
    source = Origin("Service-public.fr", "https://www.service-public.fr", date(2020, 1, 1), ("decides",))
    return Authorities((Authority(identifier, "l’autorité", matters, (source,)),))


@pytest.mark.parametrize(("question", "document"), [(LOST_CARD, "F9001"), (PASSPORT, "F9002"), (TERRACE, "terrasse-2")])
def test_the_document_that_answers_is_found_with_all_its_passages(bot: Assembly, question: str, document: str) -> None:
    turn = Retrieve(bot.opened.searcher, bot.opened.store)(Turn(question, DAY))

    assert turn.status is None
    assert turn.card is not None
    assert turn.card.id == document
    assert turn.passages == bot.opened.store.passages_of(turn.card.key)


@pytest.mark.parametrize("question", [ELSEWHERE, "zzz qqq", "le la les", "x"])
def test_a_question_that_no_document_answers_is_refused(bot: Assembly, question: str) -> None:
    turn = Retrieve(bot.opened.searcher, bot.opened.store)(Turn(question, DAY))

    assert turn.status is Status.UNANSWERABLE_NO_SOURCE
    assert (turn.card, turn.passages) == (None, ())


def test_a_settled_turn_is_left_alone(bot: Assembly) -> None:
    turn = Turn(LOST_CARD, DAY, status=Status.REFUSED_TOO_LONG)

    assert Retrieve(bot.opened.searcher, bot.opened.store)(turn) is turn


def test_the_completed_question_is_what_is_searched(bot: Assembly) -> None:
    turn = Retrieve(bot.opened.searcher, bot.opened.store)(Turn("et sinon ?", DAY, searched=PASSPORT))

    assert turn.card is not None
    assert turn.card.id == "F9002"


def test_a_document_chosen_by_the_resident_answers_whatever_is_believed(bot: Assembly) -> None:
    key = bot.opened.store.keys_of("F9002")[0]
    turn = Retrieve(bot.opened.searcher, bot.opened.store)(
        Turn("zzz qqq", DAY, conversation=Conversation(document=key))
    )

    assert turn.status is None
    assert turn.card is not None
    assert turn.card.id == "F9002"
    assert turn.passages


def test_a_chosen_document_that_left_the_index_leaves_the_choice_to_the_search(bot: Assembly) -> None:
    turn = Retrieve(bot.opened.searcher, bot.opened.store)(
        Turn(PASSPORT, DAY, conversation=Conversation(document="gone"))
    )

    assert turn.card is not None
    assert turn.card.id == "F9002"


def test_a_language_that_nothing_reads_is_told(bot: Assembly) -> None:
    turn = Retrieve(bot.opened.searcher, bot.opened.store)(Turn("צריך עזרה עם הטופס הזה בבקשה", DAY))

    assert turn.status is Status.UNANSWERABLE_LANGUAGE


def test_another_authority_is_named_before_an_answer(bot: Assembly) -> None:
    authorities = who_decides("titres-securises", "passeport")
    turn = Retrieve(bot.opened.searcher, bot.opened.store, authorities)(Turn(PASSPORT, DAY))

    assert turn.status is None
    assert ("authority", "l’autorité") in turn.notices


def test_the_city_is_not_named_as_another_authority(bot: Assembly) -> None:
    authorities = who_decides("mairie-arrondissement", "passeport")
    turn = Retrieve(bot.opened.searcher, bot.opened.store, authorities)(Turn(PASSPORT, DAY))

    assert turn.notices == ()


def test_another_authority_is_named_when_nothing_answers(bot: Assembly) -> None:
    authorities = who_decides("ofpra", "recette")
    turn = Retrieve(bot.opened.searcher, bot.opened.store, authorities)(Turn(ELSEWHERE, DAY))

    assert (turn.status, turn.topic) == (Status.UNANSWERABLE_AUTHORITY, "l’autorité")


@pytest.mark.parametrize(
    ("day", "document"),
    [
        (date(2021, 7, 1), "terrasse-1"),
        (date(2023, 12, 31), "terrasse-1"),
        (date(2024, 1, 1), "terrasse-2"),
        (DAY, "terrasse-2"),
    ],
)
def test_the_version_in_force_on_the_day_answers(bot: Assembly, day: date, document: str) -> None:
    turn = bot.responder.respond(TERRACE, day)

    assert turn.status is Status.ANSWERED
    assert {citation.document for sentence in turn.sentences for citation in sentence.citations} == {document}


@pytest.mark.parametrize("day", [date.min, date(1990, 5, 1), date(2021, 6, 30)])
def test_a_day_before_any_version_is_a_refusal_with_a_contact(bot: Assembly, day: date) -> None:
    turn = bot.responder.respond(TERRACE, day)

    assert turn.status in {Status.UNANSWERABLE_NO_SOURCE, Status.UNANSWERABLE_NO_CITATION}
    assert turn.sentences == ()
    assert bot.reply.contact(turn) is not None


def test_a_question_that_sounds_unanswerable_is_answered_on_stronger_evidence_only(bot: Assembly) -> None:
    retrieve = Retrieve(bot.opened.searcher, bot.opened.store)

    assert retrieve(Turn(PASSPORT, DAY, least=0.01)).status is None
    assert retrieve(Turn(PASSPORT, DAY, least=1.0)).status is Status.UNANSWERABLE_NO_SOURCE
