"""An emergency number that only a model leant to leaves an answer that is surely the one; any other stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot import relieve
from bot.assembly import Assembly
from bot.danger import Heard
from bot.relieve import Relieve
from bot.turn import Status, Turn
from tests.bot.town import CANTEEN, DAY

SURE, UNSURE = CANTEEN, "Quelles pièces faut-il fournir pour publier les bans du mariage ?"
LEANS = Heard(settles=False, lines=("suicide",), kinds=("suicide",), leans=True)
EXPRESSION = replace(LEANS, leans=False)

Look = Callable[..., Turn]


@pytest.fixture
def relieved(bot: Assembly, monkeypatch: pytest.MonkeyPatch) -> Look:
    """An answer with a number beside it, as the steps before leave it, once the step has looked at it."""

    def look(text: str, heard: Heard, **values: Any) -> Turn:
        monkeypatch.setattr(relieve, "hear", lambda _: heard)
        found = bot.opened.searcher.search(text, limit=5, as_of=DAY)
        turn = Turn(text, DAY, status=Status.ANSWERED, found=found, urgent=("suicide",), notices=(("urgent", ""),))
        return Relieve(bot.opened.searcher)(replace(turn, **values))

    return look


def test_a_number_that_the_model_alone_leant_to_leaves_a_sure_answer(relieved: Look) -> None:
    turn = relieved(SURE, LEANS, notices=(("urgent", ""), ("masked", "")))

    assert turn.urgent == ()
    assert turn.notices == (("masked", ""),)


def test_so_does_that_of_an_expression_which_the_model_denies(relieved: Look) -> None:
    assert relieved(SURE, replace(EXPRESSION, denied=True)).urgent == ()


@pytest.mark.parametrize(
    ("text", "heard", "values"),
    [
        pytest.param(SURE, EXPRESSION, {}, id="an expression says it"),
        pytest.param(UNSURE, LEANS, {}, id="the document may not answer"),
        pytest.param(SURE, LEANS, {"in_doubt": True}, id="the model is nearly sure"),
        pytest.param(SURE, LEANS, {"status": Status.HANDOVER_URGENT}, id="the turn was handed over"),
        pytest.param(SURE, LEANS, {"status": Status.UNANSWERABLE_NO_SOURCE}, id="nothing answers"),
        pytest.param(SURE, LEANS, {"own_words": 2}, id="a follow-up"),
        pytest.param(SURE, LEANS, {"found": None}, id="nothing was searched"),
    ],
)
def test_any_other_number_stays(relieved: Look, text: str, heard: Heard, values: dict[str, Any]) -> None:
    assert relieved(text, heard, **values).urgent == ("suicide",)
