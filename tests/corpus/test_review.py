"""Two stores are compared: what a person reads, what the corpus key signs, and what was signed is checked again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus import review
from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, Document, Link, Step
from corpus.generation import index_digest, index_digests
from corpus.ranking import ROWS_FILE, VECTORS_FILE
from corpus.ranking_writing import build_ranking
from corpus.review import LIST, PAGE, STATEMENT, compare_stores, piece_of, pieces_of
from corpus.store import STORE_FILE, PassageStore
from corpus.store_writing import Entry, StoreWriter
from ethics.canonical import digest
from ethics.envelope import read_envelope
from ethics.snapshot import read_snapshot
from tests.corpus.small_index import TermEmbedder
from tests.corpus.test_store import DAY, DOCUMENT, RECORD, SOURCE

EMBEDDER = TermEmbedder()


def main(words: list[str]) -> int:
    return review.main(words, lambda _: EMBEDDER)


def a_generation(folder: Path, *documents: Document) -> Path:
    with PassageStore(a_store(folder, *documents) / STORE_FILE) as store:
        build_ranking(folder, store, EMBEDDER, None)
    return folder


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
    new = a_generation(tmp_path / "new", saying("La carte coûte 30 €."))
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
    assert signed.index == index_digest(index_digests(new))


@pytest.mark.parametrize(
    "lie",
    [
        *({"values": {}}, {"added": 0}, {"changed": 0}, {"changes": ""}, {"documents": 9}),
        *({"root": "cd" * 32}, {"index": "cd" * 32}),
    ],
)
def test_a_statement_that_does_not_say_what_changed_is_not_to_be_signed(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str], lie: dict[str, object]
) -> None:
    new = a_generation(tmp_path / "new", saying("La carte coûte 30 €."))
    main([str(old), str(new), "--out", str(tmp_path)])
    true = read_snapshot(read_envelope((tmp_path / STATEMENT).read_bytes()))
    file = tmp_path / "false.json"
    file.write_bytes(replace(true, **lie).statement().envelope().to_bytes())  # type: ignore[arg-type]

    assert main([str(old), str(new), "--check", str(tmp_path / STATEMENT)]) == 0
    assert main([str(old), str(new), "--check", str(file)]) == 1
    assert next(iter(lie)) in capsys.readouterr().err


def test_more_documents_may_have_changed_since_the_opinion(tmp_path: Path, old: Path) -> None:
    new = a_generation(tmp_path / "new", saying("La carte coûte 30 €."))
    main([str(old), str(new), "--out", str(tmp_path)])
    true = read_snapshot(read_envelope((tmp_path / STATEMENT).read_bytes()))
    (tmp_path / STATEMENT).write_bytes(replace(true, changed=7).statement().envelope().to_bytes())

    assert main([str(old), str(new), "--check", str(tmp_path / STATEMENT)]) == 0


@pytest.mark.parametrize("missing", ["old", "check", "policy"])
def test_what_cannot_be_read_is_one_french_sentence(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    absent = str(tmp_path / "absent")
    whole = str(a_generation(tmp_path / "whole", saying("La carte coûte 25 €.")))
    words = {
        "old": [absent, str(old)],
        "check": [str(old), whole, "--check", absent],
        "policy": [str(old), str(old), "--policy", absent],
    }

    assert main(words[missing]) == 1
    assert "absent" in capsys.readouterr().err


def in_the_store(folder: Path, change: str) -> None:
    with closing(sqlite3.connect(folder / STORE_FILE)) as store, store:
        store.execute(change)


def with_other_vectors(folder: Path) -> None:
    with np.load(folder / VECTORS_FILE) as held:
        arrays = dict(held)
    arrays["units"][0, :2] += 0.01
    np.savez(folder / VECTORS_FILE, **arrays)


def with_another_row(folder: Path) -> None:
    rows = folder / ROWS_FILE
    rows.write_bytes(rows.read_bytes().replace(b'"rank":2', b'"rank":1'))


TAMPERED: dict[str, tuple[Callable[[Path], object], str]] = {
    "vectors": (with_other_vectors, VECTORS_FILE),
    "rows": (with_another_row, ROWS_FILE),
    "scores": (lambda folder: flip_last(folder / "units" / "data.csc.index.npy"), "data.csc.index.npy"),
    "a file more": (lambda folder: (folder / "more.bin").write_bytes(b"x"), "more.bin"),
    "a file less": (lambda folder: (folder / "said" / "vocab.index.json").unlink(), "vocab.index.json"),
    "what is no array": (lambda folder: (folder / VECTORS_FILE).write_bytes(b"x"), VECTORS_FILE),
    "words of a passage": (
        lambda folder: in_the_store(folder, "UPDATE passages SET body = replace(body, '30', '80')"),
        "passages",
    ),
    "title of a card": (
        lambda folder: in_the_store(folder, """UPDATE documents SET card = replace(card, '"title":"', '"title":"X')"""),
        "documents",
    ),
    "limit of a text": (
        lambda folder: in_the_store(folder, "UPDATE passages SET text_until = '2099-01-01'"),
        "limites de fraîcheur",
    ),
    "limit of a figure": (
        lambda folder: in_the_store(folder, "UPDATE passages SET figures_until = NULL"),
        "limites de fraîcheur",
    ),
    "authority of a source": (
        lambda folder: in_the_store(folder, "UPDATE passages SET rank = 1"),
        "limites de fraîcheur",
    ),
}


def flip_last(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize("what", TAMPERED)
def test_an_index_that_does_not_follow_from_its_passages_is_not_to_be_signed(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    new = a_generation(tmp_path / "new", saying("La carte coûte 30 €."))
    alter, said = TAMPERED[what]
    alter(new)

    assert main([str(old), str(new), "--out", str(tmp_path / "out")]) == 1
    assert said in (told := capsys.readouterr().err)
    assert "ne le signez pas" in told
    assert not (tmp_path / "out" / STATEMENT).exists()


def test_a_rounding_of_another_processor_is_no_difference(tmp_path: Path, old: Path) -> None:
    new = a_generation(tmp_path / "new", saying("La carte coûte 30 €."))
    with np.load(new / VECTORS_FILE) as held:
        arrays = dict(held)
    arrays["units"] = np.nextafter(arrays["units"], np.float16(1))
    np.savez(new / VECTORS_FILE, **arrays)

    assert main([str(old), str(new), "--out", str(tmp_path / "out")]) == 0


def test_what_is_signed_names_an_index_and_not_a_store_alone(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(old), str(old / STORE_FILE), "--out", str(tmp_path / "out")]) == 1
    assert "dossier d’index" in capsys.readouterr().err


def test_a_number_put_in_the_presentation_of_a_document_waits(tmp_path: Path, old: Path) -> None:
    card = saying("La carte coûte 25 €.")
    told = replace(card, summary=f"{card.summary} Appelez le 01 99 00 12 34.")
    family = replace(card, family=(("F2", "Allez sur https://exemple.top"),))
    found = [
        compare_stores(old, a_store(tmp_path / str(number), one))[0].waiting
        for number, one in enumerate((told, family))
    ]

    assert [[change.reasons for change in waiting] for waiting in found] == [[("phone",)], [("url",)]]
