"""The last check of every sentence: its quote stands in a stored passage, and no figure stands outside a quote.

Runs on every turn, whatever wrote it. A quoted sentence that does not pass is dropped, never repaired; a sentence of a
model also passes the checks of bot/checks, and the one that does not is replaced by what it quotes, then by whatever of
it is proved alone (DESIGN.md, promises 1, 2 and 4).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from bot.checks import refusal
from bot.checks.contradiction import contradicts
from bot.checks.parts import parts_of
from bot.checks.place import misplaced
from bot.checks.whole import context_of, piece_spans, whole_quotes
from bot.energy import total
from bot.turn import Citation, Energy, Origin, Role, Sentence, Status, Turn
from corpus.analyse import term
from corpus.document import Passage, fold_spaces
from corpus.figures import find_figures, has_figures

_CLAUSE_END = re.compile(r"[;:!?()]+|[.,](?=\s|$)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_AROUND = re.compile(
    r"^(?:(?:et|ou|puis|avec)\s+)?(?:\w+ez\s+)?(?:(?:le|la|les|un|une|des|votre|vos)\s+|l['’])?", re.IGNORECASE
)
"""What a model may put before an item of the publisher ("Scannez un justificatif de moins de 6 mois")."""

PassageOf = Callable[[str], Passage | None]

SecondCheck = Callable[[str, Sequence[str]], bool]
"""Tells whether quotes prove a sentence, by other means; asked last, and only ever heard when it says no."""


@runtime_checkable
class TimedCheck(Protocol):
    """A second check that takes time and electricity: it is told until when to wait, and what it took is counted."""

    def within(self, text: str, quotes: Sequence[str], until: float) -> bool:
        """Tell whether the quotes prove the sentence, before an instant of `time.monotonic()`."""
        ...

    def take_energy(self, text: str, quotes: Sequence[str]) -> Energy | None:
        """Return, once, what asking about the sentence took."""
        ...


class Verify:
    """The step that lets nothing unsupported through.

    Args:
        passage_of: reads the store, by ref.
        withhold_old_figures: beyond the demonstration, figures past the limit of their source are not said.
        second_check: asked about each sentence of a model that passed every certain check.
    """

    def __init__(
        self, passage_of: PassageOf, *, withhold_old_figures: bool, second_check: SecondCheck | None = None
    ) -> None:
        self._passage_of = passage_of
        self._withhold = withhold_old_figures
        self._second = second_check

    def __call__(self, turn: Turn) -> Turn:
        """Keep the sentences that are proved; a turn left without any becomes a refusal."""
        if not turn.sentences:
            return turn
        if any(sentence.origin is Origin.MODEL for sentence in turn.sentences):
            turn = self._guarded(turn)
        if contradicts(turn.sentences) and "contradiction" not in dict(turn.notices):
            turn = replace(turn, notices=(*turn.notices, ("contradiction", "")))
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
        # A row of a table in a model's words had its cells compared with their headers, in bot/checks.
        cited = [citation.quote for citation in sentence.citations]
        return (sentence.origin is Origin.MODEL and _cites_a_row(sentence)) or figures_are_quoted(sentence.text, cited)

    def refusal(self, sentence: Sentence, turn: Turn) -> str:
        """Return why a sentence of a model is not proved (a key of checks/reasons.toml); empty when it is."""
        return self._judged(sentence, turn)[0]

    def _judged(self, sentence: Sentence, turn: Turn) -> tuple[str, Energy | None]:
        """Return why a sentence of a model is not proved, and what its second check took."""
        reason, quotes = self._certain(sentence, turn)
        if reason or self._second is None:
            return reason, None
        said = self._confirmed(sentence.text, quotes, turn.until)
        spent = self._second.take_energy(sentence.text, quotes) if isinstance(self._second, TimedCheck) else None
        return "" if said else "second_check", spent

    def _certain(self, sentence: Sentence, turn: Turn) -> tuple[str, list[str]]:
        """Return why the certain checks refuse a sentence, and its whole quotes."""
        if not sentence.citations:
            return "no_citation", []
        quotes: list[str] = []
        around: list[frozenset[str]] = []
        for citation in sentence.citations:
            passage = self._passage_of(citation.passage)
            if passage is None:
                return "unknown_passage", []
            if not passage.in_force(turn.day):
                return "not_in_force", []
            if place := misplaced(passage, turn):
                return place, []
            whole = whole_quotes(citation.quote, passage, sentence.text)
            if not whole:
                return "quote_not_found", []
            quotes += whole
            around += [context_of(quote, passage) for quote in whole]
        # What one quote stands under says nothing of another: only what they share is what they are about.
        shared = sorted(frozenset.intersection(*around))
        reason = refusal(sentence.text, tuple(dict.fromkeys(quotes)), shared, turn.query)
        if not reason and not _cites_a_row(sentence) and not figures_are_quoted(sentence.text, quotes):
            # Promise 2: the words around a figure are the publisher's, as far as its clause goes.
            reason = "figures"
        return reason, quotes

    def may_say(self, sentence: Sentence, turn: Turn) -> bool:
        """Tell whether a sentence of a model may be read before the rest of its answer is known."""
        reason, quotes = self._certain(sentence, turn)
        return not reason and self._confirmed(sentence.text, quotes, turn.until) and not self._stale(sentence, turn)

    def quotes_of(self, sentence: Sentence, turn: Turn) -> tuple[Sentence, ...]:
        """Return what a sentence of a model quotes, as sentences of the publisher; empty when nothing is found."""
        found = (
            replace(sentence, text=piece, citations=(replace(citation, quote=piece),), origin=Origin.QUOTE)
            for citation in sentence.citations
            if self._placed(citation, turn)
            for piece in self._pieces(citation, sentence.text)
        )
        return tuple(replace(s, translation="") for s in found if self.supported(s, turn))

    def _guarded(self, turn: Turn) -> Turn:
        """Replace by its quotes each sentence of a model that is not proved."""
        sentences: list[Sentence] = []
        rejected: list[tuple[str, str]] = []
        energy = turn.energy
        shown = {sentence.text for sentence in turn.sentences if sentence.origin is Origin.QUOTE}
        for sentence in turn.sentences:
            reason, spent = self._judged(sentence, turn) if sentence.origin is Origin.MODEL else ("", None)
            energy = total(energy, spent)
            if not reason:
                sentences.append(sentence)
                continue
            rejected.append((sentence.text, reason))
            cited = self.quotes_of(sentence, turn)
            quotes = [quote for at, quote in enumerate(cited) if quote.text not in {*shown, *_texts(cited[:at])}]
            shown.update(_texts(cited))
            parts, spent = self._parts(sentence, turn) if cited and not _cites_a_row(sentence) else ([], None)
            energy = total(energy, spent)
            sentences += [*quotes, *parts]
        notices = turn.notices
        if not any(sentence.origin is Origin.MODEL for sentence in sentences):
            notices = (*notices, ("model_unverified", ""))
        rejected = [*turn.rejected, *rejected]
        return replace(turn, sentences=tuple(sentences), rejected=tuple(rejected), notices=notices, energy=energy)

    def _parts(self, sentence: Sentence, turn: Turn) -> tuple[list[Sentence], Energy | None]:
        """Return the parts of a refused sentence that are proved alone: they are read after the quotes, never without.

        A quote shown whole just before leaves nothing out; what a part takes up ("il", "cette demande") stands there.
        """
        kept: list[Sentence] = []
        energy: Energy | None = None
        for text in parts_of(sentence.text):
            part = replace(sentence, text=text)
            reason, spent = self._judged(part, turn)
            energy = total(energy, spent)
            if not reason:
                kept.append(part)
        return kept, energy

    def _placed(self, citation: Citation, turn: Turn) -> bool:
        passage = self._passage_of(citation.passage)
        return passage is not None and not misplaced(passage, turn)

    def _pieces(self, citation: Citation, text: str) -> Iterator[str]:
        """The sentences, items or rows that a quote stands in, one by one."""
        passage = self._passage_of(citation.passage)
        if passage is None:
            return
        for whole in whole_quotes(citation.quote, passage, text):
            start = passage.text.find(whole)
            for span in piece_spans(passage.text, passage):
                if start <= span.start and span.end <= start + len(whole):
                    yield passage.text[span.start : span.end]

    def _confirmed(self, text: str, quotes: Sequence[str], until: float) -> bool:
        if self._second is None:
            return True
        try:
            if isinstance(self._second, TimedCheck):
                return self._second.within(text, quotes, until) is True
            return self._second(text, quotes) is True
        except Exception:  # noqa: BLE001  a guard that fails says no (DESIGN.md, promise 4)
            return False

    def _stale(self, sentence: Sentence, turn: Turn) -> bool:
        if not self._withhold or not has_figures(sentence.text):
            return False
        passages = (self._passage_of(citation.passage) for citation in sentence.citations)
        return any(passage is not None and passage.old_figures(turn.day) for passage in passages)


def _texts(sentences: Sequence[Sentence]) -> list[str]:
    return [sentence.text for sentence in sentences]


def _cites_a_row(sentence: Sentence) -> bool:
    """Tell whether a quote is a row of a table, whose cells stand apart."""
    return any(" | " in citation.quote for citation in sentence.citations)


def figures_are_quoted(text: str, whole: Sequence[str]) -> bool:
    """Tell whether each clause with a figure is verbatim in a quote, and no figure is said more often than quoted.

    Args:
        text: the sentence to check.
        whole: its quotes, grown to the publisher's sentences or as cited.
    """
    text = fold_spaces(text)
    quotes = [fold_spaces(quote) for quote in whole]
    quoted = Counter(figure for quote in quotes for figure in find_figures(quote))
    # As a whole figure: the 6 of "86" is not quoted by it.
    if Counter(find_figures(text)) - quoted:
        return False
    clauses = [clause.strip() for clause in _CLAUSE_END.split(text) if has_figures(clause)]
    # Where a sentence begins makes a capital, and no other rule.
    return all(any(_verbatim(clause, quote) for quote in quotes) for clause in clauses)


def _verbatim(clause: str, quote: str) -> bool:
    """Tell whether a clause stands in a quote; one that names a thing, whatever leads to its name."""
    there = quote.casefold()
    if clause.casefold() in there:
        return True
    named = _AROUND.sub("", clause).casefold()
    # "Comptez 2 mois" names nothing: all of what carries the figure is the model's.
    said = " ".join(_WORD.findall(_bare(named)))
    return named in there and any(term(word) for word in said.split())


def _bare(text: str) -> str:
    """A text without its figures."""
    for figure in find_figures(text):
        text = text.replace(figure, " ", 1)
    return text
