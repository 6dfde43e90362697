"""The public evaluation: our own figures only, of the approved version when there is one; honest when there is none."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from bot.assembly import Assembly
from ethics.decision import Approval
from ethics.evidence import Measure, evidence_statement
from ethics.records import file_envelope
from tests.ui.conftest import serving
from tests.ui.reading import text_of
from ui.public.evaluation import Evaluations

RATE = {"failed": 3, "of": 100, "share": 0.03, "bound": 0.076}
NOTHING = {"failed": 0, "of": 0, "share": None, "bound": None}
THRESHOLD = {
    "measure": "missed_refusal",
    "label": "questions sans réponse auxquelles il a été répondu",
    "by": "harness",
    "rule": "upper",
    "limit": 0.02,
    "scopes": ["pilote"],
    "outcome": "not_met",
    "counted": 3,
    "trials": 100,
    "why": "x",
    "needed": 0,
    "bound": 0.076,
}
HUMAN = THRESHOLD | {"by": "human", "label": "réponses trompeuses", "outcome": "not_enough", "counted": None}
SECRET = "une question jamais montrée"
REPORT: dict[str, Any] = {
    "run": "default-1",
    "settings": {"suite": "default", "day": "2026-11-27", "model": "", "reworded": False, "index": {"root": "0" * 64}},
    "scope": "public",
    "missing": 0,
    "automatic": "not_met",
    "thresholds": [THRESHOLD, HUMAN | {"trials": 0, "bound": None}],
    "summary": {
        "counts": {"cases": 120, "fresh": 100, "hidden": 0},
        "rates": dict.fromkeys(("harmful", "missed_refusal", "false_refusal", "verbatim"), RATE)
        | {"urgent_number": NOTHING},
    },
    "cases": [{"id": "d001", "failures": {"harmful": SECRET}}],
}


def written(folder: Path, name: str = "default-1", age: int = 0, **changed: Any) -> bytes:
    path = folder / name / "report.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(REPORT | changed), encoding="utf-8")
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return path.read_bytes()


def page_of(bot: Assembly, folder: Path) -> str:
    with serving(bot, evaluations=Evaluations(folder, folder / "records")) as address:
        return httpx.get(f"{address}/evaluation").text


def test_without_a_measure_the_page_says_so(bot: Assembly, tmp_path: Path) -> None:
    assert "Aucune évaluation publiée" in text_of(page_of(bot, tmp_path))
    with serving(bot) as address:
        assert httpx.get(f"{address}/evaluation.json").status_code == 404


def test_the_figures_are_given_with_their_bounds_and_what_nobody_measured_is_said(
    bot: Assembly, tmp_path: Path
) -> None:
    written(tmp_path)
    told = text_of(page_of(bot, tmp_path))

    assert "3 sur 100 (3,0\xa0%, au plus 7,6\xa0%)".replace("\xa0", " ") in told.replace("\xa0", " ")
    assert "Seuils automatiques non atteints" in told
    assert "Rien n’a été mesuré" in told
    assert "aucune approbation ne repose sur elle" in told
    assert "autre état des documents" in told


def test_no_question_and_no_answer_is_ever_published(bot: Assembly, tmp_path: Path) -> None:
    written(tmp_path)
    with serving(bot, evaluations=Evaluations(tmp_path, tmp_path)) as address:
        pages = [httpx.get(f"{address}/{name}").text for name in ("evaluation", "evaluation.json")]

    assert all("120" in page for page in pages)
    assert not any(SECRET in page or "d001" in page for page in pages)


@pytest.mark.parametrize(
    "changed",
    [
        {"missing": 1},
        {"summary": REPORT["summary"] | {"counts": {"cases": 9, "fresh": 9, "hidden": 1}}},
        {"settings": REPORT["settings"] | {"suite": "public_dila"}},
        {"summary": {}},
    ],
    ids=["not whole", "holds what may not be shown", "citizens' messages", "another form"],
)
def test_a_run_that_may_not_be_published_is_not(tmp_path: Path, changed: dict[str, Any]) -> None:
    written(tmp_path, **changed)

    assert Evaluations(tmp_path, tmp_path).published(None) is None


def test_a_file_that_is_not_a_report_hides_no_other(tmp_path: Path) -> None:
    written(tmp_path, age=5)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "report.json").write_bytes(b"\x00{")

    found = Evaluations(tmp_path, tmp_path).published(None)

    assert found is not None
    assert found.report.run == "default-1"


def test_the_latest_run_is_shown_and_the_approved_one_before_it(tmp_path: Path) -> None:
    first = written(tmp_path / "eval", "first", age=60, run="first")
    written(tmp_path / "eval", "second", run="second")
    used = {"report.json": hashlib.sha256(first).hexdigest()}
    now = datetime(2026, 11, 27, tzinfo=UTC)
    envelope = evidence_statement("0" * 64, {"x": Measure("harness", 0, 1)}, [], used).envelope()
    file_envelope(tmp_path / "records", "evidence", envelope, now)
    proposal = cast("Any", SimpleNamespace(evidence=envelope.digest))
    approval = Approval(proposal, 1, now + timedelta(days=1))
    evaluations = Evaluations(tmp_path / "eval", tmp_path / "records")

    latest, approved = evaluations.published(None), evaluations.published(approval)
    other = evaluations.published(replace(approval, proposal=cast("Any", SimpleNamespace(evidence="f" * 64))))

    assert latest is not None
    assert (latest.report.run, latest.approved) == ("second", False)
    assert approved is not None
    assert (approved.report.run, approved.approved) == ("first", True)
    assert other is not None
    assert (other.report.run, other.approved) == ("second", False)


def test_what_is_in_service_leads_to_its_evaluation(client: httpx.Client) -> None:
    links = [one.attributes["href"] for one in HTMLParser(client.get("/en-service").text).css("main a")]

    assert "/evaluation" in links
