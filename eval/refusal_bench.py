"""Measure what is answered that should not be, beside what is refused that should be answered.

    python -m eval.refusal_bench [--half tune|report] [--cases first|second|third]

A question without a source must be refused, kind by kind (local fact, personal file, invented thing, another place,
out of scope...); refusing everything would do that, hence the second table. Asking which branch or document applies
counts as answering. The aids of other places are asked in a fixed template of ours that leaves the place out
(eval/refusal_sets.py); a part of them also exists in a national form that the corpus does answer.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.assembly import assemble
from bot.respond import Responder
from bot.turn import Status, Turn
from corpus.errors import CorpusError
from corpus.settings import load_settings
from eval.intervals import Interval, proportion
from eval.later_sets import FIRST, SETS, residents
from eval.later_sets import unanswerable as later_unanswerable
from eval.refusal_sets import aids, answerable, unanswerable
from eval.retrieval_sets import Query

AIDS = "aid_of_other_place"
BARS = {"answered": 0.12, "out_of_scope": 0.05, "refused": 0.08}
"""Highest shares wanted: answered all the same (mean over kinds), the same out of scope, refused all the same."""

_ANSWERED = ("answered", "clarify")


@dataclass(slots=True)
class Tally:
    """How the questions of one group ended.

    Attributes:
        refused, answered: ids of questions; asking which branch applies counts as answering.
        right: answers from one of the relevant documents, where these are known.
        errors: our own failures, neither one nor the other.
        ways: how many ended with each status.
    """

    refused: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    right: int = 0
    errors: list[str] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)

    @property
    def asked(self) -> int:
        """Count the questions."""
        return len(self.refused) + len(self.answered) + len(self.errors)

    def share_answered(self) -> Interval:
        """Return the share answered."""
        return proportion(len(self.answered), self.asked)

    def share_refused(self) -> Interval:
        """Return the share refused."""
        return proportion(len(self.refused), self.asked)

    def add(self, query: Query, turn: Turn) -> None:
        """Count one turn."""
        self.ways[str(turn.status)] += 1
        if turn.status is None or turn.status is Status.ERROR_INTERNAL:
            self.errors.append(query.id)
        elif turn.status.startswith(_ANSWERED):
            self.answered.append(query.id)
            self.right += turn.card is not None and turn.card.id in query.relevant
        else:
            self.refused.append(query.id)


def tally(responder: Responder, queries: Iterable[Query], day: date) -> Tally:
    """Ask the bot each question as of `day`."""
    counted = Tally()
    for query in queries:
        counted.add(query, responder.respond(query.text, day, query.id))
    return counted


def measure(
    responder: Responder, half: str, day: date, cases: str = FIRST
) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Ask everything; return the tallies of the unanswerable, by kind, and of the answerable, by set."""
    if cases == FIRST:
        kinds, questions = {**unanswerable(half), AIDS: aids()}, answerable(half)
    else:
        kinds, questions = later_unanswerable(cases, half), residents(cases, half)
    without = {kind: tally(responder, queries, day) for kind, queries in sorted(kinds.items()) if queries}
    return without, {name: tally(responder, queries, day) for name, queries in questions.items()}


def mean_share(tallies: Mapping[str, Tally], bad: str) -> float:
    """Return the mean over groups of the share that ended badly (`answered` or `refused`); NaN without any group."""
    shares = [len(getattr(counted, bad)) / counted.asked for counted in tallies.values() if counted.asked]
    return sum(shares) / len(shares) if shares else float("nan")


def print_report(without: Mapping[str, Tally], having: Mapping[str, Tally], *, names: bool = True) -> None:
    """Print both tables, with the ids of the questions that ended badly if `names`."""
    print("Questions without an answer in the corpus: share answered all the same")
    for kind, counted in without.items():
        print(f"  {kind:20} n={counted.asked:3} {counted.share_answered()}  {_ids(counted.answered, names=names)}")
        print(f"    {', '.join(f'{way} {count}' for way, count in counted.ways.most_common())}")
    ours = {kind: counted for kind, counted in without.items() if kind != AIDS}
    print(f"  mean over kinds {mean_share(without, 'answered'):.3f} (bar {BARS['answered']})")
    print(f"  the same without {AIDS} {mean_share(ours, 'answered'):.3f}")
    print("\nQuestions with an answer: share refused all the same; of those answered, from a relevant document")
    for name, counted in having.items():
        right = proportion(counted.right, len(counted.answered))
        print(f"  {name:20} n={counted.asked:3} refused {counted.share_refused()}  right document {right}")
        print(f"    refused: {_ids(counted.refused, names=names) or 'none'}")
    barred = {name: counted for name, counted in having.items() if name.startswith(("resident", "answerable", "dila"))}
    refused, asked = sum(len(c.refused) for c in barred.values()), sum(c.asked for c in barred.values())
    print(f"  {', '.join(barred)}: {proportion(refused, asked)} (bar {BARS['refused']})")
    errors = Counter({name: len(counted.errors) for name, counted in (*without.items(), *having.items())})
    if errors.total():
        print(f"\nInternal errors, counted as neither: {', '.join(f'{n} {c}' for n, c in errors.items() if c)}")


def _ids(ids: Sequence[str], *, names: bool) -> str:
    return " ".join(ids) if names or not ids else f"{len(ids)}, not named"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("tune", "report"), default="tune", help="open `report` once, at the end")
    parser.add_argument("--cases", choices=SETS, default=FIRST, help="a later set: cases that nobody tuned on")
    options = parser.parse_args(argv)
    try:
        responder = assemble(load_settings()).responder
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    without, having = measure(responder, options.half, date.today(), options.cases)  # noqa: DTZ011  a civil day
    print_report(without, having, names=options.cases == FIRST or options.half == "tune")
    return 0


if __name__ == "__main__":
    sys.exit(main())
