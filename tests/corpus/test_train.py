"""Training puts whole, readable weights in force at once, and learns from the pairs it is given."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from corpus.analyse import conversational_words
from corpus.embed import StaticEmbedder, current_weights
from corpus.train import noisy, train_weights, training_pairs

SUBJECTS = {
    "bagnole fric": "Le certificat d'immatriculation du véhicule est délivré par la préfecture.",
    "gosse cantoche": "La restauration scolaire des enfants se règle auprès de la caisse des écoles.",
    "boucan nocturne": "Le tapage trouble la tranquillité du voisinage et la police le constate.",
    "piaule galère": "Une demande de logement social se dépose avec un avis fiscal récent.",
}
PAIRS = tuple(SUBJECTS.items()) * 4
TEXTS = [f"{said}. {answer}" for said, answer in SUBJECTS.items() for _ in range(4)]
OLD = [*TEXTS, *["La piscine est ouverte le dimanche."] * 5]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose weights in force know the words of `OLD`."""
    data = tmp_path_factory.mktemp("data")
    train(data, OLD)
    return data


@pytest.fixture
def data(tmp_path: Path, trained: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "data"))


def silent(_: str) -> None:
    """Say nothing."""


def train(data: Path, texts: list[str] = TEXTS, epochs: int = 1) -> Path:
    return train_weights(data, texts, PAIRS, silent, epochs=epochs, batch=8)


def closeness(folder: Path) -> float:
    """How much nearer each query is to its own answer than to the others, as a difference of cosines."""
    embedder = StaticEmbedder(folder)
    cosines = embedder.encode(list(SUBJECTS)) @ embedder.encode(list(SUBJECTS.values())).T
    others = (cosines.sum() - np.trace(cosines)) / (cosines.size - len(cosines))
    return float(np.trace(cosines) / len(cosines) - others)


def test_new_weights_are_in_force_named_by_their_digest_and_readable_by_every_account(tmp_path: Path) -> None:
    folder = train(tmp_path)

    assert current_weights(tmp_path) == folder
    assert StaticEmbedder(folder).digest.startswith(folder.name)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    assert (tmp_path / "weights" / "current").stat().st_mode & 0o044 == 0o044


def test_training_brings_the_words_of_residents_nearer_to_the_texts_that_answer_them(tmp_path: Path) -> None:
    texts = [*SUBJECTS.keys(), *SUBJECTS.values()] * 4

    before = closeness(train(tmp_path, texts, epochs=0))
    after = closeness(train(tmp_path, texts, epochs=8))

    assert after > before + 0.2


def test_progress_is_told_and_the_whole_of_a_small_set_of_pairs_is_learnt_from(tmp_path: Path) -> None:
    said: list[str] = []

    train_weights(tmp_path, TEXTS, PAIRS[:3], said.append, epochs=2)

    assert sum(f"{len(PAIRS[:3])} paires" in line for line in said) == 2
    assert not any("perte moyenne 0.000" in line for line in said)


def test_weights_without_any_pair_are_the_starting_vectors(tmp_path: Path) -> None:
    assert StaticEmbedder(train_weights(tmp_path, TEXTS, [], silent)).encode(["logement social"]).any()


def test_earlier_weights_are_kept_beside_the_new_ones(data: Path) -> None:
    old = current_weights(data)

    new = train(data)

    assert old != new == current_weights(data)
    assert StaticEmbedder(old).encode(["piscine"]).any()


@pytest.mark.parametrize(
    ("owner", "step"), [(StaticEmbedding, "save"), (Path, "chmod"), (Path, "rename"), (Path, "replace")]
)
def test_a_cut_at_any_step_of_saving_leaves_the_old_weights_in_force(
    data: Path, monkeypatch: pytest.MonkeyPatch, owner: type, step: str
) -> None:
    old = current_weights(data)

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(owner, step, cut)
        with pytest.raises(KeyboardInterrupt):
            train(data)

    assert current_weights(data) == old
    assert StaticEmbedder(old).encode(["piscine"]).any()
    assert old != train(data) == current_weights(data)


def test_pairs_worth_learning_from_are_kept_once_and_cut() -> None:
    long = "mot " * 300
    rows = [
        (" carte ", "La carte est à demander."),
        ("carte", "La carte est à demander."),
        ("ab", "La carte est à demander."),
        ("carte", "Trop peu"),
        ("La même phrase.", "La même phrase."),
        ("long", long),
    ]

    assert training_pairs(iter(rows)) == [("carte", "La carte est à demander."), ("long", long[:600])]


def test_about_half_of_the_queries_stay_as_they_are() -> None:
    chance = random.Random(1)
    unchanged = sum(noisy("demande de carte nationale", chance) == "demande de carte nationale" for _ in range(400))

    assert 160 < unchanged < 280


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=6).map(" ".join), st.integers(0, 999))
def test_a_noisy_query_keeps_its_subject_but_for_one_word_and_one_typing_error(query: str, seed: int) -> None:
    spoken = noisy(query, random.Random(seed))

    assert spoken.strip()
    left = set(query.split()) - set(spoken.split())
    assert len(left) <= 2
    added = [word for word in spoken.split() if word not in query.split() and word not in conversational_words()]
    assert len(added) <= 1


def test_what_a_kill_left_half_written_is_swept_and_what_another_training_writes_is_not(data: Path) -> None:
    left, writing = data / "weights" / ".new-left", data / "weights" / ".new-writing"
    for folder in (left, writing):
        folder.mkdir()
    yesterday = time.time() - 86_400
    os.utime(left, (yesterday, yesterday))

    train(data)

    assert not left.exists()
    assert writing.exists()


def test_training_never_waits_for_a_model_hub() -> None:
    code = "import corpus.train, huggingface_hub.constants as hub; print(hub.HF_HUB_OFFLINE)"
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "True"
