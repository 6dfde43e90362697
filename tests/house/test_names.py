from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.tree import PACKAGES, project_files, python_files

_EMPTY_WORDS = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "shared", "lib"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    said = {str(path): _EMPTY_WORDS & {*path.with_suffix("").parts} for path in python_files()}

    assert {path: words for path, words in said.items() if words} == {}


def test_no_installed_package_has_the_name_of_a_floor() -> None:
    # We run in place: a package of the same name would hide ours, or be hidden by it (ADR 0001).
    assert {name: packages_distributions()[name] for name in PACKAGES if name in packages_distributions()} == {}


def test_every_test_folder_mirrors_a_floor() -> None:
    folders = {path.parts[1] for path in project_files() if path.parts[0] == "tests" and len(path.parts) > 2}

    assert folders - {"house"} <= set(PACKAGES)


def test_test_modules_are_named_after_what_they_promise() -> None:
    modules = [path for path in python_files() if path.parts[0] == "tests" and path.name.startswith("test")]

    assert [str(path) for path in modules if not path.name.startswith("test_")] == []
    assert Path("tests/house/test_names.py") in modules
