"""Endings are counted on the right side, means are over kinds, and one half is never decoded with the other."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.turn import Status, Turn
from corpus.store import DocumentCard
from eval.near_miss_bench import leaving_out, line_of, sample_of
from eval.refusal_bench import Tally, mean_share, print_report
from eval.refusal_sets import AID, aids, near_misses, rows, unanswerable
from eval.retrieval_sets import SHARED, Query
from tests.corpus.trees import a_document

DAY = date(2026, 11, 2)
QUERY = Query("q1", "question", frozenset(["F1"]))


def counted(*statuses: Status | None) -> Tally:
    tally = Tally()
    for status in statuses:
        tally.add(QUERY, Turn("question", DAY, status=status))
    return tally


@pytest.mark.parametrize("status", [Status.ANSWERED, Status.CLARIFY_BRANCH, Status.CLARIFY_DOCUMENT])
def test_asking_back_counts_as_answering(status: Status) -> None:
    assert counted(status).share_answered().value == 1


@pytest.mark.parametrize("status", [Status.UNANSWERABLE_NO_SOURCE, Status.REFUSED_OPINION, Status.HANDOVER_REPORT])
def test_a_refusal_or_a_person_to_call_counts_as_refusing(status: Status) -> None:
    assert counted(status).share_refused().value == 1


@pytest.mark.parametrize("status", [None, Status.ERROR_INTERNAL])
def test_our_own_failure_is_neither(status: Status | None) -> None:
    tally = counted(status)

    assert (tally.answered, tally.refused, tally.errors) == ([], [], ["q1"])


def test_the_right_document_is_told_from_another() -> None:
    card = DocumentCard.of(a_document([]), 1)
    tally = Tally()
    for identifier in ("F1", "F2"):
        tally.add(QUERY, Turn("question", DAY, status=Status.ANSWERED, card=replace(card, id=identifier)))

    assert (tally.right, tally.asked) == (1, 2)


def test_the_mean_gives_each_kind_the_same_say() -> None:
    few, many = counted(Status.ANSWERED), counted(*[Status.REFUSED_OPINION] * 9)

    assert mean_share({"few": few, "many": many}, "answered") == 0.5
    assert math.isnan(mean_share({}, "answered"))


def test_the_report_names_the_questions_that_ended_badly(capsys: pytest.CaptureFixture[str]) -> None:
    print_report({"invented": counted(Status.ANSWERED)}, {"resident_fr": counted(Status.REFUSED_OPINION)})

    printed = capsys.readouterr().out

    assert "invented" in printed
    assert "refused: q1" in printed


def test_a_line_of_the_other_half_is_never_decoded(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "u1", "half": "tune"}\n{"id": "u2", "half": "report", not json\n\n', encoding="utf-8")

    assert [row["id"] for row in rows(path, "tune")] == ["u1"]


def test_an_absent_set_is_empty(tmp_path: Path) -> None:
    assert list(rows(tmp_path / "absent.jsonl")) == []


@pytest.mark.skipif(not SHARED.exists(), reason="the shared sets are absent")
def test_the_shared_sets_are_asked_by_kind_and_without_the_place() -> None:
    assert {"local_fact", "personal_file", "invented", "elsewhere", "out_of_scope"} <= unanswerable("tune").keys()
    assert all(query.text.startswith(AID.split("{}")[0]) for query in aids())
    assert all(query.relevant for queries in near_misses().values() for query in queries)


def test_documents_left_out_come_back() -> None:
    class Fake:
        def search(self, text: str, **asked: object) -> tuple[str, dict[str, object]]:
            return text, asked

    searcher = Fake()
    with leaving_out(searcher, ["F1"]):  # type: ignore[arg-type]
        assert searcher.search("x") == ("x", {"without": ["F1"]})
    assert searcher.search("x") == ("x", {})


def test_the_sample_is_drawn_among_answers_and_written_without_the_question() -> None:
    turns = [Turn(f"secret {n}", DAY, id=str(n), status=Status.ANSWERED) for n in range(5)]
    refused = [Turn("secret", DAY, id="r", status=Status.UNANSWERABLE_NO_SOURCE)]

    assert sample_of([*turns, *refused], 3) == sample_of([*turns, *refused], 3)
    assert len(sample_of([*turns, *refused], 60)) == 5
    assert "secret" not in line_of(turns[0])
