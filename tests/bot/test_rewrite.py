"""A follow-up is searched with what it follows; a message that stands alone is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rewrite import Rewrite, Sounded, continued, picked_option
from bot.turn import Asked, Conversation, Exchange, Status, Turn
from tests.bot.town import DAY

AGE = Asked("Quel âge ?", "c1", ("Vous êtes majeur", "Vous êtes mineur"))
LOST = Exchange("J'ai perdu ma carte d'identité", Status.ANSWERED, "F1", "Carte d'identité : en cas de perte")
ASKED = replace(LOST, status=Status.CLARIFY_BRANCH, question=AGE)
WHICH = Exchange(
    "Ma carte a disparu",
    Status.CLARIFY_DOCUMENT,
    question=Asked("Laquelle ?", "", ("Carte perdue", "Carte volée"), ("F1", "F2")),
)


def rewriting(**beliefs: float) -> Rewrite:
    """A step for which the words given are sounded with these beliefs, any other with none, and F1 is always near."""
    return Rewrite(lambda word: word != "blabla", lambda text, _: Sounded(beliefs.get(text, 0.0), ("F9", "F1")))


def after(*exchanges: Exchange, text: str, alone: float = 0.0) -> Turn:
    turn = Turn(text, DAY, conversation=Conversation(exchanges))
    return rewriting(**{text: alone})(turn)


@pytest.mark.parametrize(
    "text",
    [
        "et combien ça coûte ?",
        "Combien ?",
        "quels papiers ?",
        "Et pour ma fille ?",
        "et si je suis étranger",
        "C'est où ?",
    ],
)
def test_a_message_that_means_nothing_alone_is_searched_with_the_question_before_it(text: str) -> None:
    turn = after(LOST, text=text)

    assert turn.query == f"{LOST.text} {text}"
    assert turn.conversation.document == "F1"
    assert dict(turn.notices)["follow_up"] == turn.query


@pytest.mark.parametrize(
    "text",
    [
        "Comment inscrire mon fils à la cantine de l'école primaire ?",
        "Je voudrais déclarer la naissance de ma fille née hier à Paris, comment faire ?",
        "Où refaire mon passeport périmé avant un voyage scolaire ?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(text: str) -> None:
    turn = after(LOST, text=text, alone=0.9)

    assert (turn.query, turn.conversation.document, turn.notices) == (text, "", ())


@pytest.mark.parametrize("text", ["je suis locataire", "On voudrait refaire les photos", "j'ai 52 ans"])
def test_a_short_message_that_finds_nothing_alone_is_searched_with_the_question_before_it(text: str) -> None:
    assert after(LOST, text=text).query == f"{LOST.text} {text}"
    assert after(LOST, text=text, alone=0.9).query in {text, f"{LOST.text} {text}"}


@pytest.mark.parametrize("text", ["et pour le permis de conduire ?", "et pour un passeport ?", "et le passeport"])
def test_a_follow_up_on_another_thing_is_not_held_to_the_document_before(text: str) -> None:
    turn = after(LOST, text=text)

    assert turn.conversation.document == ""
    assert turn.query.endswith(text)
    assert continued(replace(turn, status=Status.ANSWERED)).exchanges[-1].text == text


def test_a_new_thing_that_finds_more_alone_is_searched_alone() -> None:
    assert after(LOST, text="et le passeport ?", alone=0.9).query == "et le passeport ?"


def test_a_first_message_has_nothing_to_follow() -> None:
    assert rewriting()(Turn("combien ?", DAY)) == Turn("combien ?", DAY)


@pytest.mark.parametrize("text", ["merci", "Merci beaucoup !", "ok merci, au revoir", "Bonjour"])
def test_thanks_and_greetings_ask_for_nothing_more(text: str) -> None:
    assert after(LOST, text=text).query == text


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("Mineur", 1),
        ("je suis mineure", 1),
        ("majeur", 0),
        ("le premier", 0),
        ("la deuxième", 1),
        ("2", 1),
        ("le dernier", 1),
        ("tous les cas", -1),
        ("je ne sais pas", -1),
        ("Combien ça coûte ?", None),
        ("", None),
    ],
)
def test_an_option_is_picked_by_its_words_or_its_rank(text: str, rank: int | None) -> None:
    assert picked_option(text, AGE.options) == rank


@pytest.mark.parametrize(("text", "rank"), [("oui", 0), ("non", 1), ("Non, pas encore", 1)])
def test_yes_or_no_picks_between_an_option_and_its_negation(text: str, rank: int) -> None:
    assert picked_option(text, ("Vous êtes marié", "Vous n'êtes pas marié")) == rank


def test_yes_picks_nothing_between_two_options_that_are_not_opposed() -> None:
    assert picked_option("oui", AGE.options) is None


@given(st.text(max_size=60), st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_what_is_picked_is_always_an_option(text: str, options: list[str]) -> None:
    rank = picked_option(text, options)

    assert rank is None or -1 <= rank < len(options)


def test_an_answer_to_the_deciding_question_takes_its_branch_in_the_same_document() -> None:
    turn = after(ASKED, text="mineure")

    assert (turn.conversation.document, turn.conversation.picked) == ("F1", (("c1", "Vous êtes mineur"),))
    assert turn.query == f"{LOST.text} mineure"


def test_what_was_picked_still_holds_for_the_questions_that_follow() -> None:
    first = after(ASKED, text="mineure")
    answered = replace(first, status=Status.ANSWERED)
    kept = replace(LOST, picked=answered.conversation.picked)

    turn = after(kept, text="et combien ça coûte ?")

    assert turn.conversation.picked == (("c1", "Vous êtes mineur"),)


def test_an_answer_to_which_document_takes_it() -> None:
    assert after(WHICH, text="volée").conversation.document == "F2"


def test_all_cases_are_shown_to_who_does_not_know() -> None:
    turn = after(ASKED, text="je ne sais pas")

    assert (turn.conversation.document, turn.conversation.every_case) == ("F1", True)


def test_thanks_in_between_do_not_end_the_subject() -> None:
    thanks = Exchange("merci", Status.REFUSED_SMALL_TALK)

    assert after(LOST, thanks, text="et combien ça coûte ?").conversation.document == "F1"


def test_a_button_under_an_answer_asks_its_question_again() -> None:
    conversation = Conversation((ASKED,), picked=(("c1", "Vous êtes majeur"),))
    turn = rewriting()(Turn("Vous êtes majeur", DAY, conversation=conversation))

    assert (turn.query, turn.conversation.document) == (LOST.text, "F1")


def test_a_turn_that_was_settled_is_left_alone() -> None:
    turn = Turn("combien ?", DAY, status=Status.REFUSED_ATTACK, conversation=Conversation((LOST,)))

    assert rewriting()(turn) == turn


def test_what_is_said_of_the_person_goes_with_the_questions_that_follow_and_what_was_asked_does_not() -> None:
    asked = continued(replace(after(LOST, text="et combien ?"), status=Status.UNANSWERABLE_NO_SOURCE))
    told = continued(replace(after(LOST, text="je suis mineur"), status=Status.ANSWERED))

    assert [exchange.text for exchange in asked.exchanges] == [LOST.text, LOST.text]
    assert told.exchanges[-1].text == f"{LOST.text} je suis mineur"
    assert asked.picked == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_message_after_any_other_is_searched_with_its_own_words(before: str, text: str) -> None:
    turn = after(replace(LOST, text=before), text=text)

    assert text in turn.query or turn.query == before
