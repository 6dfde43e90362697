"""The fiches as they arrive: an official zip of XML, or the npm tarball of JSON; hostile archives are refused."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from corpus.errors import DocumentError, SourceUnreachableError

_LARGEST_FILE = 20_000_000
_LARGEST_TOTAL = 4_000_000_000
_HIGHEST_RATIO = 200
"""The real feeds compress about 16 times; a file beyond this ratio is a bomb."""


class Member(NamedTuple):
    """One file of an archive: `data` is None when it was refused, for `reason`."""

    name: str
    data: bytes | None
    reason: str = ""


def members(archive: Path) -> Iterator[Member]:
    """Yield the fiches of a `.zip` (XML), a `.tgz` (npm) or a folder of XML or JSON files, in a stable order.

    Raises:
        SourceUnreachableError: the archive is absent, truncated or of another format.
    """
    try:
        if archive.is_dir():
            yield from _folder(archive)
        elif zipfile.is_zipfile(archive):
            yield from _zip(archive)
        else:
            yield from _tarball(archive)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceUnreachableError(
            f"L'archive {archive.name} est absente, tronquée ou illisible ({error}) : relancez la synchronisation."
        ) from error


def is_fiche(name: str) -> bool:
    """Tell a fiche (`F1344.xml`, `particuliers/R12.json`) from the other files of an archive."""
    path = PurePosixPath(name)
    return path.suffix in {".xml", ".json"} and path.stem[:1] in {"F", "N", "R"} and path.stem[1:].isdigit()


def refused_reason(name: str, size: int, packed: int | None) -> str | None:
    """Say why a member must not be opened; None when it may."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        return "chemin refusé : il sort de l'archive"
    if size > _LARGEST_FILE:
        return f"fichier refusé : {size / 1e6:.0f} Mo une fois décompressé (limite {_LARGEST_FILE / 1e6:.0f} Mo)"
    if packed and size > 1_000_000 and size / packed > _HIGHEST_RATIO:
        return "fichier refusé : taux de compression d'une bombe"
    return None


def _folder(folder: Path) -> Iterator[Member]:
    for path in sorted(folder.rglob("*")):
        if is_fiche(path.name) and path.is_file():
            name = path.relative_to(folder).as_posix()
            reason = refused_reason(name, path.stat().st_size, None)
            yield Member(name, None if reason else path.read_bytes(), reason or "")


def _zip(archive: Path) -> Iterator[Member]:
    with zipfile.ZipFile(archive) as opened:
        total = 0
        for info in sorted(opened.infolist(), key=lambda info: info.filename):
            if info.is_dir() or not is_fiche(info.filename):
                continue
            total += info.file_size
            _refuse_total(total)
            reason = refused_reason(info.filename, info.file_size, info.compress_size)
            if reason is None and info.flag_bits & 0x1:
                reason = "fichier chiffré"
            yield Member(info.filename, None, reason) if reason else _read(opened, info)


def _read(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    """One damaged member is refused and the others are read."""
    try:
        with opened.open(info) as stream:
            # The declared size is the archive's word; what is read is bounded all the same.
            return Member(info.filename, stream.read(_LARGEST_FILE))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        return Member(info.filename, None, f"fichier endommagé dans l'archive ({error})")


def _tarball(archive: Path) -> Iterator[Member]:
    with tarfile.open(archive, "r:gz") as opened:
        total = 0
        for info in opened:
            # Every member counts: reaching the next one decompresses this one.
            total += info.size
            _refuse_total(total)
            if not is_fiche(info.name):
                continue
            reason = refused_reason(info.name, info.size, None)
            if reason is None and not info.isreg():
                reason = "lien refusé : seul un fichier ordinaire est lu"
            stream = None if reason else opened.extractfile(info)
            yield Member(info.name, stream.read() if stream else None, reason or "")


def _refuse_total(total: int) -> None:
    if total > _LARGEST_TOTAL:
        raise SourceUnreachableError(
            f"L'archive dépasse {_LARGEST_TOTAL / 1e9:.0f} Go décompressée : elle n'est pas celle du producteur."
        )


def parse(member: Member) -> bytes:
    """Return the bytes of a member.

    Raises:
        DocumentError: the member was refused.
    """
    if member.data is None:
        raise DocumentError(member.reason)
    return member.data
