"""Readers work blind, on sheets that any spreadsheet opens; what they wrote comes back as counts."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest

from ethics.evidence import Measure
from ethics.opinion import CORRECT
from eval.audit_sheets import ARBITER, COLUMNS, arbitration, item_of, measures_from, read_rows, write_rows, write_sheets
from eval.errors import SheetError
from eval.run_folder import RunFolder, read_run
from tests.eval.seen import a_case, right, run_in, seen

MEMBERS = ("alice", "bruno")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    other = [(a_case(f"o{n}"), [seen(f"o{n}", "F9")]) for n in range(6)]
    hidden = (a_case("secret", q="Texte d'un citoyen", shown=False), [seen("secret")])
    return read_run(run_in(tmp_path, [*right(20), *other, hidden]))


def labelled(path: Path, cases: dict[str, str], labels: dict[str, str], default: str = CORRECT) -> Path:
    """Fill a sheet in as a reader would."""
    rows = [row | {"étiquette": labels.get(cases[row["numéro"]], default)} for row in read_rows(path)]
    return write_rows(path, rows)


def key(run: RunFolder) -> dict[str, str]:
    found: dict[str, str] = json.loads((run.path / "audit-key-1.json").read_text(encoding="utf-8"))["items"]
    return found


@pytest.mark.parametrize("ods", [False, True])
def test_every_reader_gets_the_same_answers_in_another_order(run: RunFolder, *, ods: bool) -> None:
    sheets = write_sheets(run, MEMBERS, "graine", size=8, planted=3, ods=ods)

    rows = [read_rows(path) for path in sheets]
    cases = [[key(run)[row["numéro"]] for row in each] for each in rows]
    assert len(cases[0]) == 11
    assert sorted(cases[0]) == sorted(cases[1])
    assert cases[0] != cases[1]
    assert not {row["numéro"] for row in rows[0]} & {row["numéro"] for row in rows[1]}
    assert rows[0][0]["question"].startswith("Question ")


def test_nothing_on_a_sheet_tells_a_planted_answer_nor_a_hidden_case(run: RunFolder) -> None:
    for path in write_sheets(run, MEMBERS, "graine", size=40, planted=5):
        text = path.read_text(encoding="utf-8")
        assert "planted" not in text
        assert "Texte d'un citoyen" not in text
        assert tuple(read_rows(path)[0]) == COLUMNS


def test_what_both_found_is_counted_and_planted_answers_are_not(run: RunFolder) -> None:
    sheets = write_sheets(run, MEMBERS, "graine", size=10, planted=4)
    cases = key(run)
    plants = {case: "trompeuse" for case in cases.values() if case.startswith("planted")}
    bad = next(case for case in sorted(cases.values()) if case.startswith("r"))

    found = measures_from(run.path, [labelled(path, cases, plants | {bad: "omission"}) for path in sheets])

    assert found.measures == {
        "decisive_omission": Measure("human", 1, 10),
        "harmful": Measure("human", 1, 10),
        "unsupported": Measure("human", 0, 10),
    }
    assert found.noticed == pytest.approx(0.631, abs=0.001)
    assert found.agreements["alice et bruno"].raw == 1.0
    assert found.open == ()


def test_disagreements_wait_for_a_third_reader(run: RunFolder) -> None:
    first, second = write_sheets(run, MEMBERS, "graine", size=10, planted=0)
    cases = key(run)
    odd = min(cases.values())
    sheets = [labelled(first, cases, {odd: "trompeuse"}), labelled(second, cases, {})]

    found = measures_from(run.path, sheets)
    third = arbitration(run, found)
    rows = [row | {"étiquette": "trompeuse"} for row in read_rows(third)]
    settled = measures_from(run.path, [*sheets, write_rows(third, rows)])

    assert found.open == (odd,)
    assert found.measures["harmful"] == Measure("human", 0, 9)
    assert [row["relecteur"] for row in rows] == [ARBITER]
    assert settled.measures["harmful"] == Measure("human", 1, 10)
    assert settled.open == ()


def test_every_attempt_is_counted(run: RunFolder) -> None:
    write_sheets(run, MEMBERS, "un", size=5, planted=0)
    sheets = write_sheets(run, MEMBERS, "deux", size=5, planted=0)
    cases = json.loads((run.path / "audit-key-2.json").read_text(encoding="utf-8"))["items"]

    found = measures_from(run.path, [labelled(path, cases, {}) for path in sheets])

    assert found.measures["harmful"].attempt == 2


def test_an_unread_sheet_measures_nothing(run: RunFolder) -> None:
    found = measures_from(run.path, write_sheets(run, MEMBERS, "graine", size=5, planted=2))

    assert found.measures == {}
    assert math.isnan(found.noticed)
    assert list(found.lines())


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("étiquette", "bof", "étiquette « bof » inconnue"),
        ("étiquette", "correct + omission", "ne porte pas d’autre étiquette"),
        ("numéro", "000000000000", "n’est pas d’une relecture"),
    ],
)
def test_a_line_that_cannot_be_counted_is_named(run: RunFolder, column: str, value: str, told: str) -> None:
    path = write_sheets(run, MEMBERS, "graine", size=5, planted=0)[0]
    rows = [row | {"étiquette": CORRECT} for row in read_rows(path)]
    rows[2] |= {column: value}

    with pytest.raises(SheetError, match=rf"ligne 4.*{told}"):
        measures_from(run.path, [write_rows(path, rows)])


def test_a_cell_that_a_spreadsheet_would_compute_is_text(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "a.csv", [{"numéro": "1", "question": "=HYPERLINK(1)", "réponse": "@x"}])

    assert read_rows(path)[0]["question"] == "'=HYPERLINK(1)"
    assert read_rows(path)[0]["réponse"] == "'@x"


def test_semicolons_of_a_french_spreadsheet_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerows([COLUMNS, ["1", "alice", "q, r", "", "", CORRECT, ""]])

    assert read_rows(path)[0]["étiquette"] == CORRECT


@pytest.mark.parametrize("name", ["a.csv", "a.ods"])
def test_a_file_that_is_no_sheet_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("rien", encoding="utf-8")

    with pytest.raises(SheetError, match="a\\."):
        read_rows(path)


def test_one_reader_is_not_enough(run: RunFolder) -> None:
    with pytest.raises(SheetError, match="deux relecteurs"):
        write_sheets(run, ["alice", "alice"], "g", size=5, planted=0)


def test_the_number_of_an_answer_depends_on_who_reads_it() -> None:
    assert item_of("g", "alice", "c1") != item_of("g", "bruno", "c1")
