"""Every file of cases becomes cases; a damaged line is named; what is citizens' own is never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.case import Case, known_status
from eval.errors import CaseFileError, UnknownSuiteError
from eval.retrieval_sets import SHARED
from eval.suites import SUITES, commitment, read_suite


def test_the_default_suite_holds_at_least_five_hundred_cases_of_ours_that_may_be_shown() -> None:
    cases = read_suite("default")

    assert len(cases) >= 500
    assert all(case.shown and case.author for case in cases)
    assert all(case.status or case.documents or case.urgent for case in cases)
    assert len({case.kind for case in cases}) >= 10


@pytest.mark.skipif(not SHARED.exists(), reason="the shared public sets are not there")
def test_public_sets_are_run_and_never_shown() -> None:
    cases = read_suite("public")

    assert len(cases) > 300
    assert not any(case.shown for case in cases)


@pytest.mark.parametrize("name", sorted(SUITES))
def test_a_suite_whose_files_are_absent_is_empty(name: str, tmp_path: Path) -> None:
    assert read_suite(name, tmp_path, tmp_path) == []


def test_an_unknown_suite_is_told_with_those_that_exist() -> None:
    with pytest.raises(UnknownSuiteError, match="default"):
        read_suite("defautl")


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '"text"',
        '{"id": "x"}',
        '{"id": "x", "q": "?", "status": ["answred"]}',
        '{"id": "x", "q": "?", "colour": 1}',
    ],
)
def test_a_damaged_line_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "sealed.jsonl"
    path.write_text(f'{{"id": "a", "q": "?"}}\n{line}\n', encoding="utf-8")

    with pytest.raises(CaseFileError, match=r"ligne 2|x"):
        read_suite("sealed", sealed=path)


def test_a_case_given_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sealed.jsonl"
    path.write_text('{"id": "a", "q": "?"}\n' * 2, encoding="utf-8")

    with pytest.raises(CaseFileError, match="deux fois"):
        read_suite("sealed", sealed=path)


def test_a_sealed_file_is_read_field_by_field(tmp_path: Path) -> None:
    path = tmp_path / "sealed.jsonl"
    row = {
        "id": "a",
        "q": "Combien ?",
        "documents": ["F1"],
        "before": ["Bonjour"],
        "as_of": "2020-11-12",
        "settled": True,
    }
    path.write_text(json.dumps(row), encoding="utf-8")

    (case,) = read_suite("sealed", sealed=path)

    assert (case.documents, case.before, case.settled, str(case.as_of)) == (("F1",), ("Bonjour",), True, "2020-11-12")


def test_the_commitment_changes_with_the_file_and_with_the_salt(tmp_path: Path) -> None:
    path = tmp_path / "sealed.jsonl"
    path.write_text("a", encoding="utf-8")
    before = commitment(path, "sel")
    path.write_text("b", encoding="utf-8")

    assert len({before, commitment(path, "sel"), commitment(path, "autre")}) == 3


@pytest.mark.parametrize(
    ("expected", "status", "accepted"),
    [
        ((), "answered", True),
        ((), "clarify_branch", True),
        ((), "unanswerable_no_source", False),
        (("unanswerable",), "unanswerable_local_fact", True),
        (("unanswerable_local_fact",), "unanswerable_no_source", False),
        (("refused",), "answered", False),
    ],
)
def test_a_family_of_statuses_accepts_all_its_members(expected: tuple[str, ...], status: str, accepted: bool) -> None:
    assert Case("c", "q", status=expected).accepts(status) is accepted


def test_only_statuses_and_their_families_are_known() -> None:
    assert known_status("unanswerable")
    assert known_status("answered")
    assert not known_status("unans")
