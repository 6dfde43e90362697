"""Tables to lines (`[caption] column : value | column : value`), and CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

from charset_normalizer import from_bytes

from corpus.document import Block, BlockKind, fold_spaces
from corpus.files.content import Content, Limits, refusal

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What French offices produce beside UTF-8: Windows, DOS exports of old software, old Macintosh.
_OLD_ENCODINGS = ["cp1252", "cp850", "mac_roman"]
_DELIMITERS = ";,\t|"
_SAMPLE = 20_000


def decode(data: bytes) -> str:
    """Decode a text file: byte order mark, strict UTF-8, else the likeliest of the old French encodings."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        best = from_bytes(data, cp_isolation=_OLD_ENCODINGS).best()
        return data.decode(best.encoding if best else "cp1252", errors="replace")


def split_rows(text: str, limits: Limits) -> list[list[str]]:
    """Split the text of a CSV file into rows of folded cells, empty rows left out.

    Raises:
        DocumentError: more rows or columns than the limits, or quotes that never close.
    """
    sample = text[:_SAMPLE]
    try:
        delimiter = csv.Sniffer().sniff(sample, delimiters=_DELIMITERS).delimiter
    except csv.Error:
        first = sample.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True):
            cells = [fold_spaces(cell) for cell in row]
            if not any(cells):
                continue
            if len(cells) > limits.columns:
                raise refusal("too_many_columns", limit=limits.columns)
            rows.append(cells)
            if len(rows) > limits.rows:
                raise refusal("too_many_rows", limit=limits.rows)
    except csv.Error as error:
        raise refusal("damaged") from error
    return rows


def read_csv(path: Path, limits: Limits) -> Content:
    """Read a CSV or TSV file whose first row names the columns.

    Raises:
        DocumentError: over a limit, damaged, or without a row under its header.
    """
    text = decode(path.read_bytes())
    if "\x00" in text:
        raise refusal("not_the_type", suffix=path.suffix)
    rows = split_rows(text, limits)
    if len(rows) < 2:
        raise refusal("no_rows")
    return Content((Block(BlockKind.TABLE, "\n".join(row_lines(rows[0], rows[1:]))),))


def row_lines(header: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> list[str]:
    """Return one line a row; empty cells are left out, a value without column stands alone.

    A row whose only text spans the table (one value repeated, or alone in the first of several columns) is a subtitle:
    it joins the caption of the rows below it.
    """
    lines = []
    subtitle = ""
    for row in rows:
        filled = {cell for cell in row if cell}
        if len(filled) == 1 and len(row) > 1 and all(row):
            subtitle = filled.pop()
            continue
        parts: list[str] = []
        for name, value in zip_longest(header, row, fillvalue=""):
            part = f"{name} : {value}" if name and name != value else value
            # A merged cell is repeated by its reader: it is printed once.
            if value and (not parts or part != parts[-1]):
                parts.append(part)
        if parts:
            place = " – ".join(text for text in (caption, subtitle) if text)
            lines.append(f"[{place}] {' | '.join(parts)}" if place else " | ".join(parts))
    return lines


def merged_header(rows: Sequence[Sequence[str]], count: int) -> list[str]:
    """Return the names of the columns from `count` header rows, each part once ("2018 – Isolé")."""
    width = max((len(row) for row in rows[:count]), default=0)
    names = []
    for column in range(width):
        parts = [row[column] for row in rows[:count] if column < len(row) and row[column]]
        names.append(" – ".join(dict.fromkeys(parts)))
    return names
