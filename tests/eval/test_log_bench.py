"""The bench of the log writes a log that holds, and prints what it measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.log_bench import main


def test_it_prints_how_long_a_log_takes_to_verify_and_a_line_to_be_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert main(["--entries", "50", "--durable", "3"]) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["entries"] == 50
    assert said["durable"]["ratio"] > 0
    assert list(tmp_path.iterdir()) == []
