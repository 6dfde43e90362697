"""The queue of the console is the draw of the sheets, in files that do not tell the planted answers apart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.assembly import Assembly
from corpus.settings import load_settings
from ethics.canonical import digest
from ethics.readings import ARBITER
from eval.audit_queue import write_queue
from eval.audit_results import measures_from, reading_of
from eval.audit_sheets import Draw, draw, read_rows, sheets_of, write_rows
from eval.errors import SheetError
from eval.run_folder import read_run
from tests.eval.seen import a_case, right, run_in, seen
from tests.eval.test_command import called

MEMBERS = ("alice", "bruno")


@pytest.fixture
def made(tmp_path: Path) -> Draw:
    other = [(a_case(f"o{n}"), [seen(f"o{n}", "F9")]) for n in range(6)]
    return draw(read_run(run_in(tmp_path / "Ma mesure", [*right(20), *other])), MEMBERS, "graine", size=8, planted=3)


def lines_of(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]


def test_every_reader_and_who_settles_have_every_answer_in_an_order_of_their_own(made: Draw, tmp_path: Path) -> None:
    folder = write_queue(made, tmp_path / "audits", lambda _: ())
    queue = json.loads((folder / "queue.json").read_bytes())
    numbers = {str(line["id"]) for line in lines_of(folder)}

    assert folder.name == "ma-mesure-1"
    assert set(queue["orders"]) == {*MEMBERS, ARBITER}
    assert all(set(order) == numbers for order in queue["orders"].values())
    assert len({tuple(order) for order in queue["orders"].values()}) == 3
    assert len(numbers) == 11
    assert queue["release"] == made.run.fingerprint


def test_the_files_that_a_page_reads_tell_nothing_of_which_answers_are_planted(made: Draw, tmp_path: Path) -> None:
    folder = write_queue(made, tmp_path / "audits", lambda _: ())
    key = (folder / "key.json").read_bytes()
    told = (folder / "queue.json").read_text(encoding="utf-8") + (folder / "answers.jsonl").read_text(encoding="utf-8")

    assert "planted" not in told
    assert json.loads(key)["salt"] not in told
    assert json.loads((folder / "queue.json").read_bytes())["key"] == digest(key)
    assert len({tuple(sorted(line)) for line in lines_of(folder)}) == 1
    assert [line["id"] for line in lines_of(folder)] == sorted(str(line["id"]) for line in lines_of(folder))


def test_who_knows_the_seed_cannot_draw_the_planted_answers_nor_the_orders_again(tmp_path: Path) -> None:
    run = read_run(run_in(tmp_path / "run", [*right(20), (a_case("o"), [seen("o", "F9")])]))
    first, again = (draw(run, MEMBERS, "graine", size=8, planted=3) for _ in range(2))

    assert first.cases == again.cases
    assert first.order("alice") != again.order("alice")


def test_a_planted_answer_repeats_neither_a_question_nor_an_answer_of_the_queue(made: Draw) -> None:
    asked = [one for pair in made.plants.values() for one in pair]

    assert len(set(asked)) == 6
    assert not set(asked) & set(made.cases)


def test_a_planted_answer_is_in_the_language_of_its_question(tmp_path: Path) -> None:
    french, english = right(8), right(8, "e", language="en")
    other = [(a_case(f"{code}{n}", language=code), [seen(f"{code}{n}", "F9")]) for code in ("fr", "en") for n in "123"]
    run = read_run(run_in(tmp_path / "run", [*french, *english, *other]))

    made = draw(run, MEMBERS, "graine", size=4, planted=12)

    pairs = [(made.answered[asked].case, made.answered[given].case) for asked, given in made.plants.values()]
    assert [asked.language for asked, _ in pairs] == [given.language for _, given in pairs]
    assert {asked.language for asked, _ in pairs} == {"fr", "en"}


def test_an_audit_is_never_written_over(made: Draw, tmp_path: Path) -> None:
    write_queue(made, tmp_path / "audits", lambda _: ())

    with pytest.raises(SheetError, match="ne s’écrit pas"):
        write_queue(made, tmp_path / "audits", lambda _: ())


def test_what_one_member_read_is_given_for_their_opinion(made: Draw) -> None:
    first, _ = sheets_of(made)
    write_rows(first, [row | {"étiquette": "correct"} for row in read_rows(first)])

    said = json.loads(reading_of(made.run.path, [first], "alice", "f" * 64))

    assert (said["member"], said["release"], len(said["labels"])) == ("alice", "f" * 64, 11)
    assert said["planted"] == ["planted:1", "planted:2", "planted:3"]
    with pytest.raises(SheetError, match="bruno n’a relu aucune"):
        reading_of(made.run.path, [first], "bruno", "f" * 64)


def test_a_label_that_no_threshold_measures_is_an_error_of_none_and_a_planted_answer_noticed(made: Draw) -> None:
    sheets = sheets_of(made)
    for path in sheets:
        write_rows(path, [row | {"étiquette": "refus à tort"} for row in read_rows(path)])

    found = measures_from(made.run.path, sheets)

    assert {measure.counted for measure in found.measures.values()} == {0}
    assert found.planted["alice"].missed == 0


@pytest.mark.usefixtures("served")
def test_the_command_opens_an_audit_in_the_console_with_its_passages_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, bot: Assembly
) -> None:
    passage = next(one for one in bot.opened.store.all_passages() if len(one.text) > 60)
    pairs = [*right(6), (a_case("o"), [seen("o", "F9")])]
    for _, (one, *_) in pairs:
        for sentence in one.answer["sentences"]:
            sentence["citations"][0] |= {"passage": passage.ref, "quote": passage.text[:30]}
    run = run_in(tmp_path / "pour-la-console", pairs)
    options = ("--member", "alice", "--member", "bruno", "--seed", "graine", "--size", "4", "--planted", "1")

    assert called(monkeypatch, "audit", "out", run, *options, "--console") == 0

    folder = Path(capsys.readouterr().out.strip())
    assert folder.parent == load_settings().records / "audits"
    quoted = {str(one["sentences"][0]["citations"][0]["passage"]) for one in lines_of(folder)}  # type: ignore[index]
    shutil.rmtree(folder)
    assert quoted == {passage.text}
    assert not list(run.glob("*.csv"))
