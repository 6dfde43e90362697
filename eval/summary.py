"""Everything a report says of a run, as values: no sentence, no page. JSON-ready, NaN written as null."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from eval.consistency import consistency, succeeded
from eval.metrics import METRICS
from eval.rates import Judged, Rate, rate
from eval.readability import readability
from eval.retrieval_metrics import available, retrieval
from eval.verdict import SLICES, Verdict, fresh, sliced

SHOWN_SLICE = 5
"""A slice of fewer distinct questions is given by its counts, never by a share."""

HEADLINES = ("harmful", "severe", "false_refusal", "missed_refusal")


def summarise(every: Sequence[Judged]) -> dict[str, Any]:
    """Return the figures of a run: on the fresh cases first, then on those that were read while tuning."""
    unread = fresh(every)
    return {
        "counts": {
            "cases": len(every),
            "fresh": len(unread),
            "questions": len({one.question for one in every}),
            "hidden": sum(not one.case.shown for one in every),
            "succeeded": sum(map(succeeded, every)),
            "fresh_succeeded": sum(map(succeeded, unread)),
        },
        "rates": {name: told(rate(unread, name)) for name in METRICS},
        "tuned_rates": {name: told(rate([o for o in every if o.case.half != "report"], name)) for name in METRICS},
        "retrieval": _retrieval(every),
        "slices": {way: _slices(unread, way) for way in SLICES},
        "worst": worst_slice(unread),
        "consistency": _consistency(every),
        "speed_ms": _speed(every),
        "without_generation": told(_generated(every)),
        "energy_wh": _energy(every),
        "readability": _cleaned(readability(seen for one in every for seen in one.seen)._asdict()),
    }


def told(counted: Rate) -> dict[str, Any]:
    """Return a rate as values; None where nothing was measured."""
    return {"failed": counted.failed, "of": counted.of} | _cleaned({"share": counted.value, "bound": counted.bound})


def verdict_values(found: Iterable[Verdict]) -> list[dict[str, Any]]:
    """Return verdicts as values."""
    return [
        {
            "measure": one.threshold.measure,
            "label": one.threshold.label,
            "by": one.threshold.by,
            "rule": one.threshold.rule,
            "limit": one.threshold.limit,
            "scopes": list(one.threshold.scopes),
            "outcome": one.outcome.value,
            "counted": one.measure.counted if one.measure else None,
            "trials": one.measure.trials if one.measure else 0,
            "why": one.why,
            "needed": one.needed,
        }
        | _cleaned({"bound": one.bound})
        for one in found
    ]


def worst_slice(every: Sequence[Judged]) -> dict[str, Any] | None:
    """Return the slice whose answers mislead most, among slices large enough to be read.

    Questions that nothing answers are left out: every answer to them misleads, whatever the share that is refused.
    """
    found: list[tuple[float, str, str, Rate]] = []
    for way in SLICES:
        for name, members in sliced(every, way).items():
            counted = rate(filter(_answerable, members), "harmful")
            if counted.of >= SHOWN_SLICE:
                found.append((counted.value, way, name, counted))
    if not found:
        return None
    _, way, name, counted = max(found, key=lambda item: (item[0], item[3].of))
    return {"way": way, "name": name} | told(counted)


def _retrieval(every: Sequence[Judged]) -> dict[str, Any]:
    """How well documents are ranked, on the cases that nobody read and on the others."""
    halves = {"fresh": fresh(every), "tuned": [one for one in every if one.case.half != "report"]}
    return {"available": available()} | {
        half: {name: _cleaned(interval._asdict()) for name, interval in retrieval(members).items()}
        for half, members in halves.items()
    }


def _slices(every: Sequence[Judged], way: str) -> list[dict[str, Any]]:
    rows = [
        {
            "name": name,
            "cases": len(members),
            "few": len({one.question for one in members}) < SHOWN_SLICE,
            "answerable": sum(map(_answerable, members)),
            **{metric: told(rate(members, metric)) for metric in HEADLINES},
            # What misleads where nothing answers is counted once, by `missed_refusal`.
            "harmful": told(rate(filter(_answerable, members), "harmful")),
        }
        for name, members in sliced(every, way).items()
    ]
    return sorted(rows, key=_worst_first)


def _answerable(one: Judged) -> bool:
    return one.case.wants_answer()


def _worst_first(row: Mapping[str, Any]) -> tuple[bool, float, float, str]:
    """The slices large enough to be read, then the others; in each, those that mislead most first."""
    harmful, refused = row["harmful"], row["false_refusal"]
    return harmful["of"] < SHOWN_SLICE, -(harmful["share"] or 0.0), -(refused["share"] or 0.0), row["name"]


def _consistency(every: Sequence[Judged]) -> dict[str, Any]:
    found = consistency(every)
    names = ("unstable", "not_every_time", "families", "contradictions")
    return {"trials": found.trials} | {name: told(getattr(found, name)) for name in names}


def _speed(every: Sequence[Judged]) -> dict[str, Any]:
    spent = [seen.milliseconds for one in every for seen in one.seen]
    p50, p95 = (float(np.percentile(spent, q)) for q in (50, 95)) if spent else (math.nan, math.nan)
    return _cleaned({"p50": p50, "p95": p95}) | {"answers": len(spent)}


def _generated(every: Sequence[Judged]) -> Rate:
    seen = [one for item in every for one in item.seen]
    return Rate(sum(bool(one.answer["generated"]) for one in seen), len(seen))


def _energy(every: Sequence[Judged]) -> dict[str, Any]:
    ends = [seen.answer["energy_wh"] for one in every for seen in one.seen]
    known = [end for end in ends if end is not None]
    low, high = (sum(end[side] for end in known) if known else math.nan for side in (0, 1))
    return _cleaned({"low": low, "high": high}) | {"known": len(known), "answers": len(ends)}


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: None if isinstance(v, float) and math.isnan(v) else v for key, v in values.items()}
