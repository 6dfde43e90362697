"""Measure the search in force on every question set, beside plain BM25, PostgreSQL and LangChain with Chroma.

    python -m eval.retrieval_bench [--half tune|report] [--peers bm25s,minilm,postgres] [--json]

All engines rank the same units in the same run. `--minilm-documents N` measures the slow peer, and every other engine
again, on a sample of N documents that holds every relevant one: recall there is higher than on the whole index for
everybody, and is only comparable inside its own table.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from corpus.embed import Embedder, load_embedder
from corpus.errors import CorpusError
from corpus.opening import open_search
from corpus.search import Searcher
from corpus.settings import load_settings
from corpus.store import PassageStore
from eval.collection import Ours, UnitText, build_collection, entries_of, units_in_force
from eval.peers import LangChainChroma, PeerUnavailableError, PlainBm25, Postgres
from eval.recall import Engine, ask, pooled, print_recalls, print_times, recalls, times
from eval.retrieval_sets import Query, sets

PEERS = ("bm25s", "minilm", "postgres")
_SEED = 7
_TUNED = (
    "Everything but a `report` half was tuned on: the shared public sets and the `tune` halves are optimistic, the "
    "resident sets most of all (the lexicon was written while reading them)."
)


@dataclass(frozen=True, slots=True)
class Index:
    """The index in force.

    Attributes:
        folder: of its generation, whose vectors a sample uses again.
        name: of its generation, printed beside the figures.
    """

    store: PassageStore
    searcher: Searcher
    embedder: Embedder
    folder: Path
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What is measured: see the options of the command."""

    half: str
    peers: tuple[str, ...]
    minilm_documents: int | None
    cache: Path | None
    postgres: str | None


def measure(index: Index, choice: Choice, day: date) -> dict[str, Any]:
    """Measure every set on the whole index, then on a sample where one is asked for.

    Raises:
        PeerUnavailableError: a peer that was asked for cannot run here.
    """
    queries = sets(choice.half)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        units = list(units_in_force(index.store, day))
        sampled = "minilm" in choice.peers and choice.minilm_documents is not None
        on_whole = tuple(peer for peer in choice.peers if not (sampled and peer == "minilm"))
        ours = Ours(index.searcher, day)
        scopes = [_scope("whole index", ours, units, on_whole, queries, choice, progress)]
        if sampled:
            chosen = sample(units, queries, choice.minilm_documents or 0)
            with tempfile.TemporaryDirectory() as folder:
                entries = entries_of(index.store, chosen)
                store, searcher = build_collection(Path(folder), entries, index.embedder, index.folder)
                some = [unit for unit in units if unit.document in chosen]
                name = f"sample of {len(chosen)} documents (every relevant one, others drawn with seed {_SEED})"
                ours = Ours(searcher, day)
                scopes.append(_scope(name, ours, some, choice.peers, queries, choice, progress))
                store.close()
    return {
        "half": choice.half,
        "day": day.isoformat(),
        "generation": index.name,
        "weights": index.embedder.digest,
        "versions": _versions(),
        "processors": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 2),
        "warning": _TUNED,
        "scopes": scopes,
    }


def sample(units: Sequence[UnitText], queries: Mapping[str, Sequence[Query]], count: int) -> frozenset[str]:
    """Draw the ids of `count` documents, always with every relevant one: there may be more than `count` of these."""
    every = dict.fromkeys(unit.document for unit in units)
    relevant = {identifier for group in queries.values() for query in group for identifier in query.relevant}
    kept = [identifier for identifier in every if identifier in relevant]
    others = [identifier for identifier in every if identifier not in relevant]
    wanted = min(max(count - len(kept), 0), len(others))
    return frozenset(kept + random.Random(_SEED).sample(others, wanted))  # noqa: S311  reproducible, nothing secret


