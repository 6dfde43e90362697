"""A bundle is the same everywhere, and nothing of an altered one is believed."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethics.bundle import INDEX, check_folder, export_bundle, import_bundle
from ethics.errors import RecordsError
from tests.ethics.city import a_manifest
from tests.house.tree import ROOT

MANIFEST = a_manifest()
CONTENT = {"weights/model.bin": b"\x00\x01" * 900, "prompts/answer.md": b"Citez.", "policy.toml": b"[quorum]\n"}


def exported(folder: Path, name: str = "release.tar") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for index, (inside, data) in enumerate(CONTENT.items()):
        files[inside] = folder / f"file-{index}"
        files[inside].write_bytes(data)
    export_bundle(MANIFEST, files, folder / name)
    return folder / name


def test_the_same_files_give_the_same_archive(tmp_path: Path) -> None:
    assert exported(tmp_path / "a").read_bytes() == exported(tmp_path / "b").read_bytes()


def test_an_imported_bundle_has_the_same_fingerprint_and_files(tmp_path: Path) -> None:
    found = import_bundle(exported(tmp_path / "a"), tmp_path / "in" / "release")

    assert found.manifest.fingerprint == MANIFEST.fingerprint
    assert {name: (found.folder / name).read_bytes() for name in found.files} == CONTENT
    assert check_folder(found.folder) == found


def test_another_process_in_another_folder_finds_the_same_fingerprint(tmp_path: Path) -> None:
    shutil.copy(exported(tmp_path / "a"), tmp_path / "moved.tar")
    code = (
        "import sys; from pathlib import Path; from ethics.bundle import import_bundle; "
        "print(import_bundle(Path(sys.argv[1]), Path(sys.argv[2])).manifest.fingerprint)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "moved.tar"), str(tmp_path / "there")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == MANIFEST.fingerprint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120, deadline=None)
@given(st.data())
def test_one_changed_byte_never_changes_what_is_imported(tmp_path: Path, data: st.DataObject) -> None:
    whole = exported(tmp_path / "a").read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != whole[place]))
    (tmp_path / "bad.tar").write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
    shutil.rmtree(tmp_path / "in", ignore_errors=True)
    try:
        found = import_bundle(tmp_path / "bad.tar", tmp_path / "in")
    except RecordsError:
        assert not (tmp_path / "in").exists()
    else:
        # Padding of the archive, and fields that nobody reads, may differ: never a file nor the fingerprint.
        assert found.manifest == MANIFEST
        assert {name: (found.folder / name).read_bytes() for name in found.files} == CONTENT


@pytest.mark.parametrize("kept", [0, 10, 600, 2000])
def test_a_cut_archive_leaves_nothing(tmp_path: Path, kept: int) -> None:
    archive = exported(tmp_path / "a")
    archive.write_bytes(archive.read_bytes()[:kept])

    with pytest.raises(RecordsError):
        import_bundle(archive, tmp_path / "in")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def with_member(tmp_path: Path, name: str, kind: bytes = tarfile.REGTYPE) -> Path:
    archive = exported(tmp_path / "a")
    with tarfile.open(archive, "a") as opened:
        entry = tarfile.TarInfo(name)
        entry.type, entry.size, entry.linkname = kind, 2 if kind == tarfile.REGTYPE else 0, "/etc/passwd"
        opened.addfile(entry, io.BytesIO(b"hi") if kind == tarfile.REGTYPE else None)
    return archive


@pytest.mark.parametrize("name", ["more.txt", "../out.txt", "/out.txt", "a/../../out.txt", "policy.toml", INDEX, "./x"])
def test_a_file_too_many_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordsError, match="n’annonce pas"):
        import_bundle(with_member(tmp_path, name), tmp_path / "deep" / "in")
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_only_plain_files_are_unpacked(tmp_path: Path, kind: bytes) -> None:
    with pytest.raises(RecordsError, match="n’annonce pas"):
        import_bundle(with_member(tmp_path, "more", kind), tmp_path / "in")


def test_a_bundle_on_the_disk_is_checked_again(tmp_path: Path) -> None:
    folder = import_bundle(exported(tmp_path / "a"), tmp_path / "in").folder
    (folder / "policy.toml").write_bytes(b"[quorum] ")
    with pytest.raises(RecordsError, match="modifié"):
        check_folder(folder)
    (folder / "policy.toml").unlink()
    with pytest.raises(RecordsError, match="illisible"):
        check_folder(folder)
    (folder / "policy.toml").symlink_to(tmp_path / "a" / "file-2")
    with pytest.raises(RecordsError, match="modifié"):
        check_folder(folder)


def test_a_fingerprint_of_something_else_is_refused(tmp_path: Path) -> None:
    folder = import_bundle(exported(tmp_path / "a"), tmp_path / "in").folder
    index = folder / INDEX
    index.write_bytes(index.read_bytes().replace(MANIFEST.fingerprint.encode(), b"ab" * 32))

    with pytest.raises(RecordsError, match="empreinte"):
        check_folder(folder)


def test_an_existing_folder_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()

    with pytest.raises(RecordsError, match="existe déjà"):
        import_bundle(exported(tmp_path / "a"), tmp_path / "in")


def test_what_cannot_be_read_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="n’a pas pu être écrit"):
        export_bundle(MANIFEST, {"a": tmp_path / "absent"}, tmp_path / "out.tar")
    with pytest.raises(RecordsError, match="sort du dossier"):
        export_bundle(MANIFEST, {"../a": tmp_path / "absent"}, tmp_path / "out.tar")
    assert list(tmp_path.iterdir()) == []
