"""Units: what is ranked holds every passage once, stays under one heading, and leaves out what is only shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, DocumentKind
from corpus.units import units_of
from tests.corpus.trees import SOURCE, TODAY, a_document, cut, note, random_blocks, text

SHORT = "La mairie vous reçoit. "
UNSEEN = (BlockKind.CONTACT, BlockKind.SERVICE)


def test_passages_under_one_heading_make_one_unit_with_its_three_fields() -> None:
    passages = cut([text("86 €.", "Coût"), note("Sauf le lundi.", "Coût"), text("Deux mois.", "Délai")])

    cost, delay = units_of(passages)

    assert (cost.key, cost.title, cost.heading, cost.body) == ("F1", "Carte", "Coût", "86 €.\nSauf le lundi.")
    assert cost.refs == (passages[0].ref, passages[1].ref)
    assert (delay.heading, delay.body) == ("Délai", "Deux mois.")


def test_the_first_two_headings_divide() -> None:
    passages = cut([text("86 €.", "Adulte", "Coût"), text("Deux mois.", "Adulte", "Délai")])

    assert [unit.heading for unit in units_of(passages)] == ["Adulte ; Coût", "Adulte ; Délai"]


def test_headings_below_the_second_do_not_divide_and_are_all_in_the_heading_once() -> None:
    passages = cut([text("86 €.", "Adulte", "Coût", "En ligne"), text("25 €.", "Adulte", "Coût", "Au guichet")])

    (unit,) = units_of(passages)

    assert unit.heading == "Adulte ; Coût ; En ligne ; Au guichet"


def test_a_unit_that_is_long_enough_takes_no_further_passage() -> None:
    blocks = [note(f"{number}. " + SHORT * 10, "Coût") for number in range(8)]

    units = list(units_of(cut(blocks)))

    assert len(units) == 2
    assert all(700 < len(unit.body) < 1000 for unit in units)


@pytest.mark.parametrize("kind", UNSEEN)
def test_addresses_and_links_are_not_ranked_but_in_sheets_that_are_nothing_else(kind: BlockKind) -> None:
    document = a_document([text("86 €."), Block(kind, "Mairie, 4 place Baudoyer")])
    sheet = passages_of(document, SOURCE, TODAY)
    service = passages_of(replace(document, kind=DocumentKind.SERVICE), SOURCE, TODAY)

    assert [unit.body for unit in units_of(sheet)] == ["86 €."]
    assert "\n".join(unit.body for unit in units_of(service)) == "86 €.\nMairie, 4 place Baudoyer"


def test_a_document_without_passages_has_no_unit() -> None:
    assert list(units_of(())) == []


@given(random_blocks())
def test_every_passage_is_in_one_unit_in_reading_order(blocks: list[Block]) -> None:
    passages = cut(blocks)
    refs = [ref for unit in units_of(passages) for ref in unit.refs]

    assert refs == [passage.ref for passage in passages if passage.kind not in UNSEEN]
