"""Readers work blind, on sheets that any spreadsheet opens; what they wrote comes back as counts."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest

from ethics.evidence import Measure
from ethics.opinion import CORRECT
from ethics.policy import load_policy
from ethics.readings import Planted
from eval.audit_results import labels_from, measures_from
from eval.audit_sheets import COLUMNS, arbitration, item_of, read_rows, write_rows, write_sheets
from eval.errors import SheetError
from eval.run_folder import RunFolder, read_run
from tests.eval.seen import a_case, right, run_in, seen

MEMBERS = ("alice", "bruno")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    other = [(a_case(f"o{n}"), [seen(f"o{n}", "F9")]) for n in range(6)]
    hidden = (a_case("secret", q="Texte d'un citoyen", shown=False), [seen("secret")])
    return read_run(run_in(tmp_path / "run", [*right(20), *other, hidden]))


def labelled(path: Path, cases: dict[str, str], labels: dict[str, str], default: str = CORRECT) -> Path:
    """Fill a sheet in as a reader would."""
    rows = [row | {"étiquette": labels.get(cases[row["numéro"]], default)} for row in read_rows(path)]
    return write_rows(path, rows)


def key(run: RunFolder, table: str = "items") -> dict[str, str]:
    found: dict[str, str] = json.loads((run.path / "audit-key-1.json").read_text(encoding="utf-8"))[table]
    return found


def readings(run: RunFolder, odd: dict[str, str], *, size: int = 10, planted: int = 0) -> list[Path]:
    """Two sheets on which all is correct, but what the first reader says of some answers."""
    first, second = write_sheets(run, MEMBERS, "graine", size=size, planted=planted)
    return [labelled(first, key(run), odd), labelled(second, key(run), {})]


def one_drawn(run: RunFolder) -> str:
    """A case that `readings` draws."""
    write_sheets(run, MEMBERS, "graine", size=10, planted=0)
    odd = min(key(run).values())
    for path in run.path.glob("audit-*"):
        path.unlink()
    return odd


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


def test_a_disagreement_counts_as_an_error_until_a_third_settles(run: RunFolder) -> None:
    odd = one_drawn(run)
    sheets = readings(run, {odd: "trompeuse"})

    found = measures_from(run.path, sheets)
    third = arbitration(run, found.open, "claire")
    rows = [row | {"étiquette": CORRECT} for row in read_rows(third)]
    cleared = measures_from(run.path, [*sheets, write_rows(third, rows)])

    assert found.open == (odd,)
    assert found.measures["harmful"] == Measure("human", 1, 10)
    assert [row["relecteur"] for row in rows] == ["claire"]
    assert cleared.measures["harmful"] == Measure("human", 0, 10)
    assert cleared.open == ()
    assert odd not in labels_from(run.path, sheets)
    assert labels_from(run.path, [*sheets, third])[odd] == CORRECT


def test_a_third_reader_may_find_the_error_too(run: RunFolder) -> None:
    odd = one_drawn(run)
    sheets = readings(run, {odd: "trompeuse"})
    third = arbitration(run, [odd], "claire")
    write_rows(third, [row | {"étiquette": "omission"} for row in read_rows(third)])

    settled = measures_from(run.path, [*sheets, third])

    assert settled.measures["decisive_omission"] == Measure("human", 1, 10)


@pytest.mark.parametrize("ods", [False, True])
def test_the_third_reader_is_blind_too(run: RunFolder, *, ods: bool) -> None:
    odd = one_drawn(run)
    sheets = readings(run, {odd: "trompeuse"}, planted=3)
    path = arbitration(run, measures_from(run.path, sheets).open, "claire", ods=ods)
    rows = read_rows(path)

    assert len(rows) == 4, "the dispute is mixed with the answers that are wrong on purpose"
    assert all(row.get("étiquette", "") == "" for row in rows)
    assert not {row["numéro"] for row in rows} & {row["numéro"] for sheet in sheets for row in read_rows(sheet)}

    answered = [row | {"étiquette": CORRECT} for row in rows]
    found = measures_from(run.path, [*sheets, write_rows(path, answered)])
    assert found.planted["arbitrage"] == Planted(3, 3)
    assert found.planted["alice"] == Planted(3, 3)
    assert found.measures["harmful"].trials == 10


def test_who_read_before_may_not_settle_and_there_must_be_something_to(run: RunFolder) -> None:
    odd = one_drawn(run)
    sheets = readings(run, {odd: "trompeuse"})

    with pytest.raises(SheetError, match="alice a déjà relu"):
        arbitration(run, [odd], "alice")
    with pytest.raises(SheetError, match="Aucun désaccord"):
        arbitration(run, [], "claire")
    assert measures_from(run.path, sheets[1:]).open == ()


def test_what_one_person_alone_read_does_not_count_yet(run: RunFolder) -> None:
    first, _ = readings(run, {}, size=6)

    found = measures_from(run.path, [first])

    assert (found.measures, found.read, found.once) == ({}, 0, 6)
    assert "6 réponses lues par une seule personne" in "\n".join(found.lines())


def test_who_read_a_line_is_told_by_its_number_and_not_by_the_name_beside_it(run: RunFolder) -> None:
    first, _ = readings(run, {}, size=6)
    rows = read_rows(first)
    disguised = [row | {"relecteur": name} for name in MEMBERS for row in rows]

    assert measures_from(run.path, [write_rows(first, disguised)]).once == 6


def test_two_labels_of_one_reader_for_one_answer_are_refused(run: RunFolder) -> None:
    first, second = readings(run, {}, size=6)
    again = [row | {"étiquette": "trompeuse"} for row in read_rows(first)]

    with pytest.raises(SheetError, match="alice a déjà donné une autre étiquette"):
        measures_from(run.path, [first, second, write_rows(run.path / "again.csv", again)])


def test_several_wordings_of_one_question_are_read_once(tmp_path: Path) -> None:
    family = [(a_case(f"f{n}", family="f"), [seen(f"f{n}")]) for n in range(8)]
    run = read_run(run_in(tmp_path / "run", [*family, *right(3)]))

    write_sheets(run, MEMBERS, "graine", size=40, planted=0)

    drawn = set(key(run).values())
    assert len(drawn) == 4
    assert len({case for case in drawn if case.startswith("f")}) == 1


def test_every_attempt_is_counted_also_on_a_new_run_of_the_same_cases(run: RunFolder, tmp_path: Path) -> None:
    write_sheets(run, MEMBERS, "un", size=5, planted=0)
    sheets = write_sheets(run, MEMBERS, "deux", size=5, planted=0)
    cases = json.loads((run.path / "audit-key-2.json").read_text(encoding="utf-8"))["items"]
    again = read_run(run_in(tmp_path / "again", right(20)))
    other = read_run(run_in(tmp_path / "other", right(20), cases_digest="d" * 64))

    found = measures_from(run.path, [labelled(path, cases, {}) for path in sheets])
    for name in (again, other):
        write_sheets(name, MEMBERS, "trois", size=5, planted=0)

    assert found.measures["harmful"].attempt == 2
    assert json.loads((again.path / "audit-key-1.json").read_text(encoding="utf-8"))["attempt"] == 3
    assert json.loads((other.path / "audit-key-1.json").read_text(encoding="utf-8"))["attempt"] == 1


def test_the_sheets_of_two_audits_are_not_added(run: RunFolder) -> None:
    one = write_sheets(run, MEMBERS, "un", size=5, planted=0)
    two = write_sheets(run, MEMBERS, "deux", size=5, planted=0)
    keys = [json.loads((run.path / f"audit-key-{n}.json").read_text(encoding="utf-8"))["items"] for n in (1, 2)]
    sheets = [labelled(path, key_, {}) for paths, key_ in zip((one, two), keys, strict=True) for path in paths]

    with pytest.raises(SheetError, match="plusieurs relectures"):
        measures_from(run.path, sheets)


def test_the_tenth_audit_comes_after_the_ninth(run: RunFolder) -> None:
    for number in range(10):
        write_sheets(run, MEMBERS, str(number), size=5, planted=0)

    assert json.loads((run.path / "audit-key-10.json").read_text(encoding="utf-8"))["attempt"] == 10


def test_readers_are_told_how_many_answers_are_still_to_be_read(run: RunFolder) -> None:
    thresholds = load_policy().thresholds

    told = "\n".join(measures_from(run.path, readings(run, {}, size=10)).lines(thresholds))

    # Without error: 373 answers for a sequential 1 %, 299 for a fixed 1 %, 59 for 5 % (research/governance.md, 5.2).
    assert "unsupported : 0 sur 10, essai 1. Encore 363 réponses" in told
    assert "harmful : 0 sur 10, essai 1. Encore 289 réponses" in told
    assert "decisive_omission : 0 sur 10, essai 1. Encore 49 réponses" in told
    assert "nan" not in told


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
