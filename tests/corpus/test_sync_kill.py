"""A power cut at any moment of a sync leaves an index that serves, and the next sync completes."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from corpus.generation import current_generation
from corpus.index import collection_ids, open_index
from corpus.sync import sync
from tests.corpus.builders import TODAY, Fiche, engines, settings_in, tarball_of

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = (
    "fetching",
    "passages",
    "store",
    "ranking",
    "vectors",
    "vectors",
    "vectors",
    "vectors",
    "switching",
    "switching",
)
LONGEST_S = 0.12
"""Longest wait after a stage began: about what the longest stage takes here on a quiet machine."""


def kill_during(stage: str, wait_s: float, folder: Path, archive: Path) -> bool:
    """Run a sync and end it without warning; tell whether it was cut before its end."""
    command = [sys.executable, "-m", "tests.corpus.sync_process", str(folder), str(archive)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line == f"{stage}\n" for line in process.stdout)
        time.sleep(wait_s)
        process.kill()
        return process.wait() != 0


def state(number: int) -> dict[str, list[Fiche]]:
    """A corpus that differs at each number: a document leaves, another comes, one changes."""
    changing = Fiche("F1", chapters=(("Délai", f"La réponse arrive en {number + 2} semaines au plus, par courrier."),))
    return {"particuliers": [changing, Fiche(f"F{number + 10}", f"Démarche {number}"), Fiche("F2")]}


def test_a_kill_at_any_moment_leaves_the_old_index_or_the_new_one_and_the_next_sync_completes(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    archives = [tarball_of(tmp_path / f"{n}.tgz", state(n)) for n in range(len(MOMENTS) + 1)]
    root = sync(settings, ["fiches"], archives[0], TODAY, engines=engines()).root
    chance = random.Random(20261123)
    cut = 0

    for stage, archive in zip(MOMENTS, archives[1:], strict=True):
        # The switch itself takes a few thousandths of a second.
        cut += kill_during(stage, chance.random() * (0.01 if stage == "switching" else LONGEST_S), tmp_path, archive)

        served = open_index(settings, verify=True)
        with served.store as store:
            refs = {passage.ref for passage in store.all_passages()}
        assert collection_ids(served.folder)["particuliers"] == refs
        before = served.manifest.root
        report = sync(settings, ["fiches"], archive, TODAY, engines=engines())

        assert before in {root, report.root}
        assert report.root != root
        assert [path for path in settings.index.iterdir() if path.suffix in {".building", ".new"}] == []
        assert current_generation(settings.index).name == report.generation
        root = report.root

    assert cut >= len(MOMENTS) - 3
