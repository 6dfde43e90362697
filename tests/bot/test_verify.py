"""Promises 1, 2, 4 and 6: what is not proved to the letter is dropped, and old figures are held back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.assembly import Assembly
from bot.turn import Citation, Role, Sentence, Status, Turn
from bot.verify import Verify
from corpus.document import Block, fold_spaces
from corpus.figures import has_figures
from tests.bot.town import BULKY, CANTEEN, DAY, OLD_DATE, PASSPORT
from tests.bot.turns import QUESTIONS, aged, quoted, verified
from tests.corpus.trees import TODAY, note, random_blocks, text

PROPERTY = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
FIGURES = st.sampled_from(
    ["7", "86", "86 €", "2 mois", "deux mois", "1 500,50 €", "01 44 52 29 19", "12 %", "a.b@c.fr", "le 3 mai", "8 h 30"]
)
BLOCKS = (
    text("La carte coûte 86 €. Présentez une photo.", "Coût"),
    text("Comptez 17 € pour un mineur et 25 € pour un majeur.", "Coût", "Détail"),
)


@st.composite
def turns_with_a_sentence(draw: st.DrawFn) -> tuple[Turn, Sentence]:
    """A quoted answer about a random document, and one of its sentences."""
    turn = quoted(draw(random_blocks()), draw(QUESTIONS))
    assume(turn.sentences)
    return turn, draw(st.sampled_from(turn.sentences))


def kept(turn: Turn, *sentences: Sentence) -> tuple[Sentence, ...]:
    return verified(replace(turn, sentences=sentences)).sentences


def with_quote(sentence: Sentence, quote: str) -> Sentence:
    return replace(sentence, citations=(replace(sentence.citations[0], quote=quote),))


def a_sentence(turn: Turn, words: str, *quotes: str) -> Sentence:
    """A sentence of our own words, proved by `quotes`."""
    found = [next(p for p in turn.passages if fold_spaces(quote) in fold_spaces(p.text)) for quote in quotes]
    citations = [
        Citation(passage.ref, passage.document, quote, None, "", "", None)
        for passage, quote in zip(found, quotes, strict=True)
    ]
    return Sentence(words, Role.LEAD, tuple(citations))


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_an_honest_answer_passes_unchanged(blocks: tuple[Block, ...], question: str) -> None:
    turn = quoted(blocks, question)
    cautions_alone = all(sentence.role is Role.CAUTION for sentence in turn.sentences)

    if not cautions_alone:
        assert verified(turn) == turn


@PROPERTY
@given(turns_with_a_sentence(), st.data())
def test_a_quote_with_one_character_changed_is_dropped(made: tuple[Turn, Sentence], data: st.DataObject) -> None:
    turn, sentence = made
    quote = sentence.citations[0].quote
    at = data.draw(st.integers(0, len(quote) - 1))
    foreign = data.draw(st.sampled_from("§Ωж7"))
    changed = quote[:at] + foreign + quote[at + data.draw(st.integers(0, 1)) :]
    assume(fold_spaces(changed) != fold_spaces(quote))
    assume(not any(changed in passage.text for passage in turn.passages))

    assert with_quote(sentence, changed) not in kept(turn, sentence, with_quote(sentence, changed))


@PROPERTY
@given(turns_with_a_sentence(), st.data())
def test_a_quote_with_one_letter_less_inside_is_dropped(made: tuple[Turn, Sentence], data: st.DataObject) -> None:
    turn, sentence = made
    quote = sentence.citations[0].quote
    assume(len(quote) > 2)
    at = data.draw(st.integers(1, len(quote) - 2))
    changed = quote[:at] + quote[at + 1 :]
    # Between two equal letters, or inside white space, nothing is lost; a short rest may stand elsewhere.
    assume(not any(fold_spaces(changed) in fold_spaces(passage.text) for passage in turn.passages))

    assert kept(turn, with_quote(sentence, changed)) == ()


@PROPERTY
@given(turns_with_a_sentence(), st.sampled_from([" ", "\n", "\u00a0", "\u202f \t"]))
def test_white_space_alone_does_not_count(made: tuple[Turn, Sentence], space: str) -> None:
    turn, sentence = made
    assume(sentence.role is not Role.CAUTION)
    spaced = with_quote(sentence, f" {sentence.citations[0].quote.replace(' ', space)} ")

    assert kept(turn, spaced) == (spaced,)


@PROPERTY
@given(turns_with_a_sentence(), FIGURES, st.data())
def test_a_sentence_with_any_extra_figure_is_dropped(
    made: tuple[Turn, Sentence], figure: str, data: st.DataObject
) -> None:
    turn, sentence = made
    words = sentence.text.split(" ")
    at = data.draw(st.integers(0, len(words)))
    padded = data.draw(st.sampled_from(["{}", "{},", "({})", "soit {} ;"])).format(figure)
    forged = replace(sentence, text=" ".join([*words[:at], padded, *words[at:]]))

    assert kept(turn, forged) == ()


@PROPERTY
@given(turns_with_a_sentence(), st.data())
def test_a_sentence_with_a_digit_changed_is_dropped(made: tuple[Turn, Sentence], data: st.DataObject) -> None:
    turn, sentence = made
    digits = [at for at, character in enumerate(sentence.text) if character.isdigit()]
    assume(digits)
    at = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != sentence.text[at]]))
    forged = replace(sentence, text=sentence.text[:at] + other + sentence.text[at + 1 :])

    assert kept(turn, forged) == ()


@PROPERTY
@given(turns_with_a_sentence())
def test_a_quote_of_an_unknown_passage_is_dropped(made: tuple[Turn, Sentence]) -> None:
    turn, sentence = made
    lost = replace(sentence.citations[0], passage="F1#00000000")

    assert kept(turn, replace(sentence, citations=(lost,))) == ()
    # One good citation does not save a sentence that also claims a bad one.
    assert kept(turn, replace(sentence, citations=(*sentence.citations, lost))) == ()
    assert kept(turn, replace(sentence, citations=())) == ()


@PROPERTY
@given(turns_with_a_sentence(), st.booleans())
def test_a_passage_that_is_not_in_force_on_the_day_proves_nothing(made: tuple[Turn, Sentence], future: bool) -> None:
    turn, sentence = made
    days: dict[str, Any] = (
        {"valid_from": TODAY + timedelta(days=1)} if future else {"valid_until": TODAY - timedelta(days=1)}
    )
    outside = tuple(replace(passage, **days) for passage in turn.passages)

    assert kept(replace(turn, passages=outside), sentence) == ()


@pytest.mark.parametrize(
    ("words", "quotes"),
    [
        ("La carte coûte 6 €.", ["La carte coûte 86 €."]),
        ("La carte coûte 8.", ["La carte coûte 86 €."]),
        ("Un majeur paie 17 €.", ["Comptez 17 € pour un mineur et 25 € pour un majeur."]),
        (
            "Comptez 25 € pour un mineur et 17 € pour un majeur.",
            ["Comptez 17 € pour un mineur et 25 € pour un majeur."],
        ),
        ("La carte coûte quatre-vingt-six euros.", ["La carte coûte 86 €."]),
        ("La carte coûte 86 €.", ["Présentez une photo."]),
        ("Comptez 86 €.", ["Comptez 17 € pour un mineur", "La carte coûte 86 €."]),
        ("La carte coûte 86 €.", [" "]),
    ],
)
def test_a_figure_outside_the_clause_that_carries_it_is_dropped(words: str, quotes: list[str]) -> None:
    turn = quoted(BLOCKS, "Combien ?")

    assert kept(turn, a_sentence(turn, words, *quotes)) == ()


@pytest.mark.parametrize(
    ("words", "quotes"),
    [
        ("Il faut une photo.", ["Présentez une photo."]),
        ("Bonne nouvelle : La carte coûte 86 €.", ["La carte coûte 86 €."]),
        ("La carte coûte 86\u00a0€.", ["La carte coûte 86 €."]),
    ],
)
def test_words_around_a_verbatim_clause_are_free(words: str, quotes: list[str]) -> None:
    turn = quoted(BLOCKS, "Combien ?")

    assert len(kept(turn, a_sentence(turn, words, *quotes))) == 1


def test_an_answer_left_without_a_sentence_is_a_refusal_without_a_question() -> None:
    turn = quoted(BLOCKS, "Combien ?")
    forged = tuple(replace(sentence, citations=()) for sentence in turn.sentences)

    refused = verified(replace(turn, sentences=forged))

    assert (refused.status, refused.sentences, refused.question) == (Status.UNANSWERABLE_NO_CITATION, (), None)


def test_a_question_is_not_asked_over_sentences_that_nothing_proves() -> None:
    blocks = [text("Payez 86 €.", "Coût", "c1/Grand format"), text("Payez 17 €.", "Coût", "c1/Petit format")]
    turn = quoted(blocks, "Combien ?")
    forged = tuple(replace(sentence, citations=()) for sentence in turn.sentences)

    assert turn.question is not None
    assert verified(replace(turn, sentences=forged)).question is None


def test_precautions_alone_are_not_an_answer() -> None:
    turn = quoted([text("Comptez 86 €.", "Coût"), note("Sauf le lundi.", "Coût")], "Combien ça coûte ?")
    cautions = tuple(sentence for sentence in turn.sentences if sentence.role is Role.CAUTION)

    refused = verified(replace(turn, sentences=cautions))

    assert cautions
    assert (refused.status, refused.sentences) == (Status.UNANSWERABLE_NO_CITATION, ())


def test_a_turn_without_sentences_is_left_alone() -> None:
    turn = Turn("?", DAY, status=Status.REFUSED_EMPTY)

    assert verified(turn) is turn


@PROPERTY
@given(random_blocks(), QUESTIONS, st.data())
def test_beyond_the_demonstration_no_old_figure_is_said(
    blocks: tuple[Block, ...], question: str, data: st.DataObject
) -> None:
    turn = quoted(blocks, question)
    refs = data.draw(st.sets(st.sampled_from([passage.ref for passage in turn.passages]), min_size=1))
    old = aged(turn, TODAY - timedelta(days=1), *refs)

    served = verified(old, withhold=True)

    stale = [s for s in verified(turn).sentences if has_figures(s.text) and s.citations[0].passage in refs]
    assert not set(stale) & set(served.sentences)
    assert ("withheld" in dict(served.warnings)) == bool(stale)
    assert verified(old).sentences == verified(turn).sentences


def test_old_figures_are_shown_with_their_date_in_a_demonstration(bot: Assembly) -> None:
    turn = bot.responder.respond(CANTEEN, DAY)

    assert any("7 €" in sentence.text for sentence in turn.sentences)
    assert turn.warnings == (("old_figures", OLD_DATE.isoformat()),)


def test_old_figures_are_withheld_from_the_public_and_the_rest_is_said(public_bot: Assembly) -> None:
    turn = public_bot.responder.respond(BULKY, DAY)

    assert turn.status is Status.ANSWERED
    assert turn.sentences
    assert not any(has_figures(sentence.text) for sentence in turn.sentences)
    assert ("withheld", OLD_DATE.isoformat()) in turn.warnings
    assert "old_figures" not in dict(turn.warnings)


def test_an_answer_made_of_old_figures_alone_is_refused_to_the_public(public_bot: Assembly) -> None:
    turn = public_bot.responder.respond(CANTEEN, DAY)

    assert (turn.status, turn.sentences) == (Status.UNANSWERABLE_NO_CITATION, ())
    assert turn.warnings == (("withheld", OLD_DATE.isoformat()),)
    assert public_bot.reply.contact(turn) is not None


def test_no_question_is_asked_when_all_that_it_leads_to_is_withheld() -> None:
    blocks = [text("Payez 86 €.", "Coût", "c1/Grand format"), text("Payez 17 €.", "Coût", "c1/Petit format")]
    turn = aged(quoted(blocks, "Combien ?"), TODAY - timedelta(days=1))

    served = verified(turn, withhold=True)

    assert turn.question is not None
    assert (served.status, served.question) == (Status.UNANSWERABLE_NO_CITATION, None)
    assert verified(turn).question == turn.question


def test_an_order_without_a_printed_date_is_withheld_with_the_day_it_came_into_force() -> None:
    turn = quoted([text("Comptez 86 €.", "Coût")], "Combien ?")
    order = tuple(replace(p, valid_from=OLD_DATE, figures_until=OLD_DATE) for p in turn.passages)
    cited = tuple(replace(s, citations=(replace(s.citations[0], valid_from=OLD_DATE),)) for s in turn.sentences)

    served = verified(replace(turn, passages=order, sentences=cited), withhold=True)

    assert served.warnings == (("withheld", OLD_DATE.isoformat()),)


def test_an_order_without_any_date_is_withheld_without_one() -> None:
    turn = aged(quoted([text("Comptez 86 €.", "Coût")], "Combien ?"), TODAY - timedelta(days=1))
    undated = tuple(
        replace(s, citations=(replace(s.citations[0], updated=None, valid_from=None),)) for s in turn.sentences
    )

    assert verified(replace(turn, sentences=undated), withhold=True).warnings == (("withheld", ""),)


def test_fresh_figures_are_said_to_everyone(bot: Assembly, public_bot: Assembly) -> None:
    assert public_bot.responder.respond(PASSPORT, DAY).sentences == bot.responder.respond(PASSPORT, DAY).sentences


def test_the_check_reads_the_store_and_not_the_turn(bot: Assembly) -> None:
    turn = bot.responder.respond(PASSPORT, DAY)
    forged = tuple(replace(p, text=p.text.replace("87", "3")) for p in turn.passages)
    sentence = next(s for s in turn.sentences if "87 €" in s.text)
    lie = with_quote(replace(sentence, text=sentence.text.replace("87", "3")), sentence.text.replace("87", "3"))

    check = Verify(bot.opened.store.passage, withhold_old_figures=False)

    assert check(replace(turn, passages=forged, sentences=(lie,))).sentences == ()
