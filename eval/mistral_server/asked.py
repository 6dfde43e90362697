"""What a behaviour of the test server is asked, and what it replies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.plant import Given, PlainDraft

Reply = dict[str, Any]
"""The structured output of the model: `{"answerable": bool, "sentences": [{"text", "role", "citations"}]}`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read from the prompt.

    Attributes:
        question: as it stands between the tags, unescaped.
        passages: in the order given, unescaped.
    """

    question: str
    passages: tuple[Given, ...]


Behaviour = Callable[[Asked], Reply]
"""How one model of the test server replies; always the same to the same request."""


def reply_of(sentences: Sequence[PlainDraft]) -> Reply:
    """Write sentences as the model must; without any, the question cannot be answered."""
    return {
        "answerable": bool(sentences),
        "sentences": [
            {
                "text": sentence.text,
                "role": sentence.role,
                "citations": [{"passage": cited.passage, "quote": cited.quote} for cited in sentence.citations],
            }
            for sentence in sentences
        ],
    }
