"""The file for an outside auditor: whole, verifiable without us, and without a word of anybody."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Store
from ethics.policy import POLICY_FILE, load_policy
from tests.ethics.city import a_city
from tests.house.tree import ROOT
from tests.ui.console.at_work import AtWork, a_contest
from tests.ui.identity.conftest import Clock
from tests.ui.reading import text_of
from ui.archive import archive, write_archive
from ui.records import Records

PAGE = "/console/dossiers/archive"
SECRET = "Mon fils Hugo a perdu sa carte"


@pytest.fixture
def governed(tmp_path: Path) -> Path:
    """The records of a committee that approved a release, beside the rest of what the service keeps."""
    city = a_city(tmp_path / "city")
    shutil.copytree(city.folder, tmp_path, dirs_exist_ok=True)
    return tmp_path


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def test_a_member_takes_an_archive_that_the_command_verifies_and_whose_every_file_has_its_digest(
    visitor: TestClient, governed: Path, store: Store, bot: Assembly, records: Records, clock: Clock
) -> None:
    contest = a_contest(bot, records, store, clock, message=SECRET)
    member = AtWork(visitor, "committee")

    sent = member.post(PAGE, why="demandé par le Médiateur")

    assert sent.status_code == 200
    assert ".zip" in sent.headers["content-disposition"]
    file = opened(sent.content)
    file.extractall(governed / "out")
    told: dict[str, str] = {line[66:]: line[:64] for line in file.read("SHA256SUMS").decode().splitlines()}
    assert set(told) == set(file.namelist()) - {"SHA256SUMS"}
    assert told == {name: hashlib.sha256(file.read(name)).hexdigest() for name in told}
    command = [sys.executable, "-m", "ethics", "--records", str(governed / "out/records"), "verify"]
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0
    assert file.read("regles/policy.toml") == POLICY_FILE.read_bytes()
    assert contest.case.number in file.read("dossiers/cases.jsonl").decode()
    assert store.acts.latest()[0].why == "demandé par le Médiateur"


def test_an_archive_with_a_file_altered_after_the_fact_no_longer_verifies(
    visitor: TestClient, governed: Path, store: Store
) -> None:
    opened(AtWork(visitor, "executive").post(PAGE, why="contrôle").content).extractall(governed / "out")
    opinion = next((governed / "out/records/opinion").glob("*.json"))
    opinion.write_bytes(opinion.read_bytes().replace(b"keyid", b"keyed", 1))

    command = [sys.executable, "-m", "ethics", "--records", str(governed / "out/records"), "verify"]
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 1


def test_the_archive_holds_neither_messages_nor_names_nor_databases(
    visitor: TestClient, governed: Path, store: Store, bot: Assembly, records: Records, clock: Clock
) -> None:
    a_contest(bot, records, store, clock, message=SECRET)
    (governed / "samples").mkdir()
    (governed / "samples/week.json").write_text(SECRET, encoding="utf-8")

    file = opened(AtWork(visitor, "committee").post(PAGE, why="contrôle interne").content)

    whole = b"\n".join(file.read(name) for name in file.namelist())
    assert b"Hugo" not in whole
    assert b"contr\xc3\xb4le interne" not in whole
    assert [name for name in file.namelist() if "sqlite" in name or "samples" in name] == []


def test_without_any_record_the_archive_still_holds_the_rules_and_says_so(visitor: TestClient, store: Store) -> None:
    file = opened(AtWork(visitor, "committee").post(PAGE, why="contrôle").content)

    assert not [name for name in file.namelist() if name.startswith("records/")]
    assert "regles/charte.md" in file.namelist()
    assert "sha256sum -c SHA256SUMS" in file.read("LISEZ-MOI.md").decode()


def test_it_needs_a_reason_and_a_log_that_does_not_hold_is_not_sent(
    visitor: TestClient, governed: Path, store: Store
) -> None:
    member = AtWork(visitor, "committee")
    assert "Donnez la raison" in text_of(member.post(PAGE, why=" ").text)
    lines = (governed / "log.jsonl").read_bytes().splitlines(keepends=True)
    (governed / "log.jsonl").write_bytes(b"".join(lines[1:]))

    sent = member.post(PAGE, why="contrôle")

    assert sent.status_code == 422
    assert "application/zip" not in sent.headers["content-type"]
    assert [act for act in store.acts.latest() if act.what == "file_exported"] == []


def test_it_is_sent_a_piece_at_a_time(store: Store, tmp_path: Path, clock: Clock) -> None:
    evidence = tmp_path / "recalls.jsonl"
    evidence.write_bytes(b"".join(hashlib.sha256(b"%d" % rank).digest() for rank in range(40_000)))

    sizes = [len(piece) for piece in archive(Records(store, tmp_path, load_policy(), clock), clock())]

    assert sum(sizes) > evidence.stat().st_size
    assert max(sizes) < evidence.stat().st_size / 4


def test_the_command_writes_the_same_file_whole_or_not_at_all(store: Store, tmp_path: Path, clock: Clock) -> None:
    records, out = Records(store, tmp_path, load_policy(), clock), tmp_path / "out.zip"

    size = write_archive(records, out)

    assert out.stat().st_size == size
    assert zipfile.ZipFile(out).testzip() is None
    assert out.read_bytes() == b"".join(archive(records, clock()))
    assert list(tmp_path.glob(".*part")) == []
