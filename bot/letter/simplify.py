"""A paragraph of an official text in simpler words, the original beside it.

Without a model nothing is worded anew: the paragraph is cut into its own sentences, and the terms that the glossary
knows are explained beside them. With one, each sentence that it writes stays beside the one that it is for, and is
dropped when the certain checks refuse it; what is left is still to be checked by a person.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from bot.errors import ModelMalformedError
from bot.model import LanguageModel, Message
from bot.page import cite, pieces_of
from bot.prompts import prompt
from bot.turn import Origin, Role, Sentence, Turn
from bot.verify import Verify
from corpus.analyse import fold
from corpus.document import Passage, fold_spaces

_GLOSSARY = Path(__file__).with_name("glossary.fr.toml")
_PARTS = re.compile(r"(?<=;)\s+")
_SECONDS = 20.0
_LONGEST_ACRONYM = 12

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["sentences"],
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["quote", "text"],
                "properties": {"quote": {"type": "string"}, "text": {"type": "string"}},
            },
        }
    },
}
"""What the server is asked to keep to; what comes is checked all the same."""


@dataclass(frozen=True, slots=True)
class Simple:
    """One sentence of a paragraph.

    Attributes:
        original: as the paragraph has it.
        text: in simpler words; the original when nothing simpler is proposed.
        terms: (term, meaning) of those explained.
        refused: why the words of the model were not kept, a key of checks/reasons.toml; empty otherwise.
    """

    original: str
    text: str
    terms: tuple[tuple[str, str], ...] = ()
    refused: str = ""

    @property
    def worded(self) -> bool:
        """Its words are not those of the paragraph."""
        return self.text != self.original


def as_it_is(passage: Passage, acronyms: Mapping[str, str]) -> tuple[Simple, ...]:
    """Cut a paragraph into short sentences, not one word changed, and explain its terms.

    Args:
        passage: the paragraph.
        acronyms: what the document says that its short forms mean.
    """
    pieces = (part for piece in pieces_of(passage) for part in _PARTS.split(piece) if part.strip())
    return tuple(Simple(piece, piece, tuple(_explained(piece, acronyms))) for piece in pieces)


def simplify(
    passage: Passage, model: LanguageModel, verify: Verify, day: date, acronyms: Mapping[str, str]
) -> tuple[Simple, ...]:
    """Ask a model for simpler words, sentence by sentence, in the order of the paragraph.

    Args:
        passage: the paragraph.
        model: allowed by the policy, at a level that lets it word.
        verify: decides what may be proposed.
        day: of the reply.
        acronyms: as for `as_it_is`.

    Returns:
        every sentence of the paragraph; as it is where the model said nothing of it, or nothing that may be proposed.

    Raises:
        ModelError: no whole answer within the time.
    """
    asked = f"<paragraphe>{escape(passage.text)}</paragraphe>"
    messages = (Message("system", prompt("simplifier").text), Message("user", asked))
    said = _said(model.complete_json(messages, SCHEMA, time.monotonic() + _SECONDS))
    turn = Turn(passage.text, day)
    found = []
    for one in as_it_is(passage, acronyms):
        words = said.get(fold_spaces(one.original), one.original)
        refused = "" if words == one.original else _refusal(words, one.original, passage, turn, verify)
        found.append(Simple(one.original, one.original if refused else words, one.terms, refused))
    return tuple(found)


def _refusal(text: str, quote: str, passage: Passage, turn: Turn, verify: Verify) -> str:
    """Return why simpler words may not be proposed; empty when they may."""
    sentence = Sentence(text, Role.LEAD, (cite(quote, passage, turn.day),), origin=Origin.MODEL)
    return verify.refusal(sentence, turn)


def _said(answer: Mapping[str, Any]) -> dict[str, str]:
    """What a model wrote for each sentence.

    Raises:
        ModelMalformedError: it is not in the schema.
    """
    rows = answer.get("sentences")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ModelMalformedError("Le modèle n’a pas rendu les phrases demandées.")
    pairs = ((row.get("quote"), row.get("text")) for row in rows)
    return {
        fold_spaces(quote): fold_spaces(text)
        for quote, text in pairs
        if isinstance(quote, str) and isinstance(text, str) and text.strip()
    }


def _explained(piece: str, acronyms: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    said = _plain(piece)
    for term, (pattern, meaning) in _glossary().items():
        if pattern.search(said):
            yield term, meaning
    for short, meaning in acronyms.items():
        if len(short) <= _LONGEST_ACRONYM and re.search(rf"\b{re.escape(short)}\b", piece):
            yield short, meaning


@cache
def _glossary() -> dict[str, tuple[re.Pattern[str], str]]:
    terms: dict[str, str] = tomllib.loads(_GLOSSARY.read_text(encoding="utf-8"))["term"]
    return {term: (re.compile(_words_of(term)), meaning) for term, meaning in terms.items()}


def _words_of(term: str) -> str:
    """A term as a text may write it: each of its words in the plural too, or agreed."""
    words = (re.escape(word) + ("(?:e?s|e)?" if len(word) > 3 else "") for word in _plain(term).split())
    return rf"\b{' '.join(words)}\b"


def _plain(text: str) -> str:
    return fold_spaces(fold(text).replace("’", "'"))
