"""Measure whether the completeness certificate notices what is taken out of a document (DESIGN.md, section 5).

On each branching document: follow a random path, certify an answer that lists everything, take one exception or one
branch out of the document, and compare. What is taken out is chosen from the blocks of the document, not from the
graph that is being measured; only the sentences with an exception word are told by the same words on both sides.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bot.certificate import Certificate, GapKind, certify, decisive_branches, gaps
from corpus.branches import build_graph, exceptions_on
from corpus.chunk import passages_of
from corpus.dila.feed import given, read_dila
from corpus.document import REMARKS, Block, BlockKind, Document, DocumentKind, Passage, Trail
from corpus.errors import CorpusError
from corpus.sentences import exception_sentences
from corpus.source import Source

_VANISHED = {GapKind.VANISHED_BRANCH, GapKind.VANISHED_EXCEPTION}
_MISSING = {GapKind.MISSING_BRANCH, GapKind.MISSING_EXCEPTION}
_TRIES_FOR_A_PATH = 20

Cut = Callable[[Document], Sequence[Passage]]


class Removal(NamedTuple):
    """One thing taken out of a document: `kind` is `branch`, `remark` or `sentence`."""

    kind: str
    what: str
    blocks: tuple[Block, ...]


@dataclass
class Bench:
    """Counts by kind of removal.

    Attributes:
        tried: documents from which something was taken out.
        vanished: the certificate of the full document, compared with the cut one, names what is gone.
        missing: the certificate of the cut document, compared with the full one, names what it never saw.
        misses: (document, kind, what, direction) of each removal that went unnoticed.
        false_alarms: documents whose own certificate has a gap before anything is taken out.
    """

    tried: Counter[str] = field(default_factory=Counter)
    vanished: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[str, str, str, str]] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)


def measure(documents: Iterable[Document], cut: Cut, *, count: int = 500, seed: int = 0) -> Bench:
    """Try `count` branching documents, drawn at random.

    Args:
        documents: from any reader; those that do not branch are passed over.
        cut: gives the passages of a document, as the index holds them.
        count: documents to try at most; fewer are tried if fewer branch.
        seed: of the draw; the same seed gives the same removals.
    """
    draw = random.Random(seed)  # noqa: S311 - a reproducible draw, nothing secret
    branching = [document for document in documents if any(step.choice for b in document.blocks for step in b.path)]
    bench = Bench()
    for document in draw.sample(branching, min(count, len(branching))):
        _try(document, cut, draw, bench)
    return bench


def _try(document: Document, cut: Cut, draw: random.Random, bench: Bench) -> None:
    passages = cut(document)
    for _ in range(_TRIES_FOR_A_PATH):
        path = draw.choice(passages).path
        by_kind: dict[str, list[Removal]] = {}
        for removal in removals(document.blocks, path):
            by_kind.setdefault(removal.kind, []).append(removal)
        if by_kind:
            break
    else:
        return
    removal = draw.choice(by_kind[draw.choice(sorted(by_kind))])
    whole = certify_all(passages, path)
    if gaps(passages, whole):
        bench.false_alarms.append(document.key)
    smaller = cut(replace(document, blocks=removal.blocks))
    bench.tried[removal.kind] += 1
    outcomes = (
        (bench.vanished, "vanished", _VANISHED & {gap.kind for gap in gaps(smaller, whole)}),
        (bench.missing, "missing", _MISSING & {gap.kind for gap in gaps(passages, certify_all(smaller, path))}),
    )
    for counter, direction, noticed in outcomes:
        if noticed:
            counter[removal.kind] += 1
        else:
            bench.misses.append((document.key, removal.kind, removal.what, direction))


def certify_all(passages: Sequence[Passage], path: Trail) -> Certificate:
    """Certify an answer on `path` that lists every decisive item of a document."""
    graph = build_graph(passages)
    listed = {branch.id for branch in decisive_branches(graph, path)}
    listed |= {exception.key for exception in exceptions_on(graph, path)}
    return certify(graph, path, listed=listed)


def removals(blocks: Sequence[Block], path: Trail) -> Iterator[Removal]:
    """Yield each branch, remark and exception sentence that an answer on `path` has to account for."""
    for trail in dict.fromkeys(_options_beside(blocks, path)):
        kept = tuple(block for block in blocks if block.path[: len(trail)] != trail)
        yield Removal("branch", " > ".join(step.title for step in trail), kept)
    for at, block in enumerate(blocks):
        if block.path[: len(path)] != path and path[: len(block.path)] != block.path:
            continue
        if block.kind in REMARKS:
            yield Removal("remark", block.text, tuple(other for other in blocks if other != block))
        elif block.kind not in {BlockKind.CONTACT, BlockKind.SERVICE, BlockKind.BANNER}:
            for sentence in exception_sentences(block.text):
                left = replace(block, text=block.text.replace(sentence, ""))
                yield Removal("sentence", sentence, (*blocks[:at], *([left] if left.text else []), *blocks[at + 1 :]))


def _options_beside(blocks: Sequence[Block], path: Trail) -> Iterator[Trail]:
    for block in blocks:
        for at, step in enumerate(block.path):
            below = at >= len(path) and block.path[: len(path)] == path
            beside = at < len(path) and path[:at] == block.path[:at] and step.choice == path[at].choice
            if step.choice and (below or (beside and step.title != path[at].title)):
                yield block.path[: at + 1]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure a snapshot and print the shares noticed; exit code 1 when something went unnoticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", type=Path, help="zip, tgz or folder of fiches")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    today = datetime.now(UTC).date()
    source = Source("service-public", "dila", "DILA", "Licence Ouverte 2.0")
    try:
        read = read_dila(given(options.archive), source, today)
        documents = [one for one in read if isinstance(one, Document) and one.kind is DocumentKind.SHEET]
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    bench = measure(documents, lambda d: passages_of(d, source, today), count=options.count, seed=options.seed)
    for kind, tried in sorted(bench.tried.items()):
        print(
            f"{kind}: {tried} removed, vanished noticed {bench.vanished[kind]}, missing noticed {bench.missing[kind]}"
        )
    print(f"false alarms before any removal: {len(bench.false_alarms)}")
    for miss in bench.misses:
        print("unnoticed:", *(part.replace("\n", " ")[:100] for part in miss), sep=" | ")
    return 1 if bench.misses else 0


if __name__ == "__main__":
    sys.exit(main())
