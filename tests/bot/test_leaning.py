"""A small linear model says the same written and read again, and hears one sentence of a long text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.leaning import Leaning, binned, read_leaning, windows, write_leaning

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


def test_no_text_has_a_share(model: Leaning) -> None:
    assert set(model.shares("")) == {"none", "danger"}
