"""A table of texts as an OpenDocument spreadsheet, and back. Owns odfpy on this floor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

from odf import teletype
from odf.opendocument import OpenDocumentSpreadsheet, load
from odf.table import Table, TableCell, TableRow
from odf.text import P

_WIDEST = 64


def write_ods(path: Path, table: Sequence[Sequence[str]]) -> None:
    """Write one sheet; every cell is text.

    Raises:
        OSError: the file cannot be written.
    """
    document = OpenDocumentSpreadsheet()
    sheet = Table(name="Relecture")
    for line in table:
        row = TableRow()
        for text in line:
            cell = TableCell(valuetype="string")
            for paragraph in text.split("\n"):
                cell.addElement(P(text=paragraph))
            row.addElement(cell)
        sheet.addElement(row)
    document.spreadsheet.addElement(sheet)
    document.save(str(path))


def read_ods(path: Path) -> list[list[str]]:
    """Read the first sheet.

    Raises:
        ValueError: it is not an OpenDocument spreadsheet.
    """
    try:
        document = load(str(path))
        sheet = document.spreadsheet.getElementsByType(Table)[0]
    except (BadZipFile, AttributeError, IndexError, KeyError) as error:
        raise ValueError("not an OpenDocument spreadsheet") from error
    return [_cells(row) for row in sheet.getElementsByType(TableRow)]


def _cells(row: TableRow) -> list[str]:
    """The texts of a row; a spreadsheet writes equal neighbours once, with how often, and pads rows to their end."""
    found: list[str] = []
    for cell in row.getElementsByType(TableCell):
        text = "\n".join(teletype.extractText(paragraph) for paragraph in cell.getElementsByType(P))
        found += [text] * min(int(cell.getAttribute("numbercolumnsrepeated") or 1), _WIDEST - len(found))
    return found
