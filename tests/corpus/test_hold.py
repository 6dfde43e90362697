"""An index that something answers from is not thrown away, however many were built since."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.errors import IndexDamagedError
from corpus.generation import MANIFEST, POINTER, Manifest, collect_garbage, hold, whole_generations
from tests.house.tree import ROOT


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Four generations, the last one in force, and one that a crash left half-made."""
    names = ["1", "2", "3", "4"]
    for before, name in zip(["", *names], names, strict=False):
        (tmp_path / name).mkdir()
        Manifest(name, before, "", "", "", 0, "", {}, {}).write(tmp_path / name)
    (tmp_path / "5.building").mkdir()
    (tmp_path / POINTER).write_text("4\n", encoding="utf-8")
    return tmp_path


def left(index: Path) -> list[str]:
    collect_garbage(index)
    return sorted(path.name for path in index.iterdir() if path.is_dir())


def test_only_the_one_in_force_and_the_one_before_stay(index: Path) -> None:
    assert [path.name for path in whole_generations(index)] == ["4", "3", "2", "1"]
    assert left(index) == ["3", "4"]
    assert list(whole_generations(index / "absent")) == []


def test_one_that_is_held_stays_until_it_is_let_go(index: Path) -> None:
    held, twice = hold(index / "1"), hold(index / "1")

    assert left(index) == ["1", "3", "4"]
    os.close(held)
    assert left(index) == ["1", "3", "4"]
    os.close(twice)
    assert left(index) == ["3", "4"]


def test_another_process_holds_it_as_well_and_lets_it_go_when_killed(index: Path) -> None:
    code = (
        "from pathlib import Path\n"
        "from corpus.generation import hold\n"
        f"hold(Path({str(index / '1')!r}))\n"
        "print(1, flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        during = left(index)
        process.kill()
        process.wait()

    assert during == ["1", "3", "4"]
    assert left(index) == ["3", "4"]


def test_what_is_not_there_cannot_be_held(index: Path) -> None:
    (index / "2" / MANIFEST).unlink()

    with pytest.raises(IndexDamagedError):
        hold(index / "2")
    with pytest.raises(IndexDamagedError):
        hold(index / "absent")
