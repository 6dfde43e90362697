"""Who may ask more than a resident through the API: partners, each known by a key of which only the digest is kept."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from limits import parse

FILE = "partners.json"
USUAL_RATE = "600/minute"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,40}")
_LOG = logging.getLogger("cite.ui")


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner.

    Attributes:
        name: lower-case letters, digits and hyphens; never shown to residents.
        rate: how much it may ask, as `limits` writes it.
        digest: SHA-256 of its key, 64 hex digits. The key has 256 random bits: nothing slower is needed.
        made, revoked: ISO days; `revoked` is empty while the key is good.
    """

    name: str
    rate: str
    digest: str
    made: str
    revoked: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be counted.

        Raises:
            ValueError: the name or the rate is not one.
        """
        if not _NAME.fullmatch(self.name):
            raise ValueError("Le nom d’un partenaire compte 2 à 41 lettres minuscules, chiffres ou tirets.")
        try:
            parse(self.rate)
        except ValueError as error:
            raise ValueError(f"Débit illisible : {self.rate}. Par exemple : 600/minute.") from error


class Partners:
    """The partners of a data folder, read again whenever their file changes.

    Args:
        folder: of the data.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._read: tuple[int, Mapping[str, Partner]] = (-1, {})

    def find(self, key: str) -> Partner | None:
        """Return the partner whose key this is, unless it was revoked; a file that cannot be read knows nobody."""
        found = self._known().get(_digest(key))
        return found if found and not found.revoked else None

    def all(self) -> tuple[Partner, ...]:
        """Return every partner, revoked ones too, in the order they came."""
        return tuple(self._known().values())

    def add(self, name: str, rate: str, day: date) -> str:
        """Admit a partner, and return its key, which is written nowhere.

        Raises:
            ValueError: the name or the rate is not one, or the name has a good key already.
            OSError: it could not be kept.
        """
        if any(one.name == name and not one.revoked for one in self.all()):
            raise ValueError(f"Le partenaire {name} a déjà une clé : révoquez-la d’abord.")
        key = f"cite_{secrets.token_urlsafe(32)}"
        self._write((*self.all(), Partner(name, rate, _digest(key), day.isoformat())))
        return key

    def revoke(self, name: str, day: date) -> None:
        """Refuse the key of a partner from now on.

        Raises:
            ValueError: no partner of this name has a good key.
            OSError: it could not be kept.
        """
        if not any(one.name == name and not one.revoked for one in self.all()):
            raise ValueError(f"Aucune clé valable pour {name}. « python -m ui partner list » les liste.")
        self._write(
            Partner(one.name, one.rate, one.digest, one.made, one.revoked or day.isoformat())
            if one.name == name
            else one
            for one in self.all()
        )

    def _known(self) -> Mapping[str, Partner]:
        try:
            seen = self._file.stat().st_mtime_ns
        except OSError:
            return {}
        if seen != self._read[0]:
            self._read = (seen, _read(self._file))
        return self._read[1]

    def _write(self, partners: Iterable[Partner]) -> None:
        rows = [asdict(one) for one in partners]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        aside = self._file.with_suffix(".part")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)
        aside.replace(self._file)


def _read(file: Path) -> Mapping[str, Partner]:
    try:
        found = [Partner(**row) for row in json.loads(file.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        _LOG.error("The partners cannot be read (%s): none is known.", type(error).__name__)
        return {}
    return {one.digest: one for one in found}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
