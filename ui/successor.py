"""Leave the place to the approved program: the same socket, another process, no connection refused.

The listening socket stays open while this process finishes what it is answering, then becomes the program of the
release (`exec`): who connects meanwhile waits a few seconds and is answered by what was approved.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.manifest import Fingerprinter
from bot.release import FOLDER, Release, command_of, open_release
from corpus.generation import whole_generations
from corpus.settings import ROOT, Settings
from ethics.errors import EthicsError
from ethics.gate import Place, Serve, verdict
from ethics.manifest import Manifest
from ethics.policy import load_policy
from ethics.records import LOG

_LOG = logging.getLogger("cite.ui")


class Kept:
    """The releases kept in the data folder, and this same program as it would start again.

    Args:
        settings: of the service.
        served: the same, on the data that is served: another folder when a release runs.
        root: folder of the code.
    """

    def __init__(self, settings: Settings, served: Settings, root: Path = ROOT) -> None:
        self._settings = settings
        self._fingerprinter = Fingerprinter(served, root)

    def fresh(self) -> Manifest:
        """Return the manifest that this program would have if it started now."""
        return self._fingerprinter.manifest()

    def releases(self) -> Iterator[Release]:
        """Yield the releases kept, each as it says it is; one that cannot be read is left out."""
        folder = self._settings.data / FOLDER
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            try:
                yield open_release(path)
            except EthicsError as error:
                _LOG.error("The release in %s cannot be read: %s", path.name, error)

    def check(self, release: Release) -> None:
        """Read every file of a release again.

        Raises:
            RecordsError, ManifestError: it is not what it says.
        """
        release.check(self._settings)


def approved_index(served: Settings, records: Path, place: Place, root: Path = ROOT) -> Path | None:
    """Return the folder of the last index that is approved, when the one in force is not; None to open the latter.

    What a synchronisation read waits for its signature: until then the index that was signed goes on answering, from
    one start to the next.

    Args:
        served: settings on the data that is served.
        records: the records folder.
        place: who is served, and from where.
        root: folder of the code.
    """
    if not (records / LOG).exists():
        return None
    try:
        policy = load_policy(root / "ethics/policy.toml")
        for folder in (None, *whole_generations(served.index)):
            live = _described(Fingerprinter(served, root, folder))
            found = verdict(policy, records, live, place, datetime.now(UTC)) if live else None
            if found is not None and (found.approval is None or found.serve is Serve.LIVE):
                return folder if found.approval else None
    except (EthicsError, OSError) as error:
        _LOG.error("No approved index was looked for: %s", error)
    return None


def _described(prints: Fingerprinter) -> Manifest | None:
    try:
        return prints.manifest()
    except Exception as error:  # noqa: BLE001  what is damaged may fail in any way, and is not what was approved
        _LOG.error("An index cannot be described (%s).", type(error).__name__)
        return None


def become(release: Release | None, door: socket.socket, arguments: Sequence[str], data: Path) -> None:
    """Replace this process by a release, or by this same program started again; never returns.

    Args:
        release: already checked; None for this same program.
        door: the listening socket, kept open.
        arguments: of the command line of the new process.
        data: folder of the service: records, alert, releases.
    """
    door.set_inheritable(True)
    said = [*arguments, "--door", str(door.fileno())]
    if release is None:
        folder, command = ROOT, [sys.executable, "-m", "ui", *said]
    else:
        folder, command = release.code, command_of("ui", [*said, "--release", str(release.folder.resolve())])
    os.chdir(folder)
    os.execve(command[0], command, os.environ | {"CITE_DATA": str(data)})  # noqa: S606
