"""From labels to an opinion: agreement, disputes settled, bounds, files that leave; the same as from sheets."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Store
from ethics.evidence import Measure
from ethics.opinion import CORRECT, read_audit
from ethics.policy import load_policy
from ethics.readings import LABELS, counted, label_of, needed
from eval.audit_results import measures_from, reading_of
from eval.audit_sheets import read_rows, sheets_of, write_rows
from tests.ui.console.audit_room import ALICE, BRUNO, CLAIRE, Opened, Reader, opened_in, people_in, town_run
from tests.ui.identity.conftest import Clock, signed_in
from ui.console.audit.charts import drawing_of
from ui.console.audit.figures import Chart, Step
from ui.identity import Role


@pytest.fixture
def audit(bot: Assembly, store: Store, clock: Clock, tmp_path: Path) -> Opened:
    people_in(store, clock)
    return opened_in(tmp_path, town_run(tmp_path / "eval" / "mesure", bot), bot)


@pytest.fixture
def odd(audit: Opened) -> str:
    """An answer on which the two readers will differ."""
    return min(audit.made.cases)


@pytest.fixture
def read(visitor: TestClient, audit: Opened, odd: str) -> Opened:
    """The audit, read by both: they differ on one answer, and Alice missed a planted one."""
    Reader(visitor, ALICE, audit).read_all({odd: "omission+périmée", "planted:1": CORRECT})
    Reader(visitor, BRUNO, audit).read_all({})
    return audit


def closed(visitor: TestClient, audit: Opened) -> Reader:
    reader = Reader(visitor, ALICE, audit)
    assert reader.post("/clore", why="tout est lu").status_code == 303
    return reader


def test_agreement_bounds_and_what_is_left_are_told_in_words_and_drawn(visitor: TestClient, read: Opened) -> None:
    page = Reader(visitor, BRUNO, read).get().text

    # Six answers, one disputed: it counts as an error. A sequential 1 % then asks for 574 answers, 5 % for 93.
    assert "Erreurs : 1 sur 6 réponses qui comptent" in page
    assert "encore 367 réponses sans erreur pour conclure" in page
    assert "encore 87 réponses sans erreur pour conclure" in page
    assert "Le kappa trompe quand les erreurs sont rares" in page
    assert page.count('<svg class="rule-chart"') == 3
    assert page.count('role="img" aria-labelledby="chart-title-') == 3
    assert "Désaccords à trancher : 1" in page
    row = re.search(r"alice et bruno</th><td>8</td><td>([^<]+)</td><td>([^<]+)</td><td>([^<]+)</td>", page)
    assert row
    assert row.groups() == ("75,00\u00a0%", "50,00\u00a0%", "0,38")


def test_a_third_person_settles_blind_with_planted_answers_in_between(
    visitor: TestClient, read: Opened, odd: str, store: Store
) -> None:
    claire = Reader(visitor, CLAIRE, read)
    assert claire.get("/desaccords").status_code == 404
    assert claire.post("/trancher").status_code == 303

    page = claire.get("/lire").text
    assert "Réponse 1 sur 3" in page, "the dispute is mixed with the two planted answers"
    assert "omission+périmée" not in page
    assert "encore" not in claire.get().text
    claire.read_all({odd: CORRECT})

    overview = claire.get().text
    assert "Vous en avez rencontré 2 et laissé passer 0" in overview
    assert "encore 367 réponses" in overview
    assert "Erreurs : 0 sur 6 réponses" in overview
    acts = [(act.who, act.what) for act in store.acts.latest()]
    assert (CLAIRE, "audit_arbiter") in acts
    assert (CLAIRE, "audit_finished") in acts


def test_who_read_may_not_settle_alone_and_only_one_person_settles(
    visitor: TestClient, read: Opened, store: Store, clock: Clock
) -> None:
    people_in(store, clock, ["denis"])
    assert "troisième personne" in Reader(visitor, ALICE, read).post("/trancher").text
    Reader(visitor, CLAIRE, read).post("/trancher")

    refused = Reader(visitor, "denis", read).post("/trancher")

    assert refused.status_code == 409
    assert "claire tranche déjà" in refused.text


def test_two_readers_settle_together_one_proposes_the_other_confirms(
    visitor: TestClient, read: Opened, odd: str, store: Store
) -> None:
    number = next(answer for answer, case in read.made.key["console"].items() if case == odd)
    alice = Reader(visitor, ALICE, read)
    assert "omission+périmée" in alice.get("/desaccords").text
    assert alice.post(f"/desaccords/{number}", act="propose", label="périmée", comment="vu").status_code == 303
    own = alice.post(f"/desaccords/{number}", act="confirm", by=ALICE, label="périmée", comment="vu")
    assert own.status_code == 409

    bruno = Reader(visitor, BRUNO, read)
    assert "alice propose : périmée" in bruno.get(f"/desaccords/{number}").text
    stale = bruno.post(f"/desaccords/{number}", act="confirm", by=ALICE, label="correct", comment="vu")
    assert stale.status_code == 409
    assert "a changé" in stale.text
    assert (
        bruno.post(f"/desaccords/{number}", act="confirm", by=ALICE, label="périmée", comment="vu").status_code == 303
    )

    assert "Aucun désaccord ne reste" in bruno.get("/desaccords").text
    assert "Désaccords à trancher" not in bruno.get().text
    assert [act.why for act in store.acts.latest() if act.what == "audit_settled"] == ["vu"]
    assert bruno.get(f"/desaccords/{number}").status_code == 404


def test_the_same_labels_on_sheets_and_in_the_console_give_the_same_bytes(
    visitor: TestClient, read: Opened, odd: str, tmp_path: Path
) -> None:
    Reader(visitor, CLAIRE, read).post("/trancher")
    Reader(visitor, CLAIRE, read).read_all({odd: "périmée"})
    reader = closed(visitor, read)
    run, key = read.made.run, read.made.key
    said = {ALICE: {odd: "omission + périmée", "planted:1": CORRECT}, BRUNO: {}}
    sheets = []
    for path, name in zip(sheets_of(read.made), (ALICE, BRUNO), strict=True):
        rows = read_rows(path)
        for row in rows:
            case = key["items"][row["numéro"]]
            wrong = "mauvaise démarche" if case.startswith("planted") else CORRECT
            row["étiquette"] = said[name].get(case, wrong)
        sheets.append(write_rows(path, rows))
    third = {item: case for item, case in key["arbiter"].items() if case == odd or case.startswith("planted")}
    labels = {odd: "périmée"}
    rows = [{"numéro": item, "étiquette": labels.get(case, "mauvaise démarche")} for item, case in third.items()]
    sheets.append(write_rows(tmp_path / "arbitrage.csv", rows))

    by_hand = measures_from(run.path, sheets)
    exported = [tmp_path / f"{seat}.csv" for seat in (ALICE, BRUNO, "arbitrage")]
    for path in exported:
        path.write_bytes(reader.get(f"/feuille/{path.stem}.csv").content)

    assert by_hand.measures["harmful"] == Measure("human", 1, 6)
    assert reader.get("/resultat.json").content == by_hand.to_bytes()
    assert measures_from(run.path, exported).to_bytes() == by_hand.to_bytes()
    mine = reader.get("/relecture.json").content
    assert mine == reading_of(run.path, sheets, ALICE, run.fingerprint)


def test_what_a_member_read_is_the_file_that_an_opinion_takes(visitor: TestClient, read: Opened, app: object) -> None:
    alice = Reader(visitor, ALICE, read)
    data = alice.get("/relecture.json").content

    labels, planted = read_audit(data, ALICE, "f" * 64)

    assert planted == ("planted:1", "planted:2")
    assert labels["planted:1"] == CORRECT
    assert len(labels) == 8
    given = app.state.audit_file  # type: ignore[attr-defined]
    assert given("Alice", "f" * 64) == data
    assert given("alice", "e" * 64) is None
    assert given("claire", "f" * 64) is None


def test_an_audit_is_stopped_by_somebody_who_does_not_read_and_closed_with_a_reason(
    visitor: TestClient, audit: Opened, store: Store
) -> None:
    alice = Reader(visitor, ALICE, audit)
    read = []
    for _ in range(3):
        read.append(audit.case_of(alice.get("/lire").text))
        alice.say(CORRECT)
    alone = sum(not case.startswith("planted") for case in read)
    assert alice.post("/arreter", why="assez lu").status_code == 409
    claire = Reader(visitor, CLAIRE, audit)
    refused = claire.post("/arreter", why="  ")
    assert refused.status_code == 409
    assert "Donnez la raison" in refused.text
    assert claire.post("/clore", why="trop tôt").status_code == 409

    assert claire.post("/arreter", why="règle atteinte").status_code == 303

    page = claire.get().text
    assert "Lecture arrêtée par claire" in page
    assert "ne se conclut pas ainsi" in page
    assert f"qui ne comptent pas encore : {alone}." in page
    again = Reader(visitor, ALICE, audit)
    assert again.get("/relecture.json").status_code == 200
    assert "Rien à lire pour vous" in again.get("/lire").text
    assert again.post("/clore", why="fini").status_code == 303
    whys = {act.what: act.why for act in store.acts.latest()}
    assert (whys["audit_stopped"], whys["audit_closed"]) == ("règle atteinte", "fini")


def test_the_answers_of_a_closed_audit_are_listed_and_filtered(visitor: TestClient, read: Opened, odd: str) -> None:
    assert Reader(visitor, ALICE, read).get("/reponses").status_code == 404
    reader = closed(visitor, read)

    def found(query: str) -> int:
        page = reader.get(f"/reponses?{query}").text
        count = re.search(r'role="status">Réponses trouvées : (\d+)\.', page)
        assert count
        assert page.count('<th scope="row">') == int(count[1])
        return int(count[1])

    assert found("") == 8
    assert found("outcome=planted") == 2
    assert found("outcome=open") == 1
    assert found("label=omission") == 1
    assert found("label=correct&outcome=agreed") == 5
    assert found("theme=logement") + found("theme=école") + found("theme=état civil") == 8
    assert found("slice=fautes de frappe") + found("slice=sans particularité") == 8
    assert found("theme=absent") == 0
    assert reader.get("/reponses?page=9999").status_code == 200
    assert reader.get("/reponses?page=0").status_code == 400

    number = next(answer for answer, case in read.made.key["console"].items() if case == odd)
    page = reader.get(f"/reponses/{number}").text
    assert "omission+périmée" in page
    assert f"Cas {odd}" in page
    assert reader.get("/reponses/absent").status_code == 404


def test_the_planted_answers_of_each_reader_are_told_to_all_once_closed_and_not_before(
    visitor: TestClient, read: Opened
) -> None:
    before = Reader(visitor, BRUNO, read).get().text
    after = closed(visitor, read).get().text

    assert '<tr><th scope="row">alice</th><td>2</td><td>1</td></tr>' not in before
    assert '<tr><th scope="row">alice</th><td>2</td><td>1</td></tr>' in after
    assert '<tr><th scope="row">bruno</th><td>2</td><td>0</td></tr>' in after


def test_a_closed_audit_takes_nothing_more(visitor: TestClient, read: Opened, odd: str) -> None:
    reader = closed(visitor, read)
    number = next(answer for answer, case in read.made.key["console"].items() if case == odd)

    assert reader.post("/clore", why="encore").status_code == 409
    assert reader.post(f"/desaccords/{number}", act="propose", label=CORRECT).status_code == 409
    assert Reader(visitor, CLAIRE, read).post("/trancher").status_code == 409


def test_the_executive_sees_figures_and_files_and_labels_nothing(visitor: TestClient, read: Opened) -> None:
    closed(visitor, read)
    visitor.cookies.clear()
    signed_in(visitor, Role.EXECUTIVE)
    base = f"/console/audit/{read.name}"

    assert [visitor.get(f"{base}{path}").status_code for path in ("", "/reponses", "/resultat.json")] == [200] * 3
    assert visitor.get(f"{base}/relecture.json").status_code == 403


def test_a_sheet_holds_no_cell_that_a_spreadsheet_would_compute(visitor: TestClient, audit: Opened, odd: str) -> None:
    alice = Reader(visitor, ALICE, audit)
    alice.say("omission", comment="=HYPERLINK(1)")
    Reader(visitor, CLAIRE, audit).post("/arreter", why="essai")
    reader = closed(visitor, audit)

    text = reader.get(f"/feuille/{ALICE}.csv").content.decode("utf-8-sig")

    assert "'=HYPERLINK(1)" in text
    assert reader.get("/feuille/personne.csv").status_code == 404


def test_every_label_has_its_words_and_its_measures_are_those_of_the_policy() -> None:
    human = {one.measure for one in load_policy().thresholds if one.by == "human"}

    assert {measure for errors in LABELS.values() for measure in errors} == human
    assert label_of([" Omission", "périmée", ""]) == "omission+périmée"


def test_the_rule_drawn_is_the_one_that_decides() -> None:
    thresholds = {one.measure: one for one in load_policy().thresholds}
    unsupported, omission = thresholds["unsupported"], thresholds["decisive_omission"]

    # Published sizes: research/governance.md, 5.2 and 5.3.
    assert [needed(errors, unsupported) for errors in range(3)] == [373, 574, 775]
    assert [needed(errors, omission) for errors in range(3)] == [59, 93, 124]
    assert needed(0, omission, attempt=2) > 59


def test_a_chart_goes_up_at_each_error_and_no_number_of_an_axis_is_written_over_another() -> None:
    threshold = next(one for one in load_policy().thresholds if one.rule == "sequential")
    rule = tuple(Step(errors, needed(errors, threshold)) for errors in range(4))
    drawing = drawing_of(
        Chart(threshold, Measure("human", 1, 400), 0.0118, 174, rule, ((0, 0), (100, 0), (100, 1), (400, 1)), 0.95)
    )

    points = [tuple(map(float, one.split(","))) for one in drawing.path.split()]
    assert points[1][0] == points[2][0]
    assert points[2][1] < points[1][1], "the y axis of an SVG goes down"
    assert drawing.here == points[-1]
    gaps = [b.at - a.at for a, b in zip(drawing.across, drawing.across[1:], strict=False)]
    assert min(gaps) >= 64
    assert all(0 <= across <= drawing.width for across, _ in points)


def test_nothing_read_measures_nothing() -> None:
    found = counted({}, {})

    assert found.measures == {}
    assert json.loads(found.to_bytes())["noticed"] is None
