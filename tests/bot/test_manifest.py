"""Everything that is served is in the manifest: no byte of it changes without changing one part, and the right one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.errors import ManifestError
from bot.manifest import RELEASE_FILE, Fingerprinter, both, commit_of, manifest_bytes, model_part, placed_files
from corpus.generation import current_generation
from corpus.settings import Settings
from corpus.store import STORE_FILE
from ethics.canonical import parsed
from ethics.manifest import PARTS, Manifest, read_manifest
from ethics.merkle import passages_root
from ethics.policy import load_policy
from tests.bot.program import a_copy, append
from tests.house.tree import ROOT, project_files

COMMIT = "ab" * 20


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = a_copy(tmp_path_factory.mktemp("program"))
    (folder / RELEASE_FILE).write_text(json.dumps({"commit": COMMIT, "clean": True}), encoding="utf-8")
    return folder


@pytest.fixture
def settings(town: Settings, tmp_path: Path) -> Settings:
    """The town, on a copy of its data that a test may alter."""
    shutil.copytree(town.data, tmp_path / "data", ignore=shutil.ignore_patterns("chroma", "records", "downloads"))
    return town.model_copy(update={"data": tmp_path / "data"})


def test_every_part_is_computed_and_the_same_bytes_give_the_same_fingerprint(settings: Settings, code: Path) -> None:
    found = Fingerprinter(settings, code).manifest()

    assert read_manifest(dict(found.parts)) == found
    assert set(found.parts) == set(PARTS)
    assert found.parts["code"]["commit"] == COMMIT
    assert found.parts["passages"] == passages_root(current_generation(settings.index) / STORE_FILE)
    assert found.parts["policy"] == load_policy(code / "ethics/policy.toml").digest
    assert Fingerprinter(settings, code).manifest().fingerprint == found.fingerprint


def test_another_folder_with_the_same_bytes_has_the_same_fingerprint(
    settings: Settings, code: Path, tmp_path: Path
) -> None:
    shutil.copytree(code, tmp_path / "elsewhere")
    shutil.copytree(settings.data, tmp_path / "other-data")
    moved = settings.model_copy(update={"data": tmp_path / "other-data"})

    assert Fingerprinter(moved, tmp_path / "elsewhere").manifest() == Fingerprinter(settings, code).manifest()


@pytest.mark.parametrize(
    ("file", "part"),
    [
        ("bot/prompts/reformuler.md", "prompts"),
        ("bot/checks/markers.toml", "guard"),
        ("bot/checks/figures.py", "guard"),
        ("bot/verify.py", "guard"),
        ("bot/refusal.toml", "thresholds"),
        ("bot/danger.toml", "thresholds"),
        ("corpus/lexicon/everyday_fr.tsv", "lexicon"),
        ("corpus/contacts.toml", "contacts"),
        ("corpus/authorities.toml", "contacts"),
        ("corpus/ranking_weights.toml", "retrieval"),
        ("ethics/policy.toml", "policy"),
        ("eval/cases/settled.jsonl", "evaluation"),
        ("bot/replies.toml", "code"),
        ("ui/static/page.css", "code"),
        ("ethics/gate.py", "code"),
        ("constraints.txt", "code"),
    ],
)
def test_one_line_more_in_a_file_changes_its_part_and_no_other(
    settings: Settings, code: Path, tmp_path: Path, file: str, part: str
) -> None:
    shutil.copytree(code, tmp_path / "altered")
    before = Fingerprinter(settings, tmp_path / "altered").manifest()
    path = tmp_path / "altered" / file
    append(path if path.exists() else next(path.parent.iterdir()))

    assert Fingerprinter(settings, tmp_path / "altered").manifest().differences(before) == (part,)


def test_a_file_added_beside_the_program_changes_the_code(settings: Settings, code: Path, tmp_path: Path) -> None:
    shutil.copytree(code, tmp_path / "altered")
    before = Fingerprinter(settings, tmp_path / "altered").manifest()
    (tmp_path / "altered/bot/added.py").write_text("", encoding="utf-8")

    assert Fingerprinter(settings, tmp_path / "altered").manifest().differences(before) == ("code",)


@pytest.mark.parametrize(
    ("pattern", "part"), [("vectors.npz", "index"), ("rows.json", "index"), ("units/*.npy", "index")]
)
def test_one_byte_of_the_index_is_seen_though_its_size_and_dates_are_kept(
    settings: Settings, code: Path, pattern: str, part: str
) -> None:
    prints = Fingerprinter(settings, code)
    before = prints.manifest()
    path = next(current_generation(settings.index).glob(pattern))
    flip(path, path.stat().st_size // 2)

    assert prints.manifest().differences(before) == (part,)


def flip(path: Path, place: int) -> None:
    """Change one byte, and put the dates of the file back."""
    dates = path.stat()
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)
        file.seek(place)
        file.write(bytes([byte[0] ^ 1]))
    os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))


def test_one_byte_of_the_weights_is_seen(settings: Settings, code: Path) -> None:
    prints = Fingerprinter(settings, code)
    before = prints.manifest()
    flip(
        settings.data / "weights/by-hand/model.safetensors",
        -4 + (settings.data / "weights/by-hand/model.safetensors").stat().st_size,
    )

    assert prints.manifest().differences(before) == ("embedding",)


def test_a_passage_altered_in_the_store_cannot_be_described(settings: Settings, code: Path) -> None:
    prints = Fingerprinter(settings, code)
    prints.manifest()
    store = current_generation(settings.index) / STORE_FILE
    data = store.read_bytes()
    place = data.index(b"21 jours")
    flip(store, place)

    with pytest.raises(ManifestError, match="empreinte"):
        prints.manifest()


def test_the_vectors_of_the_optional_engine_and_compiled_python_are_left_out(
    settings: Settings, code: Path, tmp_path: Path
) -> None:
    shutil.copytree(code, tmp_path / "same")
    before = Fingerprinter(settings, tmp_path / "same").manifest()
    for folder in (current_generation(settings.index) / "chroma", tmp_path / "same/bot/__pycache__"):
        folder.mkdir(exist_ok=True)
        (folder / "more.bin").write_bytes(b"x")

    assert Fingerprinter(settings, tmp_path / "same").manifest() == before


def test_the_engine_that_searches_vectors_is_part_of_the_search(settings: Settings, code: Path) -> None:
    other = settings.model_copy(update={"vectors": "chroma"})

    assert Fingerprinter(other, code).manifest().differences(Fingerprinter(settings, code).manifest()) == ("retrieval",)


def test_every_file_of_the_program_has_its_place(code: Path) -> None:
    placed = placed_files(ROOT)
    tracked = {path.as_posix() for path in project_files() if path.parts[0] in {"bot", "corpus", "ethics", "ui"}}

    assert {name for name in tracked if "__pycache__" not in name} <= set(placed)
    assert set(placed.values()) <= set(PARTS)
    # A new file of settings is code until somebody says otherwise: it is never left out.
    assert placed["bot/replies.toml"] == "code"


def test_without_git_nothing_is_claimed_of_the_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == {"commit": "0" * 40, "clean": False}


def test_git_says_the_commit_and_whether_anything_changed_since(tmp_path: Path) -> None:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    (tmp_path / "bot").mkdir()
    (tmp_path / "bot/a.py").write_text("1\n", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    assert commit_of(tmp_path) == {"commit": git("rev-parse", "HEAD"), "clean": True}

    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    assert commit_of(tmp_path)["clean"] is True
    (tmp_path / "bot/a.py").write_text("2\n", encoding="utf-8")
    assert commit_of(tmp_path)["clean"] is False


def test_a_file_that_changed_since_the_start_is_neither_state(settings: Settings, code: Path) -> None:
    start = Fingerprinter(settings, code).manifest()
    parts = dict(start.parts)
    changed = Manifest(
        parts | {"lexicon": "ab" * 32, "code": parts["code"] | {"files": "cd" * 32, "commit": "ef" * 20}}
    )
    found = both(start, changed)

    assert both(start, start) == start
    assert found.differences(start) == ("code", "lexicon")
    assert found.differences(changed) == ("code", "lexicon")
    assert read_manifest(dict(found.parts)) == found


def test_a_commit_that_changes_no_file_of_the_program_changes_nothing_that_runs(settings: Settings, code: Path) -> None:
    start = Fingerprinter(settings, code).manifest()
    later = Manifest(dict(start.parts) | {"code": start.parts["code"] | {"commit": "ef" * 20}})

    assert both(start, later) == start


def test_the_file_that_the_committee_commands_read_is_canonical(settings: Settings, code: Path) -> None:
    found = Fingerprinter(settings, code).manifest()

    assert read_manifest(parsed(manifest_bytes(found))) == found


def test_a_model_is_named_never_its_key(settings: Settings) -> None:
    told = settings.model_copy(
        update={"model_url": "http://127.0.0.1:9", "model_name": "test-honest", "generation": "on_request"}
    )
    found, none = model_part(told), model_part(settings)

    assert (found["identity"], found["name"]) == ("declared", "test-honest")
    assert none == model_part(settings.model_copy(update={"generation": "never"}))
    assert found["settings"] != model_part(told.model_copy(update={"deadline": 9.0}))["settings"]
    assert found["settings"] != model_part(told.model_copy(update={"model_url": "http://127.0.0.1:8"}))["settings"]
