"""The report inside a release, what changed since the last approval, the history: from signed or named files alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from corpus.generation import current_generation
from corpus.settings import Settings
from corpus.store import STORE_FILE
from ethics.bundle import export_bundle, import_bundle
from ethics.manifest import Manifest
from ethics.policy import POLICY_FILE
from tests.ethics.city import City, a_manifest
from tests.ui.console.committee import Seat, app, city, evaluated, people, store, written_report
from tests.ui.reading import text_of

__all__ = ["app", "city", "people", "store"]


def proposed(city: City, named: dict[str, str], sequence: int = 2) -> str:
    city.propose(evaluated(city, named), sequence)
    return f"/console/version/{city.proposal.digest}"


def rows(page: str, region: str) -> list[list[str]]:
    found = HTMLParser(page).css(f'[aria-labelledby="{region}"] tbody tr')
    return [[" ".join(cell.text().split()) for cell in row.css("th, td")] for row in found]


def test_thresholds_are_told_from_the_signed_counts_those_missing_first(app: FastAPI, city: City) -> None:
    page = Seat(app, "alice").get(proposed(city, {}))
    table = rows(page, "evaluation")
    asked = [threshold for threshold in city.policy.thresholds if "demo" in threshold.scopes]

    assert len(table) == len(asked)
    assert all(row[4] == "Atteint" for row in table)
    assert any("sur 1000, donc en réalité" in row[3] for row in table)
    assert "Le rapport complet n’est pas sur cette machine" in text_of(page)


def test_the_worst_slice_comes_first_and_a_small_one_has_no_share(app: FastAPI, city: City) -> None:
    address = proposed(city, written_report(city.folder.parent))
    seat = Seat(app, "alice")
    page, report = seat.get(address), seat.get(f"{address}/rapport")
    slices = rows(report, "tranches")

    assert "Tranche la moins bonne, par thème, étrangers : 9 sur 20 (45,0" in text_of(page).replace("\xa0", " ")
    assert [row[0] for row in slices] == ["étrangers", "papiers", "rare"]
    assert slices[2][2] == "1 sur 3"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 12),
        ("?failed=", 120),
        ("?failed=&theme=etrangers", 20),
        ("?failed=harmful&theme=etrangers", 4),
        ("?failed=&language=en", 6),
        ("?failed=&status=unanswerable_no_source", 18),
        ("?failed=&kind=everyday&page=99", 120),
        ("?failed=&theme=%3Cscript%3E", 0),
    ],
)
def test_cases_are_filtered_by_theme_language_kind_status_and_failure(
    app: FastAPI, city: City, query: str, count: int
) -> None:
    address = proposed(city, written_report(city.folder.parent))
    page = Seat(app, "alice").get(f"{address}/rapport{query}")

    assert f"{count} cas sur 120." in text_of(page)
    assert "<script>" not in page.replace("<script src", "")


def test_a_question_that_may_not_be_shown_is_not(app: FastAPI, city: City) -> None:
    address = proposed(city, written_report(city.folder.parent))
    page = Seat(app, "alice").get(f"{address}/rapport")
    shown = {row[0]: row[1] for row in rows(page, "cas")}

    assert shown["c00010"] == "(question qui ne peut pas être montrée)"
    assert shown["c00020"] == "Question inventée numéro 20 ?"


def test_a_report_that_the_evidence_does_not_name_is_not_shown(app: FastAPI, city: City) -> None:
    named = written_report(city.folder.parent)
    address = proposed(city, named)
    path = city.folder.parent / "eval" / "mesure-1" / "report.json"
    path.write_text(path.read_text("utf-8").replace('"failed": 9', '"failed": 0'), encoding="utf-8")
    page = Seat(app, "alice").get(f"{address}/rapport")
    named_by_run = Seat(app, "alice").get(proposed(city, {"observations.jsonl": named["observations.jsonl"]}, 3))

    assert "L’évaluation signée nomme les observations de ce rapport" in text_of(page)
    assert "L’évaluation signée nomme les observations de ce rapport" in text_of(named_by_run)
    (path.with_name("observations.jsonl")).write_bytes(b"{ }\n")
    assert "n’est pas sur cette machine" in text_of(Seat(app, "alice").get(f"{address}/rapport"))


@pytest.mark.parametrize("content", ["{", "[]", '{"run": 3}'])
def test_a_damaged_report_hides_nothing_else(app: FastAPI, city: City, content: str) -> None:
    named = written_report(city.folder.parent)
    path = city.folder.parent / "eval" / "mesure-1" / "report.json"
    path.write_text(content, encoding="utf-8")
    page = Seat(app, "alice").client.get(f"{proposed(city, named)}/rapport")

    assert page.status_code == 200
    assert "n’est pas sur cette machine" in text_of(page.text)


def test_ten_thousand_cases_are_read_by_pages(app: FastAPI, city: City) -> None:
    address = proposed(city, written_report(city.folder.parent, 10_000))
    page = Seat(app, "alice").get(f"{address}/rapport?failed=&page=200")

    assert "10000 cas sur 10000." in text_of(page)
    assert rows(page, "cas")[-1][0] == "c09999"
    assert "Page 200 sur 200" in text_of(page)


def decided(city: City) -> None:
    for name in ("alice", "bruno", "chloe"):
        city.opine(name)
    city.decide()


def kept(folder: Path, name: str, manifest: Manifest, files: dict[str, Path]) -> None:
    """Keep a release whole on the disk, as `python -m ethics import` does."""
    export_bundle(manifest, files, folder / f"{name}.tar")
    import_bundle(folder / f"{name}.tar", folder / "releases" / name)


def bundle_files(town: Settings, folder: Path, name: str, drop: int, prompt: str) -> dict[str, Path]:
    """The files of a small release: the town's passages but some, one prompt, the rules."""
    aside = folder / f"of-{name}"
    aside.mkdir()
    store = aside / STORE_FILE
    shutil.copy(current_generation(town.index) / STORE_FILE, store)
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("DELETE FROM passages WHERE ref IN (SELECT ref FROM passages ORDER BY ref LIMIT ?)", [drop])
    (aside / "current").write_text("g\n", encoding="utf-8")
    (aside / "prompt.md").write_text(prompt, encoding="utf-8")
    return {
        "data/index/current": aside / "current",
        f"data/index/g/{STORE_FILE}": store,
        "code/bot/prompts/answer.md": aside / "prompt.md",
        f"code/{POLICY_FILE.relative_to(POLICY_FILE.parents[1]).as_posix()}": POLICY_FILE,
        **({"code/bot/new.py": aside / "prompt.md"} if drop else {}),
    }


