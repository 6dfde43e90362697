"""A sentence of the model beside what it says proves it, read once for every check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.checks.reading import Clause, Reading, read
from bot.checks.units import Unit
from bot.checks.vocabulary import neutral, stem

_ECHO = 0.5
"""Share of the pairs of neighbouring words of a sentence that stand so in its quotes, from which it is an echo: free
wordings have a third at most, nearly all, an altered quote most of them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is checked.

    Attributes:
        text: the sentence of the model.
        quotes: whole sentences or table rows of the publisher, verbatim.
        said: the sentence, read.
        quoted: the quotes, read.
        around: title and headings of the passages, read: they name what the quotes are about.
        asked: the question, read: what the asker says of the situation need not be said again.
        no: a word of answer before the sentence denies.
        echo: the sentence repeats its quotes, or nearly: what differs was changed, not worded otherwise.
        matched: for each clause of the sentence, the clauses of the quotes nearest to it, best first; empty when they
            share nothing.
    """

    text: str
    quotes: tuple[str, ...]
    said: Reading
    quoted: Reading
    around: Reading
    asked: Reading
    no: bool
    echo: bool
    matched: tuple[tuple[Clause, ...], ...]

    @classmethod
    def of(
        cls, text: str, quotes: Sequence[str], around: Sequence[str] = (), asked: str = "", *, no: bool = False
    ) -> Claim:
        """Read a sentence, its quotes, what stands above them, and what was asked."""
        said, quoted = read(text), read("\n".join(quotes))
        matched = tuple(_nearest(clause, quoted) for clause in said.clauses)
        above = read("\n".join(around))
        return cls(text, tuple(quotes), said, quoted, above, read(asked), no, _echoes(said, quoted), matched)

    def supports(self, unit: Unit) -> bool:
        """Tell whether a unit of the sentence is said by the quotes, or by what stands above them."""
        return agrees(unit, self.quoted.concepts) or agrees(unit, self.around.concepts)


def agrees(unit: Unit, concepts: frozenset[str] | set[str]) -> bool:
    """Tell whether a unit means one of `concepts`, as a whole or word by word."""
    if not unit.concepts.isdisjoint(concepts):
        return True
    return bool(unit.inner) and all(not inner.isdisjoint(concepts) for inner in unit.inner)


def _echoes(said: Reading, quoted: Reading) -> bool:
    # What announces a source ("D'après la fiche officielle, ...") repeats nothing, and changes nothing either.
    forms = [f for f in said.forms if f[0].isalnum() and (f in quoted.form_set or stem(f) not in neutral())]
    pairs = list(pairwise(forms))
    there = set(pairwise(form for form in quoted.forms if form[0].isalnum()))
    return sum(pair in there for pair in pairs) >= _ECHO * len(pairs)


def _nearest(clause: Clause, quoted: Reading) -> tuple[Clause, ...]:
    """The clauses that share most with `clause`; equals are all kept."""
    if not clause.units:
        return ()
    scores = [sum(agrees(unit, other.concepts) for unit in clause.units) for other in quoted.clauses]
    best = max(scores, default=0)
    return tuple(other for other, score in zip(quoted.clauses, scores, strict=True) if score == best) if best else ()
