"""Whoever mends the service reads why cases fail, and never a case that must stay unread."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.failing import failing, main, readable
from tests.eval.seen import a_case, judged, right, run_in, seen, wrong


def test_only_cases_that_fail_and_may_be_read_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = (a_case("h", q="Message d’un citoyen", shown=False, half="tune"), [seen("h", "F9")])
    pairs = [*right(3, half="tune"), *wrong(2, "t", half="tune"), *wrong(4, "r2"), hidden]

    assert main([str(run_in(tmp_path, pairs)), "--read"]) == 0

    told = capsys.readouterr().out
    assert "| another_chosen (" in told
    assert "| 4 | 3 |" in told
    assert ("Question t0 ?" in told, "Question t1 ?" in told) == (True, True)
    for never in ("Question r0", "Question r20", "Message d’un citoyen"):
        assert never not in told


def test_they_may_be_chosen_by_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = (a_case("n", half="tune"), [seen("n", None)])
    folder = str(run_in(tmp_path, [*wrong(1, "t", half="tune"), refused]))

    assert main([folder, "--read", "--cause", "another_chosen"]) == 0
    told = capsys.readouterr().out
    assert "Question t0 ?" in told
    assert "Question n ?" not in told
    assert main([folder]) == 0
    assert "Question" not in capsys.readouterr().out


def test_a_case_that_ends_well_is_not_among_them() -> None:
    every = judged(*right(2, half="tune"), *wrong(1, half="tune"))

    assert [one.case.id for one in failing(every)] == ["w0"]
    assert [one.case.id for _, one in readable(failing(every))] == ["w0"]


def test_a_folder_that_is_not_that_of_a_run_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "n’est pas le dossier d’une mesure" in capsys.readouterr().err
