"""The drafts of impact assessments say what the rules say, name tests that exist, and leave the City what is its."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ethics.impact import DRAFTS, draft, named_tests
from ethics.impact.__main__ import DOCS, main
from ethics.register import is_a_test, read_register
from tests.ethics.city import POLICY
from tests.house.tree import ROOT

REGISTER = read_register()
REFRESH = "run `python -m ethics.impact`"


@pytest.mark.parametrize("name", DRAFTS)
def test_the_committed_draft_is_the_one_that_the_rules_give(name: str) -> None:
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == draft(name, POLICY, REGISTER), REFRESH


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_is_marked_as_one_and_leaves_the_city_what_is_its_own(name: str) -> None:
    text = draft(name, POLICY, REGISTER)

    assert "> **Projet, à compléter par la Ville.**" in text
    assert text.count("**[À compléter par la Ville") >= 8
    assert re.findall(r"\{\w*\}", text) == []


@pytest.mark.parametrize("name", DRAFTS)
def test_every_test_that_a_draft_names_exists(name: str) -> None:
    tests = named_tests(draft(name, POLICY, REGISTER))

    assert len(set(tests)) >= 12
    assert [one for one in tests if not is_a_test(one, ROOT)] == []
    assert len(tests) == draft(name, POLICY, REGISTER).count("`tests/")


@pytest.mark.parametrize("name", DRAFTS)
def test_every_refused_use_is_listed_with_its_test(name: str) -> None:
    text = draft(name, POLICY, REGISTER)

    assert [one.use for one in POLICY.refused_uses if f"| {one.use} | `{one.test}` |" not in text] == []


def test_the_plans_are_those_of_the_two_articles() -> None:
    fria, aipd = (re.findall(r"^## ([a-f])\) ", draft(name, POLICY, REGISTER), re.MULTILINE) for name in DRAFTS)

    assert "".join(fria) == "abcdef"
    assert "".join(aipd) == "abcd"


def test_every_threshold_is_in_the_assessment_of_rights() -> None:
    text = draft("fria", POLICY, REGISTER)

    assert [one.label for one in POLICY.thresholds if f"| {one.label} |" not in text] == []
    assert "| réponses nuisibles si on les suit | des personnes | au plus 1 % | pilote, public |" in text
    assert "| énergie d'une réponse, en wattheures | le programme | au plus 1 |" in text


def test_another_rule_gives_another_draft() -> None:
    rules = replace(POLICY, retention=replace(POLICY.retention, case_days=999), digest="cd" * 32)

    assert "999 jours après la clôture" in draft("aipd", rules, REGISTER)
    assert "empreinte cdcdcdcdcdcdcdcd…" in draft("fria", rules, REGISTER)


def test_the_command_writes_both_and_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aipd.md", "fria.md"]
    assert main([str(tmp_path / "absent")]) == 1
    assert "n’a pas pu être écrit" in capsys.readouterr().err
