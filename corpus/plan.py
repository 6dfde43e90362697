"""Which sources a run reads, and from where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from corpus.errors import ConfigurationError
from corpus.source import Source
from corpus.store import SourceRecord

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class Planned(NamedTuple):
    """A source to read; `path` stands for its addresses, `ad_hoc` tells that the allow-list does not know it."""

    source: Source
    path: Path | None
    ad_hoc: bool


def plan(
    names: Sequence[str] | None,
    from_path: Path | None,
    allowed: Mapping[str, Source],
    records: Mapping[str, SourceRecord],
) -> list[Planned]:
    """Choose what to read.

    Args:
        names: sources named by the operator; None means every enabled one.
        from_path: archive or folder that stands for the only source named.
        allowed: the allow-list.
        records: what the index holds already.

    Raises:
        ConfigurationError: a name is unknown, or the path stands for no source or for several.
    """
    if from_path is not None and len(names or ()) != 1:
        raise ConfigurationError("--from remplace une seule source : nommez-la avec --source.")
    if names is None:
        return [Planned(source, None, ad_hoc=False) for source in allowed.values() if source.enabled]
    return [_named(name, from_path, allowed, records) for name in dict.fromkeys(names)]


def _named(
    name: str, from_path: Path | None, allowed: Mapping[str, Source], records: Mapping[str, SourceRecord]
) -> Planned:
    if name in allowed:
        return Planned(allowed[name], from_path, ad_hoc=False)
    if from_path is None or not from_path.is_dir() or not _NAME.fullmatch(name):
        known = ", ".join({**allowed, **records})
        raise ConfigurationError(
            f"La source {name!r} est inconnue : choisissez parmi {known}, ou donnez avec --from un dossier et son "
            "manifeste."
        )
    # The manifest names publisher and licence of each file; the name stands in where it does not.
    return Planned(Source(name, "folder", publisher=name, licence=""), from_path, ad_hoc=True)
