"""How far a measured share may be from the truth: exact bounds, and a rule for stopping an audit early.

Sources: Clopper & Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial",
Biometrika 26, 1934. Incomplete beta function by Lentz's continued fraction: Press et al., Numerical Recipes, 6.4.
Stopping rule: Wald, "Sequential tests of statistical hypotheses", 1945; valid at every look by Ville, 1939.
"""

from __future__ import annotations

import math
from typing import NamedTuple

CONFIDENCE = 0.95
# A good system is taken to be five times better than the limit: the rule then stops soonest around there.
_BETTER = 5
_TINY = 1e-300


class Share(NamedTuple):
    """A share and its bounds; all three are NaN where nothing was measured."""

    value: float
    low: float
    high: float


def upper_bound(errors: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided exact upper bound of a share; NaN where nothing was measured.

    Raises:
        ValueError: there are more errors than trials, or fewer than none.
    """
    _check(errors, trials, confidence)
    if trials == 0:
        return math.nan
    return 1.0 if errors == trials else _beta_quantile(confidence, errors + 1, trials - errors)


def lower_bound(successes: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return the one-sided exact lower bound of a share; NaN where nothing was measured.

    Raises:
        ValueError: there are more successes than trials, or fewer than none.
    """
    _check(successes, trials, confidence)
    if trials == 0:
        return math.nan
    return 0.0 if successes == 0 else _beta_quantile(1 - confidence, successes, trials - successes + 1)


def share(counted: int, trials: int, confidence: float = CONFIDENCE) -> Share:
    """Return a share with its exact two-sided interval.

    Raises:
        ValueError: `counted` is not between 0 and `trials`.
    """
    side = (1 + confidence) / 2
    value = counted / trials if trials else math.nan
    return Share(value, lower_bound(counted, trials, side), upper_bound(counted, trials, side))


def enough_answers(errors: int, limit: float, confidence: float = CONFIDENCE) -> int:
    """Return how many audited answers show, with so many errors, that the true share is below `limit`.

    The count may be looked at after every answer: for a true share of `limit` or more, the probability of ever
    reaching it is at most `1 - confidence`. For 1 % at 95 %: 373 answers without error, then 201 more for each error.

    Raises:
        ValueError: a count is negative, or a share is not between 0 and 1.
    """
    if errors < 0 or not 0 < limit < 1 or not 0 < confidence < 1:
        raise ValueError("counts are not negative, shares are between 0 and 1")
    good = limit / _BETTER
    needed = math.log(1 / (1 - confidence)) + errors * math.log(_BETTER)
    return errors + math.ceil(needed / math.log((1 - good) / (1 - limit)))


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for x between 0 and 1."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        # The fraction converges fast on the other side only.
        return 1 - beta_cdf(1 - x, b, a)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            result *= c * d
        if abs(c * d - 1) < 1e-16:
            return result
    return result


def _beta_quantile(probability: float, a: float, b: float) -> float:
    """Return the x where the distribution reaches `probability`, by halving, to the last bit."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if beta_cdf(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return high


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def _check(counted: int, trials: int, confidence: float) -> None:
    if not 0 <= counted <= trials:
        raise ValueError(f"{counted} of {trials}: a share is between 0 and 1")
    if not 0 < confidence < 1:
        raise ValueError("a confidence is between 0 and 1")
