"""A release bundle: the very files that were approved, in one archive that gives the same fingerprint anywhere.

The archive is written the same, byte for byte, from the same files: names in order, no date, no owner. A reader
believes nothing of it before every file matches its digest.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ethics.canonical import canonical, parsed
from ethics.errors import RecordsError
from ethics.log import sync_folder
from ethics.manifest import Manifest, read_manifest
from ethics.words import say, trouble

INDEX = "bundle.json"
POLICY_IN_BUNDLE = "code/ethics/policy.toml"
"""Where a bundle holds the rules that were approved with it."""

_LARGEST_INDEX = 20_000_000


@dataclass(frozen=True, slots=True)
class Imported:
    """A bundle put down in a folder, every file checked.

    Attributes:
        folder: where it is.
        manifest: of the release, as the bundle says it; the floor above computes it again from the files.
        files: digest of each file by its name.
    """

    folder: Path
    manifest: Manifest
    files: Mapping[str, str]


def export_bundle(manifest: Manifest, files: Mapping[str, Path], out: Path) -> str:
    """Write a bundle.

    Args:
        manifest: of the release.
        files: by the name that they have in the bundle, as `weights/model.safetensors`.
        out: the archive, a `.tar`.

    Returns:
        the SHA-256 of the archive: the same files give the same one.

    Raises:
        RecordsError: a file cannot be read, a name leads out of the bundle, or the archive cannot be written.
    """
    for name in files:
        _checked_name(name)
    aside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        listed = {name: _file_digest(path) for name, path in files.items()}
        said = {"fingerprint": manifest.fingerprint, "manifest": dict(manifest.parts), "files": listed}
        with tarfile.open(aside, "w", format=tarfile.PAX_FORMAT) as archive:
            index = canonical(said)
            archive.addfile(_entry(INDEX, len(index)), io.BytesIO(index))
            for name in sorted(files):
                with files[name].open("rb") as file:
                    archive.addfile(_entry(name, files[name].stat().st_size), file)
        found = _file_digest(aside)
        aside.replace(out)
        sync_folder(out.parent)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise RecordsError(say("bundle.not_written", why=trouble(error))) from error
    return found


def import_bundle(archive: Path, folder: Path) -> Imported:
    """Put a bundle down in a new folder; nothing stays of one that does not hold.

    Raises:
        RecordsError: the folder exists, or the bundle is damaged, altered, or names a file outside itself.
    """
    if folder.exists():
        raise RecordsError(say("bundle.exists", name=folder.name))
    aside = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        _unpack(archive, aside)
        found = check_folder(aside)
        aside.rename(folder)
    except (OSError, tarfile.TarError) as error:
        raise RecordsError(say("bundle.unreadable")) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Imported(folder, found.manifest, found.files)


def read_bundle(folder: Path) -> Imported:
    """Read what a bundle already put down says of itself; its files are not checked (`check_folder` does).

    Raises:
        RecordsError: it cannot be read, or the fingerprint is of something else.
    """
    try:
        said: dict[str, Any] = parsed((folder / INDEX).read_bytes())
        manifest, files = read_manifest(said["manifest"]), dict(said["files"])
        expected = said["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordsError(say("bundle.unreadable")) from error
    if manifest.fingerprint != expected:
        raise RecordsError(say("bundle.another"))
    return Imported(folder, manifest, files)


def check_folder(folder: Path) -> Imported:
    """Check every file of a bundle already put down.

    Raises:
        RecordsError: a file is missing, altered or not listed, or the fingerprint is of something else.
    """
    bundle = read_bundle(folder)
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()} - {INDEX}
    for name in there - set(bundle.files):
        raise RecordsError(say("bundle.unlisted", name=name))
    for name, value in bundle.files.items():
        _checked_name(name)
        path = folder / name
        try:
            if path.is_symlink() or _file_digest(path) != value:
                raise RecordsError(say("bundle.altered", name=name))
        except OSError as error:
            raise RecordsError(say("bundle.unreadable")) from error
    return bundle


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive, "r:") as opened:
        for member in opened:
            _checked_name(member.name)
            if not member.isreg() or (member.name == INDEX and member.size > _LARGEST_INDEX):
                raise RecordsError(say("bundle.unlisted", name=member.name))
            path = folder / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = opened.extractfile(member)
            if content is None or path.exists():
                raise RecordsError(say("bundle.unlisted", name=member.name))
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o644, 0
    return entry


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked_name(name: str) -> None:
    pure = PurePosixPath(name)
    if not name or pure.is_absolute() or ".." in pure.parts or "\\" in name or pure.as_posix() != name:
        raise RecordsError(say("bundle.unlisted", name=name))
