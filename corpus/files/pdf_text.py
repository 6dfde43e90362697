"""Running text of PDF pages: what repeats is dropped, lines become paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus.files.outline import opens
from corpus.files.pdf_lines import Box, Line, Word, lines_of

_DIGITS = re.compile(r"\d+")
_MARK = re.compile(r"^(?:[-−–—•▪■◦*]|\.(?=\s))\s*(?=\S)")
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–]?\s*\d{1,4}\s*(?:[/-]\s*\d{0,4})?\s*[-–]?", re.IGNORECASE)
_CONTENTS = re.compile(r"\s*(?:sommaire|table des mati[èe]res)\s*", re.IGNORECASE)
_CONTENTS_LINE = re.compile(r"\S.*?(?:\s|\.{2,}|…)\s*\d{1,3}$")
_ENDS = (".", ":", ";", "?", "!", "…")
_EDGE_LINES = 3


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; `mark` when the first one opens an item of a list."""

    lines: list[Line]
    page: int
    mark: bool = False

    @property
    def bold(self) -> bool:
        """Tell whether all of it is bold."""
        return all(line.bold for line in self.lines)

    @property
    def size(self) -> float:
        """Size of its largest line, in points."""
        return max(line.size for line in self.lines)


def page_lines(words: Sequence[Word], width: float, tables: Sequence[Box]) -> list[Line]:
    """Return the lines outside the tables, column after column."""
    free = [word for word in words if not any(_inside(word, box) for box in tables)]
    gutter = _column_gutter(free, width)
    if gutter is None:
        return lines_of(free)
    left = [word for word in free if word.x1 <= gutter]
    return lines_of(left) + lines_of(word for word in free if word.x1 > gutter)


def _inside(word: Word, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _column_gutter(words: Sequence[Word], width: float) -> float | None:
    """Find the white strip between two columns of text, in points; None on a page of one column."""
    for step in range(40, 61):
        x = width * step / 100
        if any(word.x0 < x + 4 and word.x1 > x - 4 for word in words):
            continue
        sides = [lines_of(word for word in words if (word.x1 <= x) is left) for left in (True, False)]
        wide = [sum(line.box[2] - line.box[0] > width * 0.2 for line in lines) for lines in sides]
        if min(wide) >= 12:
            return x
    return None


def repeated_lines(pages: Sequence[Sequence[Line]]) -> set[str]:
    """Return the shapes (digits folded) of the first and last lines found on most pages: headers and footers."""
    if len(pages) < 3:
        return set()
    counts = Counter[str]()
    for lines in pages:
        ordered = sorted(lines, key=lambda line: line.box[1])
        counts.update({shape(line.text) for line in (*ordered[:_EDGE_LINES], *ordered[-_EDGE_LINES:])})
    return {text for text, count in counts.items() if count >= max(3, len(pages) / 2)}


def shape(text: str) -> str:
    """Return `text` with each number as `#`, so that a page number does not hide a repeated line."""
    return _DIGITS.sub("#", text)


def running_text(lines: Sequence[Line], height: float, repeated: set[str]) -> list[Line]:
    """Drop headers, footers and page numbers."""
    return [line for line in lines if not _furniture(line, height, repeated)]


def _furniture(line: Line, height: float, repeated: set[str]) -> bool:
    text = line.text
    at_edge = line.box[1] > height * 0.88 or line.box[3] < height * 0.08
    return at_edge and (shape(text) in repeated or bool(_PAGE_NUMBER.fullmatch(text)))


def is_contents(lines: Sequence[Line], *, after_contents: bool) -> bool:
    """Tell whether a page is a table of contents: announced as such or next to one, half its lines end in a number."""
    if not lines:
        return False
    numbered = sum(bool(_CONTENTS_LINE.fullmatch(line.text)) for line in lines)
    announced = after_contents or any(_CONTENTS.fullmatch(line.text) for line in lines[:5])
    return announced and numbered >= max(3, 0.5 * len(lines))


def paragraphs(lines: Sequence[Line], page: int) -> Iterator[Paragraph]:
    """Group the lines of one page into paragraphs."""
    if not lines:
        return
    pitch = _usual_pitch(lines)
    right = max(line.box[2] for line in lines)
    current: Paragraph | None = None
    for line in lines:
        mark = bool(_MARK.match(line.text)) and not (current and _wraps(current.lines[-1], line, right))
        if current is None or mark or _breaks(current, line, pitch, right):
            if current:
                yield current
            current = Paragraph([line], page, mark=mark)
        else:
            current.lines.append(line)
    if current:
        yield current


def _wraps(last: Line, line: Line, right: float) -> bool:
    """Tell whether a dash at the start of `line` is in the middle of a sentence ("Paris / - Hauts-de-Seine")."""
    full = last.box[2] > right - 15 and not last.text.endswith((*_ENDS, ","))
    return full and abs(line.box[0] - last.box[0]) < 2


def _usual_pitch(lines: Sequence[Line]) -> float:
    """Most frequent distance between two lines, in points, to half a point."""
    steps = Counter(round(2 * (b.box[3] - a.box[3])) / 2 for a, b in pairwise(lines))
    usual = [step for step, _ in steps.most_common(3) if 0 < step < 3 * lines[0].size]
    return usual[0] if usual else 1.2 * lines[0].size


def _breaks(current: Paragraph, line: Line, pitch: float, right: float) -> bool:
    last = current.lines[-1]
    gap = line.box[3] - last.box[3]
    if gap > 1.45 * max(pitch, 1.1 * line.size) or gap < -line.size:
        return True
    if line.bold != last.bold and (line.bold or current.bold):
        return True
    if abs(line.size - last.size) > 0.12 * last.size or opens(line.text):
        return True
    if current.mark and last.text.endswith((".", ";")) and line.box[0] < current.lines[0].box[0] - 2:
        return True
    short = last.box[2] < right - 0.15 * (right - line.box[0])
    return short and last.text.endswith(_ENDS) and not line.text[0].islower()


def without_mark(text: str) -> str:
    """Return an item without its dash or bullet."""
    return _MARK.sub("", text)


def ends_open(text: str) -> bool:
    """Tell whether a paragraph stops in the middle of a sentence."""
    return not text.endswith(_ENDS)
