"""Promise 3: whatever the answer does not show is listed or asked about, and the certificate accounts for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from bot.assembly import Assembly
from bot.certificate import gaps
from bot.complete import complete
from bot.turn import Role, Turn
from corpus.branches import Branch
from corpus.document import Block
from tests.bot.town import DAY, EVERY_QUESTION, LOST_CARD, LOST_CARD_ADULT, LOST_CARD_CHILD, OLD_DATE, TERRACE
from tests.bot.turns import QUESTIONS, aged, answered, quoted, verified
from tests.corpus.trees import note, random_blocks, text

PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def left_out(turn: Turn) -> Iterator[Branch]:
    """Branches that the asker may be in, or was not put in, and that the answer neither shows, lists nor asks about."""
    assert turn.graph is not None
    assert turn.settled is not None
    listed = {item.ref for item in turn.also if item.kind == "branch"}
    asked = {turn.question.choice} if turn.question else set()
    shown = {citation.passage for sentence in turn.sentences for citation in sentence.citations}
    for choice in turn.graph.every_choice():
        # Under an option that was not taken, the listing of that option covers what is inside it.
        reached = all(
            step.choice not in turn.settled.taken or turn.settled.taken[step.choice].label == step.title
            for step in choice.parent
        )
        for branch in choice.branches:
            taken = turn.settled.taken.get(choice.id)
            followed = choice.ways or (taken is not None and taken.label == branch.label)
            covered = branch.id in listed or choice.id in asked or shown.issuperset(branch.passages)
            if reached and not followed and not covered:
                yield branch


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_no_branch_is_left_out_silently(blocks: tuple[Block, ...], question: str) -> None:
    turn = answered(blocks, question)

    if turn.sentences:
        assert [branch.id for branch in left_out(turn)] == []


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_the_certificate_of_every_answer_has_no_gap(blocks: tuple[Block, ...], question: str) -> None:
    turn = answered(blocks, question)

    assert turn.graph is not None
    assert (turn.certificate is not None) == bool(turn.sentences)
    if turn.certificate is not None:
        assert gaps(turn.graph, turn.certificate) == ()


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_every_remark_the_asker_may_meet_is_shown_or_listed(blocks: tuple[Block, ...], question: str) -> None:
    turn = answered(blocks, question)

    if not turn.sentences:
        return
    assert turn.graph is not None
    assert turn.settled is not None
    listed = {item.ref for item in turn.also if item.kind == "exception"}
    said = {sentence.text for sentence in turn.sentences}
    for passage in turn.graph.passages:
        if passage.ref in turn.graph.exceptions:
            assert passage.ref in listed or all(line in said for line in sentences_of(passage.text))


def sentences_of(words: str) -> list[str]:
    return [line for line in words.split("\n") if line]


@pytest.mark.parametrize("question", EVERY_QUESTION)
def test_every_answer_of_the_town_is_complete(bot: Assembly, question: str) -> None:
    turn = bot.responder.respond(question, DAY)

    if turn.sentences:
        assert turn.graph is not None
        assert turn.certificate is not None
        assert gaps(turn.graph, turn.certificate) == ()
        assert list(left_out(turn)) == []


def test_the_branch_that_was_not_taken_is_listed_by_its_label(bot: Assembly) -> None:
    adult = bot.responder.respond(LOST_CARD_ADULT, DAY)
    child = bot.responder.respond(LOST_CARD_CHILD, DAY)

    assert "Votre enfant est mineur" in {item.label for item in adult.also}
    assert "Vous êtes majeur" not in {item.label for item in adult.also}
    assert {item.label for item in child.also if item.kind == "branch"} == {"Vous êtes majeur"}


def test_an_open_choice_is_asked_about_and_its_exceptions_are_listed(bot: Assembly) -> None:
    turn = bot.responder.respond(LOST_CARD, DAY)

    assert turn.question is not None
    assert turn.question.options == ("Vous êtes majeur", "Votre enfant est mineur")
    listed = {item.label for item in turn.also if item.kind == "exception"}
    assert "La présence du mineur est exigée, sauf s'il a moins de 12 ans." in listed


def test_an_exception_that_is_shown_is_not_listed_again() -> None:
    blocks = (text("Comptez 86 €.", "Coût"), note("Sauf le lundi.", "Coût"))

    turn = answered(blocks, "Combien ça coûte ?")

    assert "Sauf le lundi." in {sentence.text for sentence in turn.sentences if sentence.role is Role.CAUTION}
    assert [item for item in turn.also if item.kind == "exception"] == []


def test_a_second_choice_beside_the_one_followed_is_not_forgotten() -> None:
    blocks = (
        text("Une personne majeure paie 86 €.", "c1/Majeur"),
        text("Une personne mineure paie 17 €.", "c1/Mineur"),
        text("Comptez 2 mois avec enfants.", "Délai", "c2/Avec enfants"),
        text("Comptez 3 mois sans enfant.", "Délai", "c2/Sans enfant"),
    )

    turn = answered(blocks, "Je suis majeur, combien ça coûte ?")

    assert turn.branch == ("Majeur",)
    assert {item.label for item in turn.also} >= {"Mineur", "Délai : Avec enfants", "Délai : Sans enfant"}


def test_neighbouring_documents_are_listed(bot: Assembly) -> None:
    turn = bot.responder.respond("Comment conclure un pacs ?", DAY)

    neighbours = [(item.label, item.ref) for item in turn.also if item.kind == "document"]
    assert neighbours == [("Publication des bans du mariage", "F9006")]


def test_a_turn_without_a_sentence_gets_no_certificate(bot: Assembly) -> None:
    turn = bot.responder.respond("Quelle est la recette du boeuf bourguignon ?", DAY)

    assert (turn.certificate, turn.also) == (None, ())


def test_the_path_goes_down_every_option_that_was_settled_one_under_the_other() -> None:
    blocks = (
        text("Une personne majeure paie 86 €.", "c1/Majeur", "c2/Vous êtes marié"),
        text("Une personne majeure paie 40 €.", "c1/Majeur", "c2/Vous êtes célibataire"),
        note("Sauf le samedi.", "c1/Majeur", "c2/Vous êtes célibataire"),
        text("Une personne mineure paie 17 €.", "c1/Mineur"),
    )

    turn = answered(blocks, "Je suis majeur et vous êtes marié, combien paie une personne majeure ?")

    assert turn.branch == ("Majeur", "Vous êtes marié")
    assert turn.certificate is not None
    assert [step.title for step in turn.certificate.path] == ["Majeur", "Vous êtes marié"]
    assert [item.label for item in turn.also] == ["Mineur", "Majeur : Vous êtes célibataire"]


def test_a_remark_of_which_one_line_is_missing_is_listed() -> None:
    turn = verified(
        quoted([text("Comptez 86 €.", "Coût"), note("Sauf le lundi.\nSauf le mardi.", "Coût")], "Combien ?")
    )
    half = tuple(sentence for sentence in turn.sentences if sentence.text != "Sauf le mardi.")

    assert [item.kind for item in complete(turn).also] == []
    assert [item.kind for item in complete(replace(turn, sentences=half)).also] == ["exception"]


def test_a_text_in_french_is_announced_to_whom_asks_in_another_language() -> None:
    turn = verified(quoted([text("Comptez 86 €.", "Coût")], "Combien ça coûte ?"))

    assert complete(turn).warnings == ()
    assert complete(replace(turn, language="en")).warnings == (("language", ""),)


def test_an_old_text_is_announced_from_the_day_after_its_limit() -> None:
    turn = verified(quoted([text("Présentez une photo.", "Démarche")], "Que faire ?"))
    dated = tuple(replace(passage, text_until=turn.day, updated=OLD_DATE) for passage in turn.passages)
    turn = replace(turn, passages=dated)

    assert complete(turn).warnings == ()
    after = replace(turn, day=turn.day + timedelta(days=1))
    assert complete(after).warnings == (("old_text", OLD_DATE.isoformat()),)


def test_old_figures_are_announced_from_the_day_after_their_limit() -> None:
    turn = verified(quoted([text("Comptez 86 €.", "Coût")], "Combien ça coûte ?"))
    turn = aged(turn, turn.day)

    assert complete(turn).warnings == ()
    assert [key for key, _ in complete(replace(turn, day=turn.day + timedelta(days=1))).warnings] == ["old_figures"]


def test_a_text_bounded_in_time_says_for_which_day_it_is_given(bot: Assembly) -> None:
    day = date(2022, 5, 1)

    assert ("as_of", day.isoformat()) in bot.responder.respond(TERRACE, day).warnings
    assert "as_of" not in dict(bot.responder.respond(LOST_CARD, DAY).warnings)
