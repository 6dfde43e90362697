"""The report is one file that a committee can read: escaped, sober, honest about what was not measured."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ethics.canonical import digest
from ethics.envelope import read_envelope
from ethics.evidence import Measure, read_measures
from eval.errors import RunFolderError
from eval.metrics import METRICS
from eval.report import EVIDENCE_FILE, HTML, JSON, write_report
from eval.report.page import number, percent
from eval.report.plain import words
from eval.verdict import SLICES, Outcome
from tests.eval.seen import a_case, right, run_in, seen, wrong

HOSTILE = "<script>alert('x')</script> & \"guillemets\""


class Page(HTMLParser):
    """Tags, ids, links and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def page_of(folder: Path) -> Page:
    return Page((folder / HTML).read_text(encoding="utf-8"))


def machine(folder: Path) -> Any:
    return json.loads((folder / JSON).read_bytes())


def test_it_holds_the_verdicts_the_figures_and_each_failing_case(tmp_path: Path) -> None:
    folder = run_in(tmp_path, [*right(5), *wrong(2)])

    written = write_report(folder)

    page = page_of(folder)
    assert written.outcome is Outcome.NOT_MET
    assert "Question w0 ?" in page.text
    assert "Question r0 ?" not in page.text
    # One a case, and one for the cause that they share.
    assert page.count("details") == 3
    assert "bon document classé premier, mais un document voisin choisi" in page.text
    assert "aucune réponse auditée" in page.text
    assert "Aucun vrai modèle Mistral n’a été mesuré" in page.text
    assert machine(folder)["summary"]["rates"]["harmful"]["failed"] == 2


def test_nothing_comes_from_elsewhere_and_nothing_runs(tmp_path: Path) -> None:
    write_report(run_in(tmp_path, [*right(5), *wrong(2)]))
    page = page_of(tmp_path)

    assert page.count("script") == 0
    sources = [value for _, attrs in page.tags for name, value in attrs.items() if name in {"src", "href", "action"}]
    assert {re.sub(r"^(#|data:).*", r"\1", value or "") for value in sources} <= {"#", "data:"}
    assert "url(" not in (tmp_path / HTML).read_text(encoding="utf-8")


def test_words_of_cases_and_answers_are_escaped(tmp_path: Path) -> None:
    case = a_case("x", q=HOSTILE, before=(HOSTILE,), note=HOSTILE, theme=HOSTILE)
    write_report(run_in(tmp_path, [(case, [seen("x", "F9", text=HOSTILE)])]))

    assert page_of(tmp_path).count("script") == 0
    assert "<script>alert" not in (tmp_path / HTML).read_text(encoding="utf-8")
    assert HOSTILE in page_of(tmp_path).text


def test_hidden_cases_are_ids_and_counts(tmp_path: Path) -> None:
    secret = a_case("h1", q="Texte d'un citoyen", shown=False)
    write_report(run_in(tmp_path, [(secret, [seen("h1", "F9")]), *wrong(1)]))

    for name in (HTML, JSON, EVIDENCE_FILE):
        assert "Texte d'un citoyen" not in (tmp_path / name).read_text(encoding="utf-8")
    assert "h1" in page_of(tmp_path).text
    # One for the case that may be shown, one for the cause, and the small slices of each way of cutting.
    assert page_of(tmp_path).count("details") == 2 + len(SLICES)


def test_headings_landmarks_tables_and_charts_are_named(tmp_path: Path) -> None:
    write_report(run_in(tmp_path, [*right(9), *wrong(6)]))
    page = page_of(tmp_path)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    anchors = [(attrs.get("href") or "")[1:] for tag, attrs in page.tags if tag == "a"]

    assert dict(page.tags)["html"]["lang"] == "fr"
    assert (page.count("main"), page.count("header"), page.count("footer"), page.count("h1")) == (1, 1, 1, 1)
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert set(anchors) <= set(ids)
    assert page.count("table") == page.count("caption")
    charts = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert all(attrs.get("role") == "img" or attrs.get("aria-hidden") == "true" for attrs in charts)


def test_two_identical_runs_claim_no_change(tmp_path: Path) -> None:
    now, before = (run_in(tmp_path / name, [*right(5), *wrong(2)]) for name in ("now", "before"))

    write_report(now, before)

    page = page_of(now)
    assert "Rien : les deux mesures portent sur la même version et les mêmes cas." in page.text
    assert "mieux" not in re.findall(r"<b[^>]*>([^<]*)</b>", (now / HTML).read_text(encoding="utf-8"))
    assert all(not one["fixed"] and not one["broken"] for one in machine(now)["against"]["changes"])


