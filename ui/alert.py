"""The official alert shown on every page (heat wave, flood): one small file, pinned by an agent, gone by its date."""

from __future__ import annotations

import json
import logging
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

FILE = "alert.toml"
_LONGEST = 500
_LOG = logging.getLogger("cite.ui")


@dataclass(frozen=True, slots=True)
class Alert:
    """What is shown.

    Attributes:
        text: in French, plain.
        until: the last day it is shown.
        url: official page, or empty.
    """

    text: str
    until: date
    url: str = ""

    def __post_init__(self) -> None:
        """Refuse what no page may show.

        Raises:
            ValueError: the text is empty or too long, or the address is not of a secure page.
        """
        if not 0 < len(self.text.strip()) <= _LONGEST:
            raise ValueError(f"L’alerte compte de 1 à {_LONGEST} caractères.")
        parts = urlsplit(self.url)
        if self.url and (parts.scheme != "https" or not parts.hostname):
            raise ValueError("L’adresse de l’alerte commence par https://.")

    @property
    def host(self) -> str:
        """The site of its address."""
        return urlsplit(self.url).hostname or ""


class Pinned:
    """The alert of a data folder, read again whenever its file changes.

    Args:
        folder: of the data.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._read: tuple[int, Alert | None] = (-1, None)

    def __call__(self) -> Alert | None:
        """Return the alert to show today; a file that cannot be read shows none, and is logged."""
        try:
            seen = self._file.stat().st_mtime_ns
        except OSError:
            return None
        if seen != self._read[0]:
            self._read = (seen, _read(self._file))
        found = self._read[1]
        return found if found and date.today() <= found.until else None  # noqa: DTZ011  a civil day, where the city is

    def pin(self, alert: Alert) -> None:
        """Show an alert from now on."""
        aside = self._file.with_suffix(".part")
        said = {"text": alert.text, "url": alert.url}
        # A JSON text is a TOML basic string.
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()]
        aside.write_text("\n".join([*lines, f"until = {alert.until.isoformat()}", ""]), encoding="utf-8")
        aside.replace(self._file)

    def remove(self) -> None:
        """Show none."""
        self._file.unlink(missing_ok=True)


def _read(file: Path) -> Alert | None:
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        return Alert(str(said["text"]), date.fromisoformat(str(said["until"])), str(said.get("url", "")))
    except (OSError, ValueError, KeyError) as error:
        _LOG.error("The alert cannot be read (%s): none is shown.", type(error).__name__)
        return None
