"""A true quote may still be of another document, of a case that the question leaves out, or of another town."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.checks.place import misplaced
from bot.cite import cite
from bot.turn import Citation, Draft, Origin, Role, Sentence, Status, Turn
from bot.verify import Verify
from corpus.document import Passage
from tests.bot.turns import quoted
from tests.corpus.trees import text

BLOCKS = (
    text("La carte coûte 10 €.", "Coût", "c1/Vous êtes majeur"),
    text("La carte coûte 5 €.", "Coût", "c1/Vous êtes mineur"),
    text("Adressez-vous au guichet.", "Où s'adresser ?"),
    text("Adressez-vous au bureau du port.", "Pour habiter à Marseille"),
)
TURN = quoted(BLOCKS, "Je suis majeur, combien coûte la carte ?")


def holding(words: str) -> Passage:
    return next(passage for passage in TURN.passages if words in passage.text)


def cited(passage: Passage, turn: Turn = TURN) -> Turn:
    """The turn with a sentence that only repeats a passage, as a model may."""
    draft = Draft(passage.text, (1,), (passage.text,))
    return cite(replace(turn, sentences=(), status=Status.ANSWERED, numbered=(passage,), draft=(draft,)))


@pytest.mark.parametrize(
    ("words", "reason"), [("10 €", ""), ("5 €", "other_branch"), ("guichet", ""), ("bureau du port", "other_town")]
)
def test_a_passage_is_cited_only_for_whom_it_holds(words: str, reason: str) -> None:
    turn = cited(holding(words))

    assert [why for _, why in turn.rejected] == ([reason] if reason else [])
    assert len(turn.sentences) == (not reason)


def test_another_document_is_not_cited() -> None:
    other = replace(holding("guichet"), ref="F9#1", document="F9")

    assert [why for _, why in cited(other).rejected] == ["other_document"]


def test_the_town_that_is_asked_about_may_be_cited() -> None:
    turn = quoted(BLOCKS, "J'habite à Marseille, où aller ?")

    assert cited(holding("bureau du port"), turn).rejected == ()


def test_a_turn_without_a_document_is_not_looked_at() -> None:
    bare = replace(TURN, card=None, passages=(), settled=None)

    assert cited(holding("5 €"), bare).rejected == ()


def test_the_last_check_looks_again_and_does_not_show_the_quote_of_the_wrong_case() -> None:
    passage = holding("5 €")
    citation = Citation(passage.ref, passage.document, passage.text, None, "", "", None)
    sentence = Sentence(passage.text, Role.COST, (citation,), origin=Origin.MODEL)
    stored = {passage.ref: passage for passage in TURN.passages}
    turn = Verify(stored.get, withhold_old_figures=False)(replace(TURN, sentences=(sentence,)))

    assert turn.sentences == ()
    assert turn.rejected == ((passage.text, "other_branch"),)


def test_a_case_that_nobody_settled_is_cited_only_where_the_quoted_answer_shows_it() -> None:
    turn = quoted(BLOCKS, "Combien coûte la carte ?")
    adult, minor = (next(p for p in turn.passages if words in p.text) for words in ("10 €", "5 €"))
    citation = Citation(adult.ref, adult.document, adult.text, None, "", "", None)
    shown = replace(turn, sentences=(Sentence(adult.text, Role.COST, (citation,)),))

    assert turn.settled is not None
    assert not turn.settled.taken
    assert misplaced(minor, shown) == "other_branch"
    assert misplaced(adult, shown) == ""
    assert misplaced(holding("guichet"), replace(shown, passages=())) == ""
    # Before anything is quoted, an open case is not told from another.
    assert misplaced(minor, replace(turn, sentences=())) == ""
