"""The letters are whole, and the bench notices a wrong procedure, a filled gap and an invented sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.assembly import Assembly, assemble
from bot.letter import Composer, Line, State, hide
from corpus.analyse import fold
from corpus.settings import Settings
from eval.drafts_bench import CASES, invented, judge
from tests.bot.town import DAY, town_in

LETTERS = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
CHILD = "Mon fils de 10 ans a perdu sa carte d'identité. Combien coûte la nouvelle ? Quelle est la recette du boeuf ?"


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembly]:
    settings: Settings = town_in(tmp_path_factory.mktemp("town"))
    made = assemble(settings)
    yield made
    made.opened.store.close()


def expected(asks: str, *documents: str, **others: Any) -> dict[str, Any]:
    return {"asks": asks, "documents": list(documents), "branch": [], "gap": not documents, "missing": ""} | others


def test_there_are_thirty_letters_of_three_questions_half_of_them_kept_for_the_report() -> None:
    assert len(LETTERS) == 30
    assert sorted(letter["half"] for letter in LETTERS) == ["report"] * 15 + ["tune"] * 15
    assert {len(letter["questions"]) for letter in LETTERS} == {3}
    assert len({letter["letter"] for letter in LETTERS}) == 30


@pytest.mark.parametrize("letter", LETTERS, ids=[letter["id"] for letter in LETTERS])
def test_a_letter_holds_what_its_questions_ask(letter: dict[str, Any]) -> None:
    said = " ".join(fold(letter["letter"]).replace("’", "'").split())

    assert all(" ".join(fold(one["asks"]).split()) in said for one in letter["questions"])
    assert all(one["gap"] is not bool(one["documents"]) for one in letter["questions"])


def test_the_bench_counts_what_is_right_and_what_is_not(bot: Assembly) -> None:
    reply = Composer(bot).draft(hide(CHILD).text, DAY)
    right = [expected("combien coute la nouvelle", "F9001"), expected("recette du boeuf")]
    wrong = [expected("combien coute la nouvelle", "F1"), expected("combien coute la nouvelle")]

    assert [(one.procedure, one.gap) for one in judge({"id": "x", "questions": right}, reply)] == [
        (True, None),
        (None, True),
    ]
    assert [(one.procedure, one.gap) for one in judge({"id": "x", "questions": wrong}, reply)] == [
        (False, None),
        (None, False),
    ]
    assert not judge({"id": "x", "questions": [expected("autre chose")]}, reply)[0].heard


def test_an_invented_sentence_is_found(bot: Assembly) -> None:
    store = bot.opened.store
    reply = Composer(bot).draft(hide(CHILD).text, DAY)
    assert invented(reply, store) == []

    part = reply.parts[0]
    line = replace(part.lines[0], text="La carte coûte 20 €.")
    spoilt = replace(
        reply, parts=(replace(part, lines=(line, Line(99, "Venez lundi.", State.AGENT))), *reply.parts[1:])
    )

    assert invented(spoilt, store) == ["La carte coûte 20 €.", "Venez lundi."]
