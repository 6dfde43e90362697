"""Our runtime gives the vectors of sentence-transformers without it, and says what to do when weights are amiss."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from corpus.embed import (
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    StaticEmbedder,
    TransformerEmbedder,
    current_weights,
    load_embedder,
    unit,
)
from corpus.errors import ConfigurationError, IndexDamagedError, WeightsMissingError
from corpus.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PIECES = (
    "[PAD]",
    "[UNK]",
    "carte",
    "identite",
    "mairie",
    "pass",
    "##eport",
    "##s",
    "d",
    "'",
    "a",
    "8",
    "##6",
    "€",
    ".",
)
SENTENCES = (
    "Carte d'identité",
    "passeports, passeport et mairie.",
    "86 €",
    "mot inconnu",
    "",
    "   ",
    "CARTE " * 3000,
    "Ｃａｒｔｅ 护照 😀",
)


def a_module(seed: int = 7) -> StaticEmbedding:
    tokenizer = Tokenizer(models.WordPiece({piece: rank for rank, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    weights = np.random.default_rng(seed).normal(size=(len(PIECES), 12)).astype(np.float32)
    return StaticEmbedding(tokenizer, embedding_weights=weights)


def saved(folder: Path, module: StaticEmbedding) -> Path:
    folder.mkdir(parents=True)
    module.save(str(folder))
    return folder


def vectors_of(module: StaticEmbedding, texts: Sequence[str]) -> np.ndarray:
    model = SentenceTransformer(modules=[module], device="cpu")
    return np.asarray(model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False))


@pytest.fixture(scope="module")
def module() -> StaticEmbedding:
    return a_module()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, module: StaticEmbedding) -> Path:
    return saved(tmp_path_factory.mktemp("weights") / "one", module)


@pytest.fixture(scope="module")
def embedder(folder: Path) -> StaticEmbedder:
    return StaticEmbedder(folder)


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """What HF_HUB_OFFLINE=1 gives a process that starts with it."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def test_vectors_are_those_of_sentence_transformers(module: StaticEmbedding, embedder: StaticEmbedder) -> None:
    ours, theirs = embedder.encode(SENTENCES), vectors_of(module, SENTENCES)

    assert ours.shape == theirs.shape == (len(SENTENCES), embedder.dimension)
    assert np.abs(ours - theirs).max() < 1e-6
    assert ours[0].any()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="carte dîpsm'86€.é\n") | st.text(), max_size=4))
def test_vectors_of_any_text_are_those_of_sentence_transformers(
    module: StaticEmbedding, embedder: StaticEmbedder, texts: list[str]
) -> None:
    assert np.allclose(embedder.encode([*texts, "carte"]), vectors_of(module, [*texts, "carte"]), atol=1e-6)


ODD_TEXTS = st.lists(
    st.sampled_from([*"aÉœ’'-_€Σ表\u0301\xad \t\n\r\0\x0b\x1c\x85\xa0\u2028\u3000\ud800", "carte", "[UNK]", "x" * 120])
).map("".join)


@given(ODD_TEXTS)
def test_a_text_is_read_by_pieces_as_the_tokenizer_reads_it_whole(
    folder: Path, embedder: StaticEmbedder, text: str
) -> None:
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    whole = tokenizer.encode(text.encode(errors="replace").decode(), add_special_tokens=False).ids

    assert embedder.word_pieces(text) == embedder.word_pieces(text) == whole


