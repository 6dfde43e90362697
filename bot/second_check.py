"""A second opinion on a sentence that passed every certain check: it can only reject (DESIGN.md, section 2).

Either another call of the language model, which sees the quote alone, or a cross-encoder that runs here. What fails,
or says anything but yes, says no.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from html import escape
from math import inf
from typing import Any

from bot.draft import spent_by
from bot.energy import total
from bot.model import LanguageModel, Message, read_json
from bot.prompts import prompt
from bot.turn import Energy
from corpus.document import fold_spaces

_SECONDS = 8.0
_KEPT = 256

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["supported"],
    "properties": {"supported": {"type": "boolean"}},
}

Score = Callable[[str, str], float]
"""How far a first text supports a second one, from 0 to 1."""


class AskModel:
    """Asks a language model whether the quotes alone support a sentence; a definite answer is asked for once."""

    def __init__(self, model: LanguageModel, seconds: float = _SECONDS) -> None:
        self._model = model
        self._seconds = seconds
        self._said: dict[tuple[str, str], bool] = {}
        self._owed: dict[tuple[str, str], Energy | None] = {}

    def __call__(self, text: str, quotes: Sequence[str]) -> bool:
        """Tell whether it says yes, with no other limit of time than its own.

        Raises:
            ModelError: no answer in time.
        """
        return self.within(text, quotes, inf)

    def within(self, text: str, quotes: Sequence[str], until: float) -> bool:
        """Tell whether it says yes before `until`, an instant of `time.monotonic()`; an error is the caller's no.

        Raises:
            ModelError: no answer in time.
        """
        quoted = fold_spaces("\n".join(quotes))
        if (text, quoted) not in self._said:
            if len(self._said) >= _KEPT:
                self._said.clear()
                self._owed.clear()
            asked = f"<citation>{escape(quoted, quote=True)}</citation>\n<phrase>{escape(text, quote=True)}</phrase>"
            messages = [Message("system", prompt("verifier").text), Message("user", asked)]
            stream = self._model.draft(messages, _SCHEMA, min(until, time.monotonic() + self._seconds))
            try:
                answer = read_json(stream)
            finally:
                self._owed[text, quoted] = total(self._owed.get((text, quoted)), spent_by(stream))
            self._said[text, quoted] = answer.get("supported") is True
        return self._said[text, quoted]

    def take_energy(self, text: str, quotes: Sequence[str]) -> Energy | None:
        """Return what asking about a sentence took, once: whoever takes it puts it on the bill of a turn."""
        return self._owed.pop((text, fold_spaces("\n".join(quotes))), None)


class AskScorer:
    """Asks a local scorer (corpus.embed.load_entailment), from a threshold measured on its own."""

    def __init__(self, score: Score, threshold: float) -> None:
        self._score = score
        self._threshold = threshold

    def __call__(self, text: str, quotes: Sequence[str]) -> bool:
        """Tell whether the quotes support the sentence at least as far as the threshold; NaN is a no."""
        return self._score(fold_spaces("\n".join(quotes)), text) >= self._threshold
