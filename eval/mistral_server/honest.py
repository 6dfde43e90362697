"""The honest model of the test server: paraphrases written by hand, looked up by question."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from corpus.analyse import fold
from corpus.document import fold_spaces
from eval.mistral_server.asked import Asked, Reply, reply_of
from eval.plant import Cited, Given, PlainDraft

PARAPHRASES = Path(__file__).parent.parent / "cases" / "paraphrases.jsonl"


def question_key(question: str) -> str:
    """The letters and digits of a question, without accents or case: how it is looked up."""
    return re.sub(r"\W+", "", fold(question))


def text_digest(text: str) -> str:
    """Twelve hex digits of the SHA-256 of a passage's text, white space folded.

    The prompt names the document of a passage, not its ref: the text tells which passage it is.
    """
    return hashlib.sha256(fold_spaces(text).encode()).hexdigest()[:12]


class Honest:
    """Replies what was written by hand for a question, when the passages given hold its proofs; else nothing.

    Args:
        files: JSON lines with `q` and `sentences`; a citation is `{"ref", "start", "end", "says"}` (offsets in the
            text of the passage, and its `text_digest`) or `{"document", "quote"}`. Read when first needed; one that
            does not exist holds nothing.
    """

    def __init__(self, files: Sequence[Path] = (PARAPHRASES,)) -> None:
        self._files = tuple(files)

    def __call__(self, asked: Asked) -> Reply:
        """Reply to one request."""
        return reply_of(self.sentences(asked))

    def sentences(self, asked: Asked) -> tuple[PlainDraft, ...]:
        """The sentences whose every proof is in the passages given."""
        entry = self._entries.get(question_key(asked.question))
        found = []
        for sentence in entry["sentences"] if entry else ():
            cited = tuple(_cited(citation, asked.passages) for citation in sentence["citations"])
            proofs = tuple(one for one in cited if one is not None)
            if len(proofs) == len(cited):
                found.append(PlainDraft(sentence["text"], proofs, sentence["role"]))
        return tuple(found)

    @cached_property
    def _entries(self) -> dict[str, Any]:
        lines = (line for file in self._files if file.exists() for line in file.read_bytes().splitlines())
        return {question_key(entry["q"]): entry for entry in map(orjson.loads, lines)}


def _cited(citation: dict[str, Any], passages: Sequence[Given]) -> Cited | None:
    for given in passages:
        if "quote" in citation:
            if given.document == citation["document"] and citation["quote"] in given.text:
                return Cited(given.number, citation["quote"])
        elif _key_names(citation["ref"], given.document) and citation["says"] == text_digest(given.text):
            # A prompt may set the text on lines of its own.
            return Cited(given.number, given.text.strip()[citation["start"] : citation["end"]])
    return None


def _key_names(ref: str, document: str) -> bool:
    """Tell whether the key that opens a ref is of a document: its id, alone or followed by an audience."""
    key = ref.rpartition("#")[0]
    return re.fullmatch(rf"{re.escape(document)}(?:\W.*)?", key) is not None
