import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, project_files

# Written in pieces, so that this file does not find itself.
_FOLDERS = ("work", "tmp", "root", "home", "opt", "mnt", "Users")
_MACHINE_PATH = re.compile(rf"""(?:^|[\s"'`(=:,\[])/(?:{"|".join(_FOLDERS)})/[A-Za-z0-9_.-]""")
_REGISTRIES = (
    *("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs", "download." + "pytorch.org"),
    *("deb." + "debian.org", "crates" + ".io", "proxy." + "golang.org"),
)
_INTERNAL_HOST = re.compile(r"https?://[a-z0-9.-]+\.(?:internal|local|lan|corp)\b", re.IGNORECASE)


def lines() -> list[tuple[Path, int, str]]:
    found: list[tuple[Path, int, str]] = []
    for path in project_files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found.extend((path, number, line) for number, line in enumerate(text.splitlines(), 1))
    return found


def test_no_file_names_a_path_of_one_machine() -> None:
    assert [f"{path}:{number}" for path, number, line in lines() if _MACHINE_PATH.search(line)] == []


def test_no_file_names_a_package_registry() -> None:
    # Where packages come from is the operator's choice, made in the settings of pip and npm.
    named = [f"{path}:{number}" for path, number, line in lines() if any(host in line for host in _REGISTRIES)]

    assert named == []


def test_no_file_names_a_host_of_a_private_network() -> None:
    found = [f"{path}:{number}" for path, number, line in lines() if _INTERNAL_HOST.search(line)]

    # Tests of the fetcher invent such hosts to see them refused.
    assert [place for place in found if not place.startswith("tests/corpus/")] == []


@pytest.mark.parametrize("line", ['x = "/wo' + 'rk/main"', "cd /tm" + "p/build", "(/ho" + "me/me/data)"])
def test_a_path_of_one_machine_is_recognised(line: str) -> None:
    assert _MACHINE_PATH.search(line)
