import re

import pytest

from bot.replies import status_text
from bot.turn import Status
from corpus.settings import Settings
from corpus.source import KINDS
from tests.house.floor_map import MAP, with_map
from tests.house.tree import FLOORS, ROOT, project_files

_README, _LISTED, _SOURCES = (
    (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/settings.md", "docs/sources.md")
)
_SETTINGS = {f"CITE_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("setting", sorted(_SETTINGS))
def test_every_setting_is_in_the_list_of_settings(setting: str) -> None:
    assert f"`{setting}`" in _LISTED


@pytest.mark.parametrize("text", [_README, _LISTED], ids=["README.md", "docs/settings.md"])
def test_no_setting_is_named_that_does_not_exist(text: str) -> None:
    assert set(re.findall(r"CITE_[A-Z_]+[A-Z]", text)) <= _SETTINGS


def test_the_code_reads_no_setting_but_those() -> None:
    read = {
        name
        for path in project_files()
        if path.suffix == ".py" and path.parts[0] in FLOORS
        for name in re.findall(r"\bCITE_[A-Z_]+[A-Z]", (ROOT / path).read_text(encoding="utf-8"))
    }

    assert read - _SETTINGS == set()


@pytest.mark.parametrize("status", list(Status))
def test_every_status_is_in_the_readme_and_given_by_a_step(status: Status) -> None:
    steps = [path for path in project_files() if path.parts[0] == "bot" and path.suffix == ".py"]
    givers = [path for path in steps if f"Status.{status.name}" in (ROOT / path).read_text(encoding="utf-8")]

    assert f"`{status}`" in _README
    assert givers


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.ANSWERED])
def test_every_status_but_an_answer_has_its_sentence(status: Status) -> None:
    assert len(status_text(status).split()) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_source_is_told(kind: str) -> None:
    assert f"`{kind}`" in _SOURCES


def test_the_map_of_the_floors_is_the_one_the_modules_give() -> None:
    text = MAP.read_text(encoding="utf-8")

    assert with_map(text) == text, "run make fix"


def test_every_decision_is_listed_dated_and_whole() -> None:
    listed = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    parts = ("Date: ", "## Context", "## Decision", "## Status", "## Consequences")
    decisions = sorted((ROOT / "docs" / "adr").glob("0*.md"))

    assert [path.name for path in decisions if path.name not in listed] == []
    assert [
        (path.name, part) for path in decisions for part in parts if part not in path.read_text(encoding="utf-8")
    ] == []
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]


def test_every_link_of_the_documents_leads_to_a_file() -> None:
    documents = [path for path in project_files() if path.suffix == ".md"]
    links = [
        (path, target.partition("#")[0])
        for path in documents
        for target in re.findall(r"\]\((?!https?:|#|/)([^)]+)\)", (ROOT / path).read_text(encoding="utf-8"))
    ]

    assert [(str(path), target) for path, target in links if not (ROOT / path.parent / target).exists()] == []


def test_every_target_of_the_makefile_named_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        name
        for path in project_files()
        if path.suffix == ".md"
        for name in re.findall(r"`make ([a-z-]+)", (ROOT / path).read_text(encoding="utf-8"))
    }

    assert named - targets == set()
