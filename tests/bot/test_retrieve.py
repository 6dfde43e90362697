"""The document that answers is found, in the version of the day; a question that nothing answers is refused."""

from __future__ import annotations

from datetime import date

import pytest

from bot.assembly import Assembly
from bot.retrieve import Retrieve, belief, refusal
from bot.turn import Status, Turn
from corpus.question import Lexicon, analyse_question
from corpus.search import EVIDENCE, Found
from tests.bot.town import DAY, ELSEWHERE, LOST_CARD, PASSPORT, TERRACE


def found_with(**evidence: float) -> Found:
    question = analyse_question("carte", Lexicon({}))
    return Found(question, (), {**dict.fromkeys(EVIDENCE, 0.0), **evidence})


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


def test_belief_is_a_probability_that_grows_with_the_evidence() -> None:
    nothing, everything = belief(found_with()), belief(found_with(**dict.fromkeys(EVIDENCE, 1.0)))

    assert 0 < nothing < refusal()["answer"]["from"] < everything < 1
    assert all(nothing < belief(found_with(**{name: 1.0})) for name in EVIDENCE)


def test_every_piece_of_evidence_has_a_weight() -> None:
    assert {*EVIDENCE, "constant"} == refusal()["weights"].keys()
