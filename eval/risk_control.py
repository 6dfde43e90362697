"""The lowest belief to answer from whose risk is proved small enough, and what each risk costs in answers.

Source: Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then Test: calibrating predictive algorithms to achieve risk
control", 2021. Thresholds are tested from the most cautious down, each with an exact binomial p-value of "the share of
unanswerable questions still answered exceeds the risk"; the last one rejected in a row is kept (fixed sequence testing,
so the doubt is not divided). The binomial tail stays a bound when shares differ between kinds of questions (Hoeffding,
"On the distribution of the number of successes in independent trials", 1956).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

Floats = npt.NDArray[np.float64]

RISKS = (0.03, 0.05, 0.08, 0.10, 0.12, 0.15, 0.20, 0.30)
_LEVELS = np.round(np.arange(0.99, 0.0, -0.01), 2)


def p_value(answered: int, asked: int, risk: float) -> float:
    """Probability of so few answers if the share answered were `risk`: exact binomial tail; 1 when none was asked."""
    return float(binom.cdf(answered, asked, risk)) if asked else 1.0


def threshold(beliefs: Floats, risk: float, doubt: float) -> float:
    """Return the lowest belief to answer from whose risk is at most `risk` with confidence 1 - `doubt`.

    Args:
        beliefs: of unanswerable questions that were not fitted on; 0 for one that is settled before the search.
        risk: share of them still answered.
        doubt: probability that the proof is wrong.

    Returns:
        infinity when even refusing everything cannot be proved safe on so few questions.
    """
    chosen = float("inf")
    for level in _LEVELS:
        if p_value(int((beliefs >= level).sum()), len(beliefs), risk) > doubt:
            break
        chosen = float(level)
    return chosen


def most_cautious(beliefs: Floats, coverage: float) -> float:
    """Return the highest level that still answers `coverage` of answerable questions; 0 when there are none.

    Above a level that was proved safe, every level was: caution may be had for the answers one is ready to lose.

    Args:
        beliefs: of answerable questions that were not fitted on.
        coverage: share of them to answer, 0 to 1.
    """
    kept = [float(level) for level in _LEVELS if len(beliefs) and (beliefs >= level).mean() >= coverage]
    return max(kept, default=0.0)


def table(none: Floats, having: Floats, doubt: float) -> str:
    """Write the risk-coverage table.

    Args:
        none: beliefs for unanswerable questions.
        having: beliefs for answerable ones.
        doubt: as in `threshold`.
    """
    lines = ["risk   answer from   unanswerable answered   answerable answered"]
    for risk in RISKS:
        level = threshold(none, risk, doubt)
        counts = f"{int((none >= level).sum())} of {len(none)}"
        lines.append(f"{risk:.2f}   {level:11.2f}   {counts:>21}   {(having >= level).mean():.3f} of {len(having)}")
    return "\n".join(lines)
