"""A small linear model says the same written and read again, and hears one sentence of a long text, and its sense."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot import leaning
from bot.leaning import Floats, Leaning, Sense, binned, centred, read_leaning, windows, write_leaning
from corpus.sentence_model import sentence_model

BINS = 1 << 16


@pytest.fixture
def model(tmp_path: Path) -> Leaning:
    weights = np.zeros((2, BINS), dtype=np.float32)
    weights[1, binned("secours", BINS)[0]] = 4
    path = tmp_path / "model.npz"
    write_leaning(path, ("none", "danger"), weights, np.array([1.0, -1.0]), np.ones(BINS, dtype=np.float32))
    return read_leaning(path)


def test_shares_add_to_one_and_follow_the_weights(model: Leaning) -> None:
    assert sum(model.shares("un texte").values()) == pytest.approx(1)
    assert model.shares("secours")["danger"] > 0.9
    assert model.shares("la mairie")["danger"] < 0.5


def test_one_part_of_a_long_text_is_enough(model: Leaning) -> None:
    assert model.shares("mot " * 100 + "secours secours secours " * 12)["danger"] > 0.5


def test_the_weight_of_a_piece_can_be_read(model: Leaning) -> None:
    assert model.weight_of("secours", "danger") == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize(("words", "parts"), [(1, 1), (36, 1), (54, 2), (55, 3)])
def test_a_long_text_is_read_in_overlapping_parts(words: int, parts: int) -> None:
    read = list(windows("mot " * words))

    assert len(read) == parts
    assert len(" ".join(read).split()) >= words


@pytest.fixture
def sensible(tmp_path: Path) -> Leaning:
    """A model that holds the sense of one sentence, and no word."""
    vectors = sentence_model().encode(["mon compagnon lève la main sur moi", "renouveler un passeport", "payer un PV"])
    centre = vectors.mean(axis=0)
    weights = np.zeros((2, vectors.shape[1]), dtype=np.float32)
    weights[1] = 9 * centred(vectors, centre)[0]
    path, none = tmp_path / "sensible.npz", np.zeros((2, BINS), dtype=np.float32)
    sense = Sense(weights, centre)
    write_leaning(path, ("none", "danger"), none, np.zeros(2, dtype=np.float32), np.ones(BINS, dtype=np.float32), sense)
    return read_leaning(path)


def test_what_has_the_same_sense_is_heard_without_a_word_in_common(sensible: Leaning) -> None:
    assert sensible.shares("mein mann schlagt mich", "Mein Mann schlägt mich")["danger"] > 0.8
    assert sensible.shares("wo beantrage ich einen pass", "Wo beantrage ich einen Pass?")["danger"] < 0.5


def test_the_sense_is_heard_whatever_the_spaces(sensible: Leaning) -> None:
    assert sensible.shares("il me bat", "Il  me\nbat ") == sensible.shares("il me bat", "Il me bat")


def test_the_sense_of_a_long_text_is_read_once(sensible: Leaning, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    class Counted:
        def encode(self, texts: Sequence[str]) -> Floats:
            read.extend(texts)
            return sentence_model().encode(texts)

    monkeypatch.setattr(leaning, "sentence_model", Counted)

    sensible.shares("mot " * 200, "mot " * 200)

    assert len(read) == 1


def test_a_model_of_words_alone_asks_for_no_sense(model: Leaning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaning, "sentence_model", None)

    assert model.shares("secours", "au secours")["danger"] > 0.9


def test_a_text_without_a_word_has_no_sense() -> None:
    assert not centred(np.zeros((1, 3), dtype=np.float32), np.ones(3, dtype=np.float32)).any()


def test_no_text_has_a_share(model: Leaning) -> None:
    assert set(model.shares("")) == {"none", "danger"}
