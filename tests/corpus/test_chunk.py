"""Passages are verbatim pieces of a document, none of its text is lost, and their names outlive its other changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.chunk import passages_of
from corpus.document import REMARKS, Block, BlockKind, Document, Link, Passage, Step
from tests.corpus.trees import SOURCE, TODAY, a_document, cut, note, text

LONG = "Une phrase assez ordinaire, qui dit ce que la mairie demande. " * 60
DATED = replace(SOURCE, text_days=100, figure_days=10, banner_days=30, rank=3)

WORDS = st.text(alphabet="aé1€.;\u00a0'-", min_size=1, max_size=9).filter(lambda word: word.strip() == word)
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
LONG_TEXTS = st.builds(
    lambda one, many, mark: mark.join([one] * many),
    TEXTS,
    st.integers(2, 200),
    st.sampled_from([". ", "\n", " ; ", " "]),
)
BLOCKS = st.builds(
    Block,
    kind=st.sampled_from([kind for kind in BlockKind if kind is not BlockKind.BANNER]),
    text=TEXTS | LONG_TEXTS,
    path=st.sampled_from([(), (Step("Coût"),), (Step("Coût"), Step("Majeur", "c1")), (Step("Délai"),)]),
    condition=st.sampled_from(["", "", "à Paris"]),
    page=st.sampled_from([None, None, 2]),
)


def banner(dated: date | None) -> Block:
    return Block(BlockKind.BANNER, "Règle provisoire.", dated=dated)


def texts(passages: Sequence[Passage]) -> list[str]:
    return [passage.text for passage in passages]


def dated_document(*blocks: Block, updated: date | None = TODAY) -> Document:
    return replace(a_document(blocks), updated=updated)


def test_neighbours_under_one_heading_are_joined_one_a_line() -> None:
    items = Block(BlockKind.LIST, "Une photo\nUn acte", text("", "Pièces").path)

    passages = cut([text("Apportez :", "Pièces"), items, text("86 €.", "Coût")])

    assert [(passage.text, passage.heading) for passage in passages] == [
        ("Apportez :\nUne photo\nUn acte", "Pièces"),
        ("86 €.", "Coût"),
    ]


@pytest.mark.parametrize(
    "other", [{"condition": "mineur"}, {"page": 2}, {"path": (Step("Coût", "c1"),)}, {"kind": BlockKind.TABLE}]
)
def test_blocks_of_another_place_condition_page_or_kind_are_not_joined(other: dict[str, object]) -> None:
    first = Block(BlockKind.TEXT, "Venez.", (Step("Coût"),), page=1)

    assert texts(cut([first, replace(first, text="Signez.", **other)])) == ["Venez.", "Signez."]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sorted(REMARKS))
def test_a_remark_stands_alone(kind: BlockKind) -> None:
    remark = Block(kind, "Sauf le lundi.")

    passages = cut([text("Venez."), remark, replace(remark, text="Sauf le mardi."), text("Signez.")])

    assert texts(passages) == ["Venez.", "Sauf le lundi.", "Sauf le mardi.", "Signez."]
    assert [passage.kind for passage in passages] == [BlockKind.TEXT, kind, kind, BlockKind.TEXT]


def test_links_of_joined_blocks_are_kept_once_each() -> None:
    form, help_page = Link("Formulaire", "https://a.fr"), Link("Aide", "https://b.fr")
    blocks = [replace(text("Venez."), links=(form,)), replace(text("Signez."), links=(form, help_page))]

    (passage,) = cut(blocks)

    assert passage.links == (form, help_page)


def test_a_long_block_is_split_between_sentences_and_nowhere_else() -> None:
    passages = cut([text(LONG, "Coût")])

    assert len(passages) > 1
    assert all(passage.text.startswith("Une phrase") and passage.text.endswith("demande.") for passage in passages)
    assert all(passage.heading == "Coût" for passage in passages)


def test_a_text_printed_twice_at_one_place_is_kept_once() -> None:
    passages = cut([note("Sauf le lundi.", "Coût"), note("Sauf le lundi.", "Délai"), note("Sauf le lundi.", "Coût")])

    assert [passage.heading for passage in passages] == ["Coût", "Délai"]


@given(st.lists(BLOCKS, min_size=1, max_size=6))
def test_passages_are_verbatim_pieces_of_about_two_thousand_characters_at_most(blocks: list[Block]) -> None:
    sources = [block.text for block in blocks]
    for passage in cut(blocks):
        assert 0 < len(passage.text) <= 2000
        assert all(any(line in whole for whole in sources) for line in passage.text.split("\n"))


@given(st.lists(BLOCKS, min_size=1, max_size=6))
def test_no_word_is_lost(blocks: list[Block]) -> None:
    kept = cut(blocks)
    for block in blocks:
        here = [passage for passage in kept if (passage.path, passage.condition) == (block.path, block.condition)]
        assert set(block.text.split()) <= {word for passage in here for word in passage.text.split()}


@given(st.lists(BLOCKS, min_size=1, max_size=6))
def test_refs_are_unique_and_positions_follow_the_reading_order(blocks: list[Block]) -> None:
    passages = cut(blocks)

    assert len({passage.ref for passage in passages}) == len(passages)
    assert [passage.position for passage in passages] == list(range(len(passages)))
    assert all(passage.ref.startswith("F1#") for passage in passages)


def test_refs_and_digests_do_not_change_when_an_unrelated_block_is_inserted() -> None:
    blocks = [text("86 €.", "Coût"), note("Sauf le lundi."), text(LONG, "Délai")]
    before = {passage.ref: passage.digest for passage in cut(blocks)}

    after = {passage.ref: passage.digest for passage in cut([text("Nouveau.", "Avant"), *blocks])}

    assert before.items() < after.items()


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "87 €."},
        {"path": (Step("Tarif"),)},
        {"path": (Step("Coût", "c1"),)},
        {"condition": "mineur"},
        {"page": 4},
        {"kind": BlockKind.TABLE},
    ],
)
def test_a_passage_that_changes_gets_another_ref(changed: dict[str, object]) -> None:
    block = text("86 €.", "Coût")

    assert cut([block])[0].ref != cut([replace(block, **changed)])[0].ref  # type: ignore[arg-type]


def test_the_refs_of_two_documents_differ_by_their_keys() -> None:
    here, there = cut([text("86 €.")], "F1")[0], cut([text("86 €.")], "F2")[0]

    assert here.ref.partition("#")[2] == there.ref.partition("#")[2]
    assert (here.key, there.key) == ("F1", "F2")


@pytest.mark.parametrize(
    ("dated", "kept"),
    [(TODAY, True), (TODAY - timedelta(days=30), True), (TODAY - timedelta(days=31), False), (None, False)],
)
def test_a_banner_is_indexed_until_its_limit_and_never_without_a_date(dated: date | None, kept: bool) -> None:
    passages = passages_of(dated_document(banner(dated), text("Venez.")), DATED, TODAY)

    assert texts(passages) == (["Règle provisoire."] if kept else []) + ["Venez."]


def test_only_a_text_with_figures_has_a_limit_for_its_figures() -> None:
    plain, priced = passages_of(dated_document(text("Venez.", "Lieu"), text("86 €.", "Coût")), DATED, TODAY)

    assert plain.figures_until is None
    assert priced.figures_until == TODAY + timedelta(days=10)
    assert plain.text_until == priced.text_until == TODAY + timedelta(days=100)


def test_limits_count_from_the_date_printed_and_else_from_the_first_day_in_force() -> None:
    since = date(2025, 5, 1)
    undated = dated_document(text("86 €."), updated=None)

    (never,) = passages_of(undated, DATED, TODAY)
    (in_force,) = passages_of(replace(undated, valid_from=since), DATED, TODAY)

    assert (never.text_until, never.figures_until) == (None, None)
    assert in_force.figures_until == since + timedelta(days=10)


def test_a_passage_says_all_that_its_document_and_source_say() -> None:
    document = replace(
        dated_document(text("86 €.")),
        key="F1~pro",
        audiences=("professionnels",),
        theme="Papiers",
        url="https://exemple.fr/F1",
        valid_from=date(2025, 1, 1),
        valid_until=date(2027, 1, 1),
        superseded_by="F9",
    )

    (passage,) = passages_of(document, DATED, TODAY)

    shared = ["key", "source", "title", "publisher", "licence", "fetched", "audiences", "theme", "url", "updated"]
    shared += ["valid_from", "valid_until", "superseded_by"]
    assert [getattr(passage, name) for name in shared] == [getattr(document, name) for name in shared]
    assert (passage.document, passage.document_kind, passage.rank) == ("F1", document.kind, 3)


def test_a_document_without_text_has_no_passage() -> None:
    assert passages_of(a_document([]), SOURCE, TODAY) == ()


def test_a_document_dated_at_the_end_of_time_is_fresh_until_then() -> None:
    block = replace(text("86 €."), kind=BlockKind.BANNER, dated=date.max)

    (passage,) = passages_of(dated_document(block, updated=date.max), DATED, TODAY)

    assert (passage.text_until, passage.figures_until) == (date.max, date.max)
