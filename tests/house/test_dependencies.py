import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.house.test_floors import imported
from tests.house.tree import FLOORS, PACKAGES, ROOT, python_files

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_EXTRAS = _PROJECT["optional-dependencies"]
# The Makefile installs torch first, in one exact version.
_BEFORE_ALL = {"torch"}


def normal(requirement: str) -> str:
    """Name of a requirement as package indexes compare it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name, requirement
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def test_everything_imported_is_declared() -> None:
    declared = {
        normal(line) for line in [*_PROJECT["dependencies"], *_EXTRAS["eval"], *_EXTRAS["model"], *_EXTRAS["oidc"]]
    } | _BEFORE_ALL
    homes = packages_distributions()
    missing = {}
    for path in python_files():
        if path.parts[0] not in FLOORS:
            continue
        others = imported(path) - sys.stdlib_module_names - set(PACKAGES)
        for name in others:
            if not {normal(home) for home in homes.get(name, [name])} & declared:
                missing[name] = str(path)

    assert missing == {}


def test_every_dependency_has_one_exact_version_in_the_constraints() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
    pinned = {normal(line) for line in lines}
    wanted = [*_PROJECT["dependencies"], *(line for extra in _EXTRAS.values() for line in extra)]

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []
    assert [name for name in map(normal, wanted) if name not in pinned] == []
    assert _BEFORE_ALL & pinned == set()
