"""A follow-up is searched alone and beside its subject, and kept to the document before, or not, by what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.assembly import Assembly
from bot.rewrite import Rewrite, continued
from bot.turn import NO_CONVERSATION, Asked, Conversation, Exchange, Role, Status, Turn
from corpus.found import DocumentHit, Found
from tests.bot.town import DAY, LOST_CARD

AGE = Asked("Quel âge ?", "c1", ("Vous êtes majeur", "Votre enfant est mineur"))
CANTEEN = (
    "Mon enfant voudrait un repas de cantine scolaire : faut-il la réserver, en quels jours, selon quelles ressources, "
    "et la naissance ou le mariage des parents change-t-il le tarif du premier repas ?"
)
FOLLOW_UPS = [
    "et combien ça coûte ?",
    "Combien ?",
    "quels papiers ?",
    "c'est long ?",
    "sous quel délai ?",
    "mais oui",
]


@pytest.fixture
def rewrite(bot: Assembly) -> Rewrite:
    return Rewrite(bot.opened.searcher, bot.opened.store)


@pytest.fixture
def lost(bot: Assembly) -> Exchange:
    """The turn before: somebody lost a card, and was answered."""
    return continued(bot.responder.respond(LOST_CARD, DAY)).exchanges[-1]


def after(rewrite: Rewrite, *exchanges: Exchange, text: str) -> Turn:
    return rewrite(Turn(text, DAY, conversation=Conversation(exchanges)))


def played(bot: Assembly, *messages: str) -> Turn:
    """Say messages in one conversation; return the last turn."""
    conversation, turn = NO_CONVERSATION, None
    for message in messages:
        turn = bot.responder.respond(message, DAY, conversation=conversation)
        conversation = continued(turn)
    assert turn is not None
    return turn


def _searches_counted(bot: Assembly, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The list of what is searched from now on."""
    searched: list[str] = []
    search = bot.opened.searcher.search

    def counted(text: str, **options: object) -> object:
        searched.append(text)
        return search(text, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(bot.opened.searcher, "search", counted)
    return searched


@pytest.mark.parametrize("text", FOLLOW_UPS)
def test_a_message_that_means_nothing_alone_goes_on_in_the_document_before(
    rewrite: Rewrite, lost: Exchange, text: str
) -> None:
    turn = after(rewrite, lost, text=text)

    assert turn.conversation.document == lost.document
    assert turn.query.endswith(text)
    assert dict(turn.notices)["follow_up"] == turn.query


@pytest.mark.parametrize("role", [Role.COST, Role.DELAY, Role.DOCUMENTS])
def test_a_chapter_asked_for_is_read_in_the_document_before(bot: Assembly, role: Role) -> None:
    asked = {Role.COST: "et le prix ?", Role.DELAY: "sous quel délai ?", Role.DOCUMENTS: "quels papiers ?"}

    turn = played(bot, "Je suis majeur et j'ai perdu ma carte d'identité", asked[role])

    assert turn.card is not None
    assert turn.card.id == "F9001"
    heading = {Role.COST: "Coût", Role.DELAY: "Délai", Role.DOCUMENTS: "Documents à fournir"}[role]
    assert turn.sentences[0].citations[0].path.endswith(heading)


def test_what_was_asked_before_does_not_answer_in_place_of_what_is_asked_now(bot: Assembly) -> None:
    first = "Je suis majeur et j'ai perdu ma carte d'identité. Combien coûte la nouvelle ?"

    turn = played(bot, first, "et sous quel délai ?")

    assert "21 jours" in turn.sentences[0].text


@pytest.mark.parametrize(
    "text", ["et la cantine scolaire ?", "et pour la crèche municipale ?", "Et le stationnement résidentiel"]
)
def test_a_follow_up_on_another_thing_leaves_the_document_before(rewrite: Rewrite, lost: Exchange, text: str) -> None:
    turn = after(rewrite, lost, text=text)

    assert turn.conversation.document == ""
    assert turn.found is not None
    assert turn.found.documents[0].key != lost.document
    assert continued(replace(turn, status=Status.ANSWERED)).exchanges[-1].text == text


@pytest.mark.parametrize(
    ("text", "best", "other", "kept"),
    [
        ("et le repas de la cantine scolaire ?", 1.5, 0.8, True),
        ("et le repas de la cantine scolaire ?", 0.6, 0.5, False),
        ("et le repas de la cantine scolaire ?", 1.5, 1.48, False),
        ("et si je prends un repas de cantine ?", 1.5, 1.48, True),
        ("combien ?", 0.6, 0.5, True),
    ],
    ids=["found clearly", "nothing trusted", "as near as another", "another case of the same", "no word of its own"],
)
def test_the_document_before_is_left_when_several_words_of_a_message_are_not_clearly_about_it(
    bot: Assembly, monkeypatch: pytest.MonkeyPatch, lost: Exchange, text: str, best: float, other: float, kept: bool
) -> None:
    searcher = bot.opened.searcher

    def search(asked: str, **_: object) -> Found:
        hits = ((lost.document, best), ("F9007", other), ("F9002", 0.1))
        return Found(searcher.analyse(asked), tuple(DocumentHit(key, key, key, score, ()) for key, score in hits))

    monkeypatch.setattr(searcher, "search", search)

    turn = after(Rewrite(searcher, bot.opened.store), lost, text=text)

    assert turn.conversation.document == (lost.document if kept else "")


def test_a_question_that_stands_alone_is_searched_once_and_left_alone(rewrite: Rewrite, lost: Exchange) -> None:
    turn = after(rewrite, lost, text=CANTEEN)

    assert (turn.query, turn.conversation.document, turn.notices, turn.own_words) == (CANTEEN, "", (), None)
    assert turn.found is not None
    assert turn.found.question.text == CANTEEN


def test_what_was_found_is_not_searched_again(bot: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    searched = _searches_counted(bot, monkeypatch)
    played(bot, LOST_CARD, "et combien ça coûte ?", CANTEEN)

    # Once for a question; twice for the first follow-up: alone, and after the question before, which is the first one.
    assert len(searched) == 4
    assert searched[2] == f"{LOST_CARD} et combien ça coûte ?"


def test_a_message_is_searched_after_the_first_question_too_which_tells_the_situation(
    rewrite: Rewrite, bot: Assembly, lost: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = _searches_counted(bot, monkeypatch)
    later = Exchange("Et la cantine ?", Status.UNANSWERABLE_NO_SOURCE)
    text = "mon enfant mineur aussi"

    turn = after(rewrite, lost, later, text=text)

    assert searched == [text, f"{later.text} {text}", f"{lost.text} {text}"]
    assert turn.found is not None
    assert turn.found.documents[0].key == lost.document


def test_greetings_before_the_first_question_tell_no_situation(
    rewrite: Rewrite, bot: Assembly, lost: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = _searches_counted(bot, monkeypatch)

    after(rewrite, Exchange("Bonjour", Status.REFUSED_SMALL_TALK), lost, text="et combien ?")

    assert searched == ["et combien ?", f"{lost.text} et combien ?"]


def test_a_message_without_a_word_of_its_own_is_not_ranked_by_what_it_says_alone(
    rewrite: Rewrite, lost: Exchange
) -> None:
    turn = after(rewrite, replace(lost, document=""), text="combien ça coûte ?")

    assert turn.own_words == 0
    assert turn.found is not None
    assert turn.found.question.text == f"{lost.text} combien ça coûte ?"


def test_a_first_message_has_nothing_to_follow(rewrite: Rewrite) -> None:
    assert rewrite(Turn("combien ?", DAY)) == Turn("combien ?", DAY)


@pytest.mark.parametrize("text", ["merci", "Merci beaucoup !", "ok merci, au revoir", "Bonjour"])
def test_thanks_and_greetings_ask_for_nothing_more(rewrite: Rewrite, lost: Exchange, text: str) -> None:
    assert after(rewrite, lost, text=text).query == text


def test_an_answer_to_the_deciding_question_takes_its_branch_in_the_same_document(
    rewrite: Rewrite, lost: Exchange
) -> None:
    turn = after(rewrite, replace(lost, question=AGE), text="mineur")

    assert turn.conversation.document == lost.document
    assert turn.conversation.picked[-1] == ("c1", "Votre enfant est mineur")
    assert turn.query == f"{lost.text} mineur"


def test_a_rank_that_picks_an_option_is_remembered_by_what_it_picked(rewrite: Rewrite, lost: Exchange) -> None:
    turn = after(rewrite, replace(lost, question=AGE), text="2")

    assert turn.conversation.picked[-1] == ("c1", AGE.options[1])
    assert turn.query == f"{lost.text} {AGE.options[1]}"


def test_what_was_picked_still_holds_for_the_questions_that_follow(rewrite: Rewrite, lost: Exchange) -> None:
    picked = (("c1", "Votre enfant est mineur"),)

    assert after(rewrite, replace(lost, picked=picked), text="et combien ça coûte ?").conversation.picked == picked


@pytest.mark.parametrize("text", ["et pour mon mari ?", "et si j'étais étranger"])
def test_what_was_picked_does_not_hold_for_another_person(rewrite: Rewrite, lost: Exchange, text: str) -> None:
    picked = (("c1", "Votre enfant est mineur"),)

    assert after(rewrite, replace(lost, picked=picked), text=text).conversation.picked == ()


def test_an_answer_to_which_document_takes_it(rewrite: Rewrite) -> None:
    which = Exchange("Ma carte", Status.CLARIFY_DOCUMENT, question=Asked("?", "", ("Perdue", "Volée"), ("F1", "F2")))

    assert after(rewrite, which, text="volée").conversation.document == "F2"


def test_all_cases_are_shown_to_who_does_not_know(rewrite: Rewrite, lost: Exchange) -> None:
    turn = after(rewrite, replace(lost, question=AGE), text="je ne sais pas")

    assert (turn.conversation.document, turn.conversation.every_case) == (lost.document, True)


@pytest.mark.parametrize("text", ["tous", "les deux", "toutes les situations", "pour les deux"])
def test_both_options_are_taken_by_who_says_so(rewrite: Rewrite, lost: Exchange, text: str) -> None:
    assert after(rewrite, replace(lost, question=AGE), text=text).conversation.every_case


@pytest.mark.parametrize("text", ["le bailleur veut faire visiter tous les soirs", "un timbre pour les deux cartes"])
def test_a_sentence_that_only_holds_the_word_all_or_both_asks_for_something_else(
    rewrite: Rewrite, lost: Exchange, text: str
) -> None:
    assert not after(rewrite, replace(lost, question=AGE), text=text).conversation.every_case


def test_thanks_in_between_do_not_end_the_subject(rewrite: Rewrite, lost: Exchange) -> None:
    thanks = Exchange("merci", Status.REFUSED_SMALL_TALK)

    assert after(rewrite, lost, thanks, text="et combien ça coûte ?").conversation.document == lost.document


def test_a_button_under_an_answer_asks_its_question_again(rewrite: Rewrite, lost: Exchange) -> None:
    asked = replace(lost, question=AGE)
    turn = rewrite(
        Turn("Vous êtes majeur", DAY, conversation=Conversation((asked,), picked=(("c1", "Vous êtes majeur"),)))
    )

    assert (turn.query, turn.conversation.document) == (lost.text, lost.document)


def test_a_turn_that_was_settled_is_left_alone(rewrite: Rewrite, lost: Exchange) -> None:
    turn = Turn("combien ?", DAY, status=Status.REFUSED_ATTACK, conversation=Conversation((lost,)))

    assert rewrite(turn) == turn


def test_what_is_said_of_the_person_goes_with_the_questions_that_follow_and_what_was_asked_does_not(
    rewrite: Rewrite, lost: Exchange
) -> None:
    asked = continued(replace(after(rewrite, lost, text="et combien ?"), status=Status.ANSWERED))
    told = continued(replace(after(rewrite, lost, text="je suis mineur"), status=Status.ANSWERED))

    assert asked.exchanges[-1].text == lost.text
    assert told.exchanges[-1].text == f"{lost.text} je suis mineur"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200), st.text(min_size=1, max_size=200))
def test_any_message_after_any_other_is_searched_with_its_own_words(
    rewrite: Rewrite, lost: Exchange, before: str, text: str
) -> None:
    turn = after(rewrite, replace(lost, text=before), text=text)

    assert turn.query.endswith(text) or turn.query == before
