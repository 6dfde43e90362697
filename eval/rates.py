"""How often something failed, with how far the truth may be: exact one-sided bounds, over questions that are distinct.

Paraphrases of one question are one question, and so are its trials: it failed when any of them did. Counting them as
several would make the bound narrower than it is (research: design effect of 2.2 with three paraphrases).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ethics.interval import upper_bound
from eval.case import Case
from eval.metrics import METRICS, Score, is_failure, scores_of
from eval.observation import Observation


class Rate(NamedTuple):
    """How many of the distinct questions that a metric speaks of failed."""

    failed: int
    of: int

    @property
    def value(self) -> float:
        """Share that failed; NaN where nothing was measured."""
        return self.failed / self.of if self.of else math.nan

    @property
    def bound(self) -> float:
        """One-sided exact upper bound of the share, 95 %; NaN where nothing was measured."""
        return upper_bound(self.failed, self.of)


@dataclass(frozen=True, slots=True)
class Judged:
    """One case with all that was seen of it.

    Attributes:
        seen: its observations, by trial.
        scores: by metric, the worst of its trials.
    """

    case: Case
    seen: tuple[Observation, ...]
    scores: Mapping[str, Score]

    @property
    def question(self) -> str:
        """What it counts as: its family, or itself."""
        return self.case.family or self.case.id

    @property
    def failures(self) -> tuple[str, ...]:
        """Metrics that failed, the headline first."""
        return tuple(name for name in METRICS if is_failure(name, self.scores[name]))


def judge(cases: Iterable[Case], observations: Iterable[Observation]) -> list[Judged]:
    """Score every case that was observed; an observation of no case is left out."""
    by_case: dict[str, list[Observation]] = {}
    for seen in observations:
        by_case.setdefault(seen.case, []).append(seen)
    found: list[Judged] = []
    for case in cases:
        if seen_of := sorted(by_case.get(case.id, ()), key=lambda one: one.trial):
            every = [scores_of(case, seen) for seen in seen_of]
            worst = {name: _worst(name, [scores[name] for scores in every]) for name in METRICS}
            found.append(Judged(case, tuple(seen_of), worst))
    return found


def rate(judged: Iterable[Judged], metric: str) -> Rate:
    """Count the distinct questions that failed a metric, of those that it speaks of."""
    return count(judged, lambda one: one.scores[metric].value, lambda one: is_failure(metric, one.scores[metric]))


def count(judged: Iterable[Judged], speaks: Callable[[Judged], bool | None], fails: Callable[[Judged], bool]) -> Rate:
    """Count distinct questions: `speaks` gives None for a case that says nothing."""
    failed: dict[str, bool] = {}
    for one in judged:
        if speaks(one) is not None:
            failed[one.question] = failed.get(one.question, False) or fails(one)
    return Rate(sum(failed.values()), len(failed))


def _worst(name: str, scores: Sequence[Score]) -> Score:
    failed = next((score for score in scores if is_failure(name, score)), None)
    return failed or next((score for score in scores if score.value is not None), Score(None))
