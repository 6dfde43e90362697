"""How well the documents expected are ranked among those found: R@k, MRR, nDCG. Owns ir_measures (extra `eval`).

R@k is the share of questions with one of the right documents in the first k, as in every table of the project: any one
of the documents expected is a right answer. MRR is the mean of 1 / rank of the first right one, nDCG also counts the
other right ones, each the less the lower it stands; both look at the first ten.

Sources: Voorhees, "The TREC-8 question answering track report", 1999 (reciprocal rank); Järvelin & Kekäläinen,
"Cumulated gain-based evaluation of IR techniques", ACM TOIS 20, 2002 (nDCG).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import ModuleType

from eval.case import Case
from eval.intervals import NOTHING, Interval, mean_of, proportion
from eval.metrics import document_found
from eval.observation import Observation
from eval.rates import Judged

_library: ModuleType | None = None
with suppress(ImportError):
    # Of the extra `eval`, that `make eval` does without: nothing is measured then, and the report says so.
    import ir_measures

    _library = ir_measures

MEASURES: Mapping[str, str] = {
    "r_at_1": "Success@1",
    "r_at_3": "Success@3",
    "r_at_5": "Success@5",
    "r_at_10": "Success@10",
    "mrr_at_10": "RR@10",
    "ndcg_at_10": "nDCG@10",
}
"""Our name of each measure, and the one of the library."""


def available() -> bool:
    """Tell whether the library is installed."""
    return _library is not None


def retrieval(judged: Iterable[Judged]) -> dict[str, Interval]:
    """Measure the ranking of the documents found, over distinct questions.

    The questions are those that the metric `document_found` speaks of: one that has an answer and was refused before
    any search found nothing, and counts as such. Of several wordings or trials of one question, the worst counts.

    Returns:
        each of MEASURES with its 95 % interval (exact for a share, bootstrap over questions for a mean); NaN where
        nothing was asked, or where the library is not installed.
    """
    asked = [
        (one.question, one.case, seen)
        for one in judged
        for seen in one.seen
        if document_found(one.case, seen).value is not None
    ]
    if _library is None or not asked:
        return dict.fromkeys(MEASURES, NOTHING)
    worst = _worst([question for question, _, _ in asked], _values([(case, seen) for _, case, seen in asked]))
    return {name: _interval(name, list(worst[name].values())) for name in MEASURES}


def _values(asked: list[tuple[Case, Observation]]) -> dict[str, list[float]]:
    """Each measure of each observation, in their order."""
    assert _library is not None
    wanted = {_library.parse_measure(theirs): name for name, theirs in MEASURES.items()}
    expected = [
        _library.Qrel(str(number), document, 1)
        for number, (case, _) in enumerate(asked)
        for document in dict.fromkeys(case.documents)
    ]
    found = [
        # Scores only order: the first has the highest.
        _library.ScoredDoc(str(number), document, -float(rank))
        for number, (_, seen) in enumerate(asked)
        for rank, document in enumerate(dict.fromkeys(seen.ranked))
    ]
    # A question for which nothing was found is not told of by every version of the library: it is 0.
    values = {name: [0.0] * len(asked) for name in MEASURES}
    for told in _library.iter_calc(list(wanted), expected, found) if found else ():
        values[wanted[told.measure]][int(told.query_id)] = float(told.value)
    return values


def _worst(questions: list[str], values: Mapping[str, list[float]]) -> dict[str, dict[str, float]]:
    worst: dict[str, dict[str, float]] = {}
    for name, every in values.items():
        kept = worst.setdefault(name, {})
        for question, value in zip(questions, every, strict=True):
            kept[question] = min(value, kept.get(question, 1.0))
    return worst


def _interval(name: str, values: list[float]) -> Interval:
    return proportion(round(sum(values)), len(values)) if name.startswith("r_at") else mean_of(values)