def test_what_changed_since_the_last_approval_is_told_part_by_part(
    app: FastAPI, city: City, town: Settings, tmp_path: Path
) -> None:
    seat = Seat(app, "alice")
    first = seat.get(f"/console/version/{city.proposal.digest}")
    decided(city)
    before = city.manifest
    model = {"identity": "none", "name": "", "weights": "", "settings": "ab" * 32}
    code = dict(before.parts["code"]) | {"commit": "cd" * 20, "clean": False}
    city.manifest = a_manifest(model=model, code=code, passages="cd" * 32, prompts="cd" * 32)
    address = proposed(city, {})
    alone = text_of(seat.get(address))
    kept(city.folder.parent, "un", before, bundle_files(town, tmp_path, "un", 0, "Avant."))
    kept(city.folder.parent, "deux", city.manifest, bundle_files(town, tmp_path, "deux", 3, "Après."))
    both = text_of(seat.get(address))

    assert "C’est la première version" in text_of(first)
    assert "Par rapport à la version n° 1, démonstration" in alone
    assert "Le modèle : mistral-small-2603 devient aucun modèle." in alone
    assert "de l’état abababab" in alone
    assert "changements qui ne sont pas enregistrés" in alone
    assert "le nombre ne peut pas être compté" in alone
    assert "0 passages nouveaux ou modifiés, 3 retirés ou remplacés." in both
    assert "1 modifié(s). bot/prompts/answer.md" in both
    assert "1 ajouté(s). bot/new.py" in both


def test_a_release_like_the_last_one_says_that_nothing_differs(app: FastAPI, city: City) -> None:
    decided(city)

    assert "Rien ne diffère de la version n° 1" in text_of(Seat(app, "alice").get(proposed(city, {})))


def test_the_ladder_tells_where_a_release_stands_and_what_each_scope_lacks(app: FastAPI, city: City) -> None:
    seat, address = Seat(app, "alice"), f"/console/version/{city.proposal.digest}"

    def steps() -> list[str]:
        found = HTMLParser(seat.get(address)).css('ol[aria-labelledby="portees"] > li')
        return [" ".join(step.text().split()) for step in found]

    waits = steps()
    decided(city)
    approved = steps()

    assert [step.split(" ")[0] for step in waits] == ["Démonstration", "Laboratoire", "Agents", "Habitants", "Tous"]
    assert "(proposée pour celle-ci) : pas approuvée" in waits[0]
    assert "0 signature" in waits[0]
    assert all("Aucune version n’a été proposée pour la portée" in step for step in waits[1:])
    assert "empreinte du tableau des membres" in waits[4]
    assert "(proposée pour celle-ci) : approuvée." in approved[0]


