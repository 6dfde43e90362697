"""Choose when to answer: weights of the evidence, then the lowest belief whose risk is proved small enough.

    python -m eval.tune_refusal [--risk 0.15] [--doubt 0.05] [--write]
    python -m eval.tune_refusal --half report        # the certificate of what is written, on questions nobody tuned on

Weights are fitted on questions with and without an answer; evidence for an answer cannot weigh against it, nor the
other for it. The threshold is then chosen on unanswerable questions that were not fitted on (eval/risk_control.py),
routing included, as it is served, and raised while `--coverage` of the answerable ones are answered. The rules of
bot/route.toml were written while reading the shared set and the `tune` half: the certificate that counts is the one on
the `report` half.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from bot.answerable import AGAINST, EVIDENCE, FOR, evidence, refusal
from bot.route import Route
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

_COUNT = {True: 1.0, False: 3.0}
"""The same for other groups, with and without an answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question, measured.

    Attributes:
        group: its set, or its kind when nothing answers it.
        settled: routing settles it before any search.
        least: belief that routing asks of a document for this question, over the threshold of all.
        measured: shape (1 + evidence,), a constant first.
    """

    id: str
    group: str
    answerable: bool
    settled: bool
    measured: Floats
    least: float = 0.0


class Measure(NamedTuple):
    """What measures questions as they are served."""

    searcher: Searcher
    route: Route

    def group(self, name: str, queries: Iterable[Query], *, answers: bool, masked: bool = False) -> list[Case]:
        """Search each question; `masked` leaves its relevant documents out."""
        cases = []
        for query in queries:
            turn = self.route(Turn(query.text, date.today()))  # noqa: DTZ011  a civil day
            found = self.searcher.search(query.text, without=query.relevant if masked else ())
            values = evidence(found, self.searcher)
            row = np.asarray([1.0, *(values[name] for name in EVIDENCE)])
            cases.append(Case(query.id, name, answers, turn.status is not None, row, turn.least))
        return cases

    def groups(self, sets: Mapping[str, Sequence[Query]], *, answers: bool) -> list[Case]:
        """Measure several groups."""
        return [case for name, queries in sets.items() for case in self.group(name, queries, answers=answers)]


def fit(cases: Sequence[Case]) -> Floats:
    """Return the weights, shape (1 + evidence,): a ridge logistic regression whose signs are held."""
    values = np.stack([case.measured for case in cases])
    signs = np.where([case.answerable for case in cases], 1.0, -1.0)
    counts = np.asarray([_COUNTS.get(case.group, _COUNT[case.answerable]) for case in cases])

    def loss(weights: Floats) -> tuple[float, Floats]:
        margins = signs * (values @ weights)
        slope = -(values * (counts * signs * expit(-margins))[:, None]).sum(axis=0)
        slope[1:] += _PENALTY * weights[1:]
        return float((counts * np.logaddexp(0, -margins)).sum() + _PENALTY / 2 * weights[1:] @ weights[1:]), slope

    bounds = [(None, None), *[(0, None)] * len(FOR), *[(None, 0)] * len(AGAINST)]
    start = np.zeros(values.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def believed(cases: Sequence[Case], weights: Floats) -> Floats:
    """Return the belief in an answer to each question, shape (cases,); 0 when routing settles it, or asks for more."""
    beliefs = expit(np.stack([case.measured for case in cases]) @ weights)
    return np.where([case.settled for case in cases] | (beliefs < [case.least for case in cases]), 0.0, beliefs)


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
    lines = ["[answer]", f"from = {level:.2f}", "", "[certificate]"]
    lines += [
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in certificate.items()
    ]
    lines += ["", "[weights]"]
    lines += [f"{name} = {value:.3f}" for name, value in zip(("constant", *EVIDENCE), weights, strict=True)]
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
    weights = np.asarray([tables["weights"][name] for name in ("constant", *EVIDENCE)])
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


def main(argv: Sequence[str] | None = None) -> int:
    """Tune and print, and write when asked; or certify what is written (exit code 1 when it is not proved)."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--risk", type=float, default=0.15, help="share of unanswerable questions still answered")
    parser.add_argument("--doubt", type=float, default=0.05, help="probability that the proof is wrong")
    parser.add_argument("--coverage", type=float, default=0.93, help="answers to keep while more caution is had")
    parser.add_argument("--half", choices=("tune", "report"), default="tune", help="open `report` once, at the end")
    parser.add_argument("--write", action="store_true", help="write bot/refusal.toml")
    asked = parser.parse_args(argv)
    index = open_search(load_settings())
    measure = Measure(index.searcher, Route(load_authorities(), load_contacts(), index.searcher))
    if asked.half == "report":
        return 0 if certify(measure, asked.risk, asked.doubt) else 1
    text = tune(measure, index.store, asked.risk, asked.doubt, asked.coverage)
    print(f"\n{text}")
    if asked.write:
        write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
