import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import FLOORS, ROOT, project_files, python_files

_GROUND = sys.stdlib_module_names | {"cryptography", "ethics"}


def imported(path: Path) -> set[str]:
    """First word of every module that a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_nobody_imports_the_floor_above() -> None:
    # Another process: the engine of import-linter keeps its settings for a whole process.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-logo"]
    done = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_ground_floor_needs_only_the_standard_library_and_cryptography() -> None:
    ground = [path for path in python_files() if path.parts[0] == "ethics"]

    assert ground
    assert {str(path): sorted(imported(path) - _GROUND) for path in ground if imported(path) - _GROUND} == {}


def test_no_floor_imports_the_tests() -> None:
    assert [str(path) for path in python_files() if path.parts[0] in FLOORS and "tests" in imported(path)] == []


def test_every_folder_of_code_is_a_regular_package() -> None:
    # Without __init__.py, a package of the same name in site-packages would be imported instead (ADR 0001).
    folders = {parent for path in python_files() for parent in path.parents if parent != Path()}

    assert [str(folder) for folder in sorted(folders) if folder / "__init__.py" not in project_files()] == []


@pytest.mark.parametrize("module", ["bot.assembly", "corpus.search"])
def test_answering_never_imports_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
