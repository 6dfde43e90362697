"""A signed statement: one payload, one or several Ed25519 signatures over it.

The bytes whose signatures are checked are the bytes that are read: a reader never parses anything else. A key id is a
hint: every signature is tried against every key that is accepted.

Sources: DSSE 1.0 (Dead Simple Signing Envelope), pre-authentication encoding; in-toto Statement v1.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ethics.canonical import canonical, digest, parsed
from ethics.errors import EnvelopeError
from ethics.keys import holds, key_id, public_of
from ethics.words import say

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_MOST_SIGNATURES = 64
_LARGEST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload and the signatures on it: `(key id, 64 bytes)` each, in the order they were added."""

    payload: bytes
    signatures: tuple[tuple[str, bytes], ...] = ()
    payload_type: str = PAYLOAD_TYPE

    @property
    def digest(self) -> str:
        """SHA-256 of the payload, 64 hex digits: the same whoever signs."""
        return digest(self.payload)

    def signed(self, key: Ed25519PrivateKey) -> Envelope:
        """Return the envelope with one signature more; a key signs once."""
        public = public_of(key)
        signature = key.sign(encoded(self.payload_type, self.payload))
        kept = tuple(pair for pair in self.signatures if not _same(public, pair[1], self))
        return Envelope(self.payload, (*kept, (key_id(public), signature)), self.payload_type)

    def signers(self, accepted: Iterable[str]) -> frozenset[str]:
        """Return the keys among `accepted` (64 hex digits) that signed this payload, each once."""
        return frozenset(
            public for public in set(accepted) if any(_same(public, data, self) for _, data in self.signatures)
        )

    def statement(self) -> Statement:
        """Read the payload that the signatures cover.

        Raises:
            EnvelopeError: it is not an in-toto statement.
        """
        return read_statement(self.payload_type, self.payload)

    def to_bytes(self) -> bytes:
        """Write the envelope as JSON, one key a line, as it is kept in the records folder."""
        said = {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": name, "sig": base64.b64encode(signature).decode()} for name, signature in self.signatures
            ],
        }
        return json.dumps(said, indent=1).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Statement:
    """What an envelope says, of what.

    Attributes:
        kind: what sort of statement, as `urn:cite:opinion:v1`.
        subjects: digest (SHA-256, 64 hex digits) by name of what it is about.
        predicate: what it says.
    """

    kind: str
    subjects: Mapping[str, str]
    predicate: Mapping[str, Any]

    def envelope(self) -> Envelope:
        """Return the statement as an envelope that nobody has signed yet."""
        return Envelope(
            canonical(
                {
                    "_type": STATEMENT_TYPE,
                    "subject": [
                        {"name": name, "digest": {"sha256": value}} for name, value in sorted(self.subjects.items())
                    ],
                    "predicateType": self.kind,
                    "predicate": dict(self.predicate),
                }
            )
        )


def encoded(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that are signed: the pre-authentication encoding of DSSE."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def read_envelope(data: bytes) -> Envelope:
    """Read an envelope; no signature is checked here.

    Raises:
        EnvelopeError: it is not a DSSE envelope, or it is out of proportion.
    """
    if len(data) > _LARGEST_BYTES:
        raise EnvelopeError(say("envelope.too_large"))
    try:
        said = parsed(data)
        pairs = [(str(line.get("keyid", "")), _decoded(line["sig"])) for line in said["signatures"]]
        payload, payload_type = _decoded(said["payload"]), said["payloadType"]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EnvelopeError(say("envelope.unreadable")) from error
    if len(pairs) > _MOST_SIGNATURES or not isinstance(payload_type, str):
        raise EnvelopeError(say("envelope.unreadable"))
    return Envelope(payload, tuple(pairs), payload_type)


def read_statement(payload_type: str, payload: bytes) -> Statement:
    """Read an in-toto statement from the bytes of a payload.

    Raises:
        EnvelopeError: it is not one.
    """
    if payload_type != PAYLOAD_TYPE:
        raise EnvelopeError(say("envelope.not_a_statement"))
    try:
        said = parsed(payload)
        form, kind, predicate = said["_type"], said["predicateType"], said["predicate"]
        pairs = [(line["name"], line["digest"]["sha256"]) for line in said["subject"]]
    except (ValueError, KeyError, TypeError) as error:
        raise EnvelopeError(say("envelope.not_a_statement")) from error
    texts = [form, kind, *(text for pair in pairs for text in pair)]
    if not all(isinstance(text, str) for text in texts) or not isinstance(predicate, dict):
        raise EnvelopeError(say("envelope.not_a_statement"))
    if form != STATEMENT_TYPE or len(dict(pairs)) != len(pairs):
        raise EnvelopeError(say("envelope.not_a_statement"))
    return Statement(kind, dict(pairs), predicate)


def _same(public: str, signature: bytes, envelope: Envelope) -> bool:
    return holds(public, signature, encoded(envelope.payload_type, envelope.payload))


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
