"""Nobody drafts before the initiation; that somebody passed is kept, and nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.store import Store
from corpus.errors import ConfigurationError
from tests.ui.desk.conftest import LETTER, Desk, right_answers
from ui.desk.training import quiz


@pytest.fixture
def newcomer(visitor: TestClient) -> Desk:
    return Desk(visitor, trained=False)


def test_an_agent_who_did_not_pass_cannot_prepare_a_letter(newcomer: Desk, store: Store) -> None:
    assert 'name="text"' not in newcomer.client.get("/bureau").text

    refused = newcomer.post("/bureau/lettre", text=LETTER)

    assert refused.status_code == 403
    assert "Suivez d’abord l’initiation" in refused.text
    assert store.letters.of("agent") == ()


def test_one_wrong_answer_is_explained_and_nothing_is_kept(newcomer: Desk, store: Store) -> None:
    wrong = right_answers() | {"question-0": "1"}
    if quiz().questions[0].right == 1:
        wrong["question-0"] = "2"

    answer = newcomer.post("/bureau/initiation", **wrong)

    assert answer.status_code == 422
    assert quiz().questions[0].why.replace("'", "&#39;") in answer.text
    assert answer.text.count('class="warning" id="why-') == 1
    assert store.trainings.passed("agent", quiz().version) is None


@pytest.mark.parametrize("sent", [{}, {"question-0": "9"}, {"question-x": "1"}, {"question-0": "<script>"}])
def test_a_form_that_is_not_filled_passes_nobody(newcomer: Desk, store: Store, sent: dict[str, str]) -> None:
    assert newcomer.post("/bureau/initiation", **sent).status_code == 422
    assert store.trainings.passed("agent", quiz().version) is None


def test_passing_opens_the_desk_and_can_be_done_again(newcomer: Desk, store: Store) -> None:
    assert newcomer.post("/bureau/initiation", **right_answers()).status_code == 200
    first = store.trainings.passed("agent", quiz().version)
    assert newcomer.post("/bureau/initiation", **right_answers()).status_code == 200
    again = store.trainings.passed("agent", quiz().version)

    assert newcomer.take()
    assert first is not None
    assert again is not None
    assert again >= first


def test_another_version_of_the_quiz_is_to_be_passed_anew(newcomer: Desk, store: Store) -> None:
    newcomer.post("/bureau/initiation", **right_answers())

    assert store.trainings.passed("agent", f"{quiz().version}-bis") is None


def test_neither_answers_nor_attempts_are_kept(newcomer: Desk, tmp_path: Path) -> None:
    newcomer.post("/bureau/initiation", **{"question-0": "3"})
    newcomer.post("/bureau/initiation", **right_answers())

    with sqlite3.connect(tmp_path / "turns.sqlite") as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(trainings)")]
        rows = database.execute("SELECT name, version FROM trainings").fetchall()
    database.close()
    assert columns == ["name", "version", "at"]
    assert rows == [("agent", quiz().version)]


def test_a_question_without_a_right_choice_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "quiz.toml"
    path.write_text(
        'version = "1"\n[[lesson]]\ntitle = "a"\ntext = "b"\n'
        '[[question]]\nask = "?"\nchoices = ["a", "b"]\nright = 3\nwhy = "c"\n',
        encoding="utf-8",
    )

    with pytest.raises(ConfigurationError, match="rang"):
        quiz(path)
