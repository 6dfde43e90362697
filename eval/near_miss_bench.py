"""Take the right documents away and count what is answered all the same: a neighbour that may mislead.

    python -m eval.near_miss_bench [--sample 60] [--out FILE.jsonl]

Every public record of dila_citizen_questions and spf_question_reponse whose documents are indexed is asked as it is
served, but the search leaves its relevant documents out. Labels are incomplete there: what answers in their place may
well be right, hence the seeded sample to read one by one. `--out` writes, for that sample, the id, the document and
the sentences of each answer, never the question: citizens' words stay where they are.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path

from bot.assembly import Assembly, assemble
from bot.turn import Turn
from corpus.errors import CorpusError
from corpus.search import Searcher
from corpus.settings import load_settings
from eval.intervals import proportion
from eval.refusal_bench import Tally
from eval.refusal_sets import near_misses
from eval.retrieval_sets import Query

_SEED = 20_261_127


@contextmanager
def leaving_out(searcher: Searcher, identifiers: Collection[str]) -> Iterator[None]:
    """Make every search of `searcher` leave out the documents of these publisher's ids."""
    usual = searcher.search
    # The steps of the assembly hold this very object: masking it here leaves them as they are served.
    searcher.search = partial(usual, without=identifiers)  # type: ignore[method-assign]
    try:
        yield
    finally:
        searcher.search = usual  # type: ignore[method-assign]


def ask(assembly: Assembly, query: Query, day: date) -> Turn:
    """Ask a question without the documents that answer it."""
    with leaving_out(assembly.opened.searcher, query.relevant):
        return assembly.responder.respond(query.text, day, query.id)


def sample_of(turns: Sequence[Turn], size: int) -> list[Turn]:
    """Draw answers to read, in the order of the draw."""
    answered = [turn for turn in turns if turn.status is not None and turn.status.startswith(("answered", "clarify"))]
    return random.Random(_SEED).sample(answered, min(size, len(answered)))  # noqa: S311  a draw, not a secret


def line_of(turn: Turn) -> str:
    """Write what was answered, without the question."""
    return json.dumps(
        {
            "id": turn.id,
            "status": turn.status,
            "document": turn.card.id if turn.card else None,
            "title": turn.card.title if turn.card else None,
            "sentences": [sentence.text for sentence in turn.sentences],
            "also": [also.label for also in turn.also],
        },
        ensure_ascii=False,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=60, help="answers drawn for reading")
    parser.add_argument("--out", type=Path, help="write the answers of the sample there")
    asked = parser.parse_args(argv)
    try:
        assembly = assemble(load_settings())
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    day = date.today()  # noqa: DTZ011  a civil day
    turns: list[Turn] = []
    for name, queries in near_misses().items():
        counted = Tally()
        for query in queries:
            turn = ask(assembly, query, day)
            counted.add(query, turn)
            turns.append(turn)
        ways = ", ".join(f"{way} {count}" for way, count in counted.ways.most_common())
        share = proportion(len(counted.answered), counted.asked)
        print(f"{name:24} n={counted.asked:3} still answered {share}  ({ways})")
    drawn = sample_of(turns, asked.sample)
    print("to read:", " ".join(turn.id for turn in drawn))
    if asked.out:
        asked.out.write_text("".join(f"{line_of(turn)}\n" for turn in drawn), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