def test_one_prompt_that_changed_is_told_in_words_with_what_it_changed(tmp_path: Path) -> None:
    before = run_in(tmp_path / "before", [*right(1, "b"), *wrong(8, "a")])
    now = run_in(tmp_path / "now", [*wrong(1, "b"), *right(8, "a")], parts={"prompts": "p2", "guard": "g1"})

    write_report(now, before)

    page = page_of(now)
    assert "les consignes données au modèle" in page.text
    assert "le contrôle des phrases :" not in page.text
    assert "mieux" in page.text
    assert machine(now)["against"]["changes"][0]["broken"] == ["b0"]


def test_a_run_that_is_not_finished_cannot_conclude(tmp_path: Path) -> None:
    pairs = right(400)
    folder = run_in(tmp_path, [*pairs[:399], (pairs[399][0], [])])

    assert write_report(folder, scope="demo").outcome is Outcome.NOT_ENOUGH
    assert "1 questions n’ont pas encore été posées" in page_of(folder).text


def test_the_automatic_thresholds_of_a_small_scope_can_be_met(tmp_path: Path) -> None:
    assert write_report(run_in(tmp_path, right(400)), scope="demo").outcome is Outcome.MET


def test_the_evidence_binds_what_the_figures_come_from(tmp_path: Path) -> None:
    folder = run_in(tmp_path, [*right(400), *wrong(2)], release="f" * 64)

    write_report(folder, scope="demo", audited={"harmful": Measure("human", 1, 300)})

    statement = read_envelope((folder / EVIDENCE_FILE).read_bytes()).statement()
    bound = {one["name"]: one["digest"]["sha256"] for one in statement.predicate["configuration"]}
    assert statement.subjects == {"release": "f" * 64}
    assert statement.predicate["result"] == "PASSED"
    assert all(digest((folder / name).read_bytes()) == value for name, value in bound.items() if name != "policy.toml")
    assert {"observations.jsonl", "cases.jsonl", "run.json", HTML, JSON, "policy.toml"} == set(bound)
    measures = read_measures(statement.predicate)
    assert (measures["harmful"].counted, measures["harmful_automatic"].counted) == (1, 2)


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="n’est pas le dossier d’une mesure"):
        write_report(tmp_path)


def test_every_metric_outcome_and_part_has_its_words() -> None:
    told = words()

    assert set(METRICS) == set(told["short"])
    assert {*METRICS, "succeeded"} == set(told["metric"])
    assert {outcome.value for outcome in Outcome} == set(told["outcome"]) == set(told["automatic"])


def test_what_was_not_measured_is_never_written_as_zero() -> None:
    assert (percent(None), number(float("nan"))) == ("non mesuré", "non mesuré")
    assert (percent(0.0), number(1234.5, 1)) == ("0,0\N{NO-BREAK SPACE}%", "1\N{NO-BREAK SPACE}234,5")


def test_the_first_lines_name_the_thresholds_that_are_not_met(tmp_path: Path) -> None:
    write_report(run_in(tmp_path, [*right(5), *wrong(2)]))

    assert "Seuils non atteints : réponses trompeuses relevées par le programme" in page_of(tmp_path).text
    write_report(run_in(tmp_path, right(400)))
    assert "Seuils non atteints" not in page_of(tmp_path).text


def test_small_slices_are_folded_and_none_is_lost(tmp_path: Path) -> None:
    write_report(run_in(tmp_path, [*right(9, theme="ecole"), *wrong(2, theme="cantine")]))
    page = (tmp_path / HTML).read_text(encoding="utf-8")

    folded = re.findall(r"<details><summary>(\d+) tranche.*?</details>", page, re.DOTALL)
    assert folded == ["1"]
    assert page.index("école</th>") < page.index("1 tranche de moins") < page.index("cantine</th>")


def test_it_says_that_one_scope_was_served_and_another_one_judged(tmp_path: Path) -> None:
    write_report(run_in(tmp_path, right(5)), scope="public")
    assert "données dans la portée « démonstration », et jugées sur les seuils de la portée « public »" in (
        page_of(tmp_path).text
    )
    write_report(run_in(tmp_path, right(5)), scope="demo")
    assert "jugées sur les seuils" not in page_of(tmp_path).text
