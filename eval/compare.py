"""Two runs of the same cases: what changed, and whether chance alone could explain it.

Systems are compared case by case, by the exact McNemar test on the cases where they differ; never by looking whether
two intervals overlap. Source: McNemar, "Note on the sampling error of the difference between correlated proportions",
Psychometrika 12, 1947; exact form: a binomial test of the discordant pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from eval.consistency import succeeded
from eval.metrics import METRICS, is_failure
from eval.rates import Judged

SURE = 0.05
"""Probability under which a difference is not put down to chance."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one metric between two runs.

    Attributes:
        pairs: cases of which the metric says something in both runs.
        fixed, broken: ids of the cases that failed before and no longer do, and the other way round.
        p: exact two-sided McNemar; 1 when nothing differs.
    """

    metric: str
    pairs: int
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    p: float

    @property
    def sure(self) -> bool:
        """Chance alone would rarely do as much."""
        return self.p < SURE


def compare(now: Sequence[Judged], before: Sequence[Judged]) -> list[Change]:
    """Compare every metric on the cases that both runs hold with the same question and the same expectations."""
    pairs = list(_pairs(now, before))
    return [_change(metric, pairs) for metric in METRICS]


def overall(now: Sequence[Judged], before: Sequence[Judged]) -> Change:
    """Compare the cases that ended well."""
    pairs = list(_pairs(now, before))
    fixed = tuple(one.case.id for one, other in pairs if succeeded(one) and not succeeded(other))
    broken = tuple(one.case.id for one, other in pairs if succeeded(other) and not succeeded(one))
    return Change("succeeded", len(pairs), fixed, broken, mcnemar(len(fixed), len(broken)))


def mcnemar(fixed: int, broken: int) -> float:
    """Return the probability of such an imbalance, or a greater one, if neither run were better."""
    return float(binomtest(fixed, fixed + broken).pvalue) if fixed + broken else 1.0


def _pairs(now: Sequence[Judged], before: Sequence[Judged]) -> Iterator[tuple[Judged, Judged]]:
    earlier: Mapping[str, Judged] = {one.case.id: one for one in before}
    for one in now:
        other = earlier.get(one.case.id)
        if other is not None and other.case == one.case:
            yield one, other


def _change(metric: str, pairs: Sequence[tuple[Judged, Judged]]) -> Change:
    spoken = [(a, b) for a, b in pairs if a.scores[metric].value is not None and b.scores[metric].value is not None]
    failed = [
        (a.case.id, is_failure(metric, a.scores[metric]), is_failure(metric, b.scores[metric])) for a, b in spoken
    ]
    fixed = tuple(name for name, fails, failed_before in failed if failed_before and not fails)
    broken = tuple(name for name, fails, failed_before in failed if fails and not failed_before)
    return Change(metric, len(spoken), fixed, broken, mcnemar(len(fixed), len(broken)))
