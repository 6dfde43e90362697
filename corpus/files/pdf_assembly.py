"""Paragraphs and tables of a PDF to blocks under their headings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from corpus.document import Block, BlockKind, Step
from corpus.files.outline import Looks, Outline, article, heading_rank, is_numbered
from corpus.files.pdf_grid import Carried, GridReader
from corpus.files.pdf_lines import Joiner, Line
from corpus.files.pdf_pages import PageRead, PdfRead
from corpus.files.pdf_ruled import Grid
from corpus.files.pdf_text import (
    Paragraph,
    ends_open,
    is_contents,
    page_lines,
    paragraphs,
    repeated_lines,
    running_text,
    without_mark,
)


class Assembly:
    """Puts paragraphs and tables back into reading order under their headings."""

    def __init__(self, read: PdfRead) -> None:
        """Take the pages of a PDF."""
        self._pages = read.pages
        words = [word for page in read.pages for word in page.words]
        self._joiner = Joiner(word.text for word in words)
        sizes = Counter[float]()
        for word in words:
            sizes[word.size] += len(word.text)
        self._size = sizes.most_common(1)[0][0]
        self._outline = Outline()
        self._carried: Carried | None = None
        self._unused: list[tuple[int, Block]] = []
        self._pending: list[Paragraph] = []

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks in reading order."""
        grids = self._grids()
        lines = [
            page_lines(page.words, page.width, [grid.box for grid in kept])
            for page, kept in zip(self._pages, grids, strict=True)
        ]
        repeated = repeated_lines(lines)
        texts = [running_text(found, page.height, repeated) for page, found in zip(self._pages, lines, strict=True)]
        contents = False
        for page, kept, text in zip(self._pages, grids, texts, strict=True):
            contents = not kept and is_contents(text, after_contents=contents)
            if not contents:
                yield from self._page(page.number, _in_order(page, kept, text))
        yield from self._flush()
        yield from self._retire(0)

    def _grids(self) -> list[list[Grid]]:
        """Return the real tables of each page; a lone row at the top of a page may end the table of the page before."""
        kept: list[list[Grid]] = []
        for page in self._pages:
            before = kept[-1][-1:] if kept else []
            found = [Grid(boxes, page.words) for boxes in page.tables]
            follows = [grid for grid in found[:1] if before and grid.continues(before[0])]
            kept.append([grid for grid in found if grid.tabular or grid in follows])
        return kept

    def _page(self, number: int, items: Iterator[Paragraph | Grid]) -> Iterator[Block]:
        for item in items:
            if isinstance(item, Grid):
                yield from self._flush()
                yield from self._table(item, number)
                continue
            self._carried = None
            if not self._goes_on(item):
                yield from self._flush()
            self._pending.append(item)

    def _goes_on(self, item: Paragraph) -> bool:
        """Tell whether `item` belongs to the block being gathered: next item of a list, or rest of a cut sentence."""
        if not self._pending:
            return False
        last = self._pending[-1]
        first = item.lines[0].text
        cut = last.page != item.page and ends_open(last.lines[-1].text) and first[0].islower()
        return (item.mark and last.mark) or (cut and not item.mark)

    def _flush(self) -> Iterator[Block]:
        if not self._pending:
            return
        first, texts = self._pending[0], self._texts()
        self._pending = []
        if first.mark:
            yield self._block(BlockKind.LIST, "\n".join(text for text in texts if text), first.page)
            return
        text = " ".join(texts)
        rank = heading_rank(text, Looks(first.bold, first.size / self._size))
        if rank is not None:
            yield from self._retire(rank)
            if not is_numbered(text):
                self._unused.append((rank, Block(BlockKind.TEXT, text, self._outline.above(rank), page=first.page)))
            self._outline.push(rank, text)
            return
        if title := article(text):
            self._outline.push_article(title)
        yield self._block(BlockKind.TEXT, text, first.page)

    def _texts(self) -> list[str]:
        texts: list[str] = []
        for paragraph in self._pending:
            text = self._joiner.join([line.text for line in paragraph.lines])
            if texts and not paragraph.mark:
                texts[-1] = self._joiner.join([texts[-1], text])
            else:
                texts.append(without_mark(text) if paragraph.mark else text)
        return texts

    def _block(self, kind: BlockKind, text: str, page: int) -> Block:
        self._unused = []
        return Block(kind, text, self._outline.path, page=page)

    def _retire(self, rank: int) -> Iterator[Block]:
        """Give back as text the bold lines that turned out to head nothing ("Applicable à compter du ...")."""
        yield from (block for opened, block in self._unused if opened >= rank)
        self._unused = [(opened, block) for opened, block in self._unused if opened < rank]

    def _table(self, grid: Grid, page: int) -> Iterator[Block]:
        rows, self._carried = GridReader(grid, self._joiner, self._carried).read()
        for title, group in groupby(rows, key=lambda row: row.title):
            block = self._block(BlockKind.TABLE, "\n".join(row.text for row in group), page)
            yield replace(block, path=(*block.path, Step(title))) if title else block


def _in_order(page: PageRead, grids: list[Grid], lines: list[Line]) -> Iterator[Paragraph | Grid]:
    """Yield tables and paragraphs from the top of the page to its foot."""
    edges = sorted(grids, key=lambda grid: grid.box[1])
    rest = list(lines)
    for grid in edges:
        above = [line for line in rest if line.box[1] < grid.box[1]]
        rest = [line for line in rest if line.box[1] >= grid.box[1]]
        yield from paragraphs(above, page.number)
        yield grid
    yield from paragraphs(rest, page.number)
