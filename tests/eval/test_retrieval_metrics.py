"""Ranking is measured as the textbooks say, over distinct questions, and says nothing where nothing measures it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import eval.retrieval_metrics as module
from eval.case import Case
from eval.observation import Observation
from eval.rates import Judged, rate
from eval.report import write_report
from eval.retrieval_metrics import MEASURES, available, retrieval
from tests.eval.seen import a_case, judged, right, run_in, seen

measured = pytest.mark.skipif(not available(), reason="make setup-eval installs ir-measures")

A_RANKING = ("F3", "F1", "F4", "F2")


def found(name: str, ranked: Sequence[str] = A_RANKING, **change: object) -> tuple[Case, list[Observation]]:
    return a_case(name, **change), [replace(seen(name), ranked=tuple(ranked))]


def refused(name: str, **change: object) -> tuple[Case, list[Observation]]:
    return a_case(name, **change), [seen(name, None)]


def values(*pairs: tuple[Case, list[Observation]]) -> dict[str, float]:
    return {name: interval.value for name, interval in retrieval(judged(*pairs)).items()}


@measured
def test_one_right_document_at_the_second_rank() -> None:
    told = values(found("a"))

    assert told == pytest.approx(
        {"r_at_1": 0, "r_at_3": 1, "r_at_5": 1, "r_at_10": 1, "mrr_at_10": 1 / 2, "ndcg_at_10": 1 / math.log2(3)}
    )


@measured
def test_any_right_document_is_enough_for_all_but_ndcg_which_counts_each() -> None:
    told = values(found("a", documents=("F1", "F2")))

    ideal = 1 + 1 / math.log2(3)
    assert (told["r_at_3"], told["mrr_at_10"]) == (1, 1 / 2)
    assert told["ndcg_at_10"] == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / ideal)


@measured
def test_a_question_refused_before_any_search_found_nothing() -> None:
    told = values(found("a"), refused("b"))

    assert (told["r_at_5"], told["mrr_at_10"]) == (1 / 2, 1 / 4)
    assert set(values(refused("b")).values()) == {0.0}


@measured
def test_the_worst_wording_of_a_question_counts_once() -> None:
    told = retrieval(judged(found("a", ("F1",), family="f"), found("b", family="f"), found("c", ("F1",))))

    assert told["mrr_at_10"].value == pytest.approx(3 / 4)
    assert told["r_at_1"].value == pytest.approx(1 / 2)


@measured
def test_what_expects_no_document_or_no_answer_is_not_measured() -> None:
    told = values(found("a", documents=()), found("b", status=("unanswerable",)))

    assert all(map(math.isnan, told.values()))


@measured
def test_r_at_5_is_what_the_threshold_of_the_city_counts() -> None:
    every = judged(found("a"), refused("b"), found("c", ("F9",)), found("d", family="x"), found("e", (), family="x"))

    assert retrieval(every)["r_at_5"].value == pytest.approx(1 - rate(every, "document_found").value)


@measured
def test_bounds_hold_the_figure() -> None:
    every = judged(*(found(f"a{n}") for n in range(6)), *(found(f"b{n}", ("F1",)) for n in range(6)))

    for interval in retrieval(every).values():
        assert 0 <= interval.low <= interval.value <= interval.high <= 1


def test_without_the_library_nothing_is_measured_and_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_library", None)
    every: list[Judged] = judged(*right(2))

    written = write_report(run_in(tmp_path, right(2)))

    assert all(math.isnan(interval.value) for interval in retrieval(every).values())
    assert set(retrieval(every)) == set(MEASURES)
    assert "make setup-eval" in written.html.read_text(encoding="utf-8")
