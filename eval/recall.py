"""Ask several engines the same questions, one after the other, and summarise what each found and how long it took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any, Protocol

import numpy as np

from eval.intervals import Interval, Statistic, paired_difference, paired_ratio, proportion
from eval.retrieval_sets import Query

DEPTHS = (1, 3, 5, 10, 50)
"""R@k is given for these k: the share of questions with at least one relevant document in the first k."""

_SHOWN = 10
"""Documents asked for when the clock runs: what the bot asks for (bot/retrieve.py)."""

_WARM_UP = 3
P95: Statistic = partial(np.quantile, q=0.95)


class Engine(Protocol):
    """Anything that ranks the documents of one collection."""

    @property
    def name(self) -> str:
        """Short name, for the tables."""

    @property
    def note(self) -> str:
        """What a reader must know before comparing."""

    def rank(self, text: str, limit: int) -> Sequence[str]:
        """Return the publisher's ids of at most `limit` documents, best first, each once."""


@dataclass(slots=True)
class Outcome:
    """What one engine did with a list of questions, in their order.

    Attributes:
        ranks: 1-based rank of the first relevant document; None below the deepest of `DEPTHS`.
        milliseconds: time taken to rank ten documents.
    """

    ranks: list[int | None] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def hits(self, depth: int) -> list[float]:
        """Return 1 for each question answered in the first `depth` documents, else 0."""
        return [float(rank is not None and rank <= depth) for rank in self.ranks]

    def recall(self, depth: int) -> Interval:
        """Return R@depth."""
        return proportion(int(sum(self.hits(depth))), len(self.ranks))

    def percentile(self, share: float) -> float:
        """Return a quantile of the time taken, in ms; NaN where nothing was asked."""
        return float(np.quantile(self.milliseconds, share)) if self.milliseconds else float("nan")


def ask(
    engines: Sequence[Engine], queries: Iterable[Query], tick: Callable[[], None] = lambda: None
) -> dict[str, Outcome]:
    """Ask every question of every engine in turn, so that a slow moment of the machine falls on all of them.

    Args:
        engines: each is asked a few questions beforehand, off the clock.
        queries: questions with their relevant documents.
        tick: called after each question.

    Returns:
        outcomes by name of engine.
    """
    outcomes = {engine.name: Outcome() for engine in engines}
    asked = list(queries)
    for engine in engines:
        for query in asked[:_WARM_UP]:
            engine.rank(query.text, _SHOWN)
    for query in asked:
        for engine in engines:
            started = perf_counter()
            ranked = engine.rank(query.text, _SHOWN)
            outcomes[engine.name].milliseconds.append((perf_counter() - started) * 1000)
            if (rank := _first_relevant(ranked, query.relevant)) is None:
                rank = _first_relevant(engine.rank(query.text, max(DEPTHS)), query.relevant)
            outcomes[engine.name].ranks.append(rank)
        tick()
    return outcomes


def _first_relevant(ranked: Sequence[str], relevant: frozenset[str]) -> int | None:
    return next((rank for rank, identifier in enumerate(ranked, 1) if identifier in relevant), None)


def pooled(outcomes: Iterable[Mapping[str, Outcome]]) -> dict[str, Outcome]:
    """Join the outcomes of several sets, by engine; for times, since the sets differ too much for one recall."""
    joined: dict[str, Outcome] = {}
    for by_engine in outcomes:
        for name, outcome in by_engine.items():
            whole = joined.setdefault(name, Outcome())
            whole.ranks += outcome.ranks
            whole.milliseconds += outcome.milliseconds
    return joined


def recalls(outcomes: Mapping[str, Outcome], ours: str) -> dict[str, Any]:
    """Summarise one set.

    Returns:
        by engine: questions, R@k, and for the peers of `ours` the ratio and the difference ours/theirs at 5.
    """
    summary: dict[str, Any] = {}
    for name, outcome in outcomes.items():
        summary[name] = {
            "questions": len(outcome.ranks),
            "recall": {str(depth): outcome.recall(depth) for depth in DEPTHS},
        }
        if name != ours:
            hits = outcomes[ours].hits(5), outcome.hits(5)
            summary[name]["ours_over_theirs_at_5"] = paired_ratio(*hits)
            summary[name]["ours_minus_theirs_at_5"] = paired_difference(*hits)
    return summary


def times(outcomes: Mapping[str, Outcome], ours: str) -> dict[str, Any]:
    """Summarise the time taken in ms, and for each peer of `ours` the ratios of medians and of 95th centiles."""
    summary: dict[str, Any] = {}
    for name, outcome in outcomes.items():
        summary[name] = {"p50_ms": outcome.percentile(0.5), "p95_ms": outcome.percentile(0.95)}
        if name != ours:
            pair = outcomes[ours].milliseconds, outcome.milliseconds
            summary[name]["ours_over_theirs_p50"] = paired_ratio(*pair, np.median)
            summary[name]["ours_over_theirs_p95"] = paired_ratio(*pair, P95)
    return summary


def print_recalls(title: str, summary: Mapping[str, Any]) -> None:
    """Print one set: R@k and the interval of R@5, an engine a line."""
    questions = next(iter(summary.values()))["questions"]
    print(f"\n{title}  n={questions}")
    for name, row in summary.items():
        shares = " ".join(f"R@{depth}={share.value:.3f}" for depth, share in row["recall"].items())
        five = row["recall"]["5"]
        line = f"  {name:12} {shares}  R@5 in [{five.low:.3f} to {five.high:.3f}]"
        if (ratio := row.get("ours_over_theirs_at_5")) is not None:
            line += f"  ours/theirs @5 {ratio}, points {row['ours_minus_theirs_at_5']}"
        print(line)


def print_times(title: str, summary: Mapping[str, Any]) -> None:
    """Print the time taken, an engine a line."""
    print(f"\n{title}")
    for name, row in summary.items():
        line = f"  {name:12} p50={row['p50_ms']:.1f} ms p95={row['p95_ms']:.1f} ms"
        if (ratio := row.get("ours_over_theirs_p50")) is not None:
            line += f"  ours/theirs p50 {ratio}, p95 {row['ours_over_theirs_p95']}"
        print(line)
