"""Measure what is answered that should not be, beside what is refused that should be answered.

    python -m eval.refusal_bench [--half tune|report]

A question without a source must be refused, kind by kind (local fact, personal file, invented thing, foreign
administration, out of scope); refusing everything would do that, hence the second table.
"""

from __future__ import annotations

import argparse
import json
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
from eval.retrieval_sets import SHARED, Query, sets

UNANSWERABLE = SHARED / "resident_questions" / "unanswerable.jsonl"
_REFUSED = ("unanswerable", "refused")


@dataclass(slots=True)
class Tally:
    """How the questions of one group ended.

    Attributes:
        refused, answered: ids of questions; asking which branch applies counts as answering.
        right: answers from one of the relevant documents, where these are known.
        errors: our own failures, neither one nor the other.
    """

    refused: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    right: int = 0
    errors: list[str] = field(default_factory=list)

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
        if turn.status is None or turn.status is Status.ERROR_INTERNAL:
            self.errors.append(query.id)
        elif turn.status.startswith(_REFUSED):
            self.refused.append(query.id)
        else:
            self.answered.append(query.id)
            self.right += turn.card is not None and turn.card.id in query.relevant


def tally(responder: Responder, queries: Iterable[Query], day: date) -> Tally:
    """Ask the bot each question as of `day`."""
    counted = Tally()
    for query in queries:
        counted.add(query, responder.respond(query.text, day, query.id))
    return counted


def unanswerable() -> dict[str, list[Query]]:
    """Return the questions that nothing in the corpus answers, by kind; none where the shared set is absent."""
    by_kind: dict[str, list[Query]] = {}
    if UNANSWERABLE.exists():
        for line in UNANSWERABLE.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            by_kind.setdefault(row["kind"], []).append(Query(row["id"], row["q"], frozenset()))
    return by_kind


def answerable(half: str) -> dict[str, list[Query]]:
    """Return the sets whose questions have an answer, those of the house in one half only."""
    wanted = ("resident_fr", f"everyday_fr_{half}", "dila_citizens")
    return {name: queries for name, queries in sets(half).items() if name in wanted}


def measure(responder: Responder, half: str, day: date) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Ask everything; return the tallies of the unanswerable, by kind, and of the answerable, by set."""
    without = {kind: tally(responder, queries, day) for kind, queries in sorted(unanswerable().items())}
    return without, {name: tally(responder, queries, day) for name, queries in answerable(half).items()}


def print_report(without: Mapping[str, Tally], having: Mapping[str, Tally]) -> None:
    """Print both tables, with the ids of the questions that ended badly."""
    print("Questions without an answer in the corpus: share answered all the same")
    for kind, counted in without.items():
        print(f"  {kind:20} n={counted.asked:3} {counted.share_answered()}  {' '.join(counted.answered)}")
    answered = sum(len(counted.answered) for counted in without.values())
    print(f"  {'all':20} n={_asked(without):3} {proportion(answered, _asked(without))}")
    print("\nQuestions with an answer: share refused all the same; of those answered, from a relevant document")
    for name, counted in having.items():
        right = proportion(counted.right, len(counted.answered))
        print(f"  {name:20} n={counted.asked:3} refused {counted.share_refused()}  right document {right}")
        print(f"    refused: {' '.join(counted.refused) or 'none'}")
    errors = Counter({name: len(counted.errors) for name, counted in (*without.items(), *having.items())})
    if errors.total():
        print(f"\nInternal errors, counted as neither: {', '.join(f'{n} {c}' for n, c in errors.items() if c)}")


def _asked(tallies: Mapping[str, Tally]) -> int:
    return sum(counted.asked for counted in tallies.values())


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("tune", "report"), default="tune", help="open `report` once, at the end")
    half = parser.parse_args(argv).half
    try:
        responder = assemble(load_settings()).responder
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    without, having = measure(responder, half, date.today())  # noqa: DTZ011  a civil day
    print_report(without, having)
    return 0


if __name__ == "__main__":
    sys.exit(main())
