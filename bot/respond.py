"""The ordered list of steps that makes an answer, in one place. Owns the LangChain runnables that compose it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, cast

from langchain_core.runnables import Runnable, RunnableConfig

from bot.turn import NO_CONVERSATION, Conversation, Sentence, Status, Turn
from corpus.found import Found

Step = Callable[[Turn], Turn]

_LOG = logging.getLogger("cite.bot")


class Wording(Protocol):
    """The step in which a model may word the answer; it can also be followed as it goes."""

    def __call__(self, turn: Turn) -> Turn:
        """Return the turn with the sentences of the model that were proved, or as it was."""
        ...

    def stream(self, turn: Turn) -> Iterator[Sentence | Turn]:
        """Yield each proved sentence as soon as it is, then the turn that `__call__` would return."""
        ...


class Responder:
    """Answers questions; one list of steps, and steps that run on every turn, settled or not.

    Args:
        steps: from the question to the quoted answer; an unexpected error in one ends the turn as
            `error_internal`, and is logged without the question.
        always: run on every turn afterwards, even after one of them failed: the check of each sentence, the reply,
            the contact. Nothing that a failed check did not pass is kept.
        wording: runs between the two, on turns whose answer a model may word; None without a model. When it breaks,
            the quoted answer stands.
        word_always: a model words every answer that it may, asked for or not.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        always: Sequence[Step],
        wording: Wording | None = None,
        *,
        word_always: bool = False,
    ) -> None:
        self._chain = _compose([_safe(step, on_every_turn=False) for step in steps])
        self._always = _compose([_safe(step, on_every_turn=True) for step in always])
        self._wording = wording
        self._word_always = word_always

    def respond(
        self,
        text: str,
        day: date,
        identifier: str = "",
        conversation: Conversation = NO_CONVERSATION,
        *,
        wanted: bool = False,
        found: Found | None = None,
    ) -> Turn:
        """Answer one question as of `day`; never raises for what a resident typed.

        Args:
            text: as typed.
            day: civil day the answer is for.
            identifier: of the question, in a batch.
            conversation: what came before.
            wanted: the resident asked that a model words the answer; the policy decides.
            found: what a search of these very words gave for that day, when one was made already.
        """
        turn = self._quoted(text, day, identifier, conversation, wanted=wanted, found=found)
        for event in self._worded(turn):
            if isinstance(event, Turn):
                turn = event
        return self._finished(turn)

    def stream(
        self,
        text: str,
        day: date,
        identifier: str = "",
        conversation: Conversation = NO_CONVERSATION,
        *,
        wanted: bool = False,
    ) -> Iterator[Sentence | Turn]:
        """Answer as `respond` does: yield each sentence of a model once it is proved, then the whole turn.

        Quoted sentences come with the whole turn, which takes milliseconds.
        """
        turn = self._quoted(text, day, identifier, conversation, wanted=wanted)
        for event in self._worded(turn):
            if isinstance(event, Turn):
                turn = event
            else:
                yield event
        yield self._finished(turn)

    def _quoted(
        self,
        text: str,
        day: date,
        identifier: str,
        conversation: Conversation,
        *,
        wanted: bool,
        found: Found | None = None,
    ) -> Turn:
        wanted = self._wording is not None and (wanted or self._word_always)
        turn = Turn(text=text, day=day, id=identifier, conversation=conversation, wanted=wanted, found=found)
        return self._chain.invoke(turn)

    def _worded(self, turn: Turn) -> Iterator[Sentence | Turn]:
        if self._wording is None or turn.status is not Status.ANSWERED:
            return
        started = time.perf_counter()
        try:
            for event in self._wording.stream(turn):
                yield _timed(event, "generate", started) if isinstance(event, Turn) else event
        except Exception as error:  # noqa: BLE001  the quoted answer stands, whatever the model did
            _LOG.error("The wording failed with %s.", type(error).__name__)
            yield replace(turn, notices=(*turn.notices, ("model_unavailable", "")))

    def _finished(self, turn: Turn) -> Turn:
        return self._always.invoke(turn)


class _Runs(Runnable[Turn, Turn]):
    """One step as a runnable that does nothing else: the general one reads the signature of its function each time."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.name = name_of(step)

    def invoke(self, input: Turn, config: RunnableConfig | None = None, **_: Any) -> Turn:  # noqa: A002, ARG002
        """Run the step; the two arguments are named by the base class."""
        return self._step(input)


def _compose(steps: Sequence[Step]) -> Runnable[Turn, Turn]:
    first, *others = map(_Runs, steps)
    chain: Runnable[Turn, Turn] = first
    for step in others:
        chain = cast("Runnable[Turn, Turn]", chain | step)
    return chain


def _safe(step: Step, *, on_every_turn: bool) -> Step:
    """The step, measured; when it breaks, the turn ends as an error and keeps nothing but whom to call at once."""

    def safe(turn: Turn) -> Turn:
        if turn.status is Status.ERROR_INTERNAL and not on_every_turn:
            return turn
        started = time.perf_counter()
        try:
            return _timed(step(turn), name_of(step), started)
        except Exception as error:  # noqa: BLE001  a resident must read a sentence, whatever broke
            # The message of an error may quote the question: only its kind is logged.
            _LOG.error("The step %s failed with %s.", name_of(step), type(error).__name__)
            return Turn(turn.text, turn.day, turn.id, turn.language, status=Status.ERROR_INTERNAL, urgent=turn.urgent)

    safe.__name__ = name_of(step)
    return safe


def name_of(step: Step) -> str:
    """Return the name of a step, as timings and traces call it."""
    return str(getattr(step, "__name__", type(step).__name__)).lower()


def _timed(turn: Turn, name: str, started: float) -> Turn:
    return replace(turn, timings=(*turn.timings, (name, (time.perf_counter() - started) * 1000)))
