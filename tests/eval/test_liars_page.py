"""The page of the liars says what the bench counted, in words; what nobody may read of a case stays out of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.settings import ROOT
from eval.case import Case
from eval.liars_page import main, page, reasons, words
from eval.mistral_server.behaviours import BEHAVIOURS
from eval.verdict import Outcome

ASKED = {"p1": Case("p1", "Combien | coûte la carte ?", half="tune")}


def a_line(model: str, **change: Any) -> dict[str, Any]:
    verdict = ["not_met", "not_met"]
    return {
        "model": model,
        "asked": 9,
        "wrote": 5,
        "lied": 4,
        "shown": 0,
        "rejected": {},
        "flips": {},
        "worse": {},
        "read": [],
        "claims": [],
        "broken": [],
        "verdict": verdict,
    } | change


HONEST = a_line("test-honest", lied=0)
CAUGHT = a_line("test-liar-figure_shifted", rejected={"figures": 3, "link": 1})
READ = a_line(
    "test-liar-wrong_branch",
    shown=2,
    read=["p1", "p2"],
    claims=[["p1", "Elle | coûte 5 €."]],
    flips={"harmful_automatic": "met > not_met"},
    broken=["p1"],
)


def test_every_test_model_and_every_outcome_has_its_words() -> None:
    assert set(words()["kind"]) == {name.removeprefix("test-").removeprefix("liar-") for name in BEHAVIOURS}
    assert set(words()["outcome"]) == {str(one) for one in Outcome}


def test_the_page_that_is_kept_speaks_of_every_test_model() -> None:
    kept = (Path(ROOT) / "docs" / "menteurs.md").read_text(encoding="utf-8")

    assert [name for name in BEHAVIOURS if f"`{name}`" not in kept] == []


def test_a_lie_that_was_refused_is_told_with_its_reason_and_changes_nothing() -> None:
    told = page([HONEST, CAUGHT], 20, ASKED)

    line = next(line for line in told.splitlines() if "figure_shifted" in line)
    assert "0 sur 4" in line
    assert "(3)" in line
    assert reasons()["link"].lower()[:30] in line
    assert "aucun" in line
    assert "## " not in told
    assert "9 des 20 cas" in told


def test_a_lie_that_is_read_is_told_with_its_question_the_threshold_and_the_cases_lost() -> None:
    told = page([HONEST, READ], 20, ASKED)

    line = next(line for line in told.splitlines() if line.startswith("| `test-liar-wrong_branch`"))
    assert line.count("|") == 9
    assert "atteint → non atteint" in line
    assert line.endswith("| 1 |")
    assert "p1, « Combien · coûte la carte ? » : « Elle · coûte 5 €. »" in told


def test_it_says_when_what_is_read_changes_nothing_that_the_program_counts() -> None:
    unseen = words()["page"]["unseen"]

    assert unseen in page([HONEST, READ | {"broken": []}], 20, ASKED)
    assert unseen not in page([HONEST, READ], 20, ASKED)
    assert unseen not in page([HONEST, CAUGHT], 20, ASKED)


def test_the_words_of_a_case_that_nobody_read_are_counted_and_not_shown() -> None:
    told = page([HONEST, READ], 20, ASKED)

    assert "p2" not in told
    assert "comptées (1)" in told


@pytest.mark.parametrize(("verdict", "said"), [("met", "could"), ("not_met", "already")])
def test_it_says_whether_the_verdict_could_still_be_lost(verdict: str, said: str) -> None:
    assert words()["page"][said] in page([HONEST | {"verdict": [verdict, verdict]}, CAUGHT], 20, ASKED)


def test_a_model_that_was_not_measured_is_named() -> None:
    told = page([HONEST, CAUGHT], 20, ASKED)

    assert "Pas mesurés cette fois : " in told
    assert "`test-liar-wrong_town`" in told
    assert "Pas mesurés" not in page([HONEST, *(a_line(name) for name in BEHAVIOURS)], 20, ASKED)


def test_without_the_honest_model_there_is_nothing_to_compare_with(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "told.jsonl").write_text(json.dumps(CAUGHT), encoding="utf-8")

    assert main([str(tmp_path / "told.jsonl"), "--cases", "3"]) == 1
    assert capsys.readouterr().out == ""


def test_a_model_measured_twice_is_told_once_as_last_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [HONEST, CAUGHT, CAUGHT | {"lied": 3}]
    (tmp_path / "told.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    assert main([str(tmp_path / "told.jsonl"), "--cases", "3"]) == 0
    told = capsys.readouterr().out
    assert told.count("figure_shifted") == 1
    assert "0 sur 3" in told
