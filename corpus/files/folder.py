"""A folder of official files and its manifest to documents."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from corpus.document import Document, DocumentKind, SetAside, content_length
from corpus.errors import DocumentError
from corpus.files.content import Content, Limits, Reader, reason, refusal
from corpus.files.manifest import CSV_NAME, TOML_NAME, Entry, read_manifest
from corpus.files.office import read_docx
from corpus.files.opendocument import read_ods, read_odt
from corpus.files.pdf import read_pdf
from corpus.files.tables import read_csv
from corpus.files.web_text import read_html, read_markdown
from corpus.personal_data import mostly_personal
from corpus.source import Source

READERS: dict[str, Reader] = {
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".odt": read_odt,
    ".ods": read_ods,
    ".html": read_html,
    ".htm": read_html,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".csv": read_csv,
    ".tsv": read_csv,
}
_TEXT_FILES = frozenset({".html", ".htm", ".md", ".markdown", ".csv", ".tsv"})
_LARGEST_CHARACTER = 4
_MEGABYTE = 1_000_000


def read_folder(
    folder: Path, source: Source, today: date, limits: Limits | None = None
) -> Iterator[Document | SetAside]:
    """Read the files that the manifest of `folder` lists.

    Args:
        folder: holds the files and `documents.csv` or `manifest.toml`.
        source: gives its name, and the publisher and licence of lines that have none.
        today: the day of the reading, kept as the date fetched.
        limits: what one file may cost.

    Returns:
        documents in the order of the manifest, each followed by its parts that could not be read, then the lines
        and the files set aside. A document without a date of its own is dated by the day it came into force.

    Raises:
        ConfigurationError: at the call, where there is no folder or no manifest that can be read.
    """
    entries, aside = read_manifest(folder, source)
    return _read(folder, source, today, entries, aside, limits or Limits())


def _read(
    folder: Path, source: Source, today: date, entries: list[Entry], aside: list[SetAside], limits: Limits
) -> Iterator[Document | SetAside]:
    for entry in entries:
        try:
            content = _content(folder, entry, limits)
        except DocumentError as error:
            yield SetAside(source.name, entry.file, str(error))
        else:
            yield _document(entry, content, source, today)
            for place, why in content.partial:
                yield SetAside(source.name, f"{entry.file}, {place}", why)
    yield from aside
    named = {entry.file for entry in entries} | {one.name for one in aside}
    for file in _unlisted(folder, named):
        yield SetAside(source.name, file, reason("absent"))


def _content(folder: Path, entry: Entry, limits: Limits) -> Content:
    path = _inside(folder, entry.file)
    try:
        status = path.stat()
    except OSError as error:
        raise refusal("missing") from error
    if not stat.S_ISREG(status.st_mode):
        raise refusal("not_a_file")
    if not status.st_size:
        raise refusal("empty")
    if status.st_size > limits.size:
        raise refusal("too_big", size=-(-status.st_size // _MEGABYTE), limit=limits.size // _MEGABYTE)
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise refusal("unknown_type", suffix=suffix or path.name)
    if suffix in _TEXT_FILES and status.st_size > _LARGEST_CHARACTER * limits.characters:
        raise refusal("too_much_text", limit=limits.characters)
    try:
        content = READERS[suffix](path, limits)
    except DocumentError:
        raise
    except OSError as error:
        raise refusal("unreadable", detail=error.strerror or type(error).__name__) from error
    except Exception as error:  # one hostile file must never stop the run
        raise refusal("failed", detail=type(error).__name__) from error
    return _checked(content, limits)


def _inside(folder: Path, name: str) -> Path:
    """Return the real path of a file of the manifest, which must lie in the folder, links followed."""
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise refusal("outside") from error
    if not path.is_relative_to(root) or Path(name).is_absolute():
        raise refusal("outside")
    return path


def _checked(content: Content, limits: Limits) -> Content:
    length = content_length(content.blocks)
    if not length:
        raise refusal("no_text")
    if length > limits.characters:
        raise refusal("too_much_text", limit=limits.characters)
    if mostly_personal("\n".join(block.text for block in content.blocks)):
        raise refusal("personal")
    return content


def _document(entry: Entry, content: Content, source: Source, today: date) -> Document:
    return Document(
        id=entry.id,
        source=source.name,
        kind=DocumentKind.FILE,
        title=entry.title,
        publisher=entry.publisher,
        licence=entry.licence,
        fetched=today,
        blocks=content.blocks,
        theme=entry.theme,
        audiences=entry.audiences,
        url=entry.url,
        updated=entry.updated or content.updated or entry.valid_from,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        superseded_by=entry.superseded_by,
    )


def _unlisted(folder: Path, named: set[str]) -> Iterator[str]:
    """Yield the visible files that no line of the manifest names, by their path in the folder."""
    normal = {Path(name).as_posix() for name in named}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith((".", "~$")) for part in relative.parts)
        is_manifest = relative.as_posix() in (CSV_NAME, TOML_NAME)
        if path.is_dir() or hidden or is_manifest or relative.as_posix() in normal:
            continue
        yield relative.as_posix()
