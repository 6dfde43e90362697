"""Two stores are compared: what a person reads, what the corpus key signs, and what was signed is checked again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, Document, Link, Step
from corpus.review import LIST, PAGE, STATEMENT, compare_stores, main, piece_of, pieces_of
from corpus.store import STORE_FILE, PassageStore
from corpus.store_writing import Entry, StoreWriter
from ethics.canonical import digest
from ethics.envelope import read_envelope
from ethics.snapshot import read_snapshot
from tests.corpus.test_store import DAY, DOCUMENT, RECORD, SOURCE


def a_store(folder: Path, *documents: Document) -> Path:
    folder.mkdir()
    entries = [Entry.of(document, passages_of(document, SOURCE, DAY), 2) for document in documents]
    with StoreWriter(folder / STORE_FILE) as writer:
        writer.add(RECORD, entries, [])
    return folder


def saying(*texts: str) -> Document:
    return replace(DOCUMENT, blocks=tuple(Block(BlockKind.TEXT, text) for text in texts))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return a_store(tmp_path / "old", saying("La carte coûte 25 €."))


def test_a_passage_is_seen_with_its_headings_its_links_its_days_and_its_readers() -> None:
    majeur, attention = map(piece_of, passages_of(DOCUMENT, SOURCE, DAY))

    assert majeur.place == "Carte d’identité > Quel âge avez-vous ? > Majeur"
    assert attention.beside == ("https://a.fr", "2027-01-01", "particuliers")
    assert len(attention.digest) == 64


def test_a_condition_is_part_of_the_place() -> None:
    block = Block(BlockKind.TEXT, "Gratuit.", (Step("Tarif"),), (Link("", "https://a.fr"),), condition="Mineur")

    assert piece_of(passages_of(replace(DOCUMENT, blocks=(block,)), SOURCE, DAY)[0]).place.endswith("Tarif [Mineur]")


def test_the_same_state_gives_an_empty_update(old: Path) -> None:
    update, before, after = compare_stores(old, old / STORE_FILE)

    assert (update.changes, before) == ((), after)
    with PassageStore(old / STORE_FILE) as store:
        assert [piece.text for piece in pieces_of(store.all_passages())] == [
            "https://exemple.fr/F1",
            "La carte coûte 25 €.",
        ]


def test_a_new_section_does_not_make_the_address_of_its_document_new(tmp_path: Path, old: Path) -> None:
    block = Block(BlockKind.TEXT, "Elle est gratuite.", (Step("Mineur"),))
    more = replace(DOCUMENT, blocks=(*saying("La carte coûte 25 €.").blocks, block))
    moved = replace(saying("La carte coûte 25 €."), url="https://exemple.top/F1")
    passing, waiting = (
        compare_stores(old, a_store(tmp_path / str(number), document))[0]
        for number, document in enumerate((more, moved))
    )

    assert (len(passing.changes), passing.waiting) == (1, ())
    assert [change.reasons for change in waiting.waiting] == [("url",)]


def test_what_is_written_is_what_is_read_and_signed(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = a_store(tmp_path / "new", saying("La carte coûte 30 €."))
    out = tmp_path / "out"
    code = main([str(old), str(new), "--proposal", "ab" * 32, "--out", str(out)])
    signed = read_snapshot(read_envelope((out / STATEMENT).read_bytes()))

    assert code == 0
    assert "1 sections changées : 0 peuvent passer, 1 sont à lire" in capsys.readouterr().out
    assert json.loads((out / LIST).read_bytes())["waiting"][0]["before"] == "La carte coûte 25 €."
    assert "> La carte coûte 30 €." in (out / PAGE).read_text(encoding="utf-8")
    assert signed.changes == digest((out / LIST).read_bytes())
    assert (signed.values, signed.changed, signed.documents, signed.added) == ({"amount": 1}, 1, 1, 1)
    with PassageStore(new / STORE_FILE) as store:
        assert signed.root == store.root()


@pytest.mark.parametrize(
    "lie", [{"values": {}}, {"added": 0}, {"changed": 0}, {"root": "cd" * 32}, {"changes": ""}, {"documents": 9}]
)
def test_a_statement_that_does_not_say_what_changed_is_not_to_be_signed(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str], lie: dict[str, object]
) -> None:
    new = a_store(tmp_path / "new", saying("La carte coûte 30 €."))
    main([str(old), str(new), "--out", str(tmp_path)])
    true = read_snapshot(read_envelope((tmp_path / STATEMENT).read_bytes()))
    file = tmp_path / "false.json"
    file.write_bytes(replace(true, **lie).statement().envelope().to_bytes())  # type: ignore[arg-type]

    assert main([str(old), str(new), "--check", str(tmp_path / STATEMENT)]) == 0
    assert main([str(old), str(new), "--check", str(file)]) == 1
    assert next(iter(lie)) in capsys.readouterr().err


def test_more_documents_may_have_changed_since_the_opinion(tmp_path: Path, old: Path) -> None:
    new = a_store(tmp_path / "new", saying("La carte coûte 30 €."))
    main([str(old), str(new), "--out", str(tmp_path)])
    true = read_snapshot(read_envelope((tmp_path / STATEMENT).read_bytes()))
    (tmp_path / STATEMENT).write_bytes(replace(true, changed=7).statement().envelope().to_bytes())

    assert main([str(old), str(new), "--check", str(tmp_path / STATEMENT)]) == 0


@pytest.mark.parametrize("missing", ["old", "check", "policy"])
def test_what_cannot_be_read_is_one_french_sentence(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    absent = str(tmp_path / "absent")
    words = {
        "old": [absent, str(old)],
        "check": [str(old), str(old), "--check", absent],
        "policy": [str(old), str(old), "--policy", absent],
    }

    assert main(words[missing]) == 1
    assert "absent" in capsys.readouterr().err
