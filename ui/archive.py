"""The whole file for an outside auditor: one archive, written as it is sent, that can be checked with this program.

It names no resident and no member of the staff: neither messages, nor the journal, nor accounts, nor turns.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus.personal_data import mask
from ethics.case import Case
from ethics.errors import RecordsError
from ethics.log import read_log
from ethics.policy import POLICY_FILE
from ethics.records import LOG
from ui.records import PARIS, Records

DIGESTS = "SHA256SUMS"
README = Path(__file__).with_name("archive.fr.md")

_BESIDE = ("recalls.jsonl", "quarantine.jsonl", "regressions.jsonl", "weekly.jsonl")
_SIGNED = ("checkpoint", "witness")
_RULES = ("policy.toml", "charte.md", "promesses.toml", "registre.toml")
_PIECE = 1 << 16


class _Sink(io.RawIOBase):
    """Where the archive is written, a piece at a time: what was taken is forgotten."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Say that it may be written."""
        return True

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last call."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def name_of(made: datetime) -> str:
    """Return the name of the archive of a moment."""
    return f"cite-dossier-{made.astimezone(PARIS):%Y-%m-%d-%H%M}.zip"


def archive(records: Records, made: datetime) -> Iterator[bytes]:
    """Yield the archive, piece after piece; no file of it is ever whole in memory but the log.

    Args:
        records: what is kept.
        made: the present time, with its zone.

    Raises:
        EthicsError: the log does not hold: it is not sent, since nothing of it could be verified.
        StoreError: the cases cannot be read.
        RecordsError: a file cannot be read.
    """
    sink = _Sink()
    digests: list[str] = []
    local = made.astimezone(PARIS)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        for name, pieces in _files(records, made):
            found = hashlib.sha256()
            entry = zipfile.ZipInfo(name, local.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            with file.open(entry, "w") as inside:
                for piece in pieces:
                    found.update(piece)
                    inside.write(piece)
                    yield sink.taken()
            digests.append(f"{found.hexdigest()}  {name}\n")
        file.writestr(zipfile.ZipInfo(DIGESTS, local.timetuple()[:6]), "".join(digests))
    yield sink.taken()


def write_archive(records: Records, out: Path) -> int:
    """Write the archive in a file, whole or not at all, and return its bytes.

    Raises:
        EthicsError, StoreError: as `archive`.
        RecordsError: the file cannot be written.
    """
    aside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as file:
            for piece in archive(records, records.now()):
                file.write(piece)
            size = file.tell()
        aside.replace(out)
    except OSError as error:
        raise RecordsError(
            f"L’archive {out.name} ne s’écrit pas ({error.strerror}) : vérifiez le dossier et la place libre."
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return size


def _files(records: Records, made: datetime) -> Iterator[tuple[str, Iterable[bytes]]]:
    names = tuple(_records_files(records.folder))
    told = README.read_text(encoding="utf-8").format(
        made=f"{made.astimezone(PARIS):%Y-%m-%d %H:%M}", signed=len(names), digests=DIGESTS
    )
    yield "LISEZ-MOI.md", [told.encode()]
    if names:
        # As it stands now: what is filed while the archive is sent is in none of it.
        log = read_log(records.folder / LOG)
        yield f"records/{LOG}", [log.data]
        for name in names:
            yield f"records/{name}", _read(records.folder / name)
    for name in _RULES:
        yield f"regles/{name}", _read(POLICY_FILE.with_name(name))
    yield "dossiers/cases.jsonl", _cases(records.store.cases.all())
    yield "dossiers/errata.jsonl", _errata(records)
    for name in _BESIDE:
        if (records.folder / name).exists():
            yield f"dossiers/{name}", _read(records.folder / name)


def _records_files(folder: Path) -> Iterator[str]:
    """Yield what the log names and the states signed of it, relative to the folder; nothing without a log."""
    if not (folder / LOG).exists():
        return
    for entry in read_log(folder / LOG).entries:
        if entry.file and entry.kind != "repair":
            if not (folder / entry.file).resolve().is_relative_to(folder.resolve()):
                raise RecordsError(
                    f"La ligne {entry.number} du journal nomme un fichier hors du dossier : vérifiez-le."
                )
            yield entry.file
    for name in _SIGNED:
        yield from sorted(path.relative_to(folder).as_posix() for path in (folder / name).glob("*.txt"))


def _read(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise RecordsError(
            f"Le fichier {path.name} ne se lit pas ({error.strerror}) : l’archive est incomplète, recommencez."
        ) from error


def _cases(cases: Iterable[Case]) -> Iterator[bytes]:
    for case in cases:
        said = {
            "number": case.number,
            "receipt": case.receipt,
            "severe": case.severe,
            "finding": case.finding.value if case.finding else None,
            "reply": mask(case.reply).text,
            "steps": [
                {"state": one.state.value, "time": one.time.isoformat(), "text": mask(one.text).text}
                for one in case.steps
            ],
        }
        yield _line(said)


def _errata(records: Records) -> Iterator[bytes]:
    for one in records.errata():
        said = {"number": one.case.number, "time": one.step.time.isoformat(), "text": mask(one.step.text).text}
        yield _line(said)


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"
