"""One place assembles the bot: from the index in force, with no trace sent away, or with the next command to run."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from bot.assembly import Assembly, assemble
from bot.turn import Status, Turn
from corpus.errors import IndexDamagedError, IndexMissingError, WeightsMissingError
from corpus.generation import current_generation
from corpus.settings import Settings
from tests.bot.town import CANTEEN, DAY, EVERY_QUESTION, LOST_CARD, in_scope


@pytest.fixture
def copy(tmp_path: Path, town: Settings) -> Settings:
    """The town in a folder of its own, to be damaged."""
    return town.model_copy(update={"data": Path(shutil.copytree(town.data, tmp_path / "var"))})


def test_an_index_that_was_never_built_says_what_to_run(copy: Settings) -> None:
    shutil.rmtree(copy.index)

    with pytest.raises(IndexMissingError, match="corpus sync"):
        assemble(copy)


def test_weights_that_were_never_trained_say_what_to_run(copy: Settings) -> None:
    shutil.rmtree(copy.data / "weights")

    with pytest.raises(WeightsMissingError, match="corpus train"):
        assemble(copy)


@pytest.mark.parametrize("name", ["passages.sqlite", "rows.json", "vectors.npz", "manifest.json"])
def test_a_file_of_the_index_that_is_gone_says_what_to_run(copy: Settings, name: str) -> None:
    (current_generation(copy.index) / name).unlink()

    with pytest.raises(IndexDamagedError, match="corpus sync"):
        assemble(copy)


def test_other_weights_than_those_of_the_index_are_refused(copy: Settings) -> None:
    tokenizer = copy.data / "weights" / "by-hand" / "tokenizer.json"
    tokenizer.write_text(tokenizer.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    with pytest.raises(IndexDamagedError, match="corpus sync"):
        assemble(copy)


def test_no_trace_of_a_question_is_sent_away(town: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_TRACING", "true")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")

    assemble(town).opened.store.close()

    assert {os.environ["LANGSMITH_TRACING"], os.environ["LANGCHAIN_TRACING_V2"]} == {"false"}


@pytest.mark.parametrize("scope", ["demo", "labo", "agents", "pilote", "public"])
def test_old_figures_are_said_in_the_demonstration_only(town: Settings, scope: str) -> None:
    made = assemble(in_scope(town, scope))

    turn = made.responder.respond(CANTEEN, DAY)

    made.opened.store.close()
    assert (turn.status is Status.ANSWERED) == (scope == "demo")
    assert ("withheld" in dict(turn.warnings)) == (scope != "demo")


def test_two_bots_of_one_index_give_the_same_answers(town: Settings, bot: Assembly) -> None:
    other = assemble(town)

    answers = [other.responder.respond(question, DAY) for question in EVERY_QUESTION]

    other.opened.store.close()
    assert answers == [bot.responder.respond(question, DAY) for question in EVERY_QUESTION]


def test_the_exact_and_the_stored_vectors_give_the_same_sentences(town: Settings, bot: Assembly) -> None:
    other = assemble(town.model_copy(update={"vectors": "chroma"}))

    turn = other.responder.respond(LOST_CARD, DAY)

    other.opened.store.close()
    assert turn.sentences == bot.responder.respond(LOST_CARD, DAY).sentences


def test_several_residents_at_once_each_get_their_own_answer(bot: Assembly) -> None:
    alone = {question: bot.responder.respond(question, DAY) for question in EVERY_QUESTION}
    together: dict[str, Turn] = {}

    def ask(question: str) -> None:
        together[question] = bot.responder.respond(question, DAY)

    threads = [threading.Thread(target=ask, args=(question,)) for question in EVERY_QUESTION]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert together == alone
