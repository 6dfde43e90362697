"""The files of the repository, as the tests of the house see them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("ethics", "corpus", "bot", "eval", "ui")
PACKAGES = (*FLOORS, "tests")


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that git tracks or would add, relative to the root; all but ignored folders without git."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        paths = [Path(name) for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        hidden = {".venv", "var", "node_modules", "__pycache__"}
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        paths = [path for path in found if not hidden & set(path.parts) and ".git" not in path.parts]
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def python_files() -> tuple[Path, ...]:
    """Return the Python files of the floors and of the tests."""
    return tuple(path for path in project_files() if path.suffix == ".py" and path.parts[0] in PACKAGES)
