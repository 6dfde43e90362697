"""From a draft to citations: rebuilt from passages, whole, and nothing of the model but its words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cite import cite, cite_draft, weave
from bot.turn import Draft, Origin, Role, Status, Turn
from corpus.document import Block, BlockKind, Link, fold_spaces
from tests.bot.turns import QUESTIONS, quoted
from tests.corpus.trees import TODAY, cut, note, random_blocks, text, trail

PROPERTY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BLOCKS = (
    text("La carte est délivrée en mairie, sauf aux mineurs. Elle coûte 86 €. Présentez une photo.", "Coût"),
    Block(BlockKind.LIST, "Fournissez l'un des documents suivants :\n- Un passeport\n- Un permis", trail("Pièces")),
)
PASSAGES = cut(BLOCKS)


def turn_of(*drafts: Draft) -> Turn:
    return Turn("?", TODAY, status=Status.ANSWERED, numbered=PASSAGES, draft=drafts, passages=PASSAGES)


def test_a_sentence_carries_the_citation_of_the_passage_it_names() -> None:
    (sentence,) = cite(turn_of(Draft("Elle coûte 86 €.", (1,), ("Elle coûte 86 €.",), Role.COST))).sentences

    assert (sentence.text, sentence.role, sentence.origin) == ("Elle coûte 86 €.", Role.COST, Origin.MODEL)
    (citation,) = sentence.citations
    assert (citation.passage, citation.quote) == (PASSAGES[0].ref, "Elle coûte 86 €.")
    assert sentence.heading == "Coût"


def test_a_quote_cut_before_its_exception_is_grown_to_the_whole_sentence() -> None:
    (sentence,) = cite(turn_of(Draft("Allez en mairie.", (1,), ("La carte est délivrée en mairie",)))).sentences

    assert sentence.citations[0].quote == "La carte est délivrée en mairie, sauf aux mineurs."


def test_an_item_brings_the_line_that_opens_its_list() -> None:
    (sentence,) = cite(turn_of(Draft("Fournissez un passeport.", (2,), ("Un passeport",)))).sentences

    assert [c.quote for c in sentence.citations] == ["Fournissez l'un des documents suivants :", "Un passeport"]


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (Draft("Elle coûte 86 €.", (), ()), "no_citation"),
        (Draft("Elle coûte 86 €.", (3,), ("Elle coûte 86 €.",)), "unknown_passage"),
        (Draft("Elle coûte 86 €.", (0,), ("Elle coûte 86 €.",)), "unknown_passage"),
        (Draft("Elle coûte 86 €.", (-1,), ("Elle coûte 86 €.",)), "unknown_passage"),
        (Draft("Elle coûte 86 €.", (2,), ("Elle coûte 86 €.",)), "quote_not_found"),
        (Draft("Elle coûte 86 €.", (1,), ("Elle coûte 87 €.",)), "quote_not_found"),
        (Draft("Elle coûte 86 €.", (1,), ("La carte est délivrée … une photo.",)), "quote_not_found"),
        (Draft("Elle coûte 86 €.", (1,), ("La carte est délivrée [...] une photo.",)), "quote_not_found"),
        (
            Draft("Elle coûte 86 €.", (1,), ("La carte est délivrée en mairie. Présentez une photo.",)),
            "quote_not_found",
        ),
        (Draft("Elle coûte 86 €.", (1,), ("  ",)), "quote_not_found"),
        (Draft(" \u200b ", (1,), ("Elle coûte 86 €.",)), "empty"),
    ],
)
def test_what_has_no_found_quote_is_dropped_with_its_reason(draft: Draft, reason: str) -> None:
    turn = cite(turn_of(draft))

    assert (turn.sentences, turn.status) == ((), Status.UNANSWERABLE_NO_CITATION)
    assert turn.rejected == ((draft.text, reason),)


def test_one_good_citation_is_enough_and_the_bad_one_is_left_out() -> None:
    draft = Draft("Elle coûte 86 €.", (9, 1), ("rien", "Elle coûte 86 €."))
    (sentence,) = cite(turn_of(draft)).sentences

    assert [c.quote for c in sentence.citations] == ["Elle coûte 86 €."]


def test_a_link_comes_from_the_passage_and_never_from_the_model() -> None:
    linked = replace(PASSAGES[0], links=(Link("une photo", "https://photo.example.fr"),))
    turn = replace(turn_of(), numbered=(linked,))
    sentence, _ = cite_draft(Draft("Présentez une photo.", (1,), ("Présentez une photo.",)), turn)

    assert sentence is not None
    assert sentence.link == "https://photo.example.fr"


def test_characters_that_are_not_seen_are_left_out() -> None:
    sentence, _ = cite_draft(Draft("Elle coû\u200bte 8\u20606 €.", (1,), ("Elle coûte 86 €.",)), turn_of())

    assert sentence is not None
    assert sentence.text == "Elle coûte 86 €."


def test_what_the_quoted_answer_showed_is_still_shown_in_one_wording_or_the_other() -> None:
    turn = quoted([text("Elle coûte 86 €. Payez en timbres.", "Coût"), note("Sauf le lundi.", "Coût")], "Combien ?")
    passage = next(p for p in turn.passages if "86" in p.text)
    draft = Draft("Vous payez : Elle coûte 86 €.", (1,), ("Elle coûte 86 €.",))
    woven = cite(replace(turn, numbered=(passage,), draft=(draft,)))

    shown = [sentence.text for sentence in woven.sentences]
    assert "Elle coûte 86 €." not in shown
    assert shown == ["Vous payez : Elle coûte 86 €.", "Payez en timbres.", "Sauf le lundi."]


def test_a_precaution_stays_even_when_the_model_words_it() -> None:
    turn = quoted([text("Elle coûte 86 €.", "Coût"), note("Sauf le lundi.", "Coût")], "Combien ?")
    made, _ = cite_draft(
        Draft("Le lundi est exclu.", (1,), ("Sauf le lundi.",)), replace(turn, numbered=turn.passages[1:])
    )

    assert made is not None
    assert [s.text for s in weave([made], turn.sentences)][-1] == "Sauf le lundi."


def test_a_turn_without_a_draft_is_left_alone() -> None:
    turn = quoted(BLOCKS, "Combien ?")

    assert cite(turn) is turn


@PROPERTY
@given(random_blocks(), QUESTIONS, st.data())
def test_every_quote_of_any_draft_stands_in_its_passage(
    blocks: tuple[Block, ...], question: str, data: st.DataObject
) -> None:
    turn = quoted(blocks, question)
    numbers = st.integers(-1, len(turn.passages) + 1)
    anywhere = st.sampled_from([p.text for p in turn.passages]).flatmap(
        lambda words: st.tuples(st.integers(0, len(words)), st.integers(0, len(words))).map(
            lambda cut: words[min(cut) : max(cut)]
        )
    )
    drafts = st.builds(
        lambda words, pairs: Draft(words, tuple(n for n, _ in pairs), tuple(q for _, q in pairs)),
        st.text(max_size=60),
        st.lists(st.tuples(numbers, anywhere | st.text(max_size=20)), max_size=3),
    )
    made = cite(replace(turn, numbered=turn.passages, draft=tuple(data.draw(st.lists(drafts, max_size=4)))))
    stored = {passage.ref: passage.text for passage in turn.passages}

    for sentence in made.sentences:
        assert sentence.citations
        for citation in sentence.citations:
            assert fold_spaces(citation.quote) in fold_spaces(stored[citation.passage])


def test_a_quote_made_up_beside_a_true_one_takes_the_sentence_with_it() -> None:
    draft = Draft("Elle coûte 86 €.", (1, 1), ("Elle coûte 86 €.", "Elle est gratuite."))

    assert cite(turn_of(draft)).rejected == ((draft.text, "quote_not_found"),)
