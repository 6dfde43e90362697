"""A release on the disk: all that was approved, in one folder that answers anywhere as it did when it was approved.

    release.json, code/     the program, every part of it, and the commit that it was made from
    data/index/, weights/   the passages, the artefacts that rank them, the weights of the search
    bundle.json             the manifest, and the digest of each file (ethics.bundle)

Its own program is run on its own data: lexicon, contacts, checks and settings are files of that program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.errors import ManifestError
from bot.manifest import CONSTRAINTS, RELEASE_FILE, Fingerprinter, placed_files
from corpus.embed import TOKENIZER_FILE, WEIGHTS_FILE, current_weights
from corpus.generation import MANIFEST, POINTER, current_generation, index_digests
from corpus.settings import ROOT, Settings
from ethics.bundle import POLICY_IN_BUNDLE, check_folder, export_bundle, read_bundle
from ethics.canonical import canonical
from ethics.gate import Bundle
from ethics.manifest import WORDING_PARTS, Manifest
from ethics.policy import load_policy

FOLDER = "releases"
"""Where releases are put down, in the data folder: `python -m ethics import ARCHIVE var/releases/NAME`."""

_CODE, _DATA = "code", "data"
_ELSEWHERE = frozenset({"model"})
"""Parts that no file of a release holds: the model is another server's."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release put down in a folder.

    Attributes:
        folder: where it is.
        bundle: what the gate compares with the approval.
    """

    folder: Path
    bundle: Bundle

    @property
    def code(self) -> Path:
        """Folder of its program."""
        return self.folder / _CODE

    def settings(self, settings: Settings) -> Settings:
        """Return the settings of the service on the data of the release."""
        return settings.model_copy(update={"data": (self.folder / _DATA).resolve()})

    def is_running(self) -> bool:
        """Tell whether this very process runs the program of the release."""
        return ROOT.resolve() == self.code.resolve()

    def check(self, settings: Settings) -> None:
        """Read every file again, and compute the manifest again from them.

        Raises:
            RecordsError: a file is missing, altered or not listed.
            ManifestError: its files are not those that its manifest describes.
        """
        check_folder(self.folder)
        found = Fingerprinter(self.settings(settings), self.code).manifest()
        if wrong := [part for part in found.differences(self.bundle.manifest) if part not in _ELSEWHERE]:
            raise ManifestError(f"La version gardée dans {self.folder.name} n’est pas celle qu’elle dit : {wrong[0]}.")

    def serves_as(self, live: Manifest) -> bool:
        """Tell whether what is live is this release, but for how a model words its answers."""
        return set(live.differences(self.bundle.manifest)) <= WORDING_PARTS


def export_release(settings: Settings, out: Path, root: Path = ROOT) -> tuple[Manifest, str]:
    """Write what is served now as one archive.

    Returns:
        its manifest, and the SHA-256 of the archive.

    Raises:
        ManifestError: what is served cannot be put in an archive.
        RecordsError: a file cannot be read, or the archive cannot be written.
    """
    if settings.model or settings.vectors != "exact":
        raise ManifestError(
            "Un paquet garde les poids et les vecteurs d’ici : retirez CITE_MODEL et CITE_VECTORS, synchronisez, "
            "puis recommencez."
        )
    generation, weights = current_generation(settings.index), current_weights(settings.data)
    manifest = Fingerprinter(settings, root, generation).manifest()
    with TemporaryDirectory() as aside:
        said, pointer = Path(aside, RELEASE_FILE), Path(aside, POINTER)
        code = manifest.parts["code"]
        said.write_bytes(canonical({"commit": code["commit"], "clean": code["clean"]}) + b"\n")
        pointer.write_text(f"{generation.name}\n", encoding="utf-8")
        files = {f"{_CODE}/{name}": root / name for name in (*placed_files(root), CONSTRAINTS)}
        files[f"{_CODE}/{RELEASE_FILE}"] = said
        files[f"{_DATA}/index/{POINTER}"] = pointer
        for name in (*index_digests(generation), MANIFEST):
            files[f"{_DATA}/index/{generation.name}/{name}"] = generation / name
        files[f"{_DATA}/weights/{POINTER}"] = settings.data / "weights" / POINTER
        for name in (TOKENIZER_FILE, WEIGHTS_FILE):
            files[f"{_DATA}/weights/{weights.name}/{name}"] = weights / name
        return manifest, export_bundle(manifest, files, out)


def open_release(folder: Path) -> Release:
    """Read what a release says of itself; nothing of it is believed before `Release.check`.

    Raises:
        RecordsError: it is not a release, or its description cannot be read.
        PolicyError: its rules cannot be read.
    """
    manifest = read_bundle(folder).manifest
    return Release(folder, Bundle(manifest, load_policy(folder / POLICY_IN_BUNDLE)))


def command_of(module: str, arguments: Sequence[str]) -> list[str]:
    """Return the command that runs a module of a release, from the folder of its code.

    No compiled Python is written, so that the folder stays what it was; none is read either, since none is listed.
    """
    return [sys.executable, "-B", "-m", module, *arguments]


def run_in(release: Release, module: str, arguments: Sequence[str], said: bytes) -> bytes:
    """Run a module of a release on its own data, and return what it wrote.

    Args:
        release: already checked.
        module: `bot`.
        arguments: of its command line.
        said: given on its input.

    Raises:
        ManifestError: it failed; its own sentence is repeated.
    """
    environment = os.environ | {"CITE_DATA": str((release.folder / _DATA).resolve())}
    command = command_of(module, arguments)
    done = subprocess.run(  # noqa: S603
        command, cwd=release.code, env=environment, input=said, capture_output=True, check=False
    )
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise ManifestError(f"Le programme de la version a échoué : {told[-1] if told else done.returncode}")
    return done.stdout
