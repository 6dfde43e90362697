"""The map of the floors in docs/map.md, one line a module, written from the modules themselves.

`python -m tests.house.floor_map` (part of `make fix`) writes it; a test refuses a map that differs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import FLOORS, ROOT, python_files

MAP = ROOT / "docs" / "map.md"
_BEGIN, _END = "<!-- map: written by `make fix` -->\n", "<!-- end of map -->"


def first_line(path: Path) -> str:
    """Return the first line of the docstring of a module, empty when it has none."""
    said = ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]


def floor_lines(floor: str) -> Iterator[str]:
    """Yield the lines of one floor: what it is, then its modules, then its folders with what each is for."""
    modules = [path for path in python_files() if path.parts[0] == floor]
    shown = [path for path in modules if len(path.parts) == 2 and path.name != "__init__.py"]
    folders = [path for path in modules if len(path.parts) == 3 and path.name == "__init__.py"]
    yield f"**`{floor}/`**: {first_line(Path(floor, '__init__.py'))}"
    yield ""
    if not shown and not folders:
        return
    yield "| module | what it is |"
    yield "| --- | --- |"
    for path in shown:
        yield f"| `{path.name}` | {_cell(first_line(path))} |"
    for path in folders:
        yield f"| `{path.parts[1]}/` | {_cell(first_line(path))} |"
    yield ""


def drawn() -> str:
    """Return the map, from the highest floor to the ground."""
    return "\n".join(line for floor in reversed(FLOORS) for line in floor_lines(floor))


def with_map(text: str) -> str:
    """Return the text of a page with its map brought up to date."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{drawn()}\n{_END}{after}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    MAP.write_text(with_map(MAP.read_text(encoding="utf-8")), encoding="utf-8")
