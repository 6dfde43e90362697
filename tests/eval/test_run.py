"""A run keeps what was seen before anything is judged: resumed after a kill, never mixed, never indiscreet."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.assembly import Assembly, assemble
from bot.manifest import Fingerprinter
from corpus.progress import Silent
from corpus.settings import Settings
from ethics.envelope import read_envelope
from eval.case import Case
from eval.errors import RunFolderError
from eval.observation import read_observations
from eval.report import EVIDENCE_FILE, write_report
from eval.run import CASES, CHANGED, OBSERVATIONS, SETTINGS, Plan, cases_digest, run
from eval.run_folder import read_run
from tests.bot.town import BULKY, CANTEEN, CRECHE, DAY, LOST_CARD, PASSPORT
from tests.eval.run_process import PLAN

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [Case(f"q{rank}", q) for rank, q in enumerate((LOST_CARD, PASSPORT, CANTEEN, CRECHE, BULKY))]
SMALL = Plan("essai", QUESTIONS, trials=1, day=DAY)


def answers_in(folder: Path) -> dict[tuple[str, int], str]:
    """What each case was answered, without its timings."""
    seen = list(read_observations(folder / OBSERVATIONS))
    found = {(one.case, one.trial): json.dumps(one.answer, sort_keys=True, ensure_ascii=False) for one in seen}
    assert len(found) == len(seen), "a case was asked twice"
    return found


@pytest.mark.slow
def test_a_run_killed_without_warning_goes_on_without_asking_anything_twice(town: Settings, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.eval.run_process", str(town.data), str(town.sources_file), str(tmp_path)]
    wanted = len(PLAN.cases) * PLAN.trials
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line == "9\n" for line in process.stdout)
        process.kill()
        assert process.wait() != 0
    before = answers_in(tmp_path)
    assert 9 <= len(before) < wanted

    resumed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)

    after = answers_in(tmp_path)
    assert wanted == len(after)
    assert before.items() <= after.items()
    assert wanted - len(before) == len(resumed.stdout.splitlines())


def test_a_line_half_written_is_asked_again(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    run(SMALL, bot, town, tmp_path, Silent())
    whole = answers_in(tmp_path)
    path = tmp_path / OBSERVATIONS
    path.write_bytes(path.read_bytes()[:-40])

    asked = run(SMALL, bot, town, tmp_path, Silent())

    assert asked == 1
    assert answers_in(tmp_path) == whole


def test_a_finished_run_asks_nothing_more(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    assert run(SMALL, bot, town, tmp_path, Silent()) == 5
    assert run(SMALL, bot, town, tmp_path, Silent()) == 0


def test_a_line_damaged_in_the_middle_is_told(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    run(SMALL, bot, town, tmp_path, Silent())
    path = tmp_path / OBSERVATIONS
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"{}\n", *lines[2:]]))

    with pytest.raises(RunFolderError, match="ligne 2"):
        run(SMALL, bot, town, tmp_path, Silent())


@pytest.mark.parametrize(
    "other",
    [
        replace(SMALL, trials=2),
        replace(SMALL, cases=QUESTIONS[:4]),
        replace(SMALL, cases=[replace(QUESTIONS[0], must_say=("25 €",)), *QUESTIONS[1:]]),
        replace(SMALL, reworded=True),
    ],
    ids=["trials", "cases", "expected", "reworded"],
)
def test_another_run_is_never_mixed_with_the_one_of_the_folder(
    other: Plan, bot: Assembly, town: Settings, tmp_path: Path
) -> None:
    run(SMALL, bot, town, tmp_path, Silent())

    with pytest.raises(RunFolderError, match="autre mesure"):
        run(other, bot, town, tmp_path, Silent())


def test_asking_several_at_once_changes_no_answer(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    for workers in (1, 8):
        run(replace(SMALL, workers=workers, trials=3), bot, town, tmp_path / str(workers), Silent())

    assert answers_in(tmp_path / "1") == answers_in(tmp_path / "8")


def test_the_text_of_a_hidden_case_is_never_written(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    words = "Ma voisine Zéphyrine Quintefeuille a perdu sa carte d'identité, que faire ?"
    hidden = Case("h1", words, before=("Zéphyrine veut un passeport",), shown=False)
    follows = Case("h2", "Et pour Zéphyrine ?", before=(words,), shown=False)

    run(replace(SMALL, cases=[hidden, follows]), bot, town, tmp_path, Silent())

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode()
    assert '"h1"' in written
    assert "Zéphyrine" not in written
    assert "Quintefeuille" not in written


def test_what_is_written_says_what_was_measured(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    run(SMALL, bot, town, tmp_path, Silent())

    said = json.loads((tmp_path / SETTINGS).read_bytes())
    assert said["index"]["root"] == bot.opened.manifest.root
    assert said["cases_digest"] == cases_digest(QUESTIONS)
    assert said["day"] == DAY.isoformat()
    assert len((tmp_path / CASES).read_bytes().splitlines()) == 5


def test_a_run_names_the_release_that_the_committee_would_sign(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    run(SMALL, bot, town, tmp_path, Silent())
    release = Fingerprinter(town).manifest().fingerprint
    write_report(tmp_path)
    to_sign = read_envelope((tmp_path / EVIDENCE_FILE).read_bytes()).statement()

    assert read_run(tmp_path).fingerprint == release
    assert dict(to_sign.subjects) == {"release": release}


class Altering(Silent):
    """Somebody changes a file of what is measured once the first answer is given."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def advance(self, steps: int = 1) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" * steps)


def test_what_changed_during_a_run_is_no_release_and_the_report_says_so(town: Settings, tmp_path: Path) -> None:
    shutil.copytree(town.data, tmp_path / "data", ignore=shutil.ignore_patterns("records", "downloads"))
    settings = town.model_copy(update={"data": tmp_path / "data"})
    start = Fingerprinter(settings).manifest().fingerprint
    assembly = assemble(settings)
    run(SMALL, assembly, settings, tmp_path / "run", Altering(assembly.opened.folder / "rows.json"))
    assembly.opened.store.close()
    found, report = read_run(tmp_path / "run"), write_report(tmp_path / "run")

    assert found.fingerprint not in {start, Fingerprinter(settings).manifest().fingerprint}
    assert json.loads((tmp_path / "run" / CHANGED).read_bytes())["parts"] == ["index"]
    assert "ne peut pas être signée" in report.html.read_text(encoding="utf-8")


def test_the_messages_before_a_question_are_asked_first(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    case = Case("c1", "Et pour un mineur de 16 ans ?", before=(PASSPORT,), documents=("F9002",))

    run(replace(SMALL, cases=[case]), bot, town, tmp_path, Silent())

    (seen,) = read_observations(tmp_path / OBSERVATIONS)
    assert "passeport" in seen.query.lower()
    assert seen.query != case.q


def test_the_digest_of_cases_does_not_depend_on_their_order() -> None:
    assert cases_digest(QUESTIONS) == cases_digest(QUESTIONS[::-1])
    assert cases_digest(QUESTIONS) != cases_digest(QUESTIONS[1:])


def test_a_folder_that_cannot_be_written_is_told(bot: Assembly, town: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(RunFolderError, match="ne s’écrit pas"):
        run(SMALL, bot, town, tmp_path / "file", Silent())
