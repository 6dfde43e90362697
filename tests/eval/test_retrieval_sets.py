"""The sets that figures are given on: two halves that never meet, questions that can be answered, nothing invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import retrieval_sets
from eval.retrieval_sets import CASES, SHARED, Query, sets

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared evaluation sets are not beside the repository"
)
_HOUSE = ("everyday_fr", "everyday_other", "branches")


@pytest.fixture
def few_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put three small files in place of the project's own and of the shared ones."""
    dila = {"id": "d1", "query": "Où voter ?", "relevant": [{"doc_id": "F9"}, {"doc_id": "R9"}], "any_in_corpus": True}
    everyday = {"q": "Où voter ?", "relevant": ["F9"]}
    branch = {"q": "Je vote", "document": "F9", "half": "tune"}
    _write(
        tmp_path / "cases" / "everyday.jsonl",
        [
            everyday | {"id": "e1", "lang": "fr", "half": "tune"},
            everyday | {"id": "e2", "lang": "fr", "half": "report"},
            everyday | {"id": "e3", "lang": "en", "half": "tune"},
        ],
    )
    _write(tmp_path / "cases" / "branches.jsonl", [branch | {"id": "b1"}])
    _write(
        tmp_path / "shared" / "dila_citizen_questions" / "public.jsonl",
        [dila, dila | {"id": "d2", "any_in_corpus": False}],
    )
    monkeypatch.setattr(retrieval_sets, "CASES", tmp_path / "cases")
    monkeypatch.setattr(retrieval_sets, "SHARED", tmp_path / "shared")


@pytest.mark.usefixtures("few_cases")
def test_each_set_is_named_after_its_half_and_language() -> None:
    assert {name: [query.id for query in queries] for name, queries in sets("tune").items()} == {
        "dila_citizens": ["d1"],
        "everyday_fr_tune": ["e1"],
        "everyday_other_tune": ["e3"],
        "branches_tune": ["b1"],
    }


@pytest.mark.usefixtures("few_cases")
def test_any_cited_document_is_a_right_answer() -> None:
    assert sets("tune")["dila_citizens"] == [Query("d1", "Où voter ?", frozenset({"F9", "R9"}))]


@pytest.mark.usefixtures("few_cases")
def test_an_empty_set_is_not_given() -> None:
    assert list(sets("report")) == ["dila_citizens", "everyday_fr_report"]


def test_without_the_shared_folder_the_sets_of_the_house_remain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval_sets, "SHARED", tmp_path)

    assert set(sets("tune")) == {f"{name}_tune" for name in _HOUSE}


@pytest.mark.parametrize("name", ["everyday", "branches"])
def test_no_case_of_the_house_is_in_both_halves(name: str) -> None:
    rows = _read(CASES / f"{name}.jsonl")
    tuned, kept = ({row["q"].casefold() for row in rows if row["half"] == half} for half in ("tune", "report"))

    assert {row["half"] for row in rows} == {"tune", "report"}
    assert not tuned & kept


@pytest.mark.parametrize("name", ["everyday", "branches"])
def test_the_cases_of_the_house_have_ids_of_their_own(name: str) -> None:
    identifiers = [row["id"] for row in _read(CASES / f"{name}.jsonl")]

    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize("half", ["tune", "report"])
def test_a_half_gives_only_its_own_cases(half: str) -> None:
    rows = [row for name in ("everyday", "branches") for row in _read(CASES / f"{name}.jsonl")]
    expected = {row["id"] for row in rows if row["half"] == half}
    actual = {query.id for name, queries in sets(half).items() if name.endswith(half) for query in queries}

    assert actual == expected


@needs_shared
@pytest.mark.parametrize("half", ["tune", "report"])
def test_every_question_has_a_document_that_answers_it(half: str) -> None:
    asked = [query for queries in sets(half).values() for query in queries]

    assert not [query.id for query in asked if not query.relevant]


@needs_shared
def test_a_public_message_that_was_emptied_upstream_stays_counted_as_a_miss() -> None:
    assert [query.id for query in sets("tune")["dila_citizens"] if not query.text.strip()] == ["dila-2949373_0"]


@needs_shared
def test_no_question_of_a_public_set_is_asked_again_in_our_report_half() -> None:
    report = sets("report")
    ours = {query.text.casefold() for name, queries in report.items() if name.endswith("report") for query in queries}
    public = {query.text.casefold() for name, queries in report.items() if "report" not in name for query in queries}

    assert not ours & public


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
