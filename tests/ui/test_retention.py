"""What is due is listed then erased; what is kept under a number can be had and erased; a crash halves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.store import Store, open_store
from corpus.settings import ROOT
from ethics.case import Case, Finding, answered, assigned, closed, corrected, open_case
from ethics.policy import load_policy
from ethics.recall import Change
from ethics.receipt import new_receipt
from ethics.rules import Retention
from tests.bot.test_store import AT, LINE
from ui.recalls import RecallBook
from ui.records import Records
from ui.retention import SAMPLES, Due, Erased, Keeping
from ui.retention_commands import app

RULES = Retention(turn_days=30, sample_days=10, case_days=365)
RECEIPT = new_receipt("a" * 64, "demo", ("p1", "p2"), AT).id
WORD = "bibliothecaire"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "records"


@pytest.fixture
def store(folder: Path) -> Store:
    return open_store(folder)


def keeping(store: Store, folder: Path, days: float = 0, rules: Retention = RULES) -> Keeping:
    return Keeping(store, folder, rules, lambda: AT + timedelta(days=days))


def a_case(store: Store, finding: Finding | None = None, receipt: str = RECEIPT) -> Case:
    """A case contesting an answer, with a message; answered, corrected and closed when there is a finding."""
    case = open_case(store.cases, AT, receipt, severe=False)
    if finding is not None:
        case = answered(assigned(case, "mairie", AT), finding, "Le tarif a changé.", AT)
        case = case if finding is Finding.UNFOUNDED else corrected(case, "La fiche est à jour.", AT)
        case = closed(case, AT)
    store.cases.keep(case)
    store.cases.keep_message(case.number, f"Je suis {WORD}.")
    return case


def fill(store: Store, folder: Path) -> None:
    store.turns.keep(replace(LINE, receipt=RECEIPT))
    store.turns.keep(replace(LINE, receipt="BCDF-2", at=AT + timedelta(days=5)))
    a_case(store, Finding.UNFOUNDED)
    a_case(store)
    (folder / SAMPLES).mkdir()
    (folder / SAMPLES / "week.ods").write_bytes(b"x")
    os.utime(folder / SAMPLES / "week.ods", (AT.timestamp(), AT.timestamp()))


# The job.


def test_a_dry_run_lists_what_the_job_erases_and_touches_nothing(store: Store, folder: Path) -> None:
    fill(store, folder)
    later = keeping(store, folder, 366)
    due = later.due()

    assert [line.receipt for line in due.turns] == [RECEIPT, "BCDF-2"]
    assert [case.finding for case in due.cases] == [Finding.UNFOUNDED]
    assert [path.name for path in due.samples] == ["week.ods"]
    assert later.due() == due
    assert later.purge() == Erased(2, 1, 1)
    assert later.purge() == Erased()
    assert len(list(store.cases.all())) == 1
    assert list((folder / SAMPLES).iterdir()) == []


@pytest.mark.parametrize(("days", "due"), [(10, (0, 0, 0)), (11, (0, 0, 1)), (31, (1, 0, 1)), (36, (2, 0, 1))])
def test_each_thing_is_due_after_its_own_days(store: Store, folder: Path, days: int, due: tuple[int, int, int]) -> None:
    fill(store, folder)
    found = keeping(store, folder, days).due()

    assert (len(found.turns), len(found.cases), len(found.samples)) == due


@pytest.mark.parametrize("key", ["turn_days", "sample_days", "case_days"])
def test_flipping_a_duration_changes_what_is_due(store: Store, folder: Path, key: str) -> None:
    fill(store, folder)
    before = keeping(store, folder, 9).due()

    assert keeping(store, folder, 9, replace(RULES, **{key: 1})).due() != before


def test_the_service_itself_erases_what_is_due(store: Store, folder: Path) -> None:
    fill(store, folder)
    policy = replace(load_policy(), retention=RULES)

    assert Records(store, folder, policy, lambda: AT + timedelta(days=366)).purge() == Erased(2, 1, 1)


# By number.


def test_everything_kept_under_a_number_is_given(store: Store, folder: Path) -> None:
    fill(store, folder)
    line = store.turns.find(RECEIPT)
    assert line is not None
    RecallBook(folder).publish([line], Change("p1", "19 €", "23 €", "Le tarif a changé."), AT)
    found = keeping(store, folder).export(RECEIPT.lower().replace("-", " "))
    assert found is not None

    assert json.loads(json.dumps(found)) == found or found["turn"]["passages"] == ("p1", "p2")
    assert [case["message"] for case in found["cases"]] == [f"Je suis {WORD}."] * 2
    assert [recall["why"] for recall in found["recalls"]] == ["Le tarif a changé."]
    assert keeping(store, folder).export(found["cases"][0]["number"]) == {
        "turn": None,
        "cases": found["cases"][:1],
        "recalls": [],
    }


@pytest.mark.parametrize("typed", ["", "BCDF-2", "PAR-2026-000009-99", RECEIPT, "../../etc"])
def test_a_number_under_which_nothing_is_kept_gives_and_erases_nothing(store: Store, folder: Path, typed: str) -> None:
    store.turns.keep(replace(LINE, receipt="BCDF-2"))

    assert keeping(store, folder).export(typed) is None
    assert keeping(store, folder).erase(typed) == Erased()
    assert store.turns.find("BCDF-2") is not None


def on_disk(folder: Path, word: str) -> bool:
    return any(word.encode() in path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_erasing_a_receipt_leaves_nothing_of_it_and_of_its_cases(store: Store, folder: Path) -> None:
    fill(store, folder)
    assert keeping(store, folder).erase(RECEIPT) == Erased(turns=1, cases=2)

    assert store.turns.find(RECEIPT) is None
    assert store.turns.quoting("p1") == (replace(LINE, receipt="BCDF-2", at=AT + timedelta(days=5)),)
    assert list(store.cases.all()) == []
    assert keeping(store, folder).export(RECEIPT) is None
    assert keeping(store, folder).erase(RECEIPT) == Erased()


def test_erasing_a_case_leaves_the_others_and_the_turn(store: Store, folder: Path) -> None:
    fill(store, folder)
    first, second = store.cases.all()

    assert keeping(store, folder).erase(first.number) == Erased(cases=1)
    assert list(store.cases.all()) == [second]
    assert store.turns.find(RECEIPT) is not None


@pytest.mark.parametrize("finding", [Finding.FOUNDED, Finding.PARTLY])
def test_an_error_that_was_recognised_stays_published_without_the_message(
    store: Store, folder: Path, finding: Finding
) -> None:
    case = a_case(store, finding)
    keeping(store, folder).erase(case.number)
    errata = list(Records(store, folder, load_policy(), lambda: AT).errata())

    assert store.cases.message(case.number) == ""
    assert [(one.case.number, one.case.receipt, one.step.text) for one in errata] == [
        (case.number, "", "La fiche est à jour.")
    ]


def test_an_erased_message_leaves_the_disk(store: Store, folder: Path) -> None:
    case = a_case(store)
    assert on_disk(folder, WORD)
    keeping(store, folder).erase(case.number)
    store.turns.close()

    assert not on_disk(folder, WORD)


# A kill in the middle.

KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from sqlalchemy import event
from bot.store import open_store
from tests.bot.test_store import AT
from tests.ui.test_retention import RECEIPT, RULES
from ui.retention import Keeping
folder, what, place = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = open_store(folder)
seen = [0]
def count(*_):
    seen[0] += 1
    if seen[0] == place:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(store.turns.engine, "before_cursor_execute" if what.endswith("run") else "commit", count)
keeping = Keeping(store, folder, RULES, lambda: AT + timedelta(days=366))
keeping.purge() if what.startswith("purge") else keeping.erase(RECEIPT)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "place"), [("purge-run", 2), ("purge-commit", 1), ("erase-run", 4), ("erase-commit", 2)]
)
def test_killed_anywhere_the_next_run_finishes_and_nothing_is_halved(
    store: Store, folder: Path, what: str, place: int
) -> None:
    fill(store, folder)
    store.turns.close()
    command = [sys.executable, "-c", KILLED, str(folder), what, str(place)]
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    again = open_store(folder)
    keeper = keeping(again, folder, 366)
    line = again.turns.find(RECEIPT)

    assert line is None or line.passages == ("p1", "p2")
    assert all(case.steps for case in again.cases.all())
    if what.startswith("purge"):
        keeper.purge()
        assert keeper.due() == Due((), (), ())
        assert len(list(again.cases.all())) == 1
    else:
        keeper.erase(RECEIPT)
        assert keeper.export(RECEIPT) is None
        assert again.turns.find("BCDF-2") is not None
    again.turns.close()


# The commands.


@pytest.fixture
def command(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    fill(store, folder)
    store.turns.close()
    monkeypatch.setenv("CITE_DATA", str(folder.parent))
    return CliRunner()


def test_the_commands_say_in_french_what_they_did(command: CliRunner, folder: Path, tmp_path: Path) -> None:
    listed = command.invoke(app, ["run", "--dry-run"]).output
    given = command.invoke(app, ["export", RECEIPT, "--out", str(tmp_path / "copie.json")])
    shown = command.invoke(app, ["export", RECEIPT])
    erased = command.invoke(app, ["erase", RECEIPT])
    again = command.invoke(app, ["erase", RECEIPT])
    ran = command.invoke(app, ["run"])

    assert f"trace    {RECEIPT}  du 2026-03-02" in listed
    assert "Rien n’a été effacé." in listed
    assert given.output == "Écrit : copie.json\n"
    assert json.loads((tmp_path / "copie.json").read_text(encoding="utf-8")) == json.loads(shown.output)
    assert erased.output == "Effacés : 1 trace, 2 demandes.\n"
    assert (again.exit_code, "vérifiez-le" in again.output) == (1, True)
    assert "Effacés : 1 traces, 0 demandes closes, 1 échantillons." in ran.output


def test_what_cannot_be_written_is_said(command: CliRunner, tmp_path: Path) -> None:
    done = command.invoke(app, ["export", RECEIPT, "--out", str(tmp_path / "absent" / "copie.json")])

    assert (done.exit_code, "n’a pas pu être écrit" in done.output) == (1, True)
    assert command.invoke(app, ["export", "BCDF"]).exit_code == 1
