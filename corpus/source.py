"""Source: a publisher we may read, as written in sources.toml (the allow-list)."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

from corpus.errors import ConfigurationError
from ethics.errors import PolicyError
from ethics.policy import load_policy
from ethics.rules import Freshness

SOURCES_FILE = Path(__file__).with_name("sources.toml")

KINDS = ("dila", "folder", "site", "opendatasoft", "gbfs")


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the allow-list.

    Attributes:
        name: key in sources.toml and on the command line.
        kind: which reader opens it, one of `KINDS`.
        publisher, licence: printed with each citation.
        rank: authority, 1 is the highest; at equal relevance the lower number is preferred.
        text_days, figure_days, banner_days: freshness limits, counted from the date printed on the document, for its
            text, for its figures (amounts, dates, hours...) and for its dated banners.
        refresh_days: how often the source ought to be read again.
        enabled: read by a plain `sync`; the others are read when named.
        hosts: the only hosts an address of this source may have.
        urls: where it is read (feeds, sitemap, API root), in order of preference.
        audiences: audience of each of `urls`, where a feed has one per audience.
        package: npm package and version taken when no feed can be reached, `name@version`.
        datasets: Opendatasoft dataset ids.
        include: prefixes of the paths wanted from a site; empty means all.
        max_documents, delay_s: limits of a crawl.
    """

    name: str
    kind: str
    publisher: str
    licence: str
    rank: int = 1
    text_days: int = 365
    figure_days: int = 365
    banner_days: int = 30
    refresh_days: int = 7
    enabled: bool = True
    title: str = ""
    hosts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    package: str = ""
    datasets: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    max_documents: int = 100_000
    delay_s: float = 1.0
    note: str = ""


def load_sources(path: Path = SOURCES_FILE, rules: Freshness | None = None) -> dict[str, Source]:
    """Read the allow-list.

    Args:
        path: the file.
        rules: limits of freshness that a source may tighten, never loosen; those of policy.toml by default.

    Returns:
        sources by name, in file order.

    Raises:
        ConfigurationError: the file is missing, is not TOML, or a source has a missing, unknown or wrong key; or the
            policy cannot be applied.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"The list of sources {path.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}.") from error
    try:
        limits = rules or load_policy().freshness
    except PolicyError as error:
        raise ConfigurationError(str(error)) from error
    sources = [_bounded(_source(path.name, entry), limits) for entry in table.get("source", [])]
    by_name = {source.name: source for source in sources}
    if len(by_name) != len(sources):
        raise ConfigurationError(f"{path.name} names the same source twice: give each its own name.")
    return by_name


def _bounded(source: Source, limits: Freshness) -> Source:
    return replace(
        source,
        text_days=min(source.text_days, limits.text_days),
        figure_days=min(source.figure_days, limits.figure_days),
    )


def _source(file: str, entry: dict[str, Any]) -> Source:
    known = {field.name: field for field in fields(Source)}
    where = f"{file}, source {entry.get('name', '?')!r}"
    if unknown := sorted(entry.keys() - known.keys()):
        raise ConfigurationError(f"{where}: unknown key {unknown[0]!r}; known keys are {', '.join(known)}.")
    required = [name for name, field in known.items() if field.default is MISSING]
    if missing := [name for name in required if not entry.get(name)]:
        raise ConfigurationError(f"{where}: the key {missing[0]!r} is missing.")
    if entry["kind"] not in KINDS:
        raise ConfigurationError(f"{where}: unknown kind {entry['kind']!r}; known kinds are {', '.join(KINDS)}.")
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Source(**values)
