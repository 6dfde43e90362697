"""The index in force: found, checked, searched, and refused when something in it was touched."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import IndexDamagedError, IndexMissingError
from corpus.generation import POINTER, current_generation
from corpus.index import (
    CHROMA_FOLDER,
    chroma_nearest,
    close_collections,
    collection_ids,
    open_index,
    write_collections,
)
from corpus.ranking import VectorRows
from corpus.settings import Settings
from tests.corpus.builders import Fiche, settings_in, sync_fiches


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_in(tmp_path)
    sync_fiches(made, {"particuliers": [Fiche("F1"), Fiche("F2")], "professionnels": [Fiche("F3")]})
    return made


def rows(ids: list[str], seed: int = 0, audiences: tuple[str, ...] = ("particuliers",)) -> VectorRows:
    """Vectors that depend on the id and the seed alone."""
    vectors = [np.random.default_rng([seed, *ref.encode()]).normal(size=8) for ref in ids]
    array = np.asarray(vectors, dtype=np.float32).reshape(len(ids), 8)
    array /= np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)
    return VectorRows(tuple(ids), array, (audiences,) * len(ids), len(ids))


def generation(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_an_index_opens_and_verifies(settings: Settings) -> None:
    index = open_index(settings, verify=True)

    with index.store:
        assert index.manifest.counts["documents"] == 3
        assert index.store.root() == index.manifest.root


def test_a_folder_never_synced_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="corpus sync"):
        open_index(Settings(data=tmp_path))


@pytest.mark.parametrize("name", ["passages.sqlite", "rows.json", "manifest.json", "chroma/chroma.sqlite3"])
def test_an_absent_artefact_is_noticed_without_verifying(settings: Settings, name: str) -> None:
    (current_generation(settings.index) / name).unlink()

    with pytest.raises(IndexDamagedError, match="corpus sync"):
        open_index(settings)


@pytest.mark.parametrize("name", ["passages.sqlite", "rows.json"])
def test_a_changed_byte_is_noticed_when_verifying(settings: Settings, name: str) -> None:
    path = current_generation(settings.index) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    with pytest.raises(IndexDamagedError):
        open_index(settings, verify=True)


def test_changed_vectors_are_noticed_when_verifying(settings: Settings) -> None:
    folder = current_generation(settings.index)
    ids = sorted(collection_ids(folder)["particuliers"])
    shutil.rmtree(folder / CHROMA_FOLDER)
    write_collections(folder, rows(ids, seed=9))

    with pytest.raises(IndexDamagedError):
        open_index(settings, verify=True)


@pytest.mark.parametrize("pointer", ["", "absent", "..", "../index", "/"])
def test_a_pointer_that_leads_nowhere_is_damage(settings: Settings, pointer: str) -> None:
    (settings.index / POINTER).write_text(pointer, encoding="utf-8")

    with pytest.raises(IndexDamagedError):
        open_index(settings)


def test_the_nearest_of_an_audience_come_best_first(tmp_path: Path) -> None:
    folder = generation(tmp_path / "one")
    given = rows([f"F{n}#a" for n in range(30)])
    write_collections(folder, given)

    found = chroma_nearest(folder, "particuliers", given.vectors[7], 5)
    elsewhere = chroma_nearest(folder, "associations", given.vectors[7], 5)
    close_collections()

    exact = np.argsort(-(given.vectors @ given.vectors[7]))[:5]
    assert [ref for ref, _ in found] == [given.ids[row] for row in exact]
    assert found[0][1] == pytest.approx(1.0, abs=1e-5)
    assert elsewhere == []


def test_a_row_without_audience_is_in_every_collection(tmp_path: Path) -> None:
    folder = generation(tmp_path / "one")

    write_collections(folder, rows(["F1#a"], audiences=()))

    assert set(collection_ids(folder).values()) == {frozenset({"F1#a"})}


def test_the_same_rows_give_the_same_digests(tmp_path: Path) -> None:
    given = rows([f"F{n}#a" for n in range(40)])

    assert write_collections(generation(tmp_path / "one"), given) == write_collections(
        generation(tmp_path / "two"), given
    )


def test_searching_where_there_are_no_collections_is_damage_and_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError):
        chroma_nearest(tmp_path / "absent", "particuliers", np.ones(8, dtype=np.float32), 3)

    assert not (tmp_path / "absent").exists()
