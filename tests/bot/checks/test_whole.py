"""A quote is always whole: grown to the publisher's own sentences, items and rows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.checks.whole import context_of, whole_quotes
from bot.page import pieces_of
from corpus.document import Block, BlockKind, fold_spaces
from tests.corpus.trees import cut, random_blocks, text, trail

PROPERTY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PROSE = cut([text("La carte est gratuite. Elle est valable 10 ans, sauf perte. Signez-la.", "Carte")])[0]
ITEMS = cut(
    [
        Block(
            BlockKind.LIST,
            "Si vous êtes majeur, fournissez :\n- Une pièce :\n-- le passeport\n- Une photo",
            trail("Pièces"),
        )
    ]
)[0]
ROWS = cut(
    [Block(BlockKind.TABLE, "[Prix] Durée : 1 jour | Prix : 2 €\n[Prix] Durée : 7 jours | Prix : 9 €", trail("Prix"))]
)[0]


@pytest.mark.parametrize(
    ("quote", "whole"),
    [
        ("valable 10 ans", ("Elle est valable 10 ans, sauf perte.",)),
        ("est\u00a0gratuite.\nElle  est", ("La carte est gratuite. Elle est valable 10 ans, sauf perte.",)),
        ("carte", ("La carte est gratuite.",)),
        ("", ()),
        ("la carte coûte", ()),
        ("La carte est gratuite. Signez-la.", ()),
    ],
)
def test_a_quote_grows_to_whole_sentences(quote: str, whole: tuple[str, ...]) -> None:
    assert whole_quotes(quote, PROSE, "") == whole


def test_an_item_comes_with_each_line_it_hangs_from() -> None:
    assert whole_quotes("passeport", ITEMS, "") == ("Si vous êtes majeur, fournissez :", "Une pièce :", "le passeport")
    assert whole_quotes("Une photo", ITEMS, "") == ("Si vous êtes majeur, fournissez :", "Une photo")


def test_a_cell_grows_to_its_row() -> None:
    assert whole_quotes("9 €", ROWS, "") == ("[Prix] Durée : 7 jours | Prix : 9 €",)


def test_of_several_places_the_one_nearest_the_sentence_is_taken() -> None:
    passage = cut([text("Payez la carte en mairie. Payez le passeport en préfecture.", "Payer")])[0]

    assert whole_quotes("Payez", passage, "Le passeport se paie en préfecture.") == (
        "Payez le passeport en préfecture.",
    )


def test_a_pronoun_is_read_with_the_sentence_before_it() -> None:
    assert "La carte est gratuite." in context_of("Elle est valable 10 ans, sauf perte.", PROSE)
    assert context_of("Signez-la.", PROSE) == {PROSE.title, "Carte"}


@PROPERTY
@given(random_blocks(), st.data())
def test_any_part_of_a_passage_grows_to_pieces_of_it_that_hold_it(
    blocks: tuple[Block, ...], data: st.DataObject
) -> None:
    passage = data.draw(st.sampled_from(cut(blocks)))
    start = data.draw(st.integers(0, len(passage.text) - 1))
    part = passage.text[start : data.draw(st.integers(start + 1, len(passage.text)))]
    assume(part.strip(" \n-"))
    found = whole_quotes(part, passage, part)

    assume(found)
    assert all(whole in passage.text for whole in found)
    assert any(fold_spaces(piece) in fold_spaces(found[-1]) for piece in pieces_of(passage))
