"""Turns composed from small documents, with a relevance that counts shared words: no index, no weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from bot.complete import complete
from bot.quote import Quote
from bot.turn import Turn
from bot.verify import Verify
from corpus.analyse import terms
from corpus.document import Block, Passage
from corpus.found import Found
from corpus.question import Lexicon, Question, analyse_question
from corpus.store import DocumentCard
from tests.corpus.trees import TODAY, a_document, cut

QUESTIONS = st.sampled_from(
    [
        "Combien ça coûte pour une personne majeure ?",
        "Mon enfant est mineur, quel délai ?",
        "Je suis majeur et j'habite à Paris, que faire ?",
        "Quel est le délai ?",
        "Où dois-je aller ?",
        "Une photo, le lundi",
        "Bonjour",
    ]
)


def shared_words(question: Question, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Share of the question's terms that each text holds."""
    wanted = set(question.terms)
    held = [len(wanted & set(terms(text))) / (len(wanted) or 1) for text in texts]
    return np.asarray(held, dtype=np.float32)


def found_turn(blocks: Sequence[Block], text: str, day: date = TODAY, passages: Sequence[Passage] = ()) -> Turn:
    """A turn whose document was found, and is yet to be quoted."""
    document = a_document(blocks)
    return Turn(
        text=text,
        day=day,
        found=Found(analyse_question(text, Lexicon({}), "fr"), ()),
        card=DocumentCard.of(document, 1),
        passages=tuple(passages or cut(blocks)),
    )


def quoted(blocks: Sequence[Block], text: str) -> Turn:
    return Quote(shared_words)(found_turn(blocks, text))


def verified(turn: Turn, *, withhold: bool = False) -> Turn:
    stored = {passage.ref: passage for passage in turn.passages}
    return Verify(stored.get, withhold_old_figures=withhold)(turn)


def answered(blocks: Sequence[Block], text: str) -> Turn:
    """The whole way from a document that was found to a certified answer."""
    return complete(verified(quoted(blocks, text)))


def aged(turn: Turn, limit: date, *refs: str) -> Turn:
    """The same turn with the figures of some passages (all of them when none is named) fresh until `limit` only."""
    old = [replace(p, figures_until=limit) if not refs or p.ref in refs else p for p in turn.passages]
    return replace(turn, passages=tuple(old))
