"""The last check of every sentence: its quote stands in a stored passage, and no figure stands outside a quote.

Runs on every turn, whatever wrote it; what does not pass is dropped, never repaired (DESIGN.md, promises 1, 2 and 4).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bot.turn import Role, Sentence, Status, Turn
from corpus.document import Passage, fold_spaces
from corpus.figures import find_figures, has_figures

_CLAUSE_END = re.compile(r"[;:!?]+|[.,](?=\s|$)")

PassageOf = Callable[[str], Passage | None]


class Verify:
    """The step that lets nothing unsupported through."""

    def __init__(self, passage_of: PassageOf, *, withhold_old_figures: bool) -> None:
        self._passage_of = passage_of
        self._withhold = withhold_old_figures

    def __call__(self, turn: Turn) -> Turn:
        """Keep the sentences that are proved; a turn left without any becomes a refusal."""
        if not turn.sentences:
            return turn
        proved = tuple(sentence for sentence in turn.sentences if self.supported(sentence, turn))
        if not proved:
            return replace(turn, sentences=(), status=Status.UNANSWERABLE_NO_CITATION, question=None)
        kept = tuple(sentence for sentence in proved if not self._stale(sentence, turn))
        warnings = turn.warnings
        if len(kept) < len(proved):
            stale = next(sentence for sentence in proved if sentence not in kept)
            dated = stale.citations[0].updated or stale.citations[0].valid_from
            warnings = (*warnings, ("withheld", str(dated or "")))
        status = turn.status if kept else Status.UNANSWERABLE_NO_CITATION
        if status is Status.ANSWERED and all(sentence.role is Role.CAUTION for sentence in kept):
            status = Status.UNANSWERABLE_NO_CITATION
            kept = ()
        # A question that leads to nothing that can be said is not asked.
        question = turn.question if kept else None
        return replace(turn, sentences=kept, warnings=warnings, status=status, question=question)

    def supported(self, sentence: Sentence, turn: Turn) -> bool:
        """Tell whether each quote is found in its passage and each figure of the sentence inside a quote."""
        if not sentence.citations:
            return False
        for citation in sentence.citations:
            passage = self._passage_of(citation.passage)
            if passage is None or not citation.quote.strip() or not passage.in_force(turn.day):
                return False
            if fold_spaces(citation.quote) not in fold_spaces(passage.text):
                return False
        return _figures_are_quoted(sentence)

    def _stale(self, sentence: Sentence, turn: Turn) -> bool:
        if not self._withhold or not has_figures(sentence.text):
            return False
        passages = (self._passage_of(citation.passage) for citation in sentence.citations)
        return any(passage is not None and passage.old_figures(turn.day) for passage in passages)


def _figures_are_quoted(sentence: Sentence) -> bool:
    """Tell whether each clause with a figure is verbatim in a quote, and no figure is said more often than quoted."""
    text = fold_spaces(sentence.text)
    quotes = [fold_spaces(citation.quote) for citation in sentence.citations]
    quoted = Counter(figure for quote in quotes for figure in find_figures(quote))
    # As a whole figure: the 6 of "86" is not quoted by it.
    if Counter(find_figures(text)) - quoted:
        return False
    clauses = [clause.strip() for clause in _CLAUSE_END.split(text) if has_figures(clause)]
    return all(any(clause in quote for quote in quotes) for clause in clauses)
