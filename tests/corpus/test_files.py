"""A folder of official files and its manifest: what is read, what is set aside and why."""

import csv
import io
import os
from datetime import date
from pathlib import Path

import pytest

from corpus.document import Document, SetAside
from corpus.errors import ConfigurationError
from corpus.files import Limits, read_folder
from corpus.source import Source
from tests.corpus.folders import HEADER, SOURCE, TODAY, a_folder, only_document, read, reasons


def test_a_line_of_the_manifest_becomes_a_document_with_its_dates(tmp_path: Path) -> None:
    line = "bain-2024,bain.md,Tarifs des bains,,,2024-01-01,2024-12-31,https://www.paris.fr/bains"
    folder = a_folder(tmp_path, line, bain__md="# Bains\n\nEntrée : 2 €.".encode())

    document = only_document(folder)

    assert (document.id, document.title, document.publisher) == ("bain-2024", "Tarifs des bains", "Ville de Paris")
    assert (document.valid_from, document.valid_until) == (date(2024, 1, 1), date(2024, 12, 31))
    assert document.updated == date(2024, 1, 1), "without a date of its own, it is dated by its coming into force"
    assert document.fetched == TODAY
    assert document.url == "https://www.paris.fr/bains"
    assert [block.text for block in document.blocks] == ["Entrée : 2 €."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_manifest_is_read_in_the_encodings_that_spreadsheets_write(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    title = "Règlement intérieur des crèches, à l’usage des élus" if encoding != "latin-1" else "Règlement des crèches"
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerow(HEADER.split(","))
    writer.writerow(["creche", "a.md", title, "Mairie du 18ème", "", "2024-01-01", "", ""])
    (tmp_path / "documents.csv").write_bytes(stream.getvalue().encode(encoding))
    (tmp_path / "a.md").write_text("Ouvert à tous.", encoding="utf-8")

    document = only_document(tmp_path)

    assert (document.title, document.publisher) == (title, "Mairie du 18ème")


def test_a_manifest_may_be_toml(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(
        '[[document]]\nid = "a"\nfile = "a.md"\ntitle = "Arrêté"\nvalid_from = 2024-02-01\n'
        'audience = ["particuliers"]\n',
        encoding="utf-8",
    )
    (tmp_path / "a.md").write_text("Texte.", encoding="utf-8")

    document = only_document(tmp_path)

    assert document.valid_from == date(2024, 2, 1)
    assert document.audiences == ("particuliers",)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no manifest"),
        ({"documents.csv": "", "a.md": "x"}, "no column 'id'"),
        ({"documents.csv": "titre;fichier\nA;a.md\n"}, "no column 'id'"),
        ({"documents.csv": HEADER + "\n"}, "lists no document"),
        ({"manifest.toml": "[[document"}, "not valid TOML"),
        ({"documents.csv": HEADER, "manifest.toml": ""}, "keep one"),
    ],
)
def test_a_folder_that_cannot_be_read_at_all_says_what_to_do_at_the_call(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=message):
        read_folder(tmp_path, SOURCE, TODAY)


def test_a_missing_folder_is_said_at_the_call(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        read_folder(tmp_path / "absent", SOURCE, TODAY)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a,,Titre,,,,,", "« file » non remplie"),
        (",a.md,Titre,,,,,", "sans identifiant"),
        ("a b,a.md,Titre,,,,,", "identifiant non valide"),
        ("a,absent.md,Titre,,,,,", "introuvable"),
        ("a,a.md,Titre,,,2024-13-01,,", "date non valide dans la colonne « valid_from » : 2024-13-01"),
        ("a,a.md,Titre,,,31/02/2024,,", "date non valide"),
        ("a,a.md,Titre,,,2024-02-01,2024-01-01,", "précède le début"),
        ("a,a.md,Titre,,,,,javascript:alert(1)", "adresse non valide"),
        ("a,a.md,Titre,,,,,http://[", "adresse non valide"),
        ("a,../secret.md,Titre,,,,,", "chemin refusé"),
        ("a,/etc/passwd,Titre,,,,,", "chemin refusé"),
        ("a,dossier,Titre,,,,,", "pas un fichier ordinaire"),
        ("a,programme.exe,Titre,,,,,", "non pris en charge : .exe"),
        ("a,vide.pdf,Titre,,,,,", "fichier vide"),
        ("a,faux.pdf,Titre,,,,,", "n’est pas celui d’un fichier .pdf"),
        ("a,faux.docx,Titre,,,,,", "abîmé"),
        ("a,faux.odt,Titre,,,,,", "abîmé"),
        ("a,blanc.md,Titre,,,,,", "aucun texte"),
        ("a,entete.csv,Titre,,,,,", "sans ligne de données"),
        ("a,binaire.csv,Titre,,,,,", "n’est pas celui d’un fichier .csv"),
    ],
)
def test_a_line_that_cannot_be_followed_is_set_aside_with_its_reason(tmp_path: Path, line: str, reason: str) -> None:
    folder = tmp_path / "actes"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (folder / "dossier").mkdir()
    files = {
        "a.md": b"Texte.",
        "programme.exe": b"MZ",
        "vide.pdf": b"",
        "faux.pdf": b"<html>",
        "faux.docx": b"PK\x03\x04",
    }
    files |= {"faux.odt": b"rien", "blanc.md": b"  \n", "entete.csv": b"a;b\n", "binaire.csv": b"a;b\n\x00\x01;2\n"}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    a_folder(folder, line, "ok,a.md,Bon,,,,,")

    found = read(folder)

    assert any(isinstance(one, Document) and one.id == "ok" for one in found), "the run goes on"
    assert any(isinstance(one, SetAside) and reason in one.reason for one in found), found


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "actes"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (folder / "lien.md").symlink_to(tmp_path / "secret.md")

    assert "chemin refusé" in reasons(a_folder(folder, "a,lien.md,Titre,,,,,"))["lien.md"]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tube.md")

    assert "ordinaire" in reasons(a_folder(tmp_path, "a,tube.md,Titre,,,,,"))["tube.md"]


