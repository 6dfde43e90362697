"""What was fetched before: validators (ETag, Last-Modified) and bodies of pages, one pair of files per address."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Validators:
    """What the server said of its copy; `digest` is the SHA-256 of the body we hold."""

    url: str
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    digest: str = ""


class HttpCache:
    """A folder of validators and bodies. A damaged entry counts as absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def validators(self, url: str) -> Validators | None:
        """Return what is known of `url`, None when nothing usable is."""
        try:
            fields = json.loads(self._path(url, ".json").read_text(encoding="utf-8"))
            found = Validators(**fields)
        except (OSError, ValueError, TypeError):
            return None
        return found if all(isinstance(value, str) for value in asdict(found).values()) else None

    def body(self, url: str) -> bytes | None:
        """Return the body kept for `url`, None when it is absent or not the one recorded."""
        known = self.validators(url)
        try:
            content = self._path(url, ".body").read_bytes()
        except OSError:
            return None
        return content if known and digest(content) == known.digest else None

    def day(self, url: str) -> date:
        """Return the day (UTC) on which the body kept for `url` was received; OSError when there is none."""
        return datetime.fromtimestamp(self._path(url, ".body").stat().st_mtime, tz=UTC).date()

    def keep(self, key: str, validators: Validators, body: bytes | None = None) -> None:
        """Record an answer under `key`, the address that was asked."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if body is not None:
            _write(self._path(key, ".body"), body)
        _write(self._path(key, ".json"), json.dumps(asdict(validators), ensure_ascii=False).encode())

    def _path(self, url: str, suffix: str) -> Path:
        return self._folder / (hashlib.sha256(url.encode()).hexdigest()[:32] + suffix)


def digest(content: bytes) -> str:
    """SHA-256 of `content`, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)  # noqa: PTH105 - atomic by contract
