"""Refuses a module over 400 lines and a function over 80: `python -m tests.house.sizes`.

A test module mirrors one module of a floor, one promise after the other: only its functions are limited.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import FLOORS, ROOT, python_files

LONGEST_MODULE = 400
LONGEST_FUNCTION = 80


def too_long(path: Path, text: str) -> Iterator[str]:
    """Yield one sentence for each limit that a module passes; lengths in lines, docstrings included."""
    lines = len(text.splitlines())
    if path.parts[0] in FLOORS and lines > LONGEST_MODULE:
        yield f"{path}: {lines} lines, the limit is {LONGEST_MODULE}: split it by what its parts do."
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > LONGEST_FUNCTION:
            yield f"{path}:{node.lineno}: {node.name} has {length} lines, the limit is {LONGEST_FUNCTION}."


def findings() -> list[str]:
    """Return what is too long in the whole repository."""
    return [line for path in python_files() for line in too_long(path, (ROOT / path).read_text(encoding="utf-8"))]


def main() -> int:
    """Print what is too long; return 1 when something is, as a process exit code."""
    found = findings()
    for line in found:
        sys.stdout.write(f"{line}\n")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main())
