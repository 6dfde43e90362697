"""The artefacts of a generation: every unit has its vector, used again by the next one while it says the same."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.analyse import term
from corpus.document import Block, BlockKind, Document
from corpus.errors import IndexDamagedError
from corpus.phrases import said_of
from corpus.ranking import Ranking
from corpus.ranking_writing import training_rows
from corpus.units import units_of
from tests.corpus.small_index import DOCUMENTS, SmallIndex, TermEmbedder, a_document, everyday_phrases, index


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallIndex]:
    folder = tmp_path_factory.mktemp("index")
    with everyday_phrases(folder):
        made = index(folder / "one")
        with made.store:
            yield made


@pytest.fixture(scope="module")
def ranking(small: SmallIndex) -> Ranking:
    return Ranking(small.folder)


def test_each_unit_has_one_row_named_by_its_first_passage(small: SmallIndex, ranking: Ranking) -> None:
    units = [unit for card in small.store.documents() for unit in units_of(small.store.passages_of(card.key))]

    assert small.rows.ids == tuple(unit.refs[0] for unit in units)
    assert [tuple(refs) for refs in ranking.unit_refs] == [unit.refs for unit in units]
    keys = [ranking.documents[row]["key"] for row in ranking.unit_documents]
    assert keys == [unit.key for unit in units]
    assert len(small.rows.vectors) == ranking.units.rows == len(units) > len(DOCUMENTS)


def test_rows_carry_the_audiences_of_their_document(small: SmallIndex) -> None:
    of_ref = dict(zip(small.rows.ids, small.rows.audiences, strict=True))

    for ref, audiences in of_ref.items():
        card = small.store.document(ref.partition("#")[0])
        assert card is not None
        assert audiences == card.audiences


def test_vectors_have_norm_one_but_for_half_precision(small: SmallIndex, ranking: Ranking) -> None:
    for vectors in (small.rows.vectors, ranking.unit_vectors, ranking.part_vectors, ranking.phrase_vectors):
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=2e-3)


def test_the_vectors_of_the_store_are_those_of_the_exact_search(small: SmallIndex, ranking: Ranking) -> None:
    assert np.array_equal(small.rows.vectors, ranking.unit_vectors)


def test_documents_know_how_many_others_link_to_them(ranking: Ranking) -> None:
    links = {row["id"]: row["links"] for row in ranking.documents}

    assert (links["R1"], links["F3"], links["F1"]) == (2, 2, 0)


def test_everyday_phrases_are_rows_of_their_document(ranking: Ranking) -> None:
    said = [ranking.documents[row]["id"] for row in ranking.phrase_documents]

    assert said == ["F5", "F5", "F6"]
    assert len(ranking.phrase_vectors) == 3
    assert [ranking.documents[row]["id"] for row in ranking.said.rows_with(term("bécane"))] == ["F6"]


def test_phrases_are_read_one_a_line_and_nothing_is_said_of_the_others(small: SmallIndex) -> None:
    assert said_of("F6") == "on m'a tiré ma bécane"
    assert said_of("F5").splitlines()[1].startswith("la zik")
    assert said_of("F1") == ""


def test_a_second_generation_of_the_same_text_embeds_nothing_and_has_equal_vectors(
    tmp_path: Path, small: SmallIndex, ranking: Ranking
) -> None:
    embedder = TermEmbedder()
    again = index(tmp_path / "two", embedder=embedder, previous=small.folder)
    again.store.close()
    reopened = Ranking(again.folder)

    assert (embedder.encoded, again.rows.embedded) == (0, 0)
    assert np.array_equal(again.rows.vectors, small.rows.vectors)
    for name in ("unit_vectors", "part_vectors", "phrase_vectors"):
        assert np.array_equal(getattr(reopened, name), getattr(ranking, name)), name


def test_only_the_texts_that_changed_are_embedded(tmp_path: Path, small: SmallIndex) -> None:
    changed = (a_document("F1", "Passeport perdu", "Nouveau texte."), *DOCUMENTS[1:])

    again = index(tmp_path / "two", changed, previous=small.folder)
    again.store.close()

    # One unit and one card: the document of two units has become a document of one.
    assert again.rows.embedded == 2
    fresh = index(tmp_path / "fresh", changed)
    fresh.store.close()
    assert fresh.rows.embedded == len(fresh.rows.ids) + len(changed) + 3
    assert np.array_equal(again.rows.vectors, fresh.rows.vectors)


def test_a_document_that_leaves_shifts_no_vector_of_the_others(tmp_path: Path, small: SmallIndex) -> None:
    again = index(tmp_path / "two", DOCUMENTS[1:], previous=small.folder)
    again.store.close()
    before = dict(zip(small.rows.ids, small.rows.vectors, strict=True))

    assert again.rows.embedded == 0
    assert all(
        np.array_equal(vector, before[ref]) for ref, vector in zip(again.rows.ids, again.rows.vectors, strict=True)
    )


def test_other_weights_embed_everything_again(tmp_path: Path, small: SmallIndex) -> None:
    again = index(tmp_path / "two", embedder=TermEmbedder(digest="cd" * 32), previous=small.folder)
    again.store.close()

    assert again.rows.embedded == len(small.rows.ids) + len(DOCUMENTS) + 3


def test_what_an_earlier_version_did_not_store_is_embedded_again(tmp_path: Path, small: SmallIndex) -> None:
    previous = Path(shutil.copytree(small.folder, tmp_path / "previous"))
    with np.load(previous / "vectors.npz") as arrays:
        kept = {name: arrays[name] for name in arrays if not name.startswith("phrase")}
    np.savez(previous / "vectors.npz", **kept)

    with everyday_phrases(tmp_path):
        again = index(tmp_path / "two", previous=previous)
    again.store.close()

    assert again.rows.embedded == 3


def test_a_title_counts_in_the_vector_of_its_units(tmp_path: Path) -> None:
    one = index(tmp_path / "one", [a_document("F1", "Carte", "Venez.")])
    two = index(tmp_path / "two", [a_document("F1", "Passeport", "Venez.")])
    one.store.close()
    two.store.close()

    assert not np.allclose(one.rows.vectors, two.rows.vectors)


@pytest.mark.parametrize("documents", [[], [replace(DOCUMENTS[0], blocks=(Block(BlockKind.CONTACT, "Mairie"),))]])
def test_an_index_without_any_unit_opens(tmp_path: Path, documents: list[Document]) -> None:
    made = index(tmp_path / "one", documents)
    made.store.close()

    assert made.rows.ids == ()
    assert made.rows.vectors.shape[0] == 0
    assert len(Ranking(made.folder).documents) == len(documents)


@pytest.mark.parametrize("name", ["rows.json", "vectors.npz", "units", "parts", "said", "wholes"])
def test_an_absent_artefact_says_what_to_run(tmp_path: Path, small: SmallIndex, name: str) -> None:
    folder = Path(shutil.copytree(small.folder, tmp_path / "copy"))
    path = folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    with pytest.raises(IndexDamagedError, match="corpus sync"):
        Ranking(folder)


@pytest.mark.parametrize("name", ["rows.json", "vectors.npz"])
@pytest.mark.parametrize("keep", [0, 100])
def test_a_cut_artefact_says_what_to_run(tmp_path: Path, small: SmallIndex, name: str, keep: int) -> None:
    folder = Path(shutil.copytree(small.folder, tmp_path / "copy"))
    (folder / name).write_bytes((folder / name).read_bytes()[:keep])

    with pytest.raises(IndexDamagedError, match="corpus sync"):
        Ranking(folder)


def test_training_learns_from_headings_titles_acronyms_and_everyday_phrases(small: SmallIndex) -> None:
    cards = list(small.store.documents())
    units = [unit for card in cards for unit in units_of(small.store.passages_of(card.key))]

    rows = set(training_rows(cards, units))

    cost = "La première carte est gratuite. En cas de perte, elle coûte 25 €."
    assert ("Coût", cost) in rows
    assert ("Carte d'identité d'un majeur Coût", cost) in rows
    assert ("Carte d'identité d'un majeur", cost) in rows
    assert ("CNI", "carte d'identité") in rows
    assert ("on m'a tiré ma bécane", "Déposez plainte au commissariat après un vol de vélo.") in rows
