"""The sentence model and its heads: nearness in sense, hostile texts, shipped vectors, one thread a call."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import sense as sense_module
from corpus.phrases import _said
from corpus.sense import Sense, key_of, sense, shipped, write_shipped
from corpus.sentence_model import DIMENSION, SentenceModel, sentence_model

LOST_CARD = ("Que faire en cas de perte de la carte d'identité ?", "Faites une déclaration de perte en mairie.")
HOUSING = ("Aide personnalisée au logement (APL)", "Une aide versée par la Caf pour réduire votre loyer.")


@pytest.mark.parametrize(
    "asked",
    [
        "j'arrive plus à remettre la main sur ma CNI",
        "I can't find my ID card anymore",
        "فقدت بطاقة هويتي",
        "身份证丢了",
    ],
)
def test_a_question_is_closest_to_the_document_it_is_about_in_any_language(asked: str) -> None:
    lost, housing = sense().of_cards([LOST_CARD, HOUSING]) @ sense().of_question(asked)

    assert lost > housing + 0.1


@given(st.text(max_size=80))
def test_any_text_has_a_vector_of_unit_norm_or_none(text: str) -> None:
    norm = float(np.linalg.norm(sense().of_question(text)))

    assert norm == pytest.approx(1.0, abs=1e-4) if text.replace("\0", " ").strip() else norm == 0.0


def test_half_of_a_surrogate_pair_and_a_zero_byte_are_read_as_the_rest() -> None:
    odd, plain = sentence_model().encode(["acte\0 de naissance \ud800", "acte de naissance"])

    assert float(odd @ plain) > 0.8


def test_a_very_long_text_is_read_to_a_limit() -> None:
    start = "je veux un acte de naissance " * 40
    one, other = sentence_model().encode([start + "a" * 100_000, start + "b"])

    assert np.array_equal(one, other)


def test_alone_in_a_batch_or_among_threads_a_text_has_the_same_vector() -> None:
    model, texts = SentenceModel(), ["un", "acte de naissance", "", "a very different question about bicycles " * 5]
    batch = model.encode(texts)
    with ThreadPoolExecutor(4) as threads:
        alone = list(threads.map(lambda text: model.encode([text])[0], texts))

    assert np.array_equal(batch, np.stack(alone))


def test_opening_the_model_leaves_the_environment_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    SentenceModel()
    assert os.environ["OMP_NUM_THREADS"] == "7"

    monkeypatch.delenv("OMP_NUM_THREADS")
    SentenceModel()
    assert "OMP_NUM_THREADS" not in os.environ


def test_every_phrase_of_the_lexicon_has_a_shipped_vector() -> None:
    """After a change of said_of.tsv: `python -m eval.tune_sense`."""
    phrases = {phrase for said in _said().values() for phrase in said.splitlines()}
    known = shipped(sentence_model())

    assert known, "these vectors were made by another model"
    assert sorted(phrase for phrase in phrases if key_of(phrase) not in known) == []


def test_a_shipped_vector_is_nearly_the_one_that_the_model_gives() -> None:
    phrases = [said.splitlines()[0] for said in list(_said().values())[::200]]
    known, read = shipped(sentence_model()), sentence_model().encode(phrases)

    kept = np.stack([known[key_of(phrase)] for phrase in phrases])
    assert float(np.einsum("ij,ij->i", kept, read).min()) > 0.999


def test_vectors_shipped_for_another_model_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shipped(tmp_path / "phrases.npz", ["un acte"], np.full((1, DIMENSION), 0.5, np.float32), "0" * 64)
    for file in ("PHRASES_FILE", "CARDS_FILE"):
        monkeypatch.setattr(sense_module, file, tmp_path / "phrases.npz")
    model = SentenceModel()

    assert shipped(model) == {}
    assert np.allclose(Sense(model).of_phrases(["un acte"])[0], sense().of_question("un acte"), atol=1e-5)


def test_other_heads_have_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = np.eye(DIMENSION, dtype=np.float16)
    np.savez(tmp_path / "heads.npz", said=nothing, about=nothing, mean=np.zeros(DIMENSION, np.float16))
    before = sense().digest
    monkeypatch.setattr(sense_module, "HEADS_FILE", tmp_path / "heads.npz")

    assert Sense().digest != before
