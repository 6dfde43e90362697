"""The state of the log in four lines that its keeper signs, and that an outside witness signs again with the time.

Sources: C2SP signed-note, tlog-checkpoint (origin, size, root), tlog-cosignature (cosignature/v1); Ed25519 throughout.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ethics.errors import LogError
from ethics.keys import holds, public_of
from ethics.words import say

_SIGNED = b"\x01"  # kinds of signature of the signed-note format
_COSIGNED = b"\x04"
_NAME = re.compile(r"[^\s+]{1,80}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log held at one moment.

    Attributes:
        origin: name of the log.
        size: number of its lines.
        root: Merkle root of these lines, 32 bytes.
        signatures: `(name, bytes)` as they stand in the note, in order.
    """

    origin: str
    size: int
    root: bytes
    signatures: tuple[tuple[str, bytes], ...] = ()

    @property
    def body(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def text(self) -> str:
        """Return the whole note, as it is kept in a file."""
        lines = [f"— {name} {base64.b64encode(data).decode()}\n" for name, data in self.signatures]
        return f"{self.body}\n{''.join(lines)}"

    def signed(self, key: Ed25519PrivateKey) -> Checkpoint:
        """Return the checkpoint with the signature of the keeper of the log, whose name is the origin."""
        data = _hint(self.origin, _SIGNED, public_of(key)) + key.sign(self.body.encode())
        return Checkpoint(self.origin, self.size, self.root, (*self.signatures, (self.origin, data)))

    def is_signed(self, public: str) -> bool:
        """Tell whether the keeper of the log, of this public key, signed it."""
        hint = _hint(self.origin, _SIGNED, public)
        return any(
            name == self.origin and data[:4] == hint and holds(public, data[4:], self.body.encode())
            for name, data in self.signatures
        )

    def cosigned(self, name: str, key: Ed25519PrivateKey, when: datetime) -> Checkpoint:
        """Return the checkpoint with the signature of a witness, dated to the second.

        Raises:
            ValueError: the name has a space or a `+`, which notes do not allow.
        """
        if not _NAME.fullmatch(name):
            raise ValueError("the name of a witness has no space and no plus sign")
        seconds = int(when.timestamp())
        data = _hint(name, _COSIGNED, public_of(key)) + seconds.to_bytes(8) + key.sign(self._dated(seconds))
        return Checkpoint(self.origin, self.size, self.root, (*self.signatures, (name, data)))

    def cosigned_at(self, name: str, public: str) -> datetime | None:
        """Return when a witness signed it last, or None when it did not."""
        hint = _hint(name, _COSIGNED, public)
        times = [
            int.from_bytes(data[4:12])
            for said, data in self.signatures
            if said == name
            and data[:4] == hint
            and len(data) == 76
            and holds(public, data[12:], self._dated(int.from_bytes(data[4:12])))
        ]
        try:
            return datetime.fromtimestamp(max(times), UTC) if times else None
        except (OverflowError, ValueError, OSError):
            return None

    def _dated(self, seconds: int) -> bytes:
        return f"cosignature/v1\ntime {seconds}\n{self.body}".encode()


def read_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint; no signature is checked here.

    Raises:
        LogError: it is not one.
    """
    body, gap, rest = text.partition("\n\n")
    lines = body.split("\n")
    try:
        origin, size, root = lines
        signatures = tuple(_signature(line) for line in rest.splitlines()) if gap else ()
        found = Checkpoint(origin, int(_checked(size)), base64.b64decode(root, validate=True), signatures)
    except (ValueError, binascii.Error) as error:
        raise LogError(say("log.checkpoint_unreadable")) from error
    if len(found.root) != 32 or found.text() != text:
        raise LogError(say("log.checkpoint_unreadable"))
    return found


def _checked(size: str) -> str:
    if not _NUMBER.fullmatch(size):
        raise ValueError(size)
    return size


def _signature(line: str) -> tuple[str, bytes]:
    dash, name, data = line.split(" ")
    if dash != "—":
        raise ValueError(line)
    return name, base64.b64decode(data, validate=True)


def _hint(name: str, kind: bytes, public: str) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + bytes.fromhex(public)).digest()[:4]
