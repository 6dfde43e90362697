"""What the corpus envelope lets pass, on a real stream of updates: three states of the fiches, a year apart.

    python -m eval.envelope_bench [--sample 40] [--out FILE.md] [--stream 1.0.7 1.35.0 1.199.0]

Each state is the npm package of sources.toml in another version, read as `python -m corpus sync` reads it. Between two
states, every section that changed either passes or waits for a person (`ethics.update`), under the kinds of values of
policy.toml, then under others. `--out` writes a seeded sample of what passes with something said differently: to be
read by people, who alone can tell whether a rule was changed without any value.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from corpus.dila.feed import Archive, Obtained, read_dila
from corpus.dila.npm import pack
from corpus.errors import CorpusError
from corpus.harvest import gather
from corpus.progress import Silent
from corpus.review import pieces_of, pieces_of_cards
from corpus.settings import load_settings
from corpus.source import Source, load_sources
from ethics.interval import share
from ethics.policy import Policy, load_policy
from ethics.update import Became, Change, Piece, Update, compare
from ethics.values import KINDS

_SEED = 20_261_127
_SOURCE = "service-public"
STREAM = ("1.0.7", "1.35.0", "1.199.0")


def pieces_in(archive: Path, source: Source, day: date) -> list[Piece]:
    """Read every passage of a package, documents set aside left out."""
    obtained = Obtained((Archive(archive),), "package", archive.stem)
    harvest = gather(read_dila(obtained, source, day), source, day, {}, Silent())
    passages = (passage for entry in harvest.entries for passage in entry.passages)
    return [*pieces_of(passages), *pieces_of_cards(entry.card for entry in harvest.entries)]


def slipped(update: Update) -> list[Change]:
    """Return what is served without a person though it says something else: neither held nor a removal."""
    return [
        change
        for change in update.changes
        if change.became is not Became.REMOVED and change.before != change.after and update.passes(change)
    ]


def sample_of(changes: Sequence[Change], size: int) -> list[Change]:
    """Draw changes to read, in the order of the draw."""
    return random.Random(_SEED).sample(list(changes), min(size, len(changes)))  # noqa: S311  a draw, not a secret


def lines_of(update: Update) -> Iterator[str]:
    """Tell what passes and what waits, one line each."""
    became = Counter(change.became for change in update.changes)
    yield f"  documents: {update.documents}, with a section new or changed: {len(update.touched)}"
    yield "  sections: " + ", ".join(f"{kind} {became[kind]}" for kind in Became)
    told = [change for change in update.changes if change.became is not Became.REMOVED]
    waits = share(len(update.waiting), len(told))
    yield f"  sections new or changed that wait: {len(update.waiting)}/{len(told)} ({waits.value:.1%})"
    by_kind = Counter(kind for change in update.waiting for kind in change.reasons)
    yield "    for: " + ", ".join(f"{kind} {count}" for kind, count in by_kind.most_common())
    held = share(len(update.held), len(update.touched))
    yield f"  documents that wait: {len(update.held)}/{len(update.touched)} ({held.value:.1%})"
    passed = slipped(update)
    other = [change for change in passed if change.values]
    yield f"  sections served without a person: {len(passed)}, of which with another figure: {len(other)}"
    kinds = Counter(kind for change in other for kind in {value.kind for value in change.values})
    yield "    figures: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())


def as_sheet(changes: Sequence[Change]) -> str:
    """Write a sample to be read: before, after."""
    blocks = []
    for number, change in enumerate(changes, 1):
        quoted = "\n".join(f"- {name}: {text}" for name, text in (("before", change.before), ("after", change.after)))
        blocks.append(f"## {number}. {change.document} ({change.became})\n\n{change.place}\n\n{quoted}\n")
    return "\n".join(blocks)


def watching(policy: Policy, *kinds: str) -> Policy:
    """Return a policy under which these kinds of values wait."""
    return replace(policy, corpus=replace(policy.corpus, waits=kinds))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(prog="python -m eval.envelope_bench", description=__doc__)
    parser.add_argument("--stream", nargs="+", default=list(STREAM))
    parser.add_argument("--sample", type=int, default=40)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args(arguments)
    settings, policy, today = load_settings(), load_policy(), date.today()  # noqa: DTZ011  a civil day
    source = load_sources(settings.allow_list)[_SOURCE]
    name = source.package.rpartition("@")[0]
    try:
        states = [pieces_in(pack(f"{name}@{version}", settings.downloads), source, today) for version in args.stream]
    except CorpusError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    passed: list[Change] = []
    for before, after, old, new in zip(args.stream, args.stream[1:], states, states[1:], strict=False):
        for title, rules in (("policy.toml", policy), ("every kind", watching(policy, *KINDS))):
            update = compare(old, new, rules)
            print(f"{before} -> {after}, {title} ({', '.join(rules.corpus.waits)})")
            print("\n".join(lines_of(update)))
            passed += slipped(update) if rules is policy else []
    if args.out:
        args.out.write_text(as_sheet(sample_of(passed, args.sample)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
