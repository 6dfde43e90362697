"""The wording of an answer by a language model, sentence by sentence, each one proved before anybody reads it.

The model sees numbered passages that hold for the asker and nothing else: no address, no passage of another branch. An
answer that fails, on whatever side, leaves the quoted one as it was (DESIGN.md, section 2).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from bot.cite import cite, cite_draft
from bot.draft import DraftReader, spent_by
from bot.energy import total
from bot.errors import ModelError
from bot.model import LanguageModel, Message, used_by
from bot.page import Relevance, page_of
from bot.prompts import prompt
from bot.turn import Draft, Role, Sentence, Status, Turn
from bot.verify import Verify
from corpus.document import Passage

_ROLES = [role.value for role in Role if role is not Role.CASE]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["answerable", "sentences"],
    "properties": {
        "answerable": {"type": "boolean"},
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["text", "role", "citations"],
                "properties": {
                    "text": {"type": "string"},
                    "role": {"type": "string", "enum": _ROLES},
                    "citations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["passage", "quote"],
                            "properties": {"passage": {"type": "integer"}, "quote": {"type": "string"}},
                        },
                    },
                },
            },
        },
    },
}
"""What the server is asked to keep to; what comes is checked all the same (bot/draft.py)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a model is given: `passages` at most, `characters` of them in all, and `seconds` of wall clock.

    The seconds are for every call of a model in the turn: its draft, the second check, the translation.
    """

    passages: int = 8
    characters: int = 6_000
    seconds: float = 20.0


class Generate:
    """The step that lets a model word the answer.

    Args:
        model: asked once a turn.
        relevance: ranks the passages of the document, as for the quoted answer.
        verify: decides what may be read.
        limits: of what the model is given.
    """

    def __init__(
        self, model: LanguageModel, relevance: Relevance, verify: Verify, limits: Limits | None = None
    ) -> None:
        self._model = model
        self._relevance = relevance
        self._verify = verify
        self._limits = limits or Limits()

    def __call__(self, turn: Turn) -> Turn:
        """Return the turn with the sentences of the model that have a proof before the quoted ones, or as it was."""
        for event in self.stream(turn):
            if isinstance(event, Turn):
                turn = event
        return turn

    def stream(self, turn: Turn) -> Iterator[Sentence | Turn]:
        """Yield each sentence that is proved, as soon as it is; then the turn, which is still to be verified whole.

        A model that fails on the way leaves the quoted answer: what was yielded then no longer stands.
        """
        numbered = self._passages(turn) if _may_word(turn) else ()
        if not numbered:
            yield turn
            return
        turn = replace(turn, numbered=numbered, until=time.monotonic() + self._limits.seconds)
        drafts: list[Draft] = []
        failed = False
        stream = self._model.draft(_messages(turn), SCHEMA, turn.until)
        try:
            for draft in _drafts(stream):
                drafts.append(draft)
                sentence, _ = cite_draft(draft, turn)
                if sentence is not None and self._verify.may_say(sentence, turn):
                    yield sentence
        except ModelError:
            failed = True
        used = used_by(stream)
        wrote = used.model if used else self._model.name if drafts else ""
        turn = replace(turn, model=wrote, energy=total(turn.energy, spent_by(stream)))
        if failed or not drafts:
            yield replace(turn, notices=(*turn.notices, ("model_unavailable", "")))
        else:
            yield cite(replace(turn, draft=tuple(drafts)))

    def _passages(self, turn: Turn) -> tuple[Passage, ...]:
        """What the model sees: the passages that the quoted answer cites, then the nearest of those that hold."""
        assert turn.found is not None
        assert turn.settled is not None
        page = page_of(turn.passages, turn.settled, turn.found.question, self._relevance)
        holding = {passage.ref: passage for passage in page.holding()}
        cited = [citation.passage for sentence in turn.sentences for citation in sentence.citations]
        nearest = sorted(holding.values(), key=lambda passage: (-page.near[passage.ref], passage.position))
        order = [ref for ref in dict.fromkeys((*cited, *(passage.ref for passage in nearest))) if ref in holding]
        kept: list[Passage] = []
        left = self._limits.characters
        for ref in order[: self._limits.passages]:
            left -= len(holding[ref].text)
            if left < 0 and kept:
                break
            kept.append(holding[ref])
        return tuple(kept)


def _may_word(turn: Turn) -> bool:
    """A model words a settled answer that somebody wants; an open branch is shown, and asked about, in quotes only."""
    whole = turn.found is not None and turn.settled is not None and bool(turn.sentences)
    return turn.wanted and turn.status is Status.ANSWERED and turn.question is None and whole


def _drafts(stream: Iterator[str]) -> Iterator[Draft]:
    """Read the sentences of a model as they close.

    Raises:
        ModelError: of the model, or what it wrote is not an answer in the schema.
    """
    reader = DraftReader()
    for chunk in stream:
        yield from reader.feed(chunk)
    yield from reader.close()


def _messages(turn: Turn) -> list[Message]:
    passages = [_tagged(number, passage) for number, passage in enumerate(turn.numbered, 1)]
    asked = f"<question>{_quoted(turn.query)}</question>"
    return [Message("system", prompt("reformuler").text), Message("user", "\n".join([asked, *passages]))]


def _tagged(number: int, passage: Passage) -> str:
    said = {"document": passage.document, "title": passage.title, "path": passage.heading}
    attributes = " ".join(f'{name}="{_quoted(value)}"' for name, value in said.items())
    return f'<passage n="{number}" {attributes}>{_quoted(passage.text)}</passage>'


def _quoted(text: str) -> str:
    return escape(text, quote=True)
