"""The ordered list of steps that makes an answer, in one place. Owns the LangChain runnables that compose it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date
from typing import cast

from langchain_core.runnables import Runnable, RunnableLambda

from bot.turn import Status, Turn

Step = Callable[[Turn], Turn]

_LOG = logging.getLogger("cite.bot")


class Responder:
    """Answers questions; one list of steps, and steps that run on every turn, settled or not.

    Args:
        steps: from the question to the composed answer; an unexpected error in one ends the turn as
            `error_internal`, and is logged without the question.
        always: run on every turn afterwards, even after one of them failed: the check of each sentence, the reply,
            the contact. Nothing that a failed check did not pass is kept.
    """

    def __init__(self, steps: Sequence[Step], always: Sequence[Step]) -> None:
        self._chain = _compose(steps)
        self._always = tuple(_compose([step]) for step in always)

    def respond(self, text: str, day: date, identifier: str = "") -> Turn:
        """Answer one question as of `day`; never raises for what a resident typed."""
        turn = Turn(text=text, day=day, id=identifier)
        for runnable in (self._chain, *self._always):
            turn = _run(runnable, turn)
        return turn


def _run(runnable: Runnable[Turn, Turn], turn: Turn) -> Turn:
    try:
        return runnable.invoke(turn)
    except Exception as error:  # noqa: BLE001  a resident must read a sentence, whatever broke
        # The message of an error may quote the question: only its kind is logged.
        _LOG.error("A step failed with %s.", type(error).__name__)
        return Turn(turn.text, turn.day, turn.id, turn.language, status=Status.ERROR_INTERNAL)


def _compose(steps: Sequence[Step]) -> Runnable[Turn, Turn]:
    first, *others = (RunnableLambda(step, name=getattr(step, "__name__", type(step).__name__)) for step in steps)
    chain: Runnable[Turn, Turn] = first
    for step in others:
        chain = cast("Runnable[Turn, Turn]", chain | step)
    return chain
