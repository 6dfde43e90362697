"""Change one module in small ways and see which changes its own tests notice: `python -m tests.house.mutate MODULE`.

    make mutate MODULE=ethics/gate.py
    python -m tests.house.mutate bot/verify.py --folder mutants/verify [--again]

A copy of what its tests need is mutated, in a folder of its own, by mutmut (extra `mutation`). Each change lives in one
function; decorated functions (properties, context managers) and constants are left as they are. A change that no test
notices is shown: either a test is missing, or nobody could see the difference, and equivalent.toml says why.

With `--folder`, a run that was stopped is taken up where it was left; `--again` then runs only what survived, against
the tests as they are now.
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
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.house.tree import ROOT, project_files

NOTES = Path(__file__).with_name("equivalent.toml")
"""Changes that nobody could see, by module then by name, each with its reason."""

_HOUSE = ("tests/house/tree.py", "tests/house/__init__.py", "tests/__init__.py")
COPIED = {
    "ethics": ("ethics/", "tests/ethics/", *_HOUSE),
    "bot": (
        *("bot/", "corpus/", "ethics/", "eval/", "tests/bot/", "tests/corpus/", "tests/eval/", *_HOUSE),
        *("tests/house/apart.py", "pyproject.toml"),
    ),
}
"""What the tests of a floor read, by the floor of the module."""

PLUGIN = {"bot": ("-p", "tests.house.apart")}
"""Tests that ask a whole bot take seconds each, and would be run against every change: they are left out."""

MORE_TESTS = {
    "ethics/gate.py": ("tests/ethics/test_attacks.py",),
    "bot/verify.py": ("tests/bot/checks",),
    "bot/cite.py": ("tests/bot/checks/test_place.py", "tests/bot/checks/test_whole.py"),
    "bot/complete.py": ("tests/bot/test_certificate.py",),
}
"""Tests of a module beside those that bear its name."""

_KILLED, _TIMED_OUT = {1, 3, 37}, {36, 24, 152, -24, 255}


class Count(NamedTuple):
    """What became of the changes of a module, by the names that mutmut gives them.

    Attributes:
        killed: changes that a test noticed.
        total: changes that were run.
        survivors: those that no test noticed.
        waiting: those not run yet, which say nothing.
    """

    killed: int
    total: int
    survivors: tuple[str, ...]
    waiting: tuple[str, ...]


def copy_to(folder: Path, module: str) -> None:
    """Copy what the tests of a module need, and tell mutmut what to do there."""
    floor = module.partition("/")[0]
    for path in project_files():
        if path.as_posix().startswith(COPIED[floor]):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, folder / path)
    sources = [name.rstrip("/") for name in COPIED[floor] if name.count("/") == 1 and name.endswith("/")]
    settings = {
        "source_paths": sources,
        "only_mutate": [module],
        "pytest_add_cli_args_test_selection": chosen_tests(module),
        "pytest_add_cli_args": ["-p", "no:cacheprovider", *PLUGIN.get(floor, ())],
        "use_git_change_detection": ["false"],
    }
    lines = [f"{name}=\n" + "\n".join(f"    {value}" for value in values) for name, values in settings.items()]
    (folder / "setup.cfg").write_text("[mutmut]\n" + "\n".join(lines) + "\n", encoding="utf-8")


def chosen_tests(module: str) -> list[str]:
    """Return the test files of a module: `test_NAME.py`, `test_NAME_*.py`, and those named in MORE_TESTS."""
    place = Path("tests", module)
    named = (ROOT / place.parent).glob(f"test_{place.stem}*.py")
    own = [path for path in named if path.stem == f"test_{place.stem}" or path.stem.startswith(f"test_{place.stem}_")]
    return [*sorted(path.relative_to(ROOT).as_posix() for path in own), *MORE_TESTS.get(module, ())]


def counted(folder: Path, module: str) -> Count:
    """Read what mutmut found; a change that made the tests run for ever was noticed."""
    said = json.loads((folder / "mutants" / f"{module}.meta").read_text(encoding="utf-8"))
    codes: dict[str, int | None] = said["exit_code_by_key"]
    waiting = tuple(name for name, code in codes.items() if code is None)
    run = {name: code for name, code in codes.items() if code is not None}
    survivors = tuple(name for name, code in run.items() if code not in _KILLED | _TIMED_OUT)
    return Count(len(run) - len(survivors), len(run), survivors, waiting)


def told(module: str, count: Count, folder: Path) -> str:
    """Write the count, then each survivor with its difference, or the reason why nobody could see it."""
    notes = explained(module)
    share = count.killed / count.total if count.total else float("nan")
    lines = [f"{module}: {count.killed}/{count.total} killed ({share:.1%}), {len(count.waiting)} not run"]
    for name in count.survivors:
        short = name.rpartition(".")[2]
        why = notes.get(short)
        lines.append(f"\n{short}: {why}" if why else f"\n{short}\n{_run(folder, 'show', name)}")
    return "\n".join(lines)


def explained(module: str) -> dict[str, str]:
    """Return the changes of a module that nobody could see, each with its reason."""
    if not NOTES.exists():
        return {}
    found: dict[str, str] = tomllib.loads(NOTES.read_text(encoding="utf-8")).get(module, {})
    return found


def _run(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "mutmut", *words]
    # One thread: the workers of mutmut are already as many as asked.
    quiet = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=quiet)
    return done.stdout + done.stderr


def _wanted(folder: Path, module: str, *, again: bool) -> Sequence[str]:
    """The names to run: none means all that wait."""
    known = again and (folder / "mutants" / f"{module}.meta").exists()
    return counted(folder, module).survivors if known else ()


def main(arguments: list[str] | None = None) -> int:
    """Run the tests of one module against every change; return 0 when all were run and every survivor is explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.house.mutate", description=__doc__)
    parser.add_argument("module", help="as ethics/gate.py, or bot/verify.py")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="kept afterwards, and taken up again where it was left")
    parser.add_argument("--again", action="store_true", help="run only what survived, against the tests of today")
    args = parser.parse_args(arguments)
    if not (ROOT / args.module).is_file() or args.module.partition("/")[0] not in COPIED:
        parser.error(f"{args.module}: no such module of {' or '.join(COPIED)}.")
    with tempfile.TemporaryDirectory() as made:
        folder = args.folder or Path(made)
        copy_to(folder, args.module)
        wanted = _wanted(folder, args.module, again=args.again)
        said = _run(folder, "run", "--max-children", str(args.workers), *wanted)
        if not (folder / "mutants" / f"{args.module}.meta").exists():
            sys.stderr.write(f"mutmut did not run:\n{said[-4000:]}\n")
            return 2
        count = counted(folder, args.module)
        if not count.total:
            sys.stderr.write(f"no change could be run:\n{said[-4000:]}\n")
            return 2
        sys.stdout.write(told(args.module, count, folder) + "\n")
    missing = {name.rpartition(".")[2] for name in count.survivors} - set(explained(args.module))
    return int(bool(missing or count.waiting))


if __name__ == "__main__":
    sys.exit(main())
