"""A member of the committee reads words where the program keeps names."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bot.turn import Status
from corpus.settings import ROOT
from ethics.policy import load_policy
from eval.branch_bench import Verdict
from eval.metrics import scores_of
from eval.report import HTML, write_report
from eval.report.plain import in_words, lines, reason, words
from eval.suites import SUITES
from tests.eval.seen import a_case, run_in, seen

TITLES = {"F1": "Carte perdue", "F9": "Passeport"}


def test_every_name_that_a_reader_may_meet_has_its_words() -> None:
    told = words()

    assert set(told["branch"]) == {verdict.name.lower() for verdict in Verdict}
    assert {str(status) for status in Status} <= set(told["status"])
    assert {name for one in load_policy().thresholds for name in one.scopes} <= set(told["scope"])
    assert set(SUITES) <= set(told["suite"])


def test_a_document_keeps_its_id_beside_its_title() -> None:
    said = in_words("right_document", "répond depuis F9, attendu F1 ou F10", TITLES)

    assert said == "répond depuis « Passeport » (F9), attendu « Carte perdue » (F1) ou F10"


def test_a_status_is_told_in_words_and_a_word_of_the_publisher_is_left_alone() -> None:
    case = a_case("c", status=("refused", "clarify"), documents=())
    why = scores_of(case, seen("c", None))["status_accuracy"].why

    assert (
        in_words("status_accuracy", why, {})
        == "statut sans réponse : aucun document, attendu : question posée ou refus"
    )
    assert in_words("must_say", "ne dit pas : answered", {}) == "ne dit pas : answered"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_what_became_of_a_branch_is_told_in_words(verdict: Verdict) -> None:
    said = in_words("harmful", f"mauvaise situation ({verdict.value})", {})

    assert said == f"mauvaise situation ({words()['branch'][verdict.name.lower()]})"
    assert in_words("right_branch", str(verdict.value), {}) == words()["branch"][verdict.name.lower()]
    assert in_words("must_say", f"ne dit pas : {verdict.value} ;", {}) == f"ne dit pas : {verdict.value} ;"


def test_an_emergency_line_has_its_name_and_number() -> None:
    assert in_words("urgent_number", "numéros montrés : samu ou pompiers", {}) == (
        f"numéros montrés : {lines()['samu']} ou {lines()['pompiers']}"
    )


def test_every_reason_of_the_guard_is_told_in_words() -> None:
    kept = tomllib.loads((Path(ROOT) / "bot/checks/reasons.toml").read_text(encoding="utf-8"))["reason"]

    assert {name: reason(name) for name in kept} == kept


def test_the_page_of_a_failing_case_shows_no_name_of_the_program(tmp_path: Path) -> None:
    case = a_case("c", branch=("Majeur",), urgent=("samu",))
    observation = seen("c", "F9", status="answered")
    write_report(run_in(tmp_path, [(case, [observation])], scope="agents"))
    page = (tmp_path / HTML).read_text(encoding="utf-8")

    assert "agents de la Ville" in page
    assert "Samu : 15" in page
    for name in ("answered", "unanswerable_", "silence", "[]"):
        assert name not in page
