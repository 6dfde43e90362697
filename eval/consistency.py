"""Whether the same question gets the same answer: trial after trial, and from one wording to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from eval.metrics import key_of
from eval.observation import Observation
from eval.rates import Judged, Rate

_ASIDE = ("id", "receipt", "release", "level", "energy_wh")
"""Parts of an answer that may differ from one trial to the next."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """How often answers to one question differ.

    Attributes:
        trials: how often each case was asked, at least.
        unstable: cases whose trials differ in anything that is read; nothing is measured with one trial.
        not_every_time: cases that did not succeed at each of their trials (1 - pass^n).
        families: families of paraphrases whose members ended differently, or from another document.
        contradictions: families of which one member says what must be said and another affirms something else.
    """

    trials: int
    unstable: Rate
    not_every_time: Rate
    families: Rate
    contradictions: Rate


def consistency(judged: Iterable[Judged]) -> Consistency:
    """Compare the trials of each case, and the members of each family."""
    every = list(judged)
    repeated = [one for one in every if len(one.seen) > 1]
    families: dict[str, list[Judged]] = {}
    for one in every:
        if one.case.family:
            families.setdefault(one.case.family, []).append(one)
    several = [members for members in families.values() if len(members) > 1]
    return Consistency(
        trials=min((len(one.seen) for one in every), default=0),
        unstable=Rate(sum(len({_read(seen) for seen in one.seen}) > 1 for one in repeated), len(repeated)),
        not_every_time=Rate(sum(not succeeded(one) for one in every), len(every)),
        families=Rate(sum(len({_end(one) for one in members}) > 1 for members in several), len(several)),
        contradictions=Rate(sum(_contradict(members) for members in several), len(several)),
    )


def succeeded(one: Judged) -> bool:
    """Tell whether a case ended as it should at every trial, misleading nobody."""
    wrong = ("harmful", "severe", "status_accuracy", "settled", "urgent_number", "verbatim")
    return not any(name in wrong for name in one.failures)


def _read(seen: Observation) -> str:
    said = {key: value for key, value in seen.answer.items() if key not in _ASIDE}
    return json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)


def _end(one: Judged) -> tuple[str, str]:
    seen = one.seen[0]
    return seen.status.partition("_")[0], str(seen.answer["document"] or "")


def _contradict(members: list[Judged]) -> bool:
    """One wording got the fact, another got an answer without it: a resident would hear two rules."""
    answered = [one for one in members if one.seen[0].answered and one.case.must_say]
    texts = [key_of(" ".join(s["text"] for s in one.seen[0].answer["sentences"])) for one in answered]
    said = {all(key_of(w) in text for w in one.case.must_say) for one, text in zip(answered, texts, strict=True)}
    return len(said) > 1
