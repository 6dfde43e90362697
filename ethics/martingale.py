"""Answers read week after week once the service runs: when they show that its error rate is above the limit.

A bettor who stakes a fixed share of a capital on each answer being wrong, at the odds of the limit, gains nothing on
average while the true rate is at or below it. A capital multiplied by `1 / risk` is then as rare as `risk`, whenever
one looks and for as long as one looks. Six stakes share the first capital, since nobody knows by how much the limit
would be passed.

Sources: Ville, Étude critique de la notion de collectif, 1939 (the inequality); Waudby-Smith & Ramdas, "Estimating
means of bounded random variables by betting", JRSS B, 2024 (the capital as evidence, valid at every look).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

STAKES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Shares of the capital, in units of the odds: small ones find small excesses, large ones find large ones soon."""

RISK = 0.05
"""Chance of a false alarm, ever, of a service that keeps to the limit."""

_HIGHEST = 700.0
"""Logarithm past which a capital is only said to be enormous."""


def capital(weeks: Iterable[tuple[int, int]], limit: float) -> tuple[float, ...]:
    """Return the capital after each week, from 1 before the first.

    Within a week the order of the answers does not count.

    Args:
        weeks: for each, how many answers were read, and how many of them were wrong.
        limit: of the rate, as .01; the largest stake must not be able to lose more than it has.

    Raises:
        ValueError: there are more errors than answers, or the limit is out of reach of the stakes.
    """
    if not 0 < limit * max(STAKES) < 1:
        raise ValueError("the limit is between 0 and the inverse of the largest stake")
    logs = [0.0] * len(STAKES)
    found = []
    for read, wrong in weeks:
        if not 0 <= wrong <= read:
            raise ValueError(f"{wrong} of {read}: a share is between 0 and 1")
        for place, stake in enumerate(STAKES):
            logs[place] += wrong * math.log1p(stake * (1 - limit)) + (read - wrong) * math.log1p(-stake * limit)
        found.append(sum(math.exp(min(one, _HIGHEST)) for one in logs) / len(STAKES))
    return tuple(found)


def alarm(after: Iterable[float], risk: float = RISK) -> int | None:
    """Return the rank, from 0, of the first week after which the limit is shown to be passed; None when none does."""
    return next((rank for rank, held in enumerate(after) if held >= 1 / risk), None)
