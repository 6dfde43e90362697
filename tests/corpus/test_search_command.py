"""`python -m corpus search`: ranked documents for a question or a file of questions, with the promised keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpus.__main__ import app
from corpus.generation import current_generation
from corpus.messages import message
from corpus.settings import Settings
from corpus.store import STORE_FILE, PassageStore
from tests.bot.town import ELSEWHERE, LOST_CARD, PASSPORT, TERRACE, town_in

RUN = CliRunner()


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return town_in(tmp_path_factory.mktemp("searched"))


@pytest.fixture
def store(indexed: Settings) -> Iterator[PassageStore]:
    with PassageStore(current_generation(indexed.index) / STORE_FILE) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _served(indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CITE_MODEL", "CITE_VECTORS", "CITE_SCOPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CITE_DATA", str(indexed.data))


def found(*arguments: str) -> dict[str, Any]:
    done = RUN.invoke(app, ["search", *arguments, "--json"])
    assert done.exit_code == 0, done.output
    values: dict[str, Any] = json.loads(done.stdout)
    return values


@pytest.mark.parametrize(("question", "best"), [(LOST_CARD, "F9001"), (PASSPORT, "F9002"), (TERRACE, "terrasse-2")])
def test_the_best_document_comes_first(question: str, best: str) -> None:
    assert found(question)["documents"][0] == best


def test_the_json_has_the_promised_keys_and_passages_best_first(store: PassageStore) -> None:
    values = found(PASSPORT)

    assert values.keys() >= {"id", "documents", "passages"}
    assert all(passage.keys() >= {"ref", "document", "score"} for passage in values["passages"])
    scores = [passage["score"] for passage in values["passages"]]
    assert scores == sorted(scores, reverse=True)
    for passage in values["passages"]:
        stored = store.passage(passage["ref"])
        assert stored is not None
        assert stored.document == passage["document"]


def test_as_many_documents_are_given_as_asked_for() -> None:
    assert len(found(LOST_CARD, "-k", "3")["documents"]) == 3
    assert found(LOST_CARD, "-k", "1")["documents"] == ["F9001"]


@pytest.mark.parametrize("limit", ["0", "-1", "201", "beaucoup"])
def test_a_number_of_documents_out_of_bounds_is_refused(limit: str) -> None:
    done = RUN.invoke(app, ["search", LOST_CARD, "-k", limit])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_only_versions_in_force_on_the_day_are_found() -> None:
    assert found(TERRACE, "--as-of", "2022-05-01")["documents"][0] == "terrasse-1"
    assert "terrasse-2" not in found(TERRACE, "--as-of", "2022-05-01")["documents"]
    assert not {"terrasse-1", "terrasse-2"} & set(found(TERRACE, "--as-of", "1990-05-01")["documents"])


@pytest.mark.parametrize("day", ["demain", "01/05/2022", "2022-02-30"])
def test_a_day_in_another_form_is_refused_without_a_traceback(day: str) -> None:
    done = RUN.invoke(app, ["search", TERRACE, "--as-of", day])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "--as-of" in done.stderr


def test_only_documents_for_the_audience_or_for_everybody_are_found() -> None:
    assert "F9002" in found(PASSPORT, "--audience", "particuliers")["documents"]
    assert set(found(PASSPORT, "--audience", "associations")["documents"]) <= {"terrasse-1", "terrasse-2"}


def test_a_rank_is_explained_when_asked() -> None:
    explained = found(LOST_CARD, "--explain")

    assert explained["terms"]
    assert explained["signals"].keys() == set(explained["documents"])
    assert "signals" not in found(LOST_CARD)


def test_a_person_reads_ranks_titles_and_a_passage(store: PassageStore) -> None:
    screen = RUN.invoke(app, ["search", LOST_CARD, "--explain"]).stdout

    first = screen.splitlines()[0]
    assert first.startswith(" 1. F9001")
    assert "Carte d'identité perdue" in first
    assert any(passage.ref in screen for passage in store.passages_of("F9001"))


@pytest.mark.parametrize("question", ["", "   ", "?!", "\ud800", "\x00", "le la les"])
def test_a_question_without_a_word_finds_nothing_and_says_so(question: str) -> None:
    assert found(question)["documents"] == []
    assert RUN.invoke(app, ["search", question]).stdout.strip() == message("search", "nothing")


def test_the_same_question_twice_gives_the_same_bytes() -> None:
    first, second = (RUN.invoke(app, ["search", ELSEWHERE, "--json", "--explain"]).stdout for _ in range(2))

    assert first == second


def test_a_batch_gives_one_line_a_question_in_order_as_asked_alone(tmp_path: Path) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [json.dumps({"id": name, "q": text}) for name, text in [("a", LOST_CARD), ("b", ""), ("c", PASSPORT)]]
    batch.write_text("\ufeff" + "\n\n".join(lines), encoding="utf-8")

    done = RUN.invoke(app, ["search", "--batch", str(batch), "--out", str(out), "-k", "2"])

    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert (done.exit_code, done.stdout) == (0, "")
    assert "3" in done.stderr
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert rows[0] == {**found(LOST_CARD, "-k", "2"), "id": "a"}
    assert rows[1]["documents"] == []


@pytest.mark.parametrize("content", ["{", '{"q": 1}', "[]"])
def test_a_bad_batch_is_one_line_and_leaves_the_old_output(tmp_path: Path, content: str) -> None:
    batch, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    batch.write_text(content, encoding="utf-8")
    out.write_text("avant", encoding="utf-8")

    done = RUN.invoke(app, ["search", "--batch", str(batch), "--out", str(out)])

    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "ligne 1" in done.stderr
    assert out.read_text(encoding="utf-8") == "avant"


def test_a_batch_without_an_output_and_a_folder_without_an_index_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.jsonl").write_text('{"q": "x"}', encoding="utf-8")
    without_output = RUN.invoke(app, ["search", "--batch", str(tmp_path / "in.jsonl")])
    monkeypatch.setenv("CITE_DATA", str(tmp_path))
    without_index = RUN.invoke(app, ["search", PASSPORT])

    for done in (without_output, without_index):
        assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "--out" in without_output.stderr
    assert "corpus sync" in without_index.stderr
