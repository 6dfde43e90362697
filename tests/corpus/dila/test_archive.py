"""Hostile and damaged archives: what is dangerous is refused with its reason, and the rest is read."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from corpus.dila.archive import Member, members, parse
from corpus.dila.sheet import read_sheet
from corpus.dila.tree import from_json, from_xml
from corpus.document import Document
from corpus.errors import DocumentError, SourceUnreachableError
from tests.corpus.dila.build import SOURCE, TODAY, as_json, fiche, para

GOOD = fiche(para("Bon.")).encode()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def reasons(path: Path) -> dict[str, str]:
    return {member.name: member.reason for member in members(path)}


def test_a_zip_a_tarball_and_a_folder_give_the_same_fiches(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "particuliers").mkdir(parents=True)
    (folder / "particuliers" / "F1.xml").write_bytes(GOOD)
    files = {"particuliers/F1.xml": GOOD}

    read = [
        list(members(path)) for path in (zipped(tmp_path / "a.zip", files), tarred(tmp_path / "a.tgz", files), folder)
    ]

    assert read[0] == read[1] == read[2] == [Member("particuliers/F1.xml", GOOD)]


def test_only_fiches_are_opened(tmp_path: Path) -> None:
    names = ("menu.xml", "arborescence.xml", "README.md", "F1.txt", "Factice.xml", "F1.xml", "N2.xml", "R3.json")
    path = zipped(tmp_path / "a.zip", dict.fromkeys(names, GOOD))
    assert list(reasons(path)) == ["F1.xml", "N2.xml", "R3.json"]


@pytest.mark.parametrize("name", ["../F1.xml", "/etc/F1.xml", "a/../../F1.xml"])
def test_a_name_that_leaves_the_archive_is_refused_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    for path in (
        zipped(tmp_path / "a.zip", {name: GOOD, "F2.xml": GOOD}),
        tarred(tmp_path / "a.tgz", {name: GOOD, "F2.xml": GOOD}),
    ):
        found = {member.name: member for member in members(path)}
        assert found[name].data is None
        assert "chemin" in found[name].reason
        assert found["F2.xml"].data == GOOD


def test_a_member_packed_a_thousand_times_smaller_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"F1.xml": b" " * 5_000_000, "F2.xml": GOOD})
    assert "bombe" in reasons(path)["F1.xml"]
    assert reasons(path)["F2.xml"] == ""


def test_a_member_too_large_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    for path in (
        zipped(tmp_path / "a.zip", {"F1.xml": b"a" * 21_000_000}),
        tarred(tmp_path / "a.tgz", {"F1.xml": b"a" * 21_000_000}),
    ):
        assert "20 Mo" in reasons(path)["F1.xml"]


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"F1.xml": GOOD})
    raw = bytearray(path.read_bytes())
    # Bit 0 of the flags, in the local header and in the central directory, says "encrypted".
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    assert reasons(path) == {"F1.xml": "fichier chiffré"}


def test_a_damaged_member_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("F1.xml", GOOD)
        archive.writestr("F2.xml", GOOD)
    path.write_bytes(path.read_bytes().replace(b"Bon.", b"Nul.", 1))
    assert "endommagé" in reasons(path)["F1.xml"]
    assert reasons(path)["F2.xml"] == ""


def test_a_link_inside_a_tarball_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("F1.xml")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    assert "lien" in reasons(path)["F1.xml"]


@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_truncated_archive_tells_the_operator_to_run_the_sync_again(tmp_path: Path, make: object) -> None:
    assert callable(make)
    path = make(tmp_path / "a.bin", {f"F{n}.xml": GOOD + bytes(str(n) * 900, "ascii") for n in range(90)})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(SourceUnreachableError, match="relancez la synchronisation"):
        list(members(path))


def test_an_absent_archive_is_an_unreachable_source(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachableError):
        list(members(tmp_path / "rien.zip"))


def test_a_refused_member_cannot_be_parsed() -> None:
    with pytest.raises(DocumentError, match="raison"):
        parse(Member("F1.xml", None, "raison"))


# One hostile file


def test_an_entity_bomb_is_refused_and_not_expanded() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY e0 "ha">{entities}]><Publication ID="F1">&e8;</Publication>'
    with pytest.raises(DocumentError, match="DTD"):
        from_xml(bomb.encode())


def test_an_external_entity_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    outside = f'<!DOCTYPE p [<!ENTITY x SYSTEM "{secret.as_uri()}">]><Publication ID="F1">&x;</Publication>'
    with pytest.raises(DocumentError):
        from_xml(outside.encode())


@pytest.mark.parametrize(
    "data",
    [
        fiche(para("été")).encode("latin-1"),
        fiche(para("été")).replace("UTF-8", "UTF-16").encode(),
        fiche(para("été")).replace("UTF-8", "martien").encode(),
        b"",
        b"\x00\x01\x02",
        b"<Publication>",
    ],
)
def test_a_file_in_another_encoding_than_it_says_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        from_xml(data)


@pytest.mark.parametrize("depth", [150, 195])
def test_a_deep_fiche_is_read(depth: int) -> None:
    xml = fiche("<Bloc>" * depth + para("Fond.") + "</Bloc>" * depth)
    for root in (from_xml(xml.encode()), from_json(as_json(xml))):
        read = read_sheet(root, SOURCE, "particuliers", TODAY)
        assert isinstance(read, Document)
        assert read.blocks[-1].text == "Fond."


@pytest.mark.parametrize("depth", [201, 5000])
def test_a_fiche_nested_beyond_reason_is_refused(depth: int) -> None:
    xml = fiche("<Bloc>" * depth + "</Bloc>" * depth)
    with pytest.raises(DocumentError, match="200"):
        from_xml(xml.encode())
    nested = '{"name":"Bloc","children":[' * (depth + 1) + "]}" * (depth + 1)
    with pytest.raises(DocumentError):
        from_json(f'{{"children":[{nested}]}}'.encode())


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"children":[]}', b'{"children":["name"]}', b'{"children":[{"name":"P","attributes":[1]}]}'],
)
def test_json_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        from_json(data)
