"""The bench of sibling documents counts presses that helped, presses too many, and wrong offers."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

import pytest

from bot.assembly import Assembly
from bot.turn import Asked, Role, Sentence, Status, Turn
from eval import siblings_bench
from eval.retrieval_sets import Query
from eval.siblings_bench import Outcome, main, measure, outcome
from tests.bot.town import CANTEEN, DAY, PASSPORT


@dataclass(frozen=True, slots=True)
class Bot:
    """Answers from a table; the rest is the real one."""

    answers: dict[str, Turn]

    def respond(self, text: str, day: date) -> Turn:
        return replace(self.answers[text], day=day)


def asked(turn: Turn, *keys: str) -> Turn:
    return replace(
        turn, card=None, status=Status.CLARIFY_DOCUMENT, question=Asked("Laquelle ?", "", keys, keys), sentences=()
    )


@pytest.fixture
def answered(bot: Assembly) -> Turn:
    """An answer from F9007."""
    card = bot.opened.store.document("F9007")
    found = bot.opened.searcher.search(CANTEEN, as_of=DAY)
    return Turn(
        CANTEEN, DAY, status=Status.ANSWERED, card=card, found=found, sentences=(Sentence("Oui.", Role.LEAD, ()),)
    )


def test_each_way_an_answer_ends_is_told_apart(bot: Assembly, answered: Turn) -> None:
    right, wrong = frozenset({"F9007"}), frozenset({"F9002"})

    assert outcome(answered, right, bot) is Outcome.RIGHT
    assert outcome(answered, wrong, bot) is Outcome.WRONG
    assert outcome(asked(answered, "F9007", "F9008"), right, bot) is Outcome.ASKED_RIGHT
    assert outcome(asked(answered, "F9007", "F9008"), wrong, bot) is Outcome.ASKED_WRONG
    assert outcome(replace(answered, sentences=()), right, bot) is Outcome.REFUSED


def test_a_question_put_though_the_right_document_came_first_is_a_press_too_many(bot: Assembly, answered: Turn) -> None:
    made = replace(bot, responder=Bot({"a": asked(answered, "F9007", "F9008"), "b": answered}))  # type: ignore[arg-type]
    queries = [Query("1", "a", frozenset({"F9007"})), Query("2", "b", frozenset({"F9007"}))]

    counts = measure(queries, made, DAY)

    assert (counts["n"], counts["asked"], counts["needless"]) == (2, 0.5, 1)


def test_the_command_prints_every_set(
    bot: Assembly, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = {"towns": [Query("1", PASSPORT, frozenset({"F9002"}))]}
    monkeypatch.setattr(siblings_bench, "sets", lambda _: queries)
    monkeypatch.setattr(siblings_bench, "assemble", lambda _: bot)

    assert main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out)["towns"]["n"] == 1
    assert main([]) == 0
    assert "towns (n=1)" in capsys.readouterr().out
