"""The manifest of a folder of files: what each file is, who published it, and when it holds.

`documents.csv` (columns `id,file,title,publisher,licence,valid_from,valid_until,url` and, where wanted, `updated`,
`superseded_by`, `audience`, `theme`), or `manifest.toml` with the same keys in `[[document]]` tables.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from corpus.document import SetAside, fold_spaces
from corpus.errors import ConfigurationError, DocumentError
from corpus.files.content import Limits, refusal
from corpus.files.tables import decode, split_rows
from corpus.source import Source

CSV_NAME, TOML_NAME = "documents.csv", "manifest.toml"
_REQUIRED = ("id", "file", "title")
_KNOWN = (
    *_REQUIRED,
    *("publisher", "licence", "valid_from", "valid_until", "url", "updated", "superseded_by", "audience", "theme"),
)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_MAX_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a manifest, checked; empty publisher and licence are those of the source."""

    id: str
    file: str
    title: str
    publisher: str
    licence: str
    valid_from: date | None = None
    valid_until: date | None = None
    url: str | None = None
    updated: date | None = None
    superseded_by: str | None = None
    audiences: tuple[str, ...] = ()
    theme: str = ""


def read_manifest(folder: Path, source: Source) -> tuple[list[Entry], list[SetAside]]:
    """Read the manifest of `folder`.

    Returns:
        the lines that hold, each older version pointing at the one that replaced it, and those set aside.

    Raises:
        ConfigurationError: no folder, no manifest or two, or one that cannot be read at all.
    """
    lines = _read_lines(folder)
    entries: dict[str, Entry] = {}
    aside = []
    for line in lines:
        try:
            entry = _entry(line, source)
            if entry.id in entries:
                raise refusal("twice")
        except DocumentError as error:
            aside.append(SetAside(source.name, line.get("file") or line.get("id") or line.get("title", ""), str(error)))
        else:
            entries[entry.id] = entry
    return _chain(list(entries.values())), aside


def _read_lines(folder: Path) -> list[dict[str, str]]:
    if not folder.is_dir():
        raise ConfigurationError(f"The folder {folder.name!r} does not exist: give --from the folder of the files.")
    found = [name for name in (CSV_NAME, TOML_NAME) if (folder / name).is_file()]
    if not found:
        raise ConfigurationError(
            f"The folder {folder.name!r} has no manifest: add a {CSV_NAME} with the columns {', '.join(_KNOWN[:8])}."
        )
    if len(found) > 1:
        raise ConfigurationError(f"The folder {folder.name!r} has both {CSV_NAME} and {TOML_NAME}: keep one.")
    try:
        data = (folder / found[0]).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{found[0]} cannot be read ({error.strerror}): check its rights.") from error
    if len(data) > _MAX_BYTES:
        raise ConfigurationError(f"{found[0]} is larger than {_MAX_BYTES // 1_000_000} MB: split the folder.")
    lines = _csv_lines(data) if found[0] == CSV_NAME else _toml_lines(data)
    if not lines:
        raise ConfigurationError(f"{found[0]} lists no document: add one line for each file.")
    return lines


def _csv_lines(data: bytes) -> list[dict[str, str]]:
    try:
        rows = split_rows(decode(data), Limits())
    except DocumentError as error:
        raise ConfigurationError(f"{CSV_NAME} cannot be read: save it again as CSV, UTF-8.") from error
    header = [name.lower() for name in rows[0]] if rows else []
    if missing := [name for name in _REQUIRED if name not in header]:
        raise ConfigurationError(f"{CSV_NAME} has no column {missing[0]!r}: add it to the first line.")
    return [dict(zip(header, row, strict=False)) for row in rows[1:]]


def _toml_lines(data: bytes) -> list[dict[str, str]]:
    try:
        tables = tomllib.loads(decode(data)).get("document", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{TOML_NAME} is not valid TOML: {error}.") from error
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ConfigurationError(f"{TOML_NAME} must list its files in [[document]] tables.")
    return [{key: _plain(value) for key, value in table.items()} for table in tables]


def _plain(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else fold_spaces(str(value))


def _entry(line: Mapping[str, str], source: Source) -> Entry:
    def text(name: str) -> str:
        return fold_spaces(line.get(name) or "")

    if not text("id"):
        raise refusal("no_id")
    for name in _REQUIRED:
        if not text(name):
            raise refusal("no_field", column=name)
    if not _ID.fullmatch(text("id")):
        raise refusal("bad_id")
    days = {name: _day(name, text(name)) for name in ("valid_from", "valid_until", "updated")}
    start, end = days["valid_from"], days["valid_until"]
    if start and end and end < start:
        raise refusal("bad_period")
    return Entry(
        id=text("id"),
        file=text("file"),
        title=text("title"),
        publisher=text("publisher") or source.publisher,
        licence=text("licence") or source.licence,
        url=_url(text("url"), source) or None,
        superseded_by=text("superseded_by") or None,
        audiences=tuple(re.findall(r"[^\s;,]+", text("audience"))),
        theme=text("theme"),
        **days,
    )


def _day(column: str, value: str) -> date | None:
    if not value:
        return None
    try:
        if found := _FRENCH_DAY.fullmatch(value):
            return date(int(found[3]), int(found[2]), int(found[1]))
        return datetime.fromisoformat(value).date() if "T" in value or " " in value else date.fromisoformat(value)
    except ValueError as error:
        raise refusal("bad_date", column=column, value=value[:40]) from error


def _url(value: str, source: Source) -> str:
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError as error:
        raise refusal("bad_url") from error
    if parts.scheme not in ("http", "https") or not host:
        raise refusal("bad_url")
    if source.hosts and host not in source.hosts:
        raise refusal("bad_host", host=host)
    return value


def _chain(entries: list[Entry]) -> list[Entry]:
    """Point each version at the one of the same title that starts the day after it ends."""
    starts: dict[tuple[str, date], list[str]] = {}
    for entry in entries:
        if entry.valid_from:
            starts.setdefault((entry.title.casefold(), entry.valid_from), []).append(entry.id)
    chained = []
    for entry in entries:
        follows = entry.valid_until + timedelta(days=1) if entry.valid_until and entry.valid_until < date.max else None
        after = starts.get((entry.title.casefold(), follows), []) if follows else []
        # Two candidates mean a parallel text, not a successor: the manifest must say which.
        replaced = after[0] if len(after) == 1 and not entry.superseded_by else entry.superseded_by
        chained.append(replace(entry, superseded_by=replaced))
    return chained
