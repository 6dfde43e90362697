"""Opens a PDF and takes from each page its words and its ruled tables; refuses what is hostile or unreadable."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from corpus.document import fold_spaces
from corpus.errors import DocumentError
from corpus.files.content import Limits, refusal
from corpus.files.pdf_lines import Box, Word, words_of

_NOISY = ("pypdf", "pdfminer", "pdfplumber", "pypdfium2")
# More rules than this on one page are a drawing, not a table: finding cells in them takes minutes.
_MAX_RULES = 20_000
_TAIL = 2048


@dataclass(frozen=True, slots=True)
class PageRead:
    """What one page holds, in points from its top left corner; each table is the boxes of its cells."""

    number: int
    width: float
    height: float
    words: list[Word]
    tables: list[list[Box]]
    pictures: bool


@dataclass(frozen=True, slots=True)
class PdfRead:
    """A whole PDF: its declared title and its pages."""

    title: str
    pages: list[PageRead]


def read_pages(path: Path, limits: Limits) -> PdfRead:
    """Read every page.

    Raises:
        DocumentError: encrypted, damaged, truncated, too long, or with no text at all (a scan).
    """
    with _quiet():
        try:
            title = _check(path, limits)
            pages = list(_pages(path))
        except (DocumentError, MemoryError):
            raise
        except Exception as error:  # a hostile file reaches any line of two parsers
            raise refusal("damaged") from error
    if not any(page.words for page in pages):
        raise refusal("image_only" if any(page.pictures for page in pages) else "no_text")
    return PdfRead(title, pages)


def _check(path: Path, limits: Limits) -> str:
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise refusal("not_the_type", suffix=".pdf")
        file.seek(max(0, path.stat().st_size - _TAIL))
        if b"%%EOF" not in file.read():
            raise refusal("damaged")
    try:
        reader = PdfReader(path)
        # Many official files only forbid changes: they open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise refusal("encrypted")
        count = len(reader.pages)
    except PyPdfError as error:
        raise refusal("damaged") from error
    if not count:
        raise refusal("damaged")
    if count > limits.pages:
        raise refusal("too_many_pages", count=count, limit=limits.pages)
    declared = reader.metadata.title if reader.metadata else None
    return fold_spaces(declared or "")


def _pages(path: Path) -> Iterator[PageRead]:
    with pdfplumber.open(path, password="", unicode_norm="NFC") as pdf:
        for number, page in enumerate(pdf.pages, 1):
            yield PageRead(number, page.width, page.height, words_of(page), _tables(page), bool(page.images))
            page.close()


def _tables(page: Any) -> list[list[Box]]:
    rules = len(page.lines) + len(page.rects) + len(page.curves)
    if not rules or rules > _MAX_RULES:
        return []
    return [[tuple(cell) for cell in table.cells] for table in page.find_tables()]


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the parsers, which warn about every irregularity of a file."""
    loggers = [logging.getLogger(name) for name in _NOISY]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
