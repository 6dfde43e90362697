"""The examples of the first page are answered, or lead to a question that decides: checked on the real documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from bot.assembly import Assembly, assemble
from bot.turn import Status
from corpus.settings import load_settings
from ui.themes import suggestions

pytestmark = pytest.mark.slow

QUESTIONS = [question for theme in suggestions() for question in theme.questions]


@pytest.fixture(scope="module")
def real() -> Iterator[Assembly]:
    settings = load_settings()
    if not (settings.index / "current").exists():
        pytest.skip("no index of the real documents here: make ask builds it")
    made = assemble(settings)
    yield made
    made.opened.store.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_example_of_the_first_page_is_answered(real: Assembly, question: str) -> None:
    turn = real.responder.respond(question, date(2026, 11, 27))

    assert turn.status in {Status.ANSWERED, Status.CLARIFY_BRANCH, Status.CLARIFY_DOCUMENT}
    assert turn.sentences or turn.question