def test_a_second_line_with_the_same_id_is_set_aside(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "a,a.md,Un,,,,,", "a,b.md,Deux,,,,,", a__md=b"Un.", b__md=b"Deux.")

    first, second = read(folder)

    assert isinstance(first, Document)
    assert second == SetAside("actes", "b.md", "identifiant déjà utilisé par une autre ligne du manifeste")


def test_a_file_that_no_line_names_is_reported(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "a,a.md,Un,,,,,", a__md=b"Un.", oubli__pdf=b"%PDF-")
    (folder / ".DS_Store").write_bytes(b"x")

    assert reasons(folder) == {"oubli.pdf": "absent du manifeste"}


def test_an_address_outside_the_hosts_of_the_source_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "a,a.md,Un,,,,,https://exemple.org/a", a__md=b"Un.")
    source = Source("actes", "folder", "Ville", "acte", hosts=("www.paris.fr",))

    assert "exemple.org" in reasons(folder, source=source)["a.md"]


def test_a_file_over_the_limit_of_size_is_not_read(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "a,a.md,Un,,,,,", a__md=b"x" * 2_000_001)

    assert "trop lourd : 3 Mo, la limite est de 2 Mo" in reasons(folder, Limits(size=2_000_000))["a.md"]


def test_each_version_points_at_the_one_that_starts_the_day_after_it(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        "v3,c.md,Tarifs,,,2024-07-01,,",
        "v1,a.md,Tarifs,,,2023-01-01,2023-12-31,",
        "v2,b.md,Tarifs,,,2024-01-01,2024-06-30,",
        "autre,d.md,Horaires,,,2024-01-01,,",
        a__md=b"1 euro.",
        b__md=b"2 euros.",
        c__md=b"3 euros.",
        d__md=b"9 h.",
    )

    chain = {one.id: one.superseded_by for one in read(folder) if isinstance(one, Document)}

    assert chain == {"v1": "v2", "v2": "v3", "v3": None, "autre": None}


def test_the_manifest_has_the_last_word_on_what_replaces_a_version(tmp_path: Path) -> None:
    header = HEADER + ",superseded_by"
    lines = ("v1,a.md,Tarifs,,,2023-01-01,2023-12-31,,v9", "v2,b.md,Tarifs,,,2024-01-01,,,")
    folder = a_folder(tmp_path, *lines, header=header, a__md=b"Un.", b__md=b"Deux.")

    assert [one.superseded_by for one in read(folder) if isinstance(one, Document)] == ["v9", None]


def test_a_list_of_people_is_set_aside(tmp_path: Path) -> None:
    rows = ["Nom;Prénom;Naissance;Téléphone"]
    rows += [f"MARTIN;Camille;0{day}/03/1971;06 39 98 00 0{day}" for day in range(1, 10)]
    folder = a_folder(tmp_path, "a,gens.csv,Liste,,,,,", gens__csv="\n".join(rows).encode())

    assert reasons(folder) == {"gens.csv": "contient surtout des données personnelles"}
