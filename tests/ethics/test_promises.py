"""Each promise of the charter, and each number of policy.toml, is held by tests that exist and are named."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from ethics.register import is_a_test
from tests.house.tree import ROOT

CHARTER = (ROOT / "ethics" / "charte.md").read_text(encoding="utf-8")
PROMISES: dict[int, str] = {
    int(number): title for number, title in re.findall(r"^(\d+)\. \*\*(.+?)\*\*", CHARTER, re.MULTILINE | re.DOTALL)
}
LISTED: list[dict[str, Any]] = tomllib.loads((ROOT / "ethics" / "promesses.toml").read_text(encoding="utf-8"))[
    "promesse"
]


def test_the_promises_are_numbered_one_after_the_other() -> None:
    assert list(PROMISES) == list(range(1, len(PROMISES) + 1))
    assert len(re.findall(r"^\d+\. ", CHARTER, re.MULTILINE)) == len(PROMISES)


def test_every_promise_has_its_tests_under_its_own_title() -> None:
    said = {promise["numero"]: promise["titre"] for promise in LISTED}

    assert said == {number: " ".join(title.split()) for number, title in PROMISES.items()}
    assert len(LISTED) == len(PROMISES)


@pytest.mark.parametrize("number", list(PROMISES))
def test_the_tests_of_a_promise_exist(number: int) -> None:
    tests = LISTED[number - 1]["essais"]

    assert len(set(tests)) == len(tests) >= 2
    assert [named for named in tests if not is_a_test(named, ROOT)] == []


def test_the_charter_says_where_its_tests_are_listed() -> None:
    assert "`ethics/promesses.toml`" in CHARTER
