"""Fetch to index, blue and green: read the sources, build a new generation beside the old one, then switch.

Nothing that the old generation serves is touched before the pointer moves; nothing is built when nothing changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from corpus.build import BuildRanking, Content, Previous, build_generation, keep_store, open_previous
from corpus.collect import Collected, Known, Means, Result, collect
from corpus.document import SetAside
from corpus.embed import Embedder, load_embedder
from corpus.errors import SourceUnreachableError
from corpus.fetch import Fetcher
from corpus.generation import COLLECTED, Manifest, collect_garbage, writing
from corpus.harvest import Harvest
from corpus.pipeline import ranking_fingerprint
from corpus.plan import Planned, plan
from corpus.progress import Progress, Silent
from corpus.ranking_writing import build_ranking
from corpus.seen import recall, remember
from corpus.settings import Settings
from corpus.source import load_sources
from corpus.store import PassageStore, SourceRecord
from corpus.store_writing import state_digest
from corpus.sync_report import SourceReport, SyncReport, report_dropped, report_source

_TAKEN = "identifiant déjà pris par la source {source}"


@dataclass(frozen=True, slots=True)
class Engines:
    """What a sync runs on; tests put their own."""

    load_embedder: Callable[[Settings], Embedder] = load_embedder
    build_ranking: BuildRanking = build_ranking
    open_fetcher: Callable[[Path], Fetcher] = Fetcher


class _Day(NamedTuple):
    """What a run has at hand."""

    today: date
    progress: Progress
    engines: Engines


class _Read(NamedTuple):
    """A source of this run: what it gave, and what will be indexed of it (None: as before)."""

    collected: Collected
    harvest: Harvest | None
    record: SourceRecord | None


@dataclass(frozen=True, slots=True)
class _Run:
    """Every source of a run, what the index held of each, and the sources that left the allow-list."""

    read: list[_Read]
    known: Mapping[str, Known]
    dropped: tuple[str, ...]

    def content(self) -> Content:
        """Say what a new generation is made of."""
        new = tuple((one.record, one.harvest) for one in self.read if one.record and one.harvest)
        gone = {*self.dropped, *(record.name for record, _ in new)}
        carried = tuple(name for name, known in self.known.items() if known.record and name not in gone)
        return Content(new, tuple(sorted(carried)))

    def reports(self) -> tuple[SourceReport, ...]:
        """Report every source."""
        read = [report_source(one.collected, one.harvest, self.known[one.collected.source.name]) for one in self.read]
        return (*read, *(report_dropped(name, self.known[name].digests) for name in self.dropped))


def sync(
    settings: Settings,
    sources: Sequence[str] | None,
    from_path: Path | None,
    today: date,
    progress: Progress | None = None,
    engines: Engines | None = None,
) -> SyncReport:
    """Bring the index up to date.

    Args:
        settings: data folder, allow-list and model.
        sources: names to read; None reads every enabled one. The others keep what they gave before.
        from_path: archive or folder that stands for the only source named; a folder with a manifest may stand for a
            source that the allow-list does not know.
        today: day of the run.
        progress: told of each stage.
        engines: what reads, embeds and ranks.

    Returns:
        what was done; the index in force is untouched when nothing changed.

    Raises:
        ConfigurationError: a name, the path or the allow-list is wrong.
        SourceUnreachableError: the path cannot be read, or nothing could be read and nothing was indexed before.
        WeightsMissingError: no embedding weights are in force.
        BusyError: another sync is running.
        CorpusError: the new index could not be written.
    """
    started = time.monotonic()
    engines, progress = engines or Engines(), progress or Silent()
    # First, so that missing weights are told at once and not after minutes of reading.
    embedder = engines.load_embedder(settings)
    with writing(settings.index), open_previous(settings) as previous:
        collect_garbage(settings.index)
        run = _read_sources(settings, sources, from_path, previous, _Day(today, progress, engines))
        manifest = previous.manifest
        switched = manifest is None or bool(run.dropped) or not _up_to_date(manifest, embedder, run)
        if switched:
            manifest = build_generation(
                settings.index, run.content(), previous, embedder, engines.build_ranking, progress
            )
        assert manifest is not None
        remember(settings.index, (one.record for one in run.read if one.record))
        return SyncReport(
            sources=run.reports(),
            switched=switched,
            generation=manifest.generation,
            root=manifest.root,
            documents=manifest.counts["documents"],
            passages=manifest.counts["passages"],
            embedded=manifest.counts["embedded"] if switched else 0,
            seconds=round(time.monotonic() - started, 2),
        )


@contextmanager
def passages_to_learn_from(
    settings: Settings, today: date, progress: Progress | None = None, engines: Engines | None = None
) -> Iterator[PassageStore]:
    """Open the passages that weights are trained on: those of the index, else those the sources give now.

    Without an index the enabled sources are read and kept, so that the first sync need not read them again.

    Raises:
        SourceUnreachableError: there is no index, and nothing could be read.
        BusyError: a sync is running.
    """
    engines, progress = engines or Engines(), progress or Silent()
    with writing(settings.index), open_previous(settings) as previous:
        if previous.store is not None:
            yield previous.store
            return
        run = _read_sources(settings, None, None, previous, _Day(today, progress, engines))
        with keep_store(settings.index, run.content()) as store:
            yield store


def _read_sources(
    settings: Settings, names: Sequence[str] | None, from_path: Path | None, previous: Previous, day: _Day
) -> _Run:
    allowed = load_sources(settings.allow_list)
    store = previous.store
    records = recall(settings.index, store.sources()) if store else {}
    planned = plan(names, from_path, allowed, records)
    every = {*records, *(one.source.name for one in planned)}
    known = {name: _known(name, records, previous) for name in every}
    with day.engines.open_fetcher(settings.data / "http") as fetcher:
        means = Means(day.today, fetcher, settings.downloads, day.progress)
        collected = [collect(one.source, one.path, known[one.source.name], means) for one in planned]
    named = {*allowed, *(one.source.name for one in planned)}
    dropped = tuple(name for name, record in records.items() if not record.ad_hoc and name not in named)
    read = _settle(planned, collected, store, dropped, day.today)
    if store is None and not any(one.harvest for one in read):
        why = collected[0].note if collected else "Aucune source n’est activée dans sources.toml."
        raise SourceUnreachableError(why)
    return _Run(read, known, dropped)


def _known(name: str, records: Mapping[str, SourceRecord], previous: Previous) -> Known:
    if previous.store is None or name not in records:
        return Known(None, {})
    aside = tuple(item for item in previous.store.set_aside() if item.source == name)
    served = previous.store.path.parent.name != COLLECTED
    return Known(records[name], previous.store.document_digests(name), aside, served)


def _settle(
    planned: Sequence[Planned],
    collected: Sequence[Collected],
    store: PassageStore | None,
    dropped: Sequence[str],
    today: date,
) -> list[_Read]:
    """Give each document key to one source: to the one that had it, else to the first that asks."""
    again = {one.source.name for one in collected if one.result is Result.READ}
    holders = store.keys_by_source() if store else {}
    taken = {key: source for key, source in holders.items() if source not in again and source not in dropped}
    read: list[_Read] = []
    for (_, _, ad_hoc), one in zip(planned, collected, strict=True):
        if one.harvest is None:
            read.append(_Read(one, None, None))
            continue
        harvest = _without_taken(one.harvest, taken, one.source.name)
        # Another source may give the key back: this one must then be read again.
        digest = one.archive_digest if harvest is one.harvest else ""
        record = _record(replace(one, archive_digest=digest), harvest, today, ad_hoc=ad_hoc)
        read.append(_Read(one, harvest, record))
        taken.update((entry.card.key, one.source.name) for entry in harvest.entries)
    return read


def _without_taken(harvest: Harvest, taken: Mapping[str, str], source: str) -> Harvest:
    lost = [entry.card.key for entry in harvest.entries if entry.card.key in taken]
    if not lost:
        return harvest
    aside = tuple(SetAside(source, key, _TAKEN.format(source=taken[key])) for key in lost)
    entries = tuple(entry for entry in harvest.entries if entry.card.key not in taken)
    return replace(harvest, entries=entries, set_aside=(*harvest.set_aside, *aside))


def _record(one: Collected, harvest: Harvest, today: date, *, ad_hoc: bool) -> SourceRecord:
    return SourceRecord(
        name=one.source.name,
        kind=one.source.kind,
        origin=one.origin,
        origin_kind=one.origin_kind,
        archive_digest=one.archive_digest,
        pipeline=one.pipeline,
        read_on=today,
        good_until=harvest.good_until,
        synced_at=datetime.now(UTC).isoformat(timespec="seconds"),
        newest=harvest.newest,
        ad_hoc=ad_hoc,
        files=harvest.files,
        documents=len(harvest.entries),
        merged=harvest.merged,
        set_aside=len(harvest.set_aside),
        passages=harvest.passages,
        state=state_digest(harvest.entries, harvest.set_aside),
    )


def _up_to_date(manifest: Manifest, embedder: Embedder, run: _Run) -> bool:
    if (manifest.weights, manifest.ranking) != (embedder.digest, ranking_fingerprint()):
        return False
    return all(one.record is None or _same(one.record, run.known[one.record.name].record) for one in run.read)


def _same(now: SourceRecord, before: SourceRecord | None) -> bool:
    names = ("state", "origin", "ad_hoc")
    return before is not None and all(getattr(now, name) == getattr(before, name) for name in names)
