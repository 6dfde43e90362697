"""Answers read by people: which ones, in which order, with which agreement, and what they show.

The draw can be done again by anybody from its seed, which is logged before anything is read. Answers that are wrong on
purpose are mixed in, to measure how many wrong ones the readers notice.

Sources: proportional allocation by largest remainders; Cohen, "A coefficient of agreement for nominal scales", 1960.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ethics.evidence import Measure
from ethics.interval import lower_bound
from ethics.opinion import CORRECT


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readers agree; NaN where nothing was read twice.

    Attributes:
        both: answers that both read.
        raw: share of the same label.
        kappa: agreement beyond chance; misleading where errors are rare, hence the next one.
        positive: of the answers that either found wrong, share that both did, as 2 both / (one + other).
    """

    both: int
    raw: float
    kappa: float
    positive: float


def drawn(strata: Mapping[str, str], size: int, seed: str) -> list[str]:
    """Draw answers to be read, each stratum in proportion to what it holds.

    Args:
        strata: stratum of each case.
        size: how many to draw; all of them when there are not so many.
        seed: a text; the same gives the same draw, whatever the order of `strata`.

    Returns:
        the cases, in the order they are to be read: that order is drawn too, so that reading may stop early.
    """
    size = min(size, len(strata))
    cases = sorted(strata, key=lambda case: _rank(seed, case))
    counts = Counter(strata.values())
    exact = {name: size * count / len(strata) for name, count in counts.items()}
    quota = {name: math.floor(value) for name, value in exact.items()}
    rest = sorted(exact, key=lambda name: (quota[name] - exact[name], _rank(seed, name)))
    for name in rest[: size - sum(quota.values())]:
        quota[name] += 1
    chosen: list[str] = []
    for case in cases:
        if quota[strata[case]]:
            quota[strata[case]] -= 1
            chosen.append(case)
    return chosen


def mixed(cases: Sequence[str], planted: Sequence[str], seed: str, member: str) -> list[str]:
    """Mix answers that are wrong on purpose into a reader's queue, in an order that says nothing of which they are."""
    return sorted([*cases, *planted], key=lambda case: _rank(f"{seed}/{member}", case))


def agreement(first: Mapping[str, str], second: Mapping[str, str]) -> Agreement:
    """Compare the labels of two readers on the answers that both read."""
    both = sorted(set(first) & set(second))
    if not both:
        return Agreement(0, math.nan, math.nan, math.nan)
    same = sum(first[case] == second[case] for case in both) / len(both)
    one, two = Counter(first[case] for case in both), Counter(second[case] for case in both)
    chance = sum(one[label] * two[label] for label in one) / len(both) ** 2
    wrong = [(first[case] != CORRECT, second[case] != CORRECT) for case in both]
    found = sum(a + b for a, b in wrong)
    return Agreement(
        len(both),
        same,
        (same - chance) / (1 - chance) if chance < 1 else math.nan,
        2 * sum(a and b for a, b in wrong) / found if found else math.nan,
    )


def to_adjudicate(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """Return the answers that two readers labelled differently, which a third must read."""
    return sorted(case for case in set(first) & set(second) if first[case] != second[case])


def settled(readers: Sequence[Mapping[str, str]], adjudicated: Mapping[str, str]) -> dict[str, str]:
    """Return one label for each answer.

    The third reader's where there is one; the readers' where they agree. An answer on which they differ and that no
    third read is left out: it is not yet known.
    """
    labels: dict[str, str] = dict(adjudicated)
    said: dict[str, set[str]] = {}
    for reader in readers:
        for case, label in reader.items():
            said.setdefault(case, set()).add(label)
    for case, found in said.items():
        if case not in labels and len(found) == 1:
            labels[case] = next(iter(found))
    return labels


def measured(labels: Mapping[str, str], planted: Iterable[str], error: Iterable[str], attempt: int = 1) -> Measure:
    """Count what readers found, as a measure for the policy.

    Args:
        labels: one a case, as `settled` gives.
        planted: answers wrong on purpose, which do not count.
        error: labels that are an error for this measure.
        attempt: how many times answers of this pool were audited, this one included.
    """
    plants, wrong = set(planted), set(error)
    counted = [label for case, label in labels.items() if case not in plants]
    return Measure("human", sum(label in wrong for label in counted), len(counted), attempt=attempt)


def noticed(labels: Mapping[str, str], planted: Iterable[str], confidence: float = 0.975) -> float:
    """Return the lower bound of the share of wrong answers that readers notice; NaN where none was planted."""
    met = [labels[case] for case in planted if case in labels]
    return lower_bound(sum(label != CORRECT for label in met), len(met), confidence)


def _rank(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{name}".encode()).digest()
