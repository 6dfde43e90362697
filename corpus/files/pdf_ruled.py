"""The grid of a ruled table on a PDF page: which cell covers which rows and columns, and what is written in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.files.pdf_cells import cell_text
from corpus.files.pdf_lines import Box, Joiner, Line, Word, lines_of

# Rules of one table are drawn by several strokes, up to 3 points apart.
_SAME_RULE = 3.0


@dataclass(slots=True)
class Cell:
    """One cell, merged or not; `rows` and `columns` are those it covers, x0 and x1 its sides in points."""

    lines: list[Line]
    x0: float
    x1: float
    rows: range
    columns: range

    @property
    def blank(self) -> bool:
        """Tell whether nothing is written in it."""
        return not self.lines

    @property
    def bold(self) -> bool:
        """Tell whether all of it is bold."""
        return bool(self.lines) and all(line.bold for line in self.lines)

    @property
    def centre(self) -> float:
        """Its middle, in points from the left of the page."""
        return (self.x0 + self.x1) / 2

    def text(self, joiner: Joiner) -> str:
        """Return what is written in it as one line."""
        return cell_text(self.lines, joiner)


class Grid:
    """One ruled table of one page."""

    def __init__(self, boxes: Sequence[Box], words: Iterable[Word]) -> None:
        """Take the boxes of the cells and the words of the page."""
        xs = _rules([edge for box in boxes for edge in (box[0], box[2])])
        ys = _rules([edge for box in boxes for edge in (box[1], box[3])])
        inside: dict[int, list[Word]] = {}
        for word in words:
            x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
            for rank, box in enumerate(boxes):
                if box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                    inside.setdefault(rank, []).append(word)
                    break
        self.cells = [
            Cell(
                lines_of(inside.get(rank, [])),
                box[0],
                box[2],
                range(_place(ys, box[1]), max(_place(ys, box[3]), _place(ys, box[1]) + 1)),
                range(_place(xs, box[0]), max(_place(xs, box[2]), _place(xs, box[0]) + 1)),
            )
            for rank, box in enumerate(boxes)
        ]
        self.height, self.width = len(ys) - 1, len(xs) - 1
        self.left, self.right = xs[0], xs[-1]
        self.box: Box = (xs[0], ys[0], xs[-1], ys[-1])
        self.bands = [self._band(rank) for rank in range(self.height)]

    @property
    def tabular(self) -> bool:
        """Tell whether the rules make a table, not a frame around a title or a list."""
        return any(sum(not cell.blank for cell in band) >= 2 for band in self.bands)

    def continues(self, before: Grid) -> bool:
        """Tell whether this grid, at the top of a page, may end the last one of the page before."""
        same = abs(before.left - self.left) < 5 and abs(before.right - self.right) < 25
        return same and min(self.width, before.width) > 1

    def _band(self, rank: int) -> list[Cell]:
        return sorted((cell for cell in self.cells if rank in cell.rows), key=lambda cell: cell.x0)


def _rules(edges: list[float]) -> list[float]:
    rules: list[float] = []
    for edge in sorted(edges):
        if not rules or edge - rules[-1] > _SAME_RULE:
            rules.append(edge)
    return rules


def _place(rules: list[float], edge: float) -> int:
    return min(range(len(rules)), key=lambda rank: abs(rules[rank] - edge))
