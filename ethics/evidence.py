"""An evaluation as signed evidence, and what the policy says of it.

Source: in-toto attestation predicate test-result v0.1 (result, configuration, passedTests, failedTests), to which the
counts are added. A measure that is absent, or of which nothing was measured, is never reached.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ethics.envelope import Statement
from ethics.errors import RecordsError
from ethics.interval import enough_answers, lower_bound, upper_bound
from ethics.rules import Threshold
from ethics.words import say

EVIDENCE = "https://in-toto.io/attestation/test-result/v0.1"

Outcome = Literal["PASSED", "WARNED", "FAILED"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What was counted.

    Attributes:
        by: `harness` or `human`.
        counted: errors (or successes, for a lower bound).
        trials: out of how many; for a quantity, how many times it was measured.
        value: a quantity, written as a decimal; empty for a share.
        attempt: how many times answers of this pool were audited, this time included.
    """

    by: str
    counted: int = 0
    trials: int = 0
    value: str = ""
    attempt: int = 1


def judged(thresholds: Iterable[Threshold], measures: Mapping[str, Measure]) -> dict[str, str]:
    """Compare measures with thresholds.

    Returns:
        for each measure asked for, an empty text when it is reached, or the French sentence that tells why it is not.
    """
    return {threshold.measure: _shortfall(threshold, measures.get(threshold.measure)) for threshold in thresholds}


def evidence_statement(
    release: str,
    measures: Mapping[str, Measure],
    thresholds: Iterable[Threshold],
    configuration: Mapping[str, str],
    *,
    synthetic: bool = False,
) -> Statement:
    """Write an evaluation as a statement to be signed.

    Args:
        release: fingerprint of what was evaluated.
        measures: by name.
        thresholds: of the policy, for the scope asked for.
        configuration: digest by name of what was used (question sets, labels, report).
        synthetic: the auditors were simulated, for a demonstration; shown wherever the evidence is.
    """
    verdicts = judged(thresholds, measures)
    passed = sorted(name for name, why in verdicts.items() if not why)
    failed = sorted(name for name, why in verdicts.items() if why)
    predicate = {
        "result": "FAILED" if failed else "PASSED",
        "configuration": [{"name": name, "digest": {"sha256": value}} for name, value in sorted(configuration.items())],
        "passedTests": passed,
        "failedTests": failed,
        "measures": {
            name: {
                "by": measure.by,
                "counted": measure.counted,
                "trials": measure.trials,
                "value": measure.value,
                "attempt": measure.attempt,
            }
            for name, measure in measures.items()
        },
        "synthetic": synthetic,
    }
    return Statement(EVIDENCE, {"release": release}, predicate)


def read_measures(predicate: Mapping[str, Any]) -> dict[str, Measure]:
    """Read the measures of an evidence; its own verdict is never trusted, only its counts.

    Raises:
        RecordsError: they are missing or badly formed.
    """
    try:
        measures = {name: Measure(**said) for name, said in predicate["measures"].items()}
        for measure in measures.values():
            counts = (measure.counted, measure.trials, measure.attempt)
            if any(type(count) is not int for count in counts) or not 0 <= measure.counted <= measure.trials:
                raise RecordsError(say("evidence.unreadable"))
            if measure.attempt < 1 or not isinstance(measure.by, str):
                raise RecordsError(say("evidence.unreadable"))
            float(measure.value or 0)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RecordsError(say("evidence.unreadable")) from error
    return measures


def spent(confidence: float, attempt: int) -> float:
    """Return the confidence asked for at one attempt on the same answers: each retry must be surer than the last.

    The risk of error allowed is halved at the second attempt, twice at the third, and so on, so that trying again and
    again does not make a bad system pass.
    """
    return confidence if attempt == 1 else 1 - (1 - confidence) / 2**attempt


def _shortfall(threshold: Threshold, measure: Measure | None) -> str:
    if measure is None or measure.by != threshold.by or measure.trials == 0:
        return say(f"evidence.nothing_{threshold.by}", label=threshold.label)
    if threshold.rule == "value_at_most":
        value = float(measure.value) if measure.value else math.nan
        if math.isnan(value):
            return say("evidence.nothing_harness", label=threshold.label)
        # Written so that a value that cannot be compared is a failure.
        return "" if value <= threshold.limit else say("evidence.too_much", label=threshold.label, value=measure.value)
    confidence = spent(threshold.confidence, measure.attempt)
    if threshold.rule == "sequential":
        missing = enough_answers(measure.counted, threshold.limit, confidence) - measure.trials
        return "" if missing <= 0 else say("evidence.more_answers", label=threshold.label, missing=missing)
    if threshold.rule == "upper":
        bound = upper_bound(measure.counted, measure.trials, confidence)
        return (
            "" if bound <= threshold.limit else say("evidence.too_high", label=threshold.label, bound=_percent(bound))
        )
    bound = lower_bound(measure.counted, measure.trials, confidence)
    return "" if bound >= threshold.limit else say("evidence.too_low", label=threshold.label, bound=_percent(bound))


def _percent(value: float) -> str:
    return f"{100 * value:.2f}".replace(".", ",")