def test_the_ladder_tells_what_the_evaluation_lacks_for_a_wider_scope(app: FastAPI, city: City) -> None:
    city.propose(city.evaluate({}), 2)
    found = HTMLParser(Seat(app, "alice").get(f"/console/version/{city.proposal.digest}")).css("ol > li")
    public = " ".join(found[-1].text().split())
    asked = [threshold for threshold in city.policy.thresholds if "public" in threshold.scopes]

    assert public.count("Preuves insuffisantes") == len(asked)


def test_the_list_sorts_candidates_approved_and_past(app: FastAPI, city: City) -> None:
    decided(city)
    city.propose(city.evaluate(), 2)
    page = Seat(app, "executive").get("/console")

    assert [row[0] for row in rows(page, "candidate")] == ["Version n° 2, démonstration"]
    assert [row[0] for row in rows(page, "approved")] == ["Version n° 1, démonstration"]
    assert "3 favorable(s), 0 défavorable(s)" in rows(page, "approved")[0]
    decided(city)
    assert [row[0] for row in rows(Seat(app, "executive").get("/console"), "past")] == ["Version n° 1, démonstration"]


def test_an_unknown_release_is_told(app: FastAPI, city: City) -> None:
    page = Seat(app, "alice").get(f"/console/version/{'ab' * 32}")

    assert city.folder.exists()
    assert "n’est pas au dossier" in text_of(page)


def test_the_history_names_rosters_rules_and_lines_in_words(
    app: FastAPI, city: City, town: Settings, tmp_path: Path
) -> None:
    decided(city)
    text = POLICY_FILE.read_text("utf-8").replace("members = 3", "members = 4", 1)
    other = tmp_path / "policy.toml"
    other.write_text(text, encoding="utf-8")
    city.cosign()
    before, digest = city.manifest, "ef" * 32
    city.manifest = a_manifest(policy=digest)
    city.propose(city.evaluate(), 2)
    decided(city)
    for name, manifest, policy in (("un", before, POLICY_FILE), ("deux", city.manifest, other)):
        files = bundle_files(town, tmp_path, name, 0, "x") | {"code/ethics/policy.toml": policy}
        kept(city.folder.parent, name, manifest, files)
    page = Seat(app, "alice").get("/console/historique")
    said = text_of(page)
    lines = rows(page, "journal")

    assert "Registres vérifiés" in said
    assert "contresigné par un témoin extérieur" in said
    assert "Mediateur Martin" in said
    assert "quorum.members : 3 devient 4." in said
    assert "Tableau n° 1, en vigueur" in said
    assert lines[0][2] == "Décision signée"
    assert lines[-1][2] == "Tableau des membres enregistré"


def test_the_history_of_altered_records_names_the_line(app: FastAPI, city: City) -> None:
    path = city.folder / "log.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[1].replace(b'"evidence"', b'"evidencE"', 1) + b"".join(lines[2:]))
    seat = Seat(app, "alice")
    altered = seat.get("/console/historique")
    path.unlink()
    absent = seat.get("/console/historique")

    assert "La ligne 2 du journal a été modifiée" in text_of(altered)
    assert "Il n’y a pas de journal des décisions" in text_of(absent)


def test_the_log_is_read_by_pages(app: FastAPI, city: City) -> None:
    for _ in range(50):
        city.drill()
    seat = Seat(app, "alice")
    first, last = seat.get("/console/historique"), seat.get("/console/historique?page=2")

    assert len(rows(first, "journal")) == 100
    assert rows(last, "journal")[-1][0] == "1"


def test_a_page_of_the_report_is_the_same_whatever_else_is_in_the_folder(app: FastAPI, city: City) -> None:
    named = written_report(city.folder.parent)
    other = city.folder.parent / "eval" / "autre"
    other.mkdir()
    said: dict[str, Any] = {"run": "autre"}
    (other / "report.json").write_text(json.dumps(said), encoding="utf-8")
    city.proposal = replace(city.proposal)
    page = Seat(app, "alice").get(f"{proposed(city, named)}/rapport")

    assert "Mesure mesure-1" in text_of(page)
