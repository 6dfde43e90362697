"""What the mutation tool counts, and which tests it runs; mutmut itself is run by hand (`make mutate`)."""

from __future__ import annotations

import json
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.house.mutate import COPIED, MORE_TESTS, NOTES, chosen_tests, copy_to, counted, explained, told
from tests.house.tree import ROOT

MODULE = "bot/verify.py"


def found(folder: Path, **codes: int | None) -> Path:
    """What mutmut leaves behind it."""
    meta = folder / "mutants" / f"{MODULE}.meta"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"exit_code_by_key": {f"bot.verify.{name}": code for name, code in codes.items()}}))
    return folder


def test_what_was_not_run_says_nothing_of_the_tests(tmp_path: Path) -> None:
    count = counted(found(tmp_path, killed=1, slow=36, alive=0, untested=33, waiting=None), MODULE)

    assert (count.killed, count.total) == (2, 4)
    assert count.survivors == ("bot.verify.alive", "bot.verify.untested")
    assert count.waiting == ("bot.verify.waiting",)
    assert "2/4 killed (50.0%), 1 not run" in told(MODULE, count._replace(survivors=()), tmp_path)


@pytest.mark.parametrize("module", [MODULE, "ethics/gate.py", *MORE_TESTS])
def test_a_module_is_run_against_its_own_tests(module: str) -> None:
    tests = chosen_tests(module)

    assert f"tests/{module.replace('/', '/test_')}" in tests
    assert set(MORE_TESTS.get(module, ())) <= set(tests)
    assert [path for path in tests if not (ROOT / path).exists()] == []


def test_the_tests_of_another_module_are_not_those_of_one_whose_name_begins_alike() -> None:
    assert "tests/bot/test_verify_model.py" in chosen_tests(MODULE)
    assert chosen_tests("bot/answer.py") == ["tests/bot/test_answer.py"]


@pytest.mark.parametrize("module", [MODULE, "ethics/gate.py"])
def test_the_copy_holds_the_module_its_floor_and_its_tests(module: str, tmp_path: Path) -> None:
    copy_to(tmp_path, module)

    config = ConfigParser()
    config.read(tmp_path / "setup.cfg")
    assert config["mutmut"]["only_mutate"].split() == [module]
    sources = config["mutmut"]["source_paths"].split()
    assert module.partition("/")[0] in sources
    assert all((tmp_path / source).is_dir() for source in sources)
    assert all((tmp_path / path).exists() for path in chosen_tests(module))
    kept = (tmp_path / module).read_text(encoding="utf-8")
    assert kept == (ROOT / module).read_text(encoding="utf-8")


def test_every_explanation_names_a_module_that_can_be_mutated() -> None:
    modules = [line[2:-2] for line in NOTES.read_text(encoding="utf-8").splitlines() if line.startswith('["')]

    assert modules
    for module in modules:
        assert (ROOT / module).is_file()
        assert module.partition("/")[0] in COPIED
        assert all(explained(module).values())
