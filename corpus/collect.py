"""One source, whatever its kind, to what it gives now; or the reason why what it gave before is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import NamedTuple

from corpus.dila.feed import archives_digest, given, obtain, path_digest, read_dila
from corpus.document import Document, SetAside
from corpus.errors import ConfigurationError, DocumentError, RefusedAddressError, SourceUnreachableError
from corpus.fetch import Fetcher
from corpus.files import read_folder
from corpus.gbfs import read_gbfs
from corpus.harvest import Harvest, gather
from corpus.opendata import read_opendatasoft
from corpus.pages import read_site
from corpus.pipeline import reading_fingerprint
from corpus.progress import Progress
from corpus.settings import ROOT
from corpus.source import Source
from corpus.store import SourceRecord

Items = Iterator[Document | SetAside]

_LIVE: Mapping[str, Callable[[Source, Fetcher, date], Items]] = {
    "site": read_site,
    "opendatasoft": read_opendatasoft,
    "gbfs": read_gbfs,
}


class Result(StrEnum):
    """What became of a source in a run."""

    READ = "read"
    UNCHANGED = "unchanged"
    UNREACHABLE = "unreachable"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Known:
    """What is held of a source before a run.

    Attributes:
        record: None when nothing is held.
        digests: digest of each document, by key.
        set_aside: what was set aside when it was last read.
        served: False for passages kept for training, which no index serves yet.
    """

    record: SourceRecord | None
    digests: Mapping[str, str]
    set_aside: tuple[SetAside, ...] = ()
    served: bool = True


@dataclass(frozen=True, slots=True)
class Collected:
    """What reading a source gave.

    Attributes:
        harvest: None unless `result` is READ.
        origin: where it was read, for people; origin_kind and archive_digest as in `SourceRecord`.
        note: what an operator should know: why a feed was replaced, or why nothing was read.
    """

    source: Source
    result: Result
    harvest: Harvest | None = None
    origin: str = ""
    origin_kind: str = ""
    archive_digest: str = ""
    pipeline: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Means:
    """What reading needs beside the source: the day, the network, and where archives are kept."""

    today: date
    fetcher: Fetcher
    downloads: Path
    progress: Progress


class _Opened(NamedTuple):
    """A source about to be read: nothing is parsed before `items` is walked."""

    items: Callable[[], Items]
    kind: str
    label: str
    digest: str
    note: str = ""


def collect(source: Source, given_path: Path | None, known: Known, means: Means) -> Collected:
    """Read a source, unless what it offers was already read by the same code.

    Raises:
        ConfigurationError: the path or the source's entry is wrong.
        SourceUnreachableError: the path given by the operator cannot be read.
    """
    pipeline = reading_fingerprint(source)
    try:
        opened = _open(source, given_path, means)
        if known.record and _already_read(opened, pipeline, known.record, means.today):
            return Collected(source, Result.UNCHANGED, origin=known.record.origin, note=opened.note)
        means.progress.start("reading")
        vetted = known.digests if known.record and known.record.pipeline == pipeline else {}
        harvest = gather(opened.items(), source, means.today, vetted, means.progress)
        _refuse_nothing(harvest, source)
    except (SourceUnreachableError, RefusedAddressError, DocumentError) as error:
        if given_path is not None:
            raise
        return _kept(source, known, str(error))
    if opened.kind == "package" and known.record and _goes_back(harvest, known.record):
        return _kept(source, known, f"{opened.note} L’{opened.label} est plus ancien que ce qui est indexé.".strip())
    dated = f" du {harvest.newest}" if harvest.newest and opened.kind != "live" else ""
    origin = f"{opened.label}{dated}"
    return Collected(source, Result.READ, harvest, origin, opened.kind, opened.digest, pipeline, opened.note)


def _open(source: Source, given_path: Path | None, means: Means) -> _Opened:
    if source.kind == "dila":
        means.progress.start("fetching")
        obtained = given(given_path) if given_path else obtain(source, means.fetcher, means.downloads)
        items = partial(read_dila, obtained, source, means.today)
        return _Opened(items, obtained.kind, obtained.label, archives_digest(obtained.archives), obtained.note)
    if source.kind == "folder":
        folder = given_path or _folder_of(source)
        if not folder.is_dir():
            raise ConfigurationError(f"Le dossier {folder} de la source {source.name} est absent : vérifiez --from.")
        read = partial(read_folder, folder, source, means.today)
        return _Opened(read, "path", f"dossier {folder.name}", path_digest(folder))
    if given_path is not None:
        raise ConfigurationError(f"--from ne convient pas à la source {source.name}, de type {source.kind}.")
    live = partial(_LIVE[source.kind], source, means.fetcher, means.today)
    return _Opened(live, "live", "lecture en ligne", "")


def _folder_of(source: Source) -> Path:
    if not source.urls:
        raise ConfigurationError(f"La source {source.name} n’a pas de dossier : donnez-le avec --from.")
    return ROOT / source.urls[0]


def _already_read(opened: _Opened, pipeline: str, record: SourceRecord, today: date) -> bool:
    same = bool(opened.digest) and (opened.digest, pipeline) == (record.archive_digest, record.pipeline)
    still_good = record.read_on <= today and (record.good_until is None or today <= record.good_until)
    return same and still_good


def _refuse_nothing(harvest: Harvest, source: Source) -> None:
    """A publisher does not withdraw everything at once: an empty answer is a failure, not an order to delete."""
    if not harvest.entries and source.kind != "folder":
        first = f" ({harvest.set_aside[0].reason})" if harvest.set_aside else ""
        raise SourceUnreachableError(
            f"La source {source.name} ne donne aucun document{first} : vérifiez l’archive ou l’adresse, puis relancez."
        )


def _goes_back(harvest: Harvest, record: SourceRecord) -> bool:
    """A snapshot stands in for a feed that does not answer, never for a newer text already indexed."""
    return bool(record.newest and harvest.newest and harvest.newest < record.newest)


def _kept(source: Source, known: Known, why: str) -> Collected:
    origin = known.record.origin if known.record else ""
    return Collected(source, Result.UNREACHABLE, origin=origin, note=why)
