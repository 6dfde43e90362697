"""The text of a letter in DOCX or PDF, by the readers of the corpus, within the limits of a letter."""

from __future__ import annotations

from pathlib import Path

from corpus.files.content import Limits
from corpus.files.office import read_docx
from corpus.files.pdf import read_pdf


def read_paper(path: Path, size: int, characters: int) -> str:
    """Return the text of a letter.

    Args:
        path: the file, its ending `.docx` or `.pdf`.
        size: bytes of the largest file.
        characters: of the longest letter.

    Raises:
        DocumentError: damaged, hostile or too large; says which, in French.
    """
    limits = Limits(
        size=size,
        pages=20,
        seconds=20.0,
        memory=1_000_000_000,
        unpacked=30_000_000,
        ratio=100,
        rows=500,
        columns=50,
        characters=characters * 4,
    )
    content = (read_pdf if path.suffix == ".pdf" else read_docx)(path, limits)
    return "\n".join(block.text for block in content.blocks)
