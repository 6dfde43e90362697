"""Any error reading the records means not approved: one byte anywhere is enough."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethics.canonical import digest
from ethics.errors import EthicsError, LogError, RecordsError
from ethics.gate import Serve
from ethics.levels import Level, suspension
from ethics.log import appending
from ethics.records import (
    LOG,
    file_data,
    file_envelope,
    note,
    read_records,
    sign_checkpoint,
    write_durably,
)
from tests.ethics.city import City, a_city, signed
from tests.ethics.signers import key, public

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
STOP = signed(suspension(Level.L2, "alice", "Erreur."), "alice")


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> City:
    return a_city(tmp_path_factory.mktemp("records"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.data())
def test_one_changed_byte_in_any_file_is_not_approved(approved: City, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(p for p in approved.folder.rglob("*") if p.is_file())))
    whole = path.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[place]))
    try:
        path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
        found = approved.ask(pin=approved.folder.parent / "roster.pin")
    finally:
        path.write_bytes(whole)

    assert (found.level, found.serve) == (Level.L3, Serve.STATIC)
    assert found.findings


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.data())
def test_a_file_cut_short_is_not_approved(approved: City, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(p for p in approved.folder.rglob("*") if p.is_file())))
    whole = path.read_bytes()
    kept = data.draw(st.integers(0, len(whole) - 1))
    try:
        path.write_bytes(whole[:kept])
        found = approved.ask(pin=approved.folder.parent / "roster.pin")
    finally:
        path.write_bytes(whole)

    assert found.level is Level.L3


def test_the_city_of_these_tests_is_approved(approved: City) -> None:
    assert approved.ask().level is Level.L0


def test_what_is_filed_is_read_back(tmp_path: Path) -> None:
    first = file_envelope(tmp_path, "suspension", STOP, NOW, "Arrêt d'Alice")
    second = file_data(tmp_path, "act", b"Arrete", NOW, "acte", ".pdf")
    note(tmp_path, "alive", NOW)
    records = read_records(tmp_path)

    assert (first.file, second.file) == ("suspension/000001-arr-t-d-alice.json", "act/000002-acte.pdf")
    assert [filed.envelope for filed in records.of("suspension")] == [STOP]
    assert records.files == {digest(b"Arrete"): b"Arrete"}
    assert records.find(STOP.digest) == records.envelopes[0]
    assert records.find("") is None
    assert [entry.kind for entry in records.log.entries] == ["suspension", "act", "alive"]


def test_a_file_that_the_log_does_not_name_counts_for_nothing(tmp_path: Path) -> None:
    file_envelope(tmp_path, "suspension", STOP, NOW)
    (tmp_path / "suspension" / "000002-forged.json").write_bytes(STOP.to_bytes())

    assert len(list(read_records(tmp_path).of("suspension"))) == 1


def test_a_name_of_strange_letters_makes_a_file_all_the_same(tmp_path: Path) -> None:
    assert file_data(tmp_path, "act", b"", NOW, "../../é", ".txt").file == "act/000001-act.txt"


@pytest.mark.parametrize("name", ["../out.json", "suspension/../../out.json"])
def test_a_file_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (tmp_path / "out.json").write_bytes(STOP.to_bytes())
    with appending(folder / LOG) as log:
        log.add("act", name, digest(STOP.to_bytes()), NOW)

    with pytest.raises(RecordsError, match="hors du dossier"):
        read_records(folder)


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_bytes(b"a")
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "in.txt").symlink_to(tmp_path / "out.txt")
    with appending(tmp_path / "records" / LOG) as log:
        log.add("act", "in.txt", digest(b"a"), NOW)

    with pytest.raises(RecordsError, match="hors du dossier"):
        read_records(tmp_path / "records")


def test_a_missing_an_altered_or_a_foreign_file_is_refused(tmp_path: Path) -> None:
    entry = file_envelope(tmp_path, "suspension", STOP, NOW)
    path = tmp_path / entry.file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(LogError, match="ligne 1") as caught:
        read_records(tmp_path)
    assert caught.value.line == 1
    path.unlink()
    with pytest.raises(RecordsError, match="ne peut pas être lu"):
        read_records(tmp_path)
    path.mkdir()
    with pytest.raises(EthicsError):
        read_records(tmp_path)


def test_a_line_whose_file_is_no_envelope_is_refused(tmp_path: Path) -> None:
    file_data(tmp_path, "suspension", b"no envelope", NOW, "x", ".json")

    with pytest.raises(RecordsError, match="illisible"):
        read_records(tmp_path)


def test_a_checkpoint_covers_the_lines_there_are(tmp_path: Path) -> None:
    file_envelope(tmp_path, "suspension", STOP, NOW)
    checkpoint = sign_checkpoint(tmp_path, "cite.example/journal", key("log"))
    note(tmp_path, "alive", NOW)
    records = read_records(tmp_path)

    assert checkpoint.size == 1
    assert checkpoint.is_signed(public("log"))
    assert records.checkpoints == [checkpoint]
    assert records.log.tree.root(1) == checkpoint.root


@pytest.mark.parametrize("content", [b"", b"\xff", b"cite\n"])
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    file_envelope(tmp_path, "suspension", STOP, NOW)
    (tmp_path / "witness").mkdir()
    (tmp_path / "witness" / "000001.txt").write_bytes(content)

    with pytest.raises(EthicsError):
        read_records(tmp_path)


def test_a_log_that_does_not_hold_is_not_signed(tmp_path: Path) -> None:
    file_envelope(tmp_path, "suspension", STOP, NOW)
    (tmp_path / LOG).write_bytes(b"{}\n")

    with pytest.raises(LogError):
        sign_checkpoint(tmp_path, "cite.example/journal", key("log"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(RecordsError, match="droits"):
        note(tmp_path, "alive", NOW)


def test_a_folder_whose_place_is_taken_is_told(tmp_path: Path) -> None:
    (tmp_path / "suspension").write_bytes(b"")
    with pytest.raises(RecordsError, match="n’ont pas pu être écrits"):
        file_envelope(tmp_path, "suspension", STOP, NOW)
    (tmp_path / LOG).mkdir()
    with pytest.raises(RecordsError, match="n’ont pas pu être écrits"):
        note(tmp_path, "alive", NOW)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    write_durably(tmp_path / "a.txt", b"one")
    write_durably(tmp_path / "a.txt", b"two")

    assert (tmp_path / "a.txt").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_records_copied_elsewhere_are_verified_there(approved: City, tmp_path: Path) -> None:
    shutil.copytree(approved.folder, tmp_path / "elsewhere")

    assert len(read_records(tmp_path / "elsewhere").envelopes) == len(read_records(approved.folder).envelopes)
