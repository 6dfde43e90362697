"""What becomes of the drafts is counted, and may become cases; nothing of it says who did it nor whom it was for."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.store import Store
from tests.ui.desk.conftest import LETTER, Desk
from tests.ui.identity.conftest import signed_in
from ui.identity import Role

TABLES = ("desk_counts", "desk_candidates", "precedents")


def rows_of(folder: Path, table: str) -> str:
    with sqlite3.connect(folder / "turns.sqlite") as database:
        found = database.execute(f"SELECT * FROM {table}").fetchall()
    database.close()
    return repr(found)


def worked(desk: Desk) -> str:
    """A letter on which everything that is counted was done."""
    address = desk.take()
    number = next(number for number, state, _ in desk.lines(address) if state == "quote")
    desk.post(f"{address}/phrase/{number}", act="edit", text="La nouvelle carte coûte 35 €.")
    desk.post(f"{address}/question/1", ask="Combien coûte un passeport ?")
    desk.post(f"{address}/question/1", add="Nous restons à votre disposition, Madame Martin.")
    other = next(number for number, state, _ in desk.lines(address) if state == "quote")
    desk.post(f"{address}/phrase/{other}", act="drop")
    desk.ready(address)
    assert desk.client.get(f"{address}/reponse.docx").status_code == 200
    return address


def test_everything_is_counted_by_month_and_nothing_names_an_agent(
    visitor: TestClient, second: str, store: Store, tmp_path: Path
) -> None:
    worked(Desk(visitor, second))

    total = {act: count for (_, act), count in store.figures.total().items()}
    assert total["drafted"] == total["edited"] == total["dropped"] == total["exported"] == total["reworded"] == 1
    assert total["validated"] + total["checked"] >= 2
    told = "".join(rows_of(tmp_path, table) for table in TABLES)
    assert total
    assert second not in told
    assert not any(word in told for word in ("Jeanne", "Martin", "Lilas", "06 12 34", "[nom"))


def test_no_table_of_figures_has_a_column_for_a_person_or_a_day(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "turns.sqlite") as database:
        columns = {t: [row[1] for row in database.execute(f"PRAGMA table_info({t})")] for t in TABLES}
    database.close()

    assert columns["desk_counts"] == ["month", "act", "document", "count"]
    assert columns["desk_candidates"] == ["id", "month", "content"]
    assert columns["precedents"] == ["id", "day", "document", "content"]


def lines_of(store: Store) -> list[dict[str, Any]]:
    return [json.loads(line) for line in store.figures.candidates()]


def test_edits_rejections_and_validations_become_candidate_cases(at_desk: Desk, store: Store) -> None:
    worked(at_desk)
    found = {line["kind"]: line for line in lines_of(store)}

    assert {"edited", "dropped", "procedure", "validated"} <= found.keys()
    assert found["edited"]["written"] == "La nouvelle carte coûte 35 €."
    assert "19 €" in found["edited"]["proposed"]
    assert found["edited"]["document"] == "F9001"
    assert found["procedure"]["q"] == "Combien coûte un passeport ?"


def test_no_candidate_holds_a_word_of_the_letter(at_desk: Desk, store: Store) -> None:
    worked(at_desk)

    told = json.dumps(lines_of(store), ensure_ascii=False)
    assert "a perdu sa carte" not in told
    assert "bourguignon" not in told
    assert all(line["q"] in {"", "Combien coûte un passeport ?"} for line in lines_of(store))


def test_what_an_agent_writes_of_somebody_is_in_no_candidate(at_desk: Desk, store: Store) -> None:
    address = at_desk.take()
    number = next(number for number, state, _ in at_desk.lines(address) if state == "quote")
    at_desk.post(f"{address}/phrase/{number}", act="edit", text="Madame Sylvie Durand, 06 98 76 54 32, paie 35 €.")

    assert next(line for line in lines_of(store) if line["kind"] == "edited")["written"] == ""


def test_a_letter_that_is_exported_twice_is_counted_once(at_desk: Desk, store: Store) -> None:
    address = at_desk.take()
    at_desk.ready(address)
    for path in ("sortie", "reponse.docx", "reponse.docx"):
        assert at_desk.client.get(f"{address}/{path}").status_code == 200

    assert {act: count for (_, act), count in store.figures.total().items()}["exported"] == 1


@pytest.mark.parametrize(
    ("role", "code"), [(Role.SUPERVISOR, 200), (Role.COMMITTEE, 200), (Role.AGENT, 403), (Role.ADMIN, 403)]
)
def test_the_figures_are_for_supervisors_and_the_committee(
    at_desk: Desk, visitor: TestClient, app: FastAPI, role: Role, code: int
) -> None:
    worked(at_desk)
    at_desk.leave()
    signed_in(visitor, role)

    page, lines = visitor.get("/bureau/bilan"), visitor.get("/bureau/bilan/candidats.jsonl")
    assert (page.status_code, lines.status_code) == (code, code)
    if code == 200:
        assert "Lettres exportées" in page.text
        assert all(json.loads(line)["kind"] for line in lines.text.splitlines())
        assert LETTER[:20] not in lines.text
