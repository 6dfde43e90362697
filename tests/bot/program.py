"""A copy of the program, small enough to be altered by a test: code, data files, evaluation cases, pinned versions."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.manifest import CONSTRAINTS, FLOORS
from tests.house.tree import ROOT


def a_copy(folder: Path) -> Path:
    """Copy the program under `folder`, without git and without compiled Python."""
    for name in (*FLOORS, "eval/cases"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / CONSTRAINTS, folder / CONSTRAINTS)
    return folder


def append(path: Path, text: str = "\n") -> None:
    """Alter a file, by as little as a line."""
    if path.exists():
        path.chmod(0o644)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
