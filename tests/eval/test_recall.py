"""What a bench says of an engine is what the engine did."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field

import pytest

from eval.recall import Outcome, ask, pooled, recalls, times
from eval.retrieval_bench import as_json
from eval.retrieval_sets import Query


@dataclass
class Fixed:
    """Answers every question with the same documents."""

    name: str
    documents: list[str]
    note: str = ""
    limits: list[int] = field(default_factory=list)

    def rank(self, text: str, limit: int) -> list[str]:
        self.limits.append(limit)
        return self.documents[:limit]


def _query(identifier: str, *relevant: str) -> Query:
    return Query(identifier, "Où voter ?", frozenset(relevant))


def test_the_rank_is_that_of_the_first_relevant_document() -> None:
    engine = Fixed("cite", ["F1", "F2", "F3"])

    outcome = ask([engine], [_query("a", "F3", "F2"), _query("b", "F9")])["cite"]

    assert outcome.ranks == [2, None]
    assert [outcome.recall(depth).value for depth in (1, 3)] == [0.0, 0.5]


def test_a_document_past_the_tenth_counts_in_the_deeper_recall_only() -> None:
    engine = Fixed("cite", [f"F{rank}" for rank in range(1, 60)])

    outcome = ask([engine], [_query("a", "F12"), _query("b", "F55")])["cite"]

    assert outcome.ranks == [12, None]
    assert (outcome.recall(10).value, outcome.recall(50).value) == (0.0, 0.5)


def test_every_question_is_timed_once_for_every_engine_on_ten_documents() -> None:
    engines = [Fixed("cite", ["F1"]), Fixed("peer", ["F1"])]

    outcomes = ask(engines, [_query("a", "F1")] * 5)

    assert [len(outcome.milliseconds) for outcome in outcomes.values()] == [5, 5]
    assert set(engines[0].limits) == {10}


def test_a_peer_is_given_with_what_separates_it_from_ours() -> None:
    outcomes = ask([Fixed("cite", ["F1"]), Fixed("peer", ["F2"])], [_query("a", "F1"), _query("b", "F1", "F2")])

    summary = recalls(outcomes, "cite")

    assert summary["peer"]["ours_over_theirs_at_5"].value == pytest.approx(2.0)
    assert summary["peer"]["ours_minus_theirs_at_5"].value == pytest.approx(0.5)
    assert "ours_over_theirs_at_5" not in summary["cite"]


def test_times_of_several_sets_are_compared_question_by_question() -> None:
    slow, fast = Outcome([1, 1], [4.0, 8.0]), Outcome([1, 1], [1.0, 2.0])

    summary = times(pooled([{"cite": slow, "peer": fast}, {"cite": slow, "peer": fast}]), "cite")

    assert summary["peer"]["ours_over_theirs_p50"].value == pytest.approx(4.0)
    assert summary["cite"]["p50_ms"] == pytest.approx(6.0)


def test_no_question_gives_no_figure_and_still_valid_json() -> None:
    summary = recalls(ask([Fixed("cite", [])], []), "cite")

    assert math.isnan(summary["cite"]["recall"]["5"].value)
    assert json.loads(json.dumps(as_json(summary), allow_nan=False))["cite"]["recall"]["5"] == [None, None, None]
