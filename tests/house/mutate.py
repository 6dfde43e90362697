"""Change one module in small ways and see which changes its own tests notice: `python -m tests.house.mutate MODULE`.

    make mutate MODULE=ethics/gate.py

A copy of the ground floor is mutated, in a folder of its own, by mutmut (extra `mutation`). Each change lives in one
function; decorated functions (properties, context managers) and constants are left as they are. A change that no test
notices is shown: either a test is missing, or nobody could see the difference, and EQUIVALENT says why.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

from tests.house.tree import ROOT, project_files

NOTES = Path(__file__).with_name("equivalent.toml")
"""Changes that nobody could see, by module then by name, each with its reason."""

COPIED = ("ethics", "tests/ethics", "tests/house/tree.py", "tests/house/__init__.py", "tests/__init__.py")
MORE_TESTS = {"ethics/gate.py": ("tests/ethics/test_attacks.py",)}
"""Tests of a module beside the one that bears its name."""

_KILLED, _TIMED_OUT = {1, 3, 37}, {36, 24, 152, -24, 255}
_SURVIVED = 0
_NAMED = "# {name}"


class Count(NamedTuple):
    """What became of the changes of a module; `survivors` are the names that mutmut gives them."""

    killed: int
    total: int
    survivors: tuple[str, ...]


def copy_to(folder: Path, module: str) -> None:
    """Copy what the tests of a module need, and tell mutmut what to do there."""
    for path in project_files():
        if path.as_posix().startswith(COPIED):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / path)
    tests = [f"tests/{module.replace('/', '/test_')}", *MORE_TESTS.get(module, ())]
    lines = ["[mutmut]", "source_paths=ethics", f"only_mutate={module}", "pytest_add_cli_args_test_selection="]
    lines += [f"    {test}" for test in tests]
    lines += ["pytest_add_cli_args=", "    -p", "    no:cacheprovider", "use_git_change_detection=false"]
    (folder / "setup.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def counted(folder: Path, module: str) -> Count:
    """Read what mutmut found; a change that made the tests run for ever was noticed."""
    said = json.loads((folder / "mutants" / f"{module}.meta").read_text(encoding="utf-8"))
    codes: dict[str, int | None] = said["exit_code_by_key"]
    survivors = tuple(name for name, code in codes.items() if code not in _KILLED | _TIMED_OUT)
    return Count(len(codes) - len(survivors), len(codes), survivors)


def told(module: str, count: Count, folder: Path) -> str:
    """Write the count, then each survivor with its difference, or the reason why nobody could see it."""
    notes = tomllib.loads(NOTES.read_text(encoding="utf-8")).get(module, {}) if NOTES.exists() else {}
    share = count.killed / count.total if count.total else float("nan")
    lines = [f"{module}: {count.killed}/{count.total} killed ({share:.1%})"]
    for name in count.survivors:
        short = name.rpartition(".")[2]
        why = notes.get(short)
        lines.append(f"\n{short}: {why}" if why else f"\n{short}\n{_run(folder, 'show', name)}")
    return "\n".join(lines)


def _run(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "mutmut", *words]
    # One thread: the workers of mutmut are already as many as asked.
    quiet = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=quiet)
    return done.stdout + done.stderr


def main(arguments: list[str] | None = None) -> int:
    """Run the tests of one module against every change; return 0 when every survivor is explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.house.mutate", description=__doc__)
    parser.add_argument("module", help="as ethics/gate.py")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="kept afterwards, and taken up again where it was left")
    args = parser.parse_args(arguments)
    if not (ROOT / args.module).is_file() or not args.module.startswith("ethics/"):
        parser.error(f"{args.module}: no such module of ethics/.")
    with tempfile.TemporaryDirectory() as made:
        folder = args.folder or Path(made)
        copy_to(folder, args.module)
        said = _run(folder, "run", "--max-children", str(args.workers))
        if not (folder / "mutants" / f"{args.module}.meta").exists():
            sys.stderr.write(f"mutmut did not run:\n{said[-4000:]}\n")
            return 2
        count = counted(folder, args.module)
        sys.stdout.write(told(args.module, count, folder) + "\n")
    notes = tomllib.loads(NOTES.read_text(encoding="utf-8")).get(args.module, {}) if NOTES.exists() else {}
    return int(any(name.rpartition(".")[2] not in notes for name in count.survivors))


if __name__ == "__main__":
    sys.exit(main())
