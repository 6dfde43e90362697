"""`python -m bot ask`: what a resident or an operator reads, and how a failure looks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot import __main__ as command
from bot.replies import texts
from corpus.settings import ROOT
from tests.bot.test_answer import PROMISED, PROMISED_OF_A_CITATION, PROMISED_OF_A_SENTENCE
from tests.bot.town import CANTEEN, ELSEWHERE, LOST_CARD_CHILD, PASSPORT, TERRACE

AS_OF = ("--as-of", "2026-03-02")
EVERY_COMMAND = ("ask", "chat", "manifest", "release", "replay", "watch", "recall")


class Done:
    """What a run of the command gave."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def one_line(self) -> bool:
        """An expected failure: nothing said on the output, one line on the error output, code 1."""
        return (self.code, self.out, len(self.err.strip().splitlines())) == (1, "", 1) and "Traceback" not in self.err


@pytest.fixture
def run(served: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `python -m bot` with the arguments given, in this process."""

    def invoke(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["bot", *arguments])
        with pytest.raises(SystemExit) as ended:
            command.run()
        captured = capsys.readouterr()
        return Done(int(ended.value.code or 0), captured.out, captured.err)

    return invoke


def written(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return path


def asked(identifier: Any, question: str) -> str:
    return json.dumps({"id": identifier, "q": question}, ensure_ascii=False)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_question_is_answered_on_the_screen(run: Any) -> None:
    done = run("ask", LOST_CARD_CHILD, *AS_OF)

    assert (done.code, done.err) == (0, "")
    assert "La carte perdue par un enfant coûte 19 €" in done.out
    assert done.out.startswith(texts()["screen"]["banner"])


def test_a_question_is_answered_in_json_with_the_promised_keys(run: Any) -> None:
    done = run("ask", LOST_CARD_CHILD, *AS_OF, "--json")
    values = json.loads(done.out)

    assert (done.code, done.err) == (0, "")
    assert values.keys() >= PROMISED
    assert values["status"] == "answered"
    for sentence in values["sentences"]:
        assert sentence.keys() >= PROMISED_OF_A_SENTENCE
        assert all(citation.keys() >= PROMISED_OF_A_CITATION for citation in sentence["citations"])


def test_the_same_question_twice_gives_the_same_bytes(run: Any) -> None:
    assert run("ask", PASSPORT, *AS_OF, "--json").out == run("ask", PASSPORT, *AS_OF, "--json").out


def test_the_day_asked_for_decides_the_version(run: Any) -> None:
    def cited(day: str) -> set[str]:
        sentences = json.loads(run("ask", TERRACE, "--as-of", day, "--json").out)["sentences"]
        return {citation["document"] for sentence in sentences for citation in sentence["citations"]}

    assert cited("2022-05-01") == {"terrasse-1"}
    assert cited("2025-05-01") == {"terrasse-2"}
    assert cited("1990-05-01") == set()


def test_a_refusal_is_not_a_failure_of_the_command(run: Any) -> None:
    done = run("ask", ELSEWHERE, "--json")

    assert (done.code, json.loads(done.out)["status"]) == (0, "unanswerable_out_of_scope")


def test_beyond_the_demonstration_there_is_no_banner_and_no_old_figure(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITE_SCOPE", "public")

    done = run("ask", CANTEEN, *AS_OF)

    assert texts()["screen"]["banner"] not in done.out
    assert "0,13" not in done.out
    assert "26 août 2020" in " ".join(done.out.split())


@pytest.mark.parametrize("day", ["demain", "02/03/2026", "2026-13-01", "2026-02-30", "20260302", ""])
def test_a_day_in_another_form_is_refused_without_a_traceback(run: Any, day: str) -> None:
    done = run("ask", PASSPORT, "--as-of", day)

    assert (done.code, done.out) == (2, "")
    assert "--as-of" in done.err
    assert "Traceback" not in done.err


def test_a_missing_index_is_one_line_that_says_what_to_run(
    run: Any, tmp_path: Path, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(served / "weights", tmp_path / "weights")
    monkeypatch.setenv("CITE_DATA", str(tmp_path))

    done = run("ask", PASSPORT)

    assert done.one_line
    assert "corpus sync" in done.err


def test_missing_weights_are_one_line_that_says_what_to_run(
    run: Any, tmp_path: Path, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(served / "index", tmp_path / "index")
    monkeypatch.setenv("CITE_DATA", str(tmp_path))

    done = run("ask", PASSPORT)

    assert done.one_line
    assert "corpus train" in done.err


def test_a_wrong_setting_is_one_line_that_names_it_and_not_its_value(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITE_SCOPE", "motdepasse")

    done = run("ask", PASSPORT)

    assert done.one_line
    assert "CITE_SCOPE" in done.err
    assert "motdepasse" not in done.err


def test_ctrl_c_ends_with_its_own_code_and_no_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "assemble", interrupted)
    done = run("ask", PASSPORT)

    assert done.code == 130
    assert "Traceback" not in done.err


def test_a_batch_gives_one_answer_a_line_in_order_with_the_promised_keys(run: Any, tmp_path: Path) -> None:
    batch = written(tmp_path / "in.jsonl", asked("a", PASSPORT), asked("b", ELSEWHERE), asked("c", ""))

    done = run("ask", "--batch", str(batch), "--out", str(tmp_path / "out.jsonl"), *AS_OF)

    rows = read(tmp_path / "out.jsonl")
    assert (done.code, done.err) == (0, "")
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert [row["status"] for row in rows] == ["clarify_branch", "unanswerable_out_of_scope", "refused_empty"]
    assert all(row.keys() >= PROMISED for row in rows)


def test_a_batch_answers_as_a_single_question_does(run: Any, tmp_path: Path) -> None:
    batch = written(tmp_path / "in.jsonl", asked("", LOST_CARD_CHILD))
    run("ask", "--batch", str(batch), "--out", str(tmp_path / "out.jsonl"), *AS_OF)

    assert read(tmp_path / "out.jsonl") == [json.loads(run("ask", LOST_CARD_CHILD, *AS_OF, "--json").out)]


def test_a_bad_line_stops_the_batch_in_one_line_and_leaves_the_old_answers(run: Any, tmp_path: Path) -> None:
    batch = written(tmp_path / "in.jsonl", asked("a", PASSPORT), asked("b", PASSPORT), "{pas du json")
    out = written(tmp_path / "out.jsonl", "les anciennes réponses")

    done = run("ask", "--batch", str(batch), "--out", str(out))

    assert done.one_line
    assert "ligne 3" in done.err
    assert out.read_text(encoding="utf-8") == "les anciennes réponses"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize("out", ["absent/out.jsonl", "in.jsonl/out.jsonl", ".", "/", f"{'x' * 300}.jsonl"])
def test_an_output_that_cannot_be_written_is_one_line(run: Any, tmp_path: Path, out: str) -> None:
    batch = written(tmp_path / "in.jsonl", asked("a", PASSPORT))
    place = out if out in {".", "/"} else str(tmp_path / out)

    assert run("ask", "--batch", str(batch), "--out", place).one_line


def test_a_batch_without_an_output_is_one_line(run: Any, tmp_path: Path) -> None:
    done = run("ask", "--batch", str(written(tmp_path / "in.jsonl", asked("a", PASSPORT))))

    assert done.one_line
    assert "--out" in done.err


def test_a_batch_that_is_not_there_is_one_line(run: Any, tmp_path: Path) -> None:
    assert run("ask", "--batch", str(tmp_path / "absent"), "--out", str(tmp_path / "out.jsonl")).one_line


def in_a_process(data: Path, arguments: Sequence[str], script: str = "") -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CITE_")}
    head = [sys.executable, "-c", script] if script else [sys.executable, "-m", "bot"]
    return subprocess.run(
        [*head, *arguments],
        cwd=ROOT,
        env={**kept, "CITE_DATA": str(data)},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_help_names_every_command_and_an_unknown_one_is_refused(run: Any) -> None:
    told, unknown = run("--help"), run("demander")

    assert told.code == 0
    assert [name for name in EVERY_COMMAND if name not in told.out] == []
    assert (unknown.code, unknown.out) == (2, "")
    assert "demander" in unknown.err


def test_asking_imports_neither_torch_nor_the_vector_store_nor_a_model(served: Path) -> None:
    script = (
        "import runpy, sys\n"
        "try:\n    runpy.run_module('bot', run_name='__main__')\n"
        "except SystemExit as ended:\n    assert not ended.code, ended.code\n"
        "heavy = {'torch', 'chromadb', 'sentence_transformers', 'transformers', 'mistralai', 'gradio', 'ragas'}\n"
        "heavy |= {'bm25s', 'scipy', 'bot.proof_commands', 'bot.watch'}\n"
        "print(*sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )

    done = in_a_process(served, ["ask", PASSPORT, *AS_OF], script)

    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "87 €" in done.stdout


def test_the_command_of_the_readme_runs_in_a_process_of_its_own(served: Path, tmp_path: Path) -> None:
    answered = in_a_process(served, ["ask", "--json", *AS_OF, "--", "- carte \udce9 perdue"])
    missing = in_a_process(tmp_path, ["ask", PASSPORT])

    assert (answered.returncode, answered.stderr) == (0, "")
    assert json.loads(answered.stdout).keys() >= PROMISED
    assert (missing.returncode, missing.stdout, len(missing.stderr.splitlines())) == (1, "", 1)
