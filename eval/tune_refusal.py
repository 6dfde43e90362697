"""Choose when to answer: weights of the evidence, then the lowest belief whose risk is proved small enough.

    python -m eval.tune_intents --shares FILE        # first: what its model says of the questions that it learnt from
    python -m eval.tune_refusal [--risk 0.15] [--doubt 0.05] [--told FILE] [--measured FILE] [--write]
    python -m eval.tune_refusal --half report        # the certificate of what is written, on questions nobody tuned on

Weights are fitted on questions with and without an answer; evidence for an answer cannot weigh against it, nor the
other for it. How strange a question sounds (bot/intent_leaning.py) is weighed with them, and asks for that much more
evidence; what that model says of a question that it learnt from is told by one that did not (`--told`). The threshold
is then chosen on unanswerable questions that were not fitted on (eval/risk_control.py), routing included, as it is
served, and raised while `--coverage` of the answerable ones are answered. The rules of bot/route.toml were written
while reading the shared set and the `tune` half: the certificate that counts is the one on the `report` half.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from bot.answerable import AGAINST, EVIDENCE, FOR, evidence, refusal
from bot.intent_leaning import doubt as leans
from bot.intent_leaning import sound
from bot.route import OVERRULED, Route
from bot.turn import Turn
from corpus.contacts import load_authorities, load_contacts
from corpus.opening import open_search
from corpus.search import Searcher
from corpus.settings import load_settings
from corpus.store import PassageStore
from eval.later_sets import opened
from eval.refusal_sets import aids, answerable, encyclopaedic, keywords, near_misses, unanswerable
from eval.retrieval_sets import ROOT, Query
from eval.risk_control import Floats, most_cautious, p_value, table, threshold

FILE = ROOT / "bot" / "refusal.toml"
_SEED = 20_261_127
_PENALTY = 1.0
_ENCYCLOPAEDIC_CALIBRATION = 12
"""Questions for an encyclopaedia in the calibration, about as many as of each kind of ours."""

_COUNTS = {
    "dila_citizens": 2.0,
    "everyday_fr_tune": 2.0,
    "answerable_tune": 2.0,
    "spf_question_reponse": 0.5,
    "without dila_citizen_questions": 0.3,
    "without spf_question_reponse": 0.3,
    "keywords": 0.1,
    "encyclopaedic": 0.75,
    "aid": 1.0,
    "invented": 25.0,
}
"""How much a question counts in the fit: near misses are many and partly right, invented things few and the hardest."""

_SETS = "resident_questions/unanswerable, cases/unanswerable (tune), jeux ouverts, nomiracl_fr : moitié non ajustée"

_ORDINARY = 0.2
"""Lean to what no document answers up to which a question is an ordinary one."""

_COUNT = {True: 1.0, False: 3.0}
"""The same for other groups, with and without an answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question, measured.

    Attributes:
        group: its set, or its kind when nothing answers it.
        settled: routing settles it before any search.
        measured: shape (2 + evidence,), a constant first, how strange the question sounds last.
    """

    id: str
    group: str
    answerable: bool
    settled: bool
    measured: Floats


class Told(NamedTuple):
    """What a model of intents that did not learn from a question says of it (eval/tune_intents.py, `--shares`)."""

    kind: str
    share: float
    frees: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """What measures questions as they are served.

    Attributes:
        rules: the routing without its model, for the questions of `told`.
        told: by text.
        known: evidence measured before, by text and what was left out.
    """

    searcher: Searcher
    route: Route
    rules: Route
    told: Mapping[str, Told] = field(default_factory=dict)
    known: dict[str, dict[str, float]] = field(default_factory=dict)

    def group(self, name: str, queries: Iterable[Query], *, answers: bool, masked: bool = False) -> list[Case]:
        """Search each question; `masked` leaves its relevant documents out."""
        cases = []
        for query in queries:
            settled, share = self._heard(query.text)
            values = self._evidence(query, masked=masked)
            row = np.asarray([1.0, *(values[each] for each in EVIDENCE), strange(share)])
            cases.append(Case(query.id, name, answers, settled, row))
        return cases

    def groups(self, sets: Mapping[str, Sequence[Query]], *, answers: bool) -> list[Case]:
        """Measure several groups."""
        return [case for name, queries in sets.items() for case in self.group(name, queries, answers=answers)]

    def _heard(self, text: str) -> tuple[bool, float]:
        """Tell whether routing settles a question, and the share of the answerable in it."""
        turn = Turn(text, date.today())  # noqa: DTZ011  a civil day
        if (told := self.told.get(text)) is None:
            return self.route(turn).status is not None, sound(text, self.route.words).share
        ruled = self.rules(turn).status
        return bool(told.kind) or (ruled is not None and not (told.frees and ruled in OVERRULED)), told.share

    def _evidence(self, query: Query, *, masked: bool) -> dict[str, float]:
        key = json.dumps([query.text, sorted(query.relevant) if masked else []])
        if key not in self.known:
            found = self.searcher.search(query.text, without=query.relevant if masked else (), passages=False)
            self.known[key] = evidence(found, self.searcher)
        return self.known[key]


def strange(share: float) -> float:
    """Return how much more than an ordinary question one of this share of the answerable leans to what none answers."""
    return max(0.0, leans(1.0 - share) - leans(_ORDINARY))


def fit(cases: Sequence[Case]) -> Floats:
    """Return the weights, shape (2 + evidence,): a ridge logistic regression whose signs are held."""
    values = np.stack([case.measured for case in cases])
    signs = np.where([case.answerable for case in cases], 1.0, -1.0)
    counts = np.asarray([_COUNTS.get(case.group, _COUNT[case.answerable]) for case in cases])

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (values @ weights)
        slope = -(values * (counts * signs * expit(-margins))[:, None]).sum(axis=0)
        slope[1:] += _PENALTY * weights[1:]
        return float((counts * np.logaddexp(0, -margins)).sum() + _PENALTY / 2 * weights[1:] @ weights[1:]), slope

    bounds = [(None, None), *[(0, None)] * len(FOR), *[(None, 0)] * len(AGAINST), (None, 0)]
    start = np.zeros(values.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def believed(cases: Sequence[Case], weights: Floats) -> Floats:
    """Return the belief in an answer to each question, shape (cases,), its sound counted; 0 when routing settles it."""
    beliefs = expit(np.stack([case.measured for case in cases]) @ weights)
    return np.where([case.settled for case in cases], 0.0, beliefs)


def split(cases: Sequence[Case], seed: int = _SEED) -> tuple[list[Case], list[Case]]:
    """Share cases between the fit and the calibration, group by group, the odd one to the calibration."""
    rng = random.Random(seed)  # noqa: S311  a draw, not a secret
    fitted: list[Case] = []
    kept: list[Case] = []
    for group in sorted({case.group for case in cases}):
        inside = [case for case in cases if case.group == group]
        rng.shuffle(inside)
        fitted += inside[: len(inside) // 2]
        kept += inside[len(inside) // 2 :]
    return fitted, kept


def shares(cases: Sequence[Case], beliefs: Floats, level: float) -> str:
    """Write the share answered of each group."""
    groups = np.asarray([case.group for case in cases])
    return "\n".join(
        f"  {group:31} n={int((groups == group).sum()):4} answered {(beliefs[groups == group] >= level).mean():.3f}"
        for group in dict.fromkeys(groups.tolist())
    )


def written(weights: Floats, level: float, certificate: Mapping[str, str | float]) -> str:
    """Return the last tables of bot/refusal.toml."""
    slope = -float(weights[-1])
    lines = ["[answer]", f"from = {level:.2f}", "", "[asks]"]
    lines += [f"slope = {slope:.3f}", f"shift = {logit(level) - slope * leans(_ORDINARY):.3f}", "", "[certificate]"]
    lines += [
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in certificate.items()
    ]
    lines += ["", "[weights]"]
    lines += [f"{name} = {value:.3f}" for name, value in zip(("constant", *EVIDENCE), weights[:-1], strict=True)]
    return "\n".join(lines) + "\n"


def write(text: str, path: Path = FILE) -> None:
    """Replace the last tables of the file, from `[answer]` on."""
    kept = re.split(r"^\[answer\]$", path.read_text(encoding="utf-8"), maxsplit=1, flags=re.MULTILINE)[0]
    path.write_text(kept + text, encoding="utf-8")


def tune(measure: Measure, store: PassageStore, risk: float, doubt: float, coverage: float) -> str:
    """Fit, calibrate, print; return the tables to write."""
    near = near_misses()
    asked, silent = opened()
    seen, unseen = split(measure.groups(answerable("tune") | asked, answers=True))
    plain = measure.group("spf_question_reponse", near.get("spf_question_reponse", ()), answers=True)
    plain += measure.group("keywords", keywords(store), answers=True, masked=True)
    for kind, queries in unanswerable("tune").items():
        silent.setdefault(kind, []).extend(queries)
    fitted, kept = split(measure.groups(silent, answers=False))
    wiki = measure.group("encyclopaedic", encyclopaedic(), answers=False)
    other = measure.group("aid", aids(), answers=False) + [
        case
        for name, queries in near.items()
        for case in measure.group(f"without {name}", queries, answers=False, masked=True)
    ]
    calibration = [*kept, *wiki[:_ENCYCLOPAEDIC_CALIBRATION]]
    used = [*fitted, *wiki[_ENCYCLOPAEDIC_CALIBRATION:], *other]
    weights = fit([*seen, *plain, *used])
    beliefs, answers = believed(calibration, weights), believed(unseen, weights)
    level = max(threshold(beliefs, risk, doubt), most_cautious(answers, coverage))
    print(table(beliefs, answers, doubt))
    print(f"\nanswerable, not fitted on\n{shares(unseen, answers, level)}")
    print(f"unanswerable, not fitted on\n{shares(calibration, beliefs, level)}")
    print(f"fitted on: a description, not a measure\n{shares(used, believed(used, weights), level)}")
    return written(
        weights,
        level,
        {
            "method": "Learn-then-Test, suite fixe, queue binomiale exacte",
            "risk": risk,
            "doubt": doubt,
            "n": len(calibration),
            "answered": int((beliefs >= level).sum()),
            "coverage": round(float((answers >= level).mean()), 3),
            "date": date.today().isoformat(),  # noqa: DTZ011  a civil day
            "sets": _SETS,
        },
    )


def certify(measure: Measure, risk: float, doubt: float) -> bool:
    """Print what the written threshold does on a half that nobody tuned on; tell whether the risk is proved.

    The shared set, public and tuned on, is left out.
    """
    tables = refusal()
    weights = np.asarray([*(tables["weights"][name] for name in ("constant", *EVIDENCE)), -tables["asks"]["slope"]])
    level = tables["answer"]["from"]
    cases = [
        case for case in measure.groups(unanswerable("report"), answers=False) if not case.id.startswith("shared-")
    ]
    having = measure.groups({n: q for n, q in answerable("report").items() if n.endswith("_report")}, answers=True)
    beliefs = believed(cases, weights)
    answered = int((beliefs >= level).sum())
    value = p_value(answered, len(cases), risk)
    print(
        f"answered {answered} of {len(cases)} unanswerable; p-value of a risk over {risk}: {value:.4f} (doubt {doubt})"
    )
    print(shares(cases, beliefs, level))
    print(shares(having, believed(having, weights), level))
    return value <= doubt


def _read_told(path: Path | None) -> dict[str, Told]:
    lines = path.read_text(encoding="utf-8").splitlines() if path else ()
    return {text: Told(*said) for text, *said in map(json.loads, lines)}


def _read_known(path: Path | None) -> dict[str, dict[str, float]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else ()
    return dict(map(json.loads, lines))


def main(argv: Sequence[str] | None = None) -> int:
    """Tune and print, and write when asked; or certify what is written (exit code 1 when it is not proved)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--risk", type=float, default=0.15, help="share of unanswerable questions still answered")
    parser.add_argument("--doubt", type=float, default=0.05, help="probability that the proof is wrong")
    parser.add_argument("--coverage", type=float, default=0.93, help="answers to keep while more caution is had")
    parser.add_argument("--half", choices=("tune", "report"), default="tune", help="open `report` once, at the end")
    parser.add_argument("--told", type=Path, help="what eval.tune_intents wrote of the questions that it learnt from")
    parser.add_argument("--measured", type=Path, help="file that keeps the evidence between two runs on one index")
    parser.add_argument("--write", action="store_true", help="write bot/refusal.toml")
    asked = parser.parse_args(argv)
    index = open_search(load_settings())
    measure = Measure(
        index.searcher,
        Route(load_authorities(), load_contacts(), index.searcher),
        Route(load_authorities(), load_contacts(), index.searcher, rules_only=True),
        _read_told(asked.told),
        _read_known(asked.measured),
    )
    if asked.half == "report":
        return 0 if certify(measure, asked.risk, asked.doubt) else 1
    text = tune(measure, index.store, asked.risk, asked.doubt, asked.coverage)
    if asked.measured:
        asked.measured.write_text("".join(json.dumps(pair) + "\n" for pair in measure.known.items()), encoding="utf-8")
    print(f"\n{text}")
    if asked.write:
        write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
