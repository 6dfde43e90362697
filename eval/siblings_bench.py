"""Measure how often the bot asks which document is meant, and what asking is worth, on answerable questions.

    python -m eval.siblings_bench [--half tune|report] [--cases first|second|third] [--json]

Each set counts: a right document first, a question with the right one among its options (of these, how many had it
first anyway: a press too many), a question without it, a wrong document, a refusal. Sets that were tuned on say so by
their name (eval/retrieval_sets.py).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from bot.assembly import Assembly, assemble
from bot.turn import Status, Turn
from corpus.errors import CorpusError
from corpus.settings import load_settings
from eval.intervals import proportion
from eval.later_sets import FIRST, SETS, residents
from eval.retrieval_sets import Query, sets


class Outcome(StrEnum):
    """What a resident got."""

    RIGHT = "right document"
    ASKED_RIGHT = "asked, right one offered"
    ASKED_WRONG = "asked, right one not offered"
    WRONG = "wrong document"
    REFUSED = "no document"


ASKED = frozenset({Outcome.ASKED_RIGHT, Outcome.ASKED_WRONG})


def outcome(turn: Turn, relevant: frozenset[str], assembly: Assembly) -> Outcome:
    """Compare the document answered from, or those offered, with the relevant ones."""
    if turn.status is Status.CLARIFY_DOCUMENT and turn.question is not None:
        cards = (assembly.opened.store.document(key) for key in turn.question.documents)
        offered = any(card is not None and card.id in relevant for card in cards)
        return Outcome.ASKED_RIGHT if offered else Outcome.ASKED_WRONG
    if turn.card is None or not turn.sentences:
        return Outcome.REFUSED
    return Outcome.RIGHT if turn.card.id in relevant else Outcome.WRONG


def measure(queries: Sequence[Query], assembly: Assembly, day: date) -> dict[str, Any]:
    """Count the outcomes of one set, and the presses that a plain first answer would have saved."""
    turns = [assembly.responder.respond(query.text, day) for query in queries]
    found = [outcome(turn, query.relevant, assembly) for turn, query in zip(turns, queries, strict=True)]
    needless = sum(
        said is Outcome.ASKED_RIGHT and turn.found is not None and turn.found.documents[0].id in query.relevant
        for said, turn, query in zip(found, turns, queries, strict=True)
    )
    answered = sum(said is not Outcome.REFUSED for said in found)
    asked = proportion(sum(said in ASKED for said in found), answered)
    return {
        "n": len(queries),
        "outcomes": dict(Counter(said.value for said in found).most_common()),
        "asked": asked.value,
        "bounds": asked[1:],
        "needless": needless,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Measure every set on the index in force; shares are of the questions not refused, with exact 95 % intervals."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("tune", "report"), default="tune")
    parser.add_argument("--cases", choices=SETS, default=FIRST, help="a later set: cases that nobody tuned on")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    try:
        assembly = assemble(load_settings())
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    day = datetime.now(UTC).date()
    asked = sets(options.half) if options.cases == FIRST else residents(options.cases, options.half)
    counts = {name: measure(queries, assembly, day) for name, queries in asked.items()}
    if options.json:
        print(json.dumps(counts, ensure_ascii=False, indent=2))
        return 0
    for name, entry in counts.items():
        low, high = entry["bounds"]
        print(
            f"{name} (n={entry['n']}): asked {entry['asked']:.3f} [{low:.3f} to {high:.3f}], "
            f"{entry['needless']} needless"
        )
        for said, count in entry["outcomes"].items():
            print(f"    {said}: {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
