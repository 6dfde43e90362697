"""A second opinion can only reject: what fails, or says anything but yes, says no."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.second_check import AskModel, AskScorer
from bot.turn import Citation, Origin, Role, Sentence, Turn
from bot.verify import SecondCheck, Verify
from corpus.embed import load_entailment
from corpus.errors import ConfigurationError
from tests.bot.models import Says
from tests.bot.turns import quoted
from tests.corpus.trees import text

QUOTE = "La mairie peut demander une photo."
WORDS = "La mairie peut vous demander une photo."


def read_with(second: SecondCheck, words: str = WORDS) -> Turn:
    turn = quoted([text(QUOTE, "Photo")], "Une photo ?")
    citation = Citation(turn.passages[0].ref, "F1", QUOTE, None, "", "", None)
    sentence = Sentence(words, Role.LEAD, (citation,), origin=Origin.MODEL)
    stored = {passage.ref: passage for passage in turn.passages}
    return Verify(stored.get, withhold_old_figures=False, second_check=second)(replace(turn, sentences=(sentence,)))


def test_a_yes_lets_the_sentence_be_read() -> None:
    assert [s.text for s in read_with(AskModel(Says({"supported": True}))).sentences] == [WORDS]


@pytest.mark.parametrize(
    "reply", [{"supported": False}, {"supported": "true"}, {"supported": 1}, {}, [], "oui", "", {"supported": None}]
)
def test_anything_else_is_a_no_and_the_quote_is_read(reply: Any) -> None:
    read = read_with(AskModel(Says(reply)))

    assert [(s.text, s.origin) for s in read.sentences] == [(QUOTE, Origin.QUOTE)]
    assert read.rejected == ((WORDS, "second_check"),)


def test_a_model_that_breaks_is_a_no() -> None:
    assert read_with(AskModel(Says({"supported": True}, breaks=1))).rejected == ((WORDS, "second_check"),)


def test_any_error_is_a_no() -> None:
    def broken(text: str, quotes: Sequence[str]) -> bool:
        raise RuntimeError

    assert read_with(broken).rejected == ((WORDS, "second_check"),)


def test_a_yes_saves_nothing_that_a_certain_check_refused() -> None:
    model = Says({"supported": True})
    read = read_with(AskModel(model), "La mairie doit demander une photo.")

    assert [s.text for s in read.sentences] == [QUOTE]
    assert model.asked == []


def test_the_model_sees_the_quote_alone_and_is_asked_once() -> None:
    model = Says({"supported": True})
    ask = AskModel(model)

    assert ask("a <b>", ["c"])
    assert ask("a <b>", ["c"])
    assert [messages[1].content for messages in model.asked] == ["<citation>c</citation>\n<phrase>a &lt;b&gt;</phrase>"]


@pytest.mark.parametrize(("score", "said"), [(0.9, True), (0.8, True), (0.79, False), (0.0, False), (math.nan, False)])
def test_a_scorer_says_yes_from_its_threshold_on(score: float, said: bool) -> None:
    assert AskScorer(lambda proof, claim: score, 0.8)("a", ["b"]) is said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "usable"), [(["entailment", "neutral", "contradiction"], True), (["no", "yes"], False)]
)
def test_a_local_cross_encoder_gives_a_share(tmp_path: Path, labels: list[str], usable: bool) -> None:
    transformers = pytest.importorskip("transformers")
    folder = tmp_path / "judge"
    config = transformers.BertConfig(
        vocab_size=8,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: at for at, label in enumerate(labels)},
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc")
    transformers.BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)

    if usable:
        assert 0 < load_entailment(str(folder))("a b", "c") < 1
    else:
        with pytest.raises(ConfigurationError):
            load_entailment(str(folder))


def test_a_cross_encoder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="dossier local"):
        load_entailment(str(tmp_path / "none"))
