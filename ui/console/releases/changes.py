"""What changed between two releases, part by part, in words a member can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import CorpusError
from corpus.generation import POINTER
from corpus.store import STORE_FILE, PassageStore
from ethics.bundle import Imported, read_bundle
from ethics.errors import EthicsError
from ethics.manifest import PARTS, Manifest
from ethics.words import say
from ui.console.releases.office import SECTION
from ui.identity import words_in

SHOWN = 12
"""Names of files that are shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is not what it was: its name, what can be said of it, and the files concerned."""

    part: str
    told: str
    files: tuple[str, ...] = ()
    more: int = 0


def changes(now: Manifest, before: Manifest, bundles: Path) -> list[Change]:
    """Tell what differs between two releases.

    Args:
        now: the later one.
        before: the earlier one.
        bundles: folder of the releases kept whole, where files and passages can be compared.
    """
    kept = _kept(bundles)
    both = (kept.get(before.fingerprint), kept.get(now.fingerprint))
    found = [
        Change(say(f"part.{part}"), _told(part, before.parts[part], now.parts[part], both))
        for part in PARTS
        if before.parts[part] != now.parts[part]
    ]
    return [*found, *_files(both)] if found else []


def _told(part: str, before: object, now: object, both: tuple[Imported | None, Imported | None]) -> str:
    words = words_in(SECTION)
    if part == "code" and isinstance(before, Mapping) and isinstance(now, Mapping):
        told = words("change.code", before=before["commit"][:10], now=now["commit"][:10])
        told += "" if now["clean"] else " " + words("change.unclean")
        return told + (" " + words("change.constraints") if before["constraints"] != now["constraints"] else "")
    if part == "model" and isinstance(before, Mapping) and isinstance(now, Mapping):
        none = words("change.no_model")
        if before["name"] == now["name"]:
            return words("change.model_settings", who=now["name"] or none)
        return words("change.model", before=before["name"] or none, now=now["name"] or none)
    if part == "passages":
        counted = _passages(both)
        return words("change.passages", added=counted[0], removed=counted[1]) if counted else words("change.unknown")
    return words("change.part")


def _kept(bundles: Path) -> dict[str, Imported]:
    found = {}
    for folder in sorted(path for path in bundles.glob("*") if path.is_dir()):
        try:
            bundle = read_bundle(folder)
        except EthicsError:
            continue
        found[bundle.manifest.fingerprint] = bundle
    return found


def _passages(both: tuple[Imported | None, Imported | None]) -> tuple[int, int] | None:
    """How many passages were added and removed; None where one release is not on the disk, or is damaged."""
    try:
        before, now = (_digests(bundle.folder) if bundle else None for bundle in both)
    except (CorpusError, OSError):
        return None
    return None if before is None or now is None else (len(now - before), len(before - now))


def _digests(folder: Path) -> frozenset[str]:
    index = folder / "data" / "index"
    with PassageStore(index / (index / POINTER).read_text(encoding="utf-8").strip() / STORE_FILE) as store:
        return frozenset(store.digests())


def _files(both: tuple[Imported | None, Imported | None]) -> Iterator[Change]:
    """The files of the program that are new, gone or changed, where both releases are on the disk."""
    before, now = both
    if before is None or now is None:
        return
    words = words_in(SECTION)
    old, new = (
        {name[5:]: value for name, value in one.files.items() if name.startswith("code/")} for one in both if one
    )
    told = {
        "change.files_changed": sorted(name for name in set(old) & set(new) if old[name] != new[name]),
        "change.files_added": sorted(set(new) - set(old)),
        "change.files_removed": sorted(set(old) - set(new)),
    }
    for key, names in told.items():
        if names:
            yield Change(words("change.files"), words(key, count=len(names)), tuple(names[:SHOWN]), len(names[SHOWN:]))
