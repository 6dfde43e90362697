"""The failing cases of a run, sorted by cause, for whoever mends the service: `python -m eval.failing FOLDER`.

    python -m eval.failing FOLDER [--read] [--cause NAME ...]

Prints how many fail by cause: those that nobody read while the product was made are counted and never shown, or they
could no longer be used; `--read` then shows the others, a few lines each. A case whose words may not be printed is
counted only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.causes import Cause, by_cause, cause_of
from eval.consistency import succeeded
from eval.errors import EvalError
from eval.rates import Judged
from eval.report.plain import in_words, words
from eval.run_folder import read_run

_FIRST = 3
"""Documents found that are shown."""

_SAID = 160
"""Characters of an answer that are shown."""


def failing(every: Sequence[Judged]) -> list[Judged]:
    """Return the cases that did not end as they should, or whose document was not found."""
    return [one for one in every if not succeeded(one) or {"false_refusal", "document_found"} & set(one.failures)]


def counts(failed: Sequence[Judged]) -> Iterator[str]:
    """Yield a table: a line a cause, the cases that nobody read apart from the others."""
    yield "| cause | unread | read | step to look at |"
    yield "|---|---|---|---|"
    told = words()
    for one in by_cause(failed):
        cause = f"{one.cause} ({told['cause'][one.cause]})"
        yield f"| {cause} | {len(one.fresh)} | {len(one.tuned)} | {told['cause_step'][one.cause]} |"


def readable(failed: Sequence[Judged], wanted: Sequence[str] = ()) -> list[tuple[Cause, Judged]]:
    """Return the failing cases that may be read, with their cause, in the order of the causes."""
    found = [(cause_of(one), one) for one in failed if one.case.half != "report" and one.case.shown]
    kept = [(cause, one) for cause, one in found if not wanted or str(cause) in wanted]
    return sorted(kept, key=lambda item: list(Cause).index(item[0]))


def told_of(cause: Cause, one: Judged) -> Iterator[str]:
    """Yield what there is to know of one failing case."""
    case, seen = one.case, one.seen[0]

    def named(document: str) -> str:
        return f"{seen.titles.get(document, '?')} ({document})"

    yield f"\n[{cause}] {case.id} {case.kind}/{case.group}: {' / '.join([*case.before, case.q])}"
    if seen.query and seen.query != case.q:
        yield f"    searched: {seen.query}"
    yield f"    failed: {'; '.join(f'{name}: {in_words(name, one.scores[name].why, {})}' for name in one.failures)}"
    wanted = [*map(named, case.documents), *case.status, *case.branch, *case.options]
    yield f"    wanted: {' | '.join(wanted) or 'an answer'}"
    if case.note:
        yield f"    note: {case.note}"
    ranks = [seen.ranked.index(name) + 1 for name in case.documents if name in seen.ranked]
    place = f", wanted at {min(ranks)}" if ranks else ""
    yield f"    got: {seen.status}; found: {' | '.join(map(named, seen.ranked[:_FIRST])) or 'nothing'}{place}"
    sentences = seen.answer["sentences"]
    if sentences:
        yield f"    says: {str(sentences[0]['text'])[:_SAID]}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the counts, and the cases that may be read; return 2 where the folder is not that of a run."""
    parser = argparse.ArgumentParser(prog="python -m eval.failing", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--read", action="store_true", help="also show those that may be read")
    parser.add_argument("--cause", action="append", choices=list(map(str, Cause)), help="only these, of those shown")
    options = parser.parse_args(arguments)
    try:
        failed = failing(read_run(options.folder).judged)
    except EvalError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(counts(failed)))
    for cause, one in readable(failed, options.cause or ()) if options.read else ():
        print("\n".join(told_of(cause, one)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
