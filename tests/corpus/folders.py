"""Folders of files for the tests of corpus.files, and what reading them gives."""

from datetime import date
from pathlib import Path

from corpus.document import Block, Document, SetAside
from corpus.files import Limits, read_folder
from corpus.source import Source

TODAY = date(2024, 3, 5)
SOURCE = Source("actes", "folder", "Ville de Paris", "acte officiel")
HEADER = "id,file,title,publisher,licence,valid_from,valid_until,url"


def a_folder(folder: Path, *lines: str, header: str = HEADER, **files: bytes) -> Path:
    """Write a manifest and its files; `a__md` is the file `a.md`."""
    (folder / "documents.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_bytes(content)
    return folder


def read(folder: Path, limits: Limits | None = None, source: Source = SOURCE) -> list[Document | SetAside]:
    return list(read_folder(folder, source, TODAY, limits))


def reasons(folder: Path, limits: Limits | None = None, source: Source = SOURCE) -> dict[str, str]:
    return {one.name: one.reason for one in read(folder, limits, source) if isinstance(one, SetAside)}


def only_document(folder: Path, limits: Limits | None = None) -> Document:
    (document,) = read(folder, limits)
    assert isinstance(document, Document), document
    return document


def headings(block: Block) -> list[str]:
    return [step.title for step in block.path]
