"""Ed25519 keys: private ones only in files that their owner alone can read, public ones as 64 hex digits.

Source: RFC 8032 (Ed25519). Points of small order are refused: under them, one signature can fit any message.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from ethics.errors import KeyFileError
from ethics.words import say, trouble

_PUBLIC = re.compile(r"[0-9a-f]{64}")
_FIELD = 2**255 - 19
_EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022
# The y of the eight points whose order divides 8; each can be written with either sign of x, or with y + p.
_SMALL_Y = (
    0,
    1,
    _FIELD - 1,
    _EIGHTH,
    _FIELD - _EIGHTH,
)
_SMALL = frozenset(y for first in _SMALL_Y for y in (first, first + _FIELD) if y < 2**255)


def is_public_key(text: object) -> bool:
    """Tell whether a text is a public key that can be trusted to name one signer."""
    if not isinstance(text, str) or not _PUBLIC.fullmatch(text):
        return False
    return int.from_bytes(bytes.fromhex(text), "little") & (2**255 - 1) not in _SMALL


def public_of(key: Ed25519PrivateKey) -> str:
    """Return the public key, 64 hex digits."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def key_id(public: str) -> str:
    """Return the short name of a public key, 16 hex digits: a hint for people, never a proof."""
    return public[:16]


def holds(public: str, signature: bytes, message: bytes) -> bool:
    """Tell whether the signature of `message` was made with the private half of `public`."""
    if not is_public_key(public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def new_key_file(path: Path) -> str:
    """Write a new private key in a file that only its owner can read; return the public key.

    Raises:
        KeyFileError: the file exists already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
    except OSError as error:
        raise KeyFileError(say("key.not_written", name=path.name, why=trouble(error))) from error
    return public_of(key)


def read_key_file(path: Path) -> Ed25519PrivateKey:
    """Read a private key.

    Raises:
        KeyFileError: the file is missing, is readable by others than its owner, or holds no Ed25519 key.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        data = path.read_bytes()
    except OSError as error:
        raise KeyFileError(say("key.not_read", name=path.name, why=trouble(error))) from error
    if mode & 0o077:
        raise KeyFileError(say("key.open_to_others", name=path.name))
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(say("key.not_a_key", name=path.name)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(say("key.not_a_key", name=path.name))
    return key
