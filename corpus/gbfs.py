"""Shared bicycles (GBFS 1 to 3): a station is a document; how many bicycles stand there now never is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from corpus.document import Block, BlockKind, Document, DocumentKind, SetAside, fold_spaces
from corpus.errors import DocumentError
from corpus.fetch import Fetcher
from corpus.labels import STATION, place
from corpus.source import Source

_MAX_FEED_BYTES = 20_000_000
_COUNTS = ("num_bikes_available", "num_docks_available", "is_installed", "is_renting", "is_returning", "last_reported")


def read_gbfs(source: Source, fetcher: Fetcher, today: date) -> Iterator[Document | SetAside]:
    """Read the stations announced by the `gbfs.json` of `source.urls`, at most `source.max_documents`.

    Raises:
        SourceUnreachableError: a feed did not answer.
        DocumentError: a feed is not GBFS.
    """
    feed = _feed("station_information", source, fetcher)
    updated = _moment(feed)
    day = updated.date() if updated else None
    for rank, station in enumerate(_stations(feed)):
        if rank >= source.max_documents:
            yield SetAside(source.name, "station_information", f"Limite de {source.max_documents} stations atteinte.")
            return
        key, name = str(station.get("station_id") or ""), _named(station.get("name"))
        if not key or not name:
            yield SetAside(source.name, f"station {key or rank}", "La station n’a pas d’identifiant ou de nom.")
            continue
        yield Document(
            id=f"{source.name}/{key}",
            source=source.name,
            kind=DocumentKind.RECORD,
            title=f"{source.title or source.name} : {name}",
            publisher=source.publisher,
            licence=source.licence,
            fetched=today,
            blocks=(Block(BlockKind.RECORD, "\n".join(_lines(station))),),
            updated=day if day and day <= today else None,
        )


def live_status(station_id: str, source: Source, fetcher: Fetcher) -> dict[str, Any] | None:
    """Ask how a station stands now: never indexed, always given with its time.

    Args:
        station_id: the operator's id, with or without the name of the source before it.
        source: of kind gbfs.
        fetcher: opens the feed.

    Returns:
        `num_bikes_available`, `num_docks_available`, `is_installed`, `is_renting`, `is_returning`, `last_reported`
        (as the operator gives them, absent ones left out), `types` where bicycles are told apart, and `at`, ISO time
        (UTC) of the feed; None when the station is unknown.

    Raises:
        SourceUnreachableError: a feed did not answer.
        DocumentError: a feed is not GBFS.
    """
    wanted = station_id.rpartition("/")[2]
    feed = _feed("station_status", source, fetcher)
    for station in _stations(feed):
        if str(station.get("station_id")) == wanted:
            status = {name: station[name] for name in _COUNTS if name in station}
            # GBFS 3 renamed bikes to vehicles.
            if "num_vehicles_available" in station:
                status["num_bikes_available"] = station["num_vehicles_available"]
            if isinstance(types := station.get("num_bikes_available_types"), list):
                status["types"] = {name: count for kind in types for name, count in dict(kind).items()}
            moment = _moment(feed)
            return {**status, "at": moment.isoformat() if moment else None}
    return None


def _feed(name: str, source: Source, fetcher: Fetcher) -> dict[str, Any]:
    root = _json(source.urls[0], source, fetcher)
    data = root.get("data")
    # Before version 3 the feeds stand under a language; French is preferred, any will do: names are the same.
    groups = data if isinstance(data, dict) else {}
    group = groups if "feeds" in groups else groups.get("fr") or next(iter(groups.values()), {})
    feeds = group.get("feeds") if isinstance(group, dict) else None
    for feed in feeds if isinstance(feeds, list) else ():
        if isinstance(feed, dict) and feed.get("name") == name and isinstance(feed.get("url"), str):
            return _json(feed["url"], source, fetcher)
    raise DocumentError(f"Le flux {source.urls[0]} n’annonce pas « {name} » : vérifiez l’adresse dans sources.toml.")


def _json(url: str, source: Source, fetcher: Fetcher) -> dict[str, Any]:
    try:
        table = json.loads(fetcher.get(url, source, max_bytes=_MAX_FEED_BYTES).content)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"Le flux {url} n’est pas du JSON : signalez-le à son éditeur.") from error
    if not isinstance(table, dict):
        raise DocumentError(f"Le flux {url} n’est pas du GBFS : vérifiez l’adresse dans sources.toml.")
    return table


def _stations(feed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    data = feed.get("data")
    stations = data.get("stations") if isinstance(data, dict) else None
    if not isinstance(stations, list):
        raise DocumentError("Le flux des stations n’est pas du GBFS : signalez-le à son éditeur.")
    yield from (station for station in stations if isinstance(station, dict))


def _moment(feed: dict[str, Any]) -> datetime | None:
    # Vélib' writes `lastUpdatedOther` where GBFS 1 and 2 say `last_updated` in seconds; GBFS 3 gives an RFC 3339 text.
    value = feed.get("last_updated", feed.get("lastUpdatedOther"))
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, tz=UTC)
        return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _named(value: Any) -> str:
    if isinstance(value, list):
        texts = {item.get("language"): item.get("text") for item in value if isinstance(item, dict)}
        value = texts.get("fr") or next(iter(texts.values()), "")
    return fold_spaces(str(value or ""))


def _lines(station: dict[str, Any]) -> Iterator[str]:
    for name, label in STATION.items():
        if text := place(station) if name == "coordinates" else _named(station.get(name)):
            yield f"{label} : {text}"
