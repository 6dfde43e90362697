"""Passages come back from the store as they went in, in any thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, Document, DocumentKind, Link, SetAside, Step
from corpus.errors import IndexDamagedError
from corpus.source import Source
from corpus.store import DocumentCard, PassageStore, SourceRecord
from corpus.store_writing import Entry, StoreWriter, state_digest

SOURCE = Source("fiches", "dila", publisher="DILA", licence="Licence Ouverte 2.0", rank=2)
DAY = date(2026, 3, 2)
DOCUMENT = Document(
    id="F1",
    source="fiches",
    kind=DocumentKind.SHEET,
    title="Carte d’identité",
    publisher="DILA",
    licence="Licence Ouverte 2.0",
    fetched=DAY,
    blocks=(
        Block(BlockKind.TEXT, "La carte coûte 25 €.", (Step("Majeur", "c1", "Quel âge avez-vous ?"),), page=3),
        Block(BlockKind.ATTENTION, "Le timbre est à acheter avant.", (), (Link("Timbre", "https://a.fr", "Achat"),)),
    ),
    summary="Pour prouver son identité.",
    breadcrumb=("Papiers",),
    audiences=("particuliers",),
    url="https://exemple.fr/F1",
    updated=date(2026, 1, 15),
    valid_until=date(2027, 1, 1),
    family=(("F2", "Passeport"),),
    acronyms=(("CNI", "carte nationale d’identité"),),
    references=(Link("Décret", "https://b.fr", "Texte de référence"),),
    related=("F3",),
)
RECORD = SourceRecord(
    name="fiches",
    kind="dila",
    origin="flux officiel 3.4 du 2026-01-15",
    origin_kind="feed",
    archive_digest="aa",
    pipeline="bb",
    read_on=DAY,
    good_until=None,
    synced_at="2026-03-02T08:00:00+00:00",
    newest=date(2026, 1, 15),
    ad_hoc=False,
    files=3,
    documents=2,
    merged=0,
    set_aside=1,
    passages=4,
    state="cc",
)
ASIDE = SetAside("fiches", "F9", "presque vide")


def entry(document: Document, rank: int = 2) -> Entry:
    return Entry.of(document, passages_of(document, replace(SOURCE, rank=rank), DAY), rank)


ENTRIES = (entry(replace(DOCUMENT, key="F1~associations")), entry(DOCUMENT))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PassageStore]:
    with StoreWriter(tmp_path / "passages.sqlite") as writer:
        writer.add(RECORD, ENTRIES, [ASIDE])
    with PassageStore(tmp_path / "passages.sqlite") as opened:
        yield opened


def test_everything_comes_back_as_it_went_in(store: PassageStore) -> None:
    plain = ENTRIES[1]

    assert store.passages_of("F1") == plain.passages
    assert store.passage(plain.passages[0].ref) == plain.passages[0]
    assert store.document("F1") == plain.card == DocumentCard.of(DOCUMENT, 2)
    assert store.sources() == (RECORD,)
    assert store.set_aside() == (ASIDE,)
    assert store.counts() == {"documents": 2, "passages": 4, "set_aside": 1, "sources": 1}


def test_what_is_not_there_is_none(store: PassageStore) -> None:
    assert store.passage("F1#00000000") is None
    assert store.document("F404") is None
    assert store.passages_of("F404") == ()
    assert store.keys_of("F404") == ()


def test_passages_come_in_the_order_asked_and_unknown_ones_are_left_out(store: PassageStore) -> None:
    first, second = (passage.ref for passage in ENTRIES[1].passages)

    assert [passage.ref for passage in store.passages([second, "?", first, second])] == [second, first]


def test_passages_are_walked_by_key_then_position(store: PassageStore) -> None:
    walked = [(passage.key, passage.position) for passage in store.all_passages()]

    assert walked == sorted(walked)
    assert len(walked) == 4


def test_the_plain_key_of_an_identifier_comes_first(store: PassageStore) -> None:
    assert store.keys_of("F1") == ("F1", "F1~associations")


def test_threads_share_one_store(store: PassageStore) -> None:
    refs = [passage.ref for entry in ENTRIES for passage in entry.passages] * 50

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(store.passage, refs))

    assert [passage.ref for passage in found if passage] == refs


def test_the_store_cannot_be_written_through(store: PassageStore) -> None:
    with pytest.raises(IndexDamagedError, match="readonly"):
        store._rows("DELETE FROM passages")


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_a_file_that_is_no_store_is_damage(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "s.sqlite").write_bytes(content)

    with pytest.raises(IndexDamagedError, match="corpus sync"):
        PassageStore(tmp_path / "s.sqlite")


def test_rows_carried_over_are_the_same(store: PassageStore, tmp_path: Path) -> None:
    with StoreWriter(tmp_path / "next.sqlite") as writer:
        writer.carry(store.path, ["fiches", "absent"])

    with PassageStore(tmp_path / "next.sqlite") as carried:
        assert list(carried.all_passages()) == list(store.all_passages())
        assert list(carried.documents()) == list(store.documents())
        assert (carried.sources(), carried.set_aside()) == (store.sources(), store.set_aside())
        assert carried.root() == store.root()


def test_the_digest_of_a_document_ignores_our_settings_and_the_day(tmp_path: Path) -> None:
    another_day = replace(DOCUMENT, fetched=date(2026, 5, 1))

    assert entry(another_day, rank=7).digest == entry(DOCUMENT).digest
    assert state_digest([entry(DOCUMENT, rank=7)], []) != state_digest([entry(DOCUMENT)], [])


@given(st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_the_digest_of_a_document_sees_its_title_and_summary(title: str, summary: str) -> None:
    changed = replace(DOCUMENT, title=title, summary=summary)
    try:
        changed_digest = entry(changed).digest
    except UnicodeEncodeError:
        pytest.skip("a lone surrogate is no text")

    same = (title, summary) == (DOCUMENT.title, DOCUMENT.summary)
    assert (changed_digest == entry(DOCUMENT).digest) is same
