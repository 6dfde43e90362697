"""Small documents with headings, choices and remarks, written by hand or drawn at random."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st

from corpus.chunk import passages_of
from corpus.document import REMARKS, Block, BlockKind, Document, DocumentKind, Passage, Step, Trail
from corpus.source import Source

SOURCE = Source("service-public", "dila", "DILA", "Licence Ouverte 2.0")
TODAY = date(2026, 1, 15)


def step(text: str) -> Step:
    """`Coût` is a heading; `c1/Majeur` is the option `Majeur` of the choice `c1`."""
    choice, slash, label = text.partition("/")
    return Step(label, choice) if slash else Step(text)


def trail(*steps: str) -> Trail:
    return tuple(map(step, steps))


def text(words: str, *steps: str) -> Block:
    return Block(BlockKind.TEXT, words, trail(*steps))


def note(words: str, *steps: str) -> Block:
    return Block(BlockKind.NOTE, words, trail(*steps))


def a_document(blocks: Sequence[Block], identifier: str = "F1") -> Document:
    return Document(
        id=identifier,
        source=SOURCE.name,
        kind=DocumentKind.SHEET,
        title="Carte",
        publisher=SOURCE.publisher,
        licence=SOURCE.licence,
        fetched=TODAY,
        blocks=tuple(blocks),
    )


def cut(blocks: Sequence[Block], identifier: str = "F1") -> tuple[Passage, ...]:
    """Passages of a document made of `blocks`."""
    return passages_of(a_document(blocks, identifier), SOURCE, TODAY)


@dataclass(frozen=True)
class Section:
    """A heading over pieces; or, with `options`, a choice between several headings."""

    titles: tuple[str, ...]
    inside: tuple[tuple[Section | Block, ...], ...]
    options: str = ""


_WORDS = st.sampled_from(
    [
        "Gratuit.",
        "Comptez 86 €.",
        "Comptez 17 €. Sauf le lundi, c'est gratuit.",
        "Le délai est de 2 mois.",
        "Toutefois, le maire peut refuser. Il le dit par écrit.",
        "Présentez une photo.",
    ]
)
_LEAVES = st.builds(Block, st.sampled_from([BlockKind.TEXT, BlockKind.LIST, *sorted(REMARKS)]), _WORDS)
_TITLES = st.lists(
    st.sampled_from(["Coût", "Délai", "Majeur", "Mineur", "À Paris"]), min_size=1, max_size=3, unique=True
)


def _sections(inner: st.SearchStrategy[Section | Block]) -> st.SearchStrategy[Section]:
    @st.composite
    def one(draw: st.DrawFn) -> Section:
        options = draw(st.sampled_from(["", "c", "c", "m"]))
        titles = tuple(draw(_TITLES))
        titles = titles if options and len(titles) > 1 else titles[:1]
        inside = tuple(tuple(draw(st.lists(inner, min_size=1, max_size=3))) for _ in titles)
        return Section(titles, inside, options if len(titles) > 1 else "")

    return one()


_PIECES: st.SearchStrategy[Section | Block] = st.recursive(_LEAVES, _sections, max_leaves=12)


@st.composite
def random_blocks(draw: st.DrawFn) -> tuple[Block, ...]:
    """Blocks of a random document, its choices numbered in reading order as the reader numbers them."""
    pieces = draw(st.lists(_PIECES, min_size=1, max_size=4))
    return tuple(_flat(pieces, (), itertools.count(1)))


def _flat(pieces: Sequence[Section | Block], path: Trail, numbers: Iterator[int]) -> Iterator[Block]:
    for piece in pieces:
        if isinstance(piece, Block):
            yield Block(piece.kind, piece.text, path)
            continue
        choice = f"{piece.options}{next(numbers)}" if piece.options else ""
        for title, inside in zip(piece.titles, piece.inside, strict=True):
            yield from _flat(inside, (*path, Step(title, choice)), numbers)
