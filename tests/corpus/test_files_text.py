"""Office files, Markdown, saved pages and CSV in a folder of official files."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odf import opendocument, table, text

from corpus.document import BlockKind
from corpus.files import Limits
from corpus.files.tables import decode, row_lines
from tests.corpus.folders import a_folder, headings, only_document, reasons


def packed(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def docx_bytes(build: Callable[[docx.document.Document], None]) -> bytes:
    document = docx.Document()
    build(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_a_word_file_gives_headings_lists_and_merged_tables(tmp_path: Path) -> None:
    def build(document: docx.document.Document) -> None:
        document.add_heading("Aides", 1)
        document.add_heading("Montants", 2)
        document.add_paragraph("Deux pièces sont à fournir :")
        document.add_paragraph("un justificatif de domicile", style="List Bullet")
        document.add_paragraph("une pièce d’identité", style="List Bullet")
        grid = document.add_table(3, 3)
        for row, texts in enumerate((("Foyer", "2023", "2024"), ("Seul", "10 €", "12 €"), ("Couple", "20 €", ""))):
            for column, string in enumerate(texts):
                grid.cell(row, column).text = string
        grid.cell(2, 1).merge(grid.cell(2, 2))

    document = only_document(a_folder(tmp_path, "a,a.docx,Aides,,,,,", a__docx=docx_bytes(build)))

    assert [(block.kind, headings(block), block.text) for block in document.blocks] == [
        (BlockKind.TEXT, ["Aides", "Montants"], "Deux pièces sont à fournir :"),
        (BlockKind.LIST, ["Aides", "Montants"], "un justificatif de domicile\nune pièce d’identité"),
        (
            BlockKind.TABLE,
            ["Aides", "Montants"],
            "Foyer : Seul | 2023 : 10 € | 2024 : 12 €\nFoyer : Couple | 2023 : 20 € | 2024 : 20 €",
        ),
    ]


def test_a_draft_with_tracked_changes_is_set_aside(tmp_path: Path) -> None:
    def build(document: docx.document.Document) -> None:
        run = document.add_paragraph("Le montant est de 12 €.").runs[0]._element
        inserted = run.makeelement("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}ins", {})
        run.addprevious(inserted)
        inserted.append(run)

    folder = a_folder(tmp_path, "a,a.docx,Aides,,,,,", a__docx=docx_bytes(build))

    assert "révisions" in reasons(folder)["a.docx"]


def odt_bytes() -> bytes:
    document = opendocument.OpenDocumentText()
    document.text.addElement(text.H(outlinelevel=1, text="Aides"))
    document.text.addElement(text.P(text="L’aide est versée chaque mois."))
    items = text.List()
    for string in ("loyer", "chauffage"):
        item = text.ListItem()
        item.addElement(text.P(text=string))
        items.addElement(item)
    document.text.addElement(items)
    stream = io.BytesIO()
    document.write(stream)
    return stream.getvalue()


def ods_bytes(rows: list[list[str]], repeated: int = 1) -> bytes:
    document = opendocument.OpenDocumentSpreadsheet()
    sheet = table.Table(name="Tarifs")
    for row in rows:
        line = table.TableRow(numberrowsrepeated=repeated)
        for string in row:
            cell = table.TableCell()
            cell.addElement(text.P(text=string))
            line.addElement(cell)
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    stream = io.BytesIO()
    document.write(stream)
    return stream.getvalue()


def test_an_odt_file_gives_headings_and_lists(tmp_path: Path) -> None:
    document = only_document(a_folder(tmp_path, "a,a.odt,Aides,,,,,", a__odt=odt_bytes()))

    assert [(block.kind, headings(block), block.text) for block in document.blocks] == [
        (BlockKind.TEXT, ["Aides"], "L’aide est versée chaque mois."),
        (BlockKind.LIST, ["Aides"], "loyer\nchauffage"),
    ]


def test_an_ods_sheet_is_read_one_row_a_line_under_its_caption(tmp_path: Path) -> None:
    rows = [["Tarifs 2024"], ["Bain", "Plein", "Réduit"], ["Oberkampf", "3 €", "2 €"]]

    document = only_document(a_folder(tmp_path, "a,a.ods,Bains,,,,,", a__ods=ods_bytes(rows)))

    assert document.blocks[0].text == "[Tarifs 2024] Bain : Oberkampf | Plein : 3 € | Réduit : 2 €"


def test_a_row_repeated_a_million_times_is_refused(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, "a,a.ods,Bains,,,,,", a__ods=ods_bytes([["a", "b"], ["1", "2"]], repeated=1_000_000))

    assert "plus de 20000 lignes" in reasons(folder)["a.ods"]


@pytest.mark.parametrize("suffix", ["docx", "odt", "ods"])
def test_an_archive_that_swells_is_refused_before_any_library_opens_it(tmp_path: Path, suffix: str) -> None:
    bomb = packed(content__xml=b"<a>" + b" " * 30_000_000 + b"</a>")
    folder = a_folder(tmp_path, f"a,a.{suffix},Bombe,,,,,")
    (folder / f"a.{suffix}").write_bytes(bomb)

    assert "démesuré" in reasons(folder)[f"a.{suffix}"]


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    data = bytearray(packed(content__xml=b" " * 3_000_000))
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    folder = a_folder(tmp_path, "a,a.odt,Bombe,,,,,", a__odt=bytes(data))

    assert reasons(folder)["a.odt"] in {
        "fichier refusé : son contenu décompressé est démesuré",
        "fichier abîmé ou incomplet",
    }


@pytest.mark.parametrize("suffix", ["docx", "odt"])
def test_xml_entities_are_refused(tmp_path: Path, suffix: str) -> None:
    hostile = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
    folder = a_folder(tmp_path, f"a,a.{suffix},X,,,,,")
    (folder / f"a.{suffix}").write_bytes(packed(content__xml=hostile))

    assert "entités XML" in reasons(folder)[f"a.{suffix}"]


def test_a_markdown_file_gives_headings_lists_tables_and_links_without_its_html(tmp_path: Path) -> None:
    source = (
        "---\nauteur: x\n---\n# Bains\n\n## Tarifs\n\nVoir [le site](https://www.paris.fr/bains).\n\n- un\n- deux\n\n"
        "| Bain | Prix |\n|---|---|\n| Oberkampf | 3 € |\n\n<script>alert(1)</script>\n"
    )

    document = only_document(a_folder(tmp_path, "a,a.md,Bains,,,,,", a__md=source.encode()))

    assert [(block.kind, headings(block), block.text) for block in document.blocks] == [
        (BlockKind.TEXT, ["Bains", "Tarifs"], "Voir le site."),
        (BlockKind.LIST, ["Bains", "Tarifs"], "un\ndeux"),
        (BlockKind.TABLE, ["Bains", "Tarifs"], "Bain : Oberkampf | Prix : 3 €"),
    ]
    assert document.blocks[0].links[0].url == "https://www.paris.fr/bains"


def test_a_saved_page_is_read_with_its_own_date(tmp_path: Path) -> None:
    html = (
        "<html><head><title>Bains</title><meta property='article:modified_time' content='2024-02-03'></head><body>"
        "<main><h1>Bains</h1><h2>Tarifs</h2><p>L’entrée coûte 3 euros pour tous les habitants de Paris.</p></main>"
        "</body></html>"
    )

    document = only_document(a_folder(tmp_path, "a,a.html,Bains,,,,,", a__html=html.encode()))

    assert document.updated == date(2024, 2, 3)
    assert any("3 euros" in block.text and "Tarifs" in headings(block) for block in document.blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_csv_file_is_read_one_row_a_line(tmp_path: Path, encoding: str) -> None:
    data = "Équipement;Adresse;Tarif\nPiscine Pailleron;32, rue Édouard-Pailleron;3,50 €\n".encode(encoding)

    document = only_document(a_folder(tmp_path, "a,a.csv,Piscines,,,,,", a__csv=data))

    assert document.blocks[0].text == (
        "Équipement : Piscine Pailleron | Adresse : 32, rue Édouard-Pailleron | Tarif : 3,50 €"
    )


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(rows=2), "plus de 2 lignes"),
        (Limits(columns=1), "plus de 1 colonnes"),
        (Limits(characters=5), "plus de 5"),
    ],
)
def test_a_table_over_a_limit_is_set_aside(tmp_path: Path, limits: Limits, reason: str) -> None:
    folder = a_folder(tmp_path, "a,a.csv,Liste,,,,,", a__csv=b"a;b\n1;2\n3;4\n5;6\n")

    assert reason in reasons(folder, limits)["a.csv"]


def test_a_row_that_spans_the_table_is_the_subtitle_of_those_below() -> None:
    rows = [["Été", "Été"], ["Bain", "3 €"]]

    assert row_lines(["Lieu", "Prix"], rows, "Tarifs") == ["[Tarifs – Été] Lieu : Bain | Prix : 3 €"]


@given(st.text(min_size=1).filter(lambda string: "\x00" not in string and not string.startswith("\ufeff")))
def test_utf_8_text_is_decoded_as_it_is(string: str) -> None:
    assert decode(string.encode("utf-8", "ignore")) == string.encode("utf-8", "ignore").decode()