def _scope(
    name: str,
    ours: Ours,
    units: Sequence[UnitText],
    peers: Sequence[str],
    queries: Mapping[str, Sequence[Query]],
    choice: Choice,
    progress: Progress,
) -> dict[str, Any]:
    engines: list[Engine] = [ours, *(_peer(peer, units, choice, progress) for peer in peers)]
    task = progress.add_task(f"questions, {name.split(' (', maxsplit=1)[0]}", total=sum(map(len, queries.values())))
    present = {unit.document for unit in units}
    outcomes = {key: ask(engines, group, lambda: progress.advance(task)) for key, group in queries.items()}
    return {
        "name": name,
        "documents": len(present),
        "units": len(units),
        "engines": {engine.name: engine.note for engine in engines},
        "without_relevant": {
            key: sum(not query.relevant & present for query in group) for key, group in queries.items()
        },
        "sets": {key: recalls(by_engine, ours.name) for key, by_engine in outcomes.items()},
        "times": times(pooled(outcomes.values()), ours.name),
    }


def _peer(name: str, units: Sequence[UnitText], choice: Choice, progress: Progress) -> Engine:
    task = progress.add_task(f"index of {name}", total=None)
    try:
        if name == "bm25s":
            return PlainBm25(units)
        if name == "postgres":
            if choice.postgres is None:
                raise PeerUnavailableError("Give --postgres a server's address: eval/peers.py shows how to start one.")
            return Postgres(units, choice.postgres)
        return LangChainChroma(units, choice.cache, lambda: progress.advance(task))
    finally:
        progress.remove_task(task)


def _versions() -> dict[str, str]:
    found = {}
    for name in ("numpy", "bm25s", "chromadb", "langchain-chroma", "sentence-transformers", "psycopg"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def print_report(report: Mapping[str, Any]) -> None:
    """Print the tables, with what a reader must know of each engine."""
    print(f"half {report['half']}, generation {report['generation']}, in force on {report['day']}")
    print(f"{report['processors']} processors, load over the last minute {report['load_1min']}")
    print(report["warning"])
    for scope in report["scopes"]:
        print(f"\n== {scope['name']}: {scope['documents']} documents, {scope['units']} units ==")
        for name, note in scope["engines"].items():
            print(f"  {name:12} {note}")
        for key, summary in scope["sets"].items():
            absent = scope["without_relevant"][key]
            print_recalls(f"{key} ({absent} without a relevant document here)" if absent else key, summary)
        print_times("all questions, ten documents, one at a time", scope["times"])


def as_json(value: Any) -> Any:
    """Replace what JSON cannot say (NaN, infinity) by null, all the way down."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, list | tuple) else value


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    choice, asked_json = _options(argv)
    try:
        settings = load_settings()
        opened = open_search(settings)
        index = Index(opened.store, opened.searcher, load_embedder(settings), opened.folder, opened.manifest.generation)
        report = measure(index, choice, date.today())  # noqa: DTZ011  a civil day
    except (CorpusError, PeerUnavailableError) as error:
        print(error, file=sys.stderr)
        return 1
    if asked_json:
        print(json.dumps(as_json(report), ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print_report(report)
    return 0


def _options(argv: Sequence[str] | None) -> tuple[Choice, bool]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("tune", "report"), default="tune", help="open `report` once, at the end")
    parser.add_argument("--peers", default="bm25s", help=f"comma-separated, of {', '.join(PEERS)}; empty for none")
    parser.add_argument("--minilm-documents", type=int, metavar="N", help="sample for the slow peer (default: all)")
    parser.add_argument("--cache", type=Path, help="folder that keeps the slow peer's vectors between runs")
    parser.add_argument("--postgres", metavar="DSN", help="address of a PostgreSQL server: see eval/peers.py")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    peers = tuple(name for name in options.peers.split(",") if name)
    if unknown := set(peers) - set(PEERS):
        parser.error(f"unknown peer {min(unknown)!r}: choose from {', '.join(PEERS)}")
    choice = Choice(options.half, peers, options.minilm_documents, options.cache, options.postgres)
    return choice, bool(options.json)


if __name__ == "__main__":
    sys.exit(main())
