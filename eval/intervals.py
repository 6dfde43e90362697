"""How far a figure may be from the truth, for shares and for two systems that answered the same questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ethics.interval import CONFIDENCE, share

_RESAMPLES = 4000
_SEED = 20_201_112

Values = npt.NDArray[np.float64]
Statistic = Callable[..., Values]
"""Reduces an axis of an array: `numpy.mean`, `numpy.median`."""


class Interval(NamedTuple):
    """A figure and the bounds of its confidence interval; all three are NaN where nothing was measured."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Write the figure with its bounds, three decimals."""
        return f"{self.value:.3f} [{self.low:.3f} to {self.high:.3f}]"


NOTHING = Interval(float("nan"), float("nan"), float("nan"))


def proportion(successes: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Return a share with its exact interval.

    The bounds are those of the records that the committee signs (`ethics.interval.share`): one way to compute them.

    Raises:
        ValueError: `successes` is not between 0 and `trials`.
    """
    return Interval(*share(successes, trials, confidence))


def mean_of(values: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Return a mean with its percentile bootstrap interval over the questions; NaN where there is none.

    Args:
        values: one a question.
        confidence: share of the resamples between the bounds.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    return paired_difference(values, [0.0] * len(values), np.mean, confidence)


def paired_ratio(
    ours: Sequence[float],
    theirs: Sequence[float],
    statistic: Statistic = np.mean,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return `statistic(ours) / statistic(theirs)` with its percentile bootstrap interval over the questions.

    Args:
        ours: one value a question.
        theirs: the same questions in the same order.
        statistic: reduces the last axis.
        confidence: share of the resamples between the bounds.

    Returns:
        NaN where there is no question, or where their statistic is 0; a resample in which it is 0 counts as an
        infinite ratio, so the upper bound may be infinite.

    Raises:
        ValueError: the two sides differ in length.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13 (percentiles), pairs resampled.
    """
    return _paired(ours, theirs, _divided, statistic, confidence)


def paired_difference(
    ours: Sequence[float],
    theirs: Sequence[float],
    statistic: Statistic = np.mean,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Return `statistic(ours) - statistic(theirs)`, otherwise as `paired_ratio`."""
    return _paired(ours, theirs, np.subtract, statistic, confidence)


def _paired(
    ours: Sequence[float],
    theirs: Sequence[float],
    compare: Callable[[Values, Values], Values],
    statistic: Statistic,
    confidence: float,
) -> Interval:
    pairs = np.asarray([ours, theirs], dtype=np.float64)
    questions = pairs.shape[1]
    if questions == 0:
        return NOTHING
    value = float(compare(*statistic(pairs, axis=-1)))
    if not np.isfinite(value):
        return NOTHING
    drawn = np.random.default_rng(_SEED).integers(0, questions, (_RESAMPLES, questions))
    found = compare(*statistic(pairs[:, drawn], axis=-1))
    # Sorted and indexed rather than interpolated: half the way to infinity is not a number.
    ordered = np.sort(found[~np.isnan(found)])
    tail = (1 - confidence) / 2 * (len(ordered) - 1)
    return Interval(value, float(ordered[int(np.floor(tail))]), float(ordered[-1 - int(np.floor(tail))]))


def _divided(ours: Values, theirs: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.divide(ours, theirs)
    return np.asarray(ratios)
