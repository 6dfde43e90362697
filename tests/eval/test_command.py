"""The command line: runs, reports, compares; its exit codes say met, not met, or could not be measured."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from eval.__main__ import start
from eval.audit_sheets import read_rows, write_rows
from eval.report import EVIDENCE_FILE, HTML, JSON
from eval.suites import commitment
from tests.bot.town import LOST_CARD_ADULT, PASSPORT
from tests.eval.seen import right, run_in, wrong

pytestmark = pytest.mark.usefixtures("served")


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """Two cases of the town, that nobody may read."""
    path = tmp_path / "sealed.jsonl"
    rows = [
        {"id": "z1", "q": LOST_CARD_ADULT, "documents": ["F9001"], "must_say": ["25 €"]},
        {"id": "z2", "q": PASSPORT, "documents": ["F9002"]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def called(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Exit code of the command."""
    monkeypatch.setattr(sys, "argv", ["python -m eval", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        start()
    return int(ended.value.code or 0)


def test_a_sealed_suite_is_run_then_reported_without_a_word_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sealed: Path, tmp_path: Path
) -> None:
    out, salt = tmp_path / "run", "sel"
    options = ("--suite", "sealed", "--sealed", sealed, "--salt", salt, "--committed", commitment(sealed, salt))

    code = called(monkeypatch, "run", *options, "--out", out, "--scope", "demo")

    assert code == 2, "two questions are never enough"
    assert str(out / HTML) in capsys.readouterr().out
    values = json.loads((out / JSON).read_bytes())
    assert values["summary"]["counts"]["hidden"] == 2
    for name in (HTML, JSON, EVIDENCE_FILE, "observations.jsonl", "cases.jsonl"):
        assert LOST_CARD_ADULT not in (out / name).read_text(encoding="utf-8")


def test_another_file_than_the_one_committed_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sealed: Path, tmp_path: Path
) -> None:
    options = ("--suite", "sealed", "--sealed", sealed, "--salt", "sel", "--committed", "0" * 64)

    assert called(monkeypatch, "run", *options, "--out", tmp_path / "run") == 2
    assert "engagement" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_commitment_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sealed: Path
) -> None:
    assert called(monkeypatch, "seal", sealed, "--salt", "sel") == 0
    assert capsys.readouterr().out.strip() == commitment(sealed, "sel")


@pytest.mark.parametrize(
    ("pairs", "scope", "code"), [(right(400), "demo", 0), (wrong(40), "public", 1), (right(5), "demo", 2)]
)
def test_the_exit_code_is_the_verdict(
    pairs: list[object], scope: str, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = run_in(tmp_path, pairs)  # type: ignore[arg-type]

    assert called(monkeypatch, "report", folder, "--scope", scope) == code


def test_two_runs_are_compared_case_by_case(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    now, before = run_in(tmp_path / "a", right(6)), run_in(tmp_path / "b", wrong(6, "r"))

    assert called(monkeypatch, "compare", now, before) == 0

    said = capsys.readouterr().out
    assert "6 réparés, 0 cassés sur 6, p = 0.031 (établi)" in said
    assert "r0 r1 r2 r3 r4 r5" in said


def test_sheets_go_out_are_settled_and_come_back_to_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = run_in(tmp_path / "run", right(12))
    options = ("--member", "alice", "--member", "bruno", "--seed", "graine", "--size", "5", "--planted", "0")
    assert called(monkeypatch, "audit", "out", folder, *options) == 0
    sheets = capsys.readouterr().out.split()
    for sheet in map(Path, sheets):
        write_rows(sheet, [row | {"étiquette": "correct"} for row in read_rows(sheet)])
    rows = read_rows(Path(sheets[0]))
    write_rows(Path(sheets[0]), [rows[0] | {"étiquette": "trompeuse"}, *rows[1:]])

    assert called(monkeypatch, "audit", "in", folder, *sheets) == 0
    assert "5 réponses relues, 1 désaccords" in capsys.readouterr().out
    assert called(monkeypatch, "audit", "arbitrate", folder, *sheets, "--member", "claire") == 0
    third = Path(capsys.readouterr().out.strip())
    write_rows(third, [row | {"étiquette": "correct"} for row in read_rows(third)])
    called(monkeypatch, "report", folder, *(word for sheet in (*sheets, third) for word in ("--sheet", sheet)))

    harmful = next(t for t in json.loads((folder / JSON).read_bytes())["thresholds"] if t["measure"] == "harmful")
    assert (harmful["counted"], harmful["trials"], harmful["outcome"]) == (0, 5, "not_enough")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("run", "--suite", "defautl"), "n’existe pas"),
        (("run", "--suite", "paris_versions"), "synchronisez sa source"),
        (("run", "--suite", "sealed"), "--sealed"),
        (("report", "nulle-part"), "n’est pas le dossier d’une mesure"),
    ],
)
def test_what_cannot_be_measured_is_one_line_and_code_2(
    arguments: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, *arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("erreur : ")
    assert told in said


def test_the_benches_are_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert called(monkeypatch, "bench") == 0
    assert "guard" in capsys.readouterr().err
    assert called(monkeypatch, "bench", "nothing") == 2


@pytest.mark.parametrize("name", ["retrieval", "bench siblings"])
def test_a_bench_gets_its_own_options(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(monkeypatch, *name.split(), "--help") == 0
    assert "usage:" in capsys.readouterr().out