def test_a_tokenizer_that_may_read_across_white_space_is_given_whole_texts(tmp_path: Path, folder: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    tokenizer = Tokenizer.from_file(str(copy / TOKENIZER_FILE))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("e p", "isolated")
    tokenizer.save(str(copy / TOKENIZER_FILE))

    whole = tokenizer.encode("carte passeport", add_special_tokens=False).ids
    assert StaticEmbedder(copy).word_pieces("carte passeport") == whole


def test_vectors_have_norm_one_and_a_text_without_words_gives_zeros(embedder: StaticEmbedder) -> None:
    norms = np.linalg.norm(embedder.encode(["carte", "passeport à la mairie", "", "  \n"]), axis=1)

    assert norms.tolist() == pytest.approx([1, 1, 0, 0])


def test_texts_are_encoded_alike_alone_or_among_thousands(embedder: StaticEmbedder) -> None:
    texts = ["carte", "passeport", "mairie 86 €"] * 1000

    assert np.array_equal(embedder.encode(texts)[-3:], embedder.encode(texts[:3]))
    assert embedder.encode([]).shape == (0, embedder.dimension)


@given(st.lists(st.text(st.characters(exclude_categories=())), max_size=3))
def test_any_text_has_a_finite_vector(embedder: StaticEmbedder, texts: list[str]) -> None:
    assert np.isfinite(embedder.encode([*texts, "\ud800 carte"])).all()


def test_padding_and_truncation_saved_with_the_tokenizer_do_not_count(tmp_path: Path, folder: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    tokenizer = Tokenizer.from_file(str(copy / TOKENIZER_FILE))
    tokenizer.enable_padding(length=40)
    tokenizer.enable_truncation(max_length=1)
    tokenizer.save(str(copy / TOKENIZER_FILE))

    assert np.array_equal(StaticEmbedder(copy).encode(SENTENCES), StaticEmbedder(folder).encode(SENTENCES))


@pytest.mark.parametrize("name", [TOKENIZER_FILE, WEIGHTS_FILE])
def test_the_digest_changes_with_each_file_and_only_then(tmp_path: Path, folder: Path, name: str) -> None:
    same = Path(shutil.copytree(folder, tmp_path / "same"))
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    changed = saved(tmp_path / "changed", a_module(8))
    if name == WEIGHTS_FILE:
        shutil.copy(changed / name, other / name)
    else:
        (other / name).write_text((other / name).read_text().replace('"mairie"', '"mairies"'))

    assert StaticEmbedder(same).digest == StaticEmbedder(folder).digest
    assert StaticEmbedder(other).digest != StaticEmbedder(folder).digest


@pytest.mark.parametrize("name", [TOKENIZER_FILE, WEIGHTS_FILE])
@pytest.mark.parametrize("content", [None, b"", b"\x00 damaged"])
def test_weights_absent_or_damaged_say_what_to_run(
    tmp_path: Path, folder: Path, name: str, content: bytes | None
) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_bytes(content)

    with pytest.raises(IndexDamagedError, match="corpus train"):
        StaticEmbedder(copy)


@pytest.mark.parametrize("pointer", [None, "", "{}", "not json"])
def test_weights_that_were_never_trained_say_what_to_run(tmp_path: Path, pointer: str | None) -> None:
    if pointer is not None:
        (tmp_path / "weights").mkdir()
        (tmp_path / "weights" / "current").write_text(pointer)

    with pytest.raises(WeightsMissingError, match="corpus train"):
        current_weights(tmp_path)


def test_settings_without_a_model_open_the_weights_in_force(tmp_path: Path, module: StaticEmbedding) -> None:
    folder = saved(tmp_path / "weights" / "abc", module)
    (tmp_path / "weights" / "current").write_text(json.dumps({"folder": "abc"}))

    assert load_embedder(Settings(data=tmp_path)).digest == StaticEmbedder(folder).digest


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["nobody/no-such-model", "/no/such/folder"])
def test_a_configured_model_that_does_not_exist_is_told_at_once_offline(tmp_path: Path, name: str) -> None:
    started = time.monotonic()

    with pytest.raises(ConfigurationError, match="CITE_MODEL"):
        load_embedder(Settings(data=tmp_path, model=name))
    assert time.monotonic() - started < 30  # the retries of a hub that is asked take more than a minute


@pytest.mark.usefixtures("offline")
def test_a_configured_model_gives_its_own_vectors(tmp_path: Path, module: StaticEmbedding) -> None:
    path = str(tmp_path / "model")
    SentenceTransformer(modules=[module], device="cpu").save(path, create_model_card=False)

    opened = load_embedder(Settings(data=tmp_path, model=path))

    assert isinstance(opened, TransformerEmbedder)
    assert opened.dimension == 12
    assert np.allclose(opened.encode(["carte", ""]), vectors_of(module, ["carte", ""]), atol=1e-6)
    assert opened.encode([]).shape == (0, 12)


@pytest.mark.usefixtures("offline")
def test_the_digest_of_a_local_model_changes_with_its_weights(tmp_path: Path, module: StaticEmbedding) -> None:
    path = str(tmp_path / "model")
    SentenceTransformer(modules=[module], device="cpu").save(path, create_model_card=False)
    before = TransformerEmbedder(path).digest
    again = TransformerEmbedder(path).digest
    SentenceTransformer(modules=[a_module(8)], device="cpu").save(path, create_model_card=False)

    assert before == again
    assert TransformerEmbedder(path).digest != before


@given(st.lists(st.lists(st.floats(-1e3, 1e3, width=32), min_size=3, max_size=3), min_size=1, max_size=4))
def test_rows_are_scaled_to_norm_one_and_zeros_stay(rows: list[list[float]]) -> None:
    array = np.asarray(rows, dtype=np.float32)

    norms = np.linalg.norm(unit(array), axis=1)

    # Whether a row is zero is asked of its components: the norm of a very small row is zero in single precision.
    assert np.allclose(norms, array.any(axis=1), atol=1e-5)


def test_the_answering_path_imports_no_engine_that_only_builds_an_index() -> None:
    script = (
        "import sys, bot.assembly, corpus.opening, corpus.search; "
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'chromadb', 'bm25s', 'scipy'}; "
        "print(*heavy & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout.strip()) == (0, ""), run.stderr
