"""docs/attaques.md tells each attack as it ends today, and names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from ethics.register import is_a_test
from tests.ethics.attack_page import ELSEWHERE, FRENCH, PAGE, REFRESH, page
from tests.ethics.test_attacks import ATTACKS, played
from tests.house.tree import ROOT


def test_the_page_tells_each_attack_as_it_ends(tmp_path: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(played(tmp_path)), REFRESH
    assert set(FRENCH) == set(ATTACKS)


def test_the_tests_that_the_page_names_exist() -> None:
    named = [test for test in re.findall(r"`(tests/[^`]+)`", PAGE.read_text(encoding="utf-8")) if "::" in test]

    assert len(named) == len(ELSEWHERE)
    assert [test for test in named if not is_a_test(test, ROOT)] == []
