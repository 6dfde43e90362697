"""From what a model wrote to sentences with their proofs: each citation is rebuilt from the passage it names.

Nothing of the model is trusted but its words, and they only until bot/verify.py has compared them with the quotes: the
address, the title, the date and the quote itself come from the passage.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from bot.checks.place import misplaced
from bot.checks.whole import whole_quotes
from bot.page import cite as citation_of
from bot.turn import Citation, Draft, Origin, Role, Sentence, Status, Turn
from corpus.document import Passage, fold_spaces

_ALWAYS_KEPT = frozenset({Role.CAUTION, Role.CASE, Role.ONLINE})
"""Quoted sentences that a model never replaces: precautions, other situations, and addresses."""


def cite(turn: Turn) -> Turn:
    """Turn the draft into sentences, before those of the quoted answer that it does not word.

    A sentence without a found quote is dropped, and its reason kept in `rejected`.
    """
    if not turn.draft:
        return turn
    made: list[Sentence] = []
    rejected: list[tuple[str, str]] = []
    for draft in turn.draft:
        sentence, reason = cite_draft(draft, turn)
        if sentence is None:
            rejected.append((draft.text, reason))
        else:
            made.append(sentence)
    sentences = weave(made, turn.sentences)
    status = turn.status if sentences else Status.UNANSWERABLE_NO_CITATION
    return replace(turn, sentences=sentences, rejected=(*turn.rejected, *rejected), status=status)


def cite_draft(draft: Draft, turn: Turn) -> tuple[Sentence | None, str]:
    """Return a sentence with its citations, or None and the reason (a key of checks/reasons.toml)."""
    text = _plain(draft.text)
    if not text:
        return None, "empty"
    citations: list[Citation] = []
    cited: list[Passage] = []
    reason = "no_citation"
    for number, quote in zip(draft.passages, draft.quotes, strict=False):
        if not 1 <= number <= len(turn.numbered):
            reason = "unknown_passage"
            continue
        passage = turn.numbered[number - 1]
        if reason := misplaced(passage, turn):
            continue
        found = whole_quotes(quote, passage, text)
        if not found:
            # A passage that exists and does not say it: what else the sentence cites proves nothing of this.
            return None, "quote_not_found"
        citations += [citation_of(whole, passage, turn.day) for whole in found]
        cited.append(passage)
    if not citations:
        return None, reason
    unique = tuple(dict.fromkeys(citations))
    heading = next((step.title for step in cited[0].path[-1:] if step.title), "")
    return Sentence(text, draft.role, unique, heading, _link(cited, unique), Origin.MODEL), ""


def weave(made: Sequence[Sentence], quoted: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Put the sentences of a model before the quoted ones that none of them cites whole.

    What the quoted answer showed is then still shown, in one wording or the other; precautions and other situations
    stay in the words of the publisher.
    """
    worded = [fold_spaces(citation.quote) for sentence in made for citation in sentence.citations]
    kept = [
        sentence
        for sentence in quoted
        if sentence.role in _ALWAYS_KEPT or not any(fold_spaces(sentence.text) in quote for quote in worded)
    ]
    return (*made, *kept)


def _link(cited: Sequence[Passage], citations: Sequence[Citation]) -> str:
    """The address that the publisher attached to the words quoted."""
    quotes = [citation.quote for citation in citations]
    links = (link for passage in cited for link in passage.links)
    return next((k.url for k in links if k.url and k.label and any(k.label in quote for quote in quotes)), "")


def _plain(text: str) -> str:
    """Fold white space, and leave out characters that are not seen."""
    seen = (c if c.isspace() or unicodedata.category(c)[0] != "C" else "" for c in text)
    return fold_spaces(unicodedata.normalize("NFC", "".join(seen)))
