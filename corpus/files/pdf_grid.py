"""Ruled tables of a PDF to lines of text, each value with its row labels and its column headers.

The grid is read from the rules drawn on the page: a merged cell reaches over all the rows and columns it covers. A
table cut by the end of a page goes on with the headers and the labels of the page before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpus.files.pdf_cells import cell_rows, has_columns, paired
from corpus.files.pdf_lines import Joiner
from corpus.files.pdf_ruled import Cell, Grid

_NUMBERED = re.compile(r"^\.?\d{1,2}(?:\.\s?\d{1,2})*\.?\s+\S")
_HAS_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class Carried:
    """What a table hands over to its continuation on the next page."""

    left: float = 0.0
    right: float = 0.0
    headers: list[tuple[float, float, str]] = field(default_factory=list)
    last: list[Cell] = field(default_factory=list)
    section: str = ""
    section_bold: bool = False


@dataclass(slots=True)
class Row:
    """One line of a table; `title` is the numbered label ("1.1 Paris Solidarité") it stands under, if any."""

    title: str
    text: str


class GridReader:
    """Reads one grid, starting from what the page before hands over."""

    def __init__(self, grid: Grid, joiner: Joiner, carried: Carried | None) -> None:
        """Take over from `carried` where the edges of both tables agree within 25 points."""
        self._grid, self._joiner = grid, joiner
        follows = carried and abs(carried.left - grid.left) < 5 and abs(carried.right - grid.right) < 25
        self._before = carried if follows else None
        self._headers = self._before.headers if self._before else []
        self._section, self._section_bold = "", False
        self._subheads: list[tuple[float, float, str]] = []
        self._parent: Cell | None = None

    def read(self) -> tuple[list[Row], Carried]:
        """Return the rows in reading order and what the next page may need."""
        start = self._read_headers()
        if not start:
            self._take_over()
        rows: list[Row] = []
        skip_to = start
        for rank in range(start, self._grid.height):
            if rank < skip_to:
                continue
            leading, region = self._split(rank)
            self._enter(leading)
            if depth := self._subhead_depth(rank, region):
                skip_to = rank + depth
                continue
            rows += self._band_rows(rank, leading, region)
        last = self._grid.bands[-1] if self._grid.bands else []
        grid = self._grid
        return rows, Carried(grid.left, grid.right, self._headers, last, self._section, self._section_bold)

    def _read_headers(self) -> int:
        """Read the header bands; return how many there are."""
        count = 0
        for rank, band in enumerate(self._grid.bands[:-1]):
            filled = [cell for cell in band if not cell.blank and (not count or cell.rows.start == rank)]
            heading = all(cell.bold or _capitals(cell.text(self._joiner)) for cell in filled)
            needed = 1 if count else 2
            if len(filled) < needed or not heading or any("€" in cell.text(self._joiner) for cell in filled):
                break
            if count and not any(len(cell.columns) > 1 for cell in self._grid.bands[rank - 1] if not cell.blank):
                break
            count += 1
        if count:
            seen = {id(cell): cell for band in self._grid.bands[:count] for cell in band if not cell.blank}
            self._headers = [(cell.x0, cell.x1, cell.text(self._joiner)) for cell in seen.values()]
        return count

    def _take_over(self) -> None:
        """Give the blank first cells of a continued table the labels of the page before."""
        if not self._before or not self._grid.bands:
            return
        for cell in self._grid.bands[0]:
            if not cell.blank:
                break
            above = [other for other in self._before.last if other.x0 - 2 <= cell.centre <= other.x1 + 2]
            if not above:
                break
            cell.lines = above[0].lines
            self._section, self._section_bold = self._before.section, self._before.section_bold
            self._parent = cell

    def _header(self, cell: Cell) -> str:
        return " – ".join(text for x0, x1, text in self._headers if x0 <= cell.centre <= x1)

    def _split(self, rank: int) -> tuple[list[Cell], list[Cell]]:
        """Split a band into its labels (under a header, or merged over several rows on the left) and the rest."""
        band = self._grid.bands[rank]
        stop = 0
        for cell in band:
            if not self._header(cell) and (len(cell.rows) < 2 or cell.blank):
                break
            stop += 1
        return band[:stop], band[stop:]

    def _enter(self, leading: list[Cell]) -> None:
        parent = leading[-1] if leading else None
        if parent is not self._parent:
            self._section, self._subheads, self._parent = "", [], parent

    def _subhead_depth(self, rank: int, region: list[Cell]) -> int:
        """Read headers inside the table, to the right of a blank corner; return how many bands they take."""
        if len(region) < 2 or not region[0].blank or region[0].rows.start != rank or region[0].x1 - region[0].x0 < 12:
            return 0
        bands = region[0].rows
        heads = {
            id(cell): cell
            for band in bands
            for cell in self._grid.bands[band]
            if not cell.blank and cell.x0 >= region[0].x1 - 2 and cell.rows.stop <= bands.stop
        }
        if len(heads) < 2 or any("€" in cell.text(self._joiner) for cell in heads.values()):
            return 0
        self._subheads = [(cell.x0, cell.x1, cell.text(self._joiner)) for cell in heads.values()]
        return len(bands)

    def _band_rows(self, rank: int, leading: list[Cell], region: list[Cell]) -> list[Row]:
        filled = [cell for cell in region if not cell.blank]
        own = [cell for cell in (*leading, *region) if cell.rows.start == rank and not cell.blank]
        if not own or (region and not filled):
            return []
        labels = self._labels(leading)
        title = labels[0].partition(" : ")[2] if labels and " : " in labels[0] else (labels[0] if labels else "")
        title = title if _NUMBERED.match(title) else ""
        if self._is_section(rank, region, filled):
            self._section, self._section_bold = filled[0].text(self._joiner).rstrip(" :"), filled[0].bold
            return []
        if self._section_bold and len(filled) > 1 and filled[0].bold:
            self._section = ""
        start = [*labels, self._section] if self._section else labels
        return [Row(title, " | ".join([*start, tail] if tail else start)) for tail in self._tails(filled)]

    def _is_section(self, rank: int, region: list[Cell], filled: list[Cell]) -> bool:
        if len(filled) != 1 or filled[0] is not region[0] or rank + 1 >= self._grid.height:
            return False
        cell = filled[0]
        wide = len(cell.columns) > 1 and cell.columns.stop >= self._grid.width
        if not wide or len(cell.rows) > 1 or _HAS_DIGIT.search(cell.text(self._joiner)):
            return False
        leading, below = self._split(rank + 1)
        same = (leading[-1] if leading else None) is self._parent
        return same and sum(not cell.blank for cell in below) >= 2

    def _labels(self, leading: list[Cell]) -> list[str]:
        grouped: dict[str, list[str]] = {}
        for cell in leading:
            if not cell.blank:
                grouped.setdefault(self._header(cell), []).append(cell.text(self._joiner))
        return [f"{name} : {' '.join(texts)}" if name else " | ".join(texts) for name, texts in grouped.items()]

    def _tails(self, filled: list[Cell]) -> list[str]:
        joiner = self._joiner
        if not filled:
            return [""]
        if self._subheads and len(filled) > 1:
            return [" | ".join(self._under_subhead(cell) for cell in filled)]
        if len(filled) == 1:
            return cell_rows(filled[0].lines, joiner)
        if has_columns(filled[-1].lines):
            labels = " | ".join(cell.text(joiner) for cell in filled[:-1])
            return [f"{labels} | {row}" for row in cell_rows(filled[-1].lines, joiner)]
        first = [cell.text(joiner) for cell in filled[:-2]]
        pairs = paired(filled[-2].lines, filled[-1].lines, joiner)
        return [" | ".join([*first, f"{label} : {value}"]) for label, value in pairs]

    def _under_subhead(self, cell: Cell) -> str:
        name = " ".join(text for x0, x1, text in self._subheads if x0 - 2 <= cell.centre <= x1 + 2)
        text = cell.text(self._joiner)
        return f"{name} : {text}" if name else text


def _capitals(text: str) -> bool:
    return text.isupper() and sum(char.isalpha() for char in text) >= 3
