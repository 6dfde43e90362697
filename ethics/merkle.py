"""The tree of hashes that binds a whole passage store to 64 digits, computed without trusting the store.

Source: RFC 6962, Certificate Transparency, section 2.1 (leaf and node hashes, Merkle tree hash).
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path

_LEAF = b"\x00"
_NODE = b"\x01"


class AlteredPassagesError(ValueError):
    """A passage store does not hold what its digests say, or cannot be read."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash one leaf, 32 bytes; leaves and nodes have their own prefix, so that neither can pass for the other."""
    return hashlib.sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees, 32 bytes."""
    return hashlib.sha256(_NODE + left + right).digest()


def merkle_root(leaves: Iterable[bytes]) -> str:
    """Return the Merkle tree hash of `leaves`, in their order, as 64 hex digits.

    No leaf gives the SHA-256 of nothing. Memory is logarithmic in the number of leaves.
    """
    # Perfect subtrees from the largest to the smallest: what the recursive split of the RFC comes to.
    peaks: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, value = 1, leaf_hash(leaf)
        while peaks and peaks[-1][0] == size:
            value = node_hash(peaks.pop()[1], value)
            size *= 2
        peaks.append((size, value))
    if not peaks:
        return hashlib.sha256(b"").hexdigest()
    root = peaks.pop()[1]
    while peaks:
        root = node_hash(peaks.pop()[1], root)
    return root.hex()


def digests_root(digests: Iterable[str]) -> str:
    """Return the root of passage digests (64 hex digits each) taken in ascending order, whatever the order given."""
    return merkle_root(bytes.fromhex(digest) for digest in sorted(digests))


def passages_root(path: Path) -> str:
    """Recompute the root of a passage store from the bodies of its passages.

    Args:
        path: the SQLite file, opened read-only; it must not be changed meanwhile.

    Raises:
        AlteredPassagesError: a body differs from its digest or is filed under a ref or a document that is not its own,
            or the file is not a passage store.
    """
    digests: list[str] = []
    try:
        store = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            for ref, key, digest, body in store.execute("SELECT ref, key, digest, body FROM passages"):
                _check(ref, key, digest, body)
                digests.append(digest)
        finally:
            store.close()
    except sqlite3.Error as error:
        raise AlteredPassagesError(f"{path.name} n'est pas un recueil de passages lisible : {error}.") from error
    return digests_root(digests)


def _check(ref: object, key: object, digest: object, body: object) -> None:
    if not isinstance(body, bytes) or hashlib.sha256(body).hexdigest() != digest:
        raise AlteredPassagesError(f"Le passage {ref} a été modifié : son texte ne correspond plus à son empreinte.")
    said = json.loads(body)
    # The digest vouches for the body alone: what it is filed under must be what the body says it is.
    if not isinstance(said, dict) or (said.get("ref"), said.get("key")) != (ref, key):
        raise AlteredPassagesError(f"Le passage {ref} est rangé sous une autre référence que la sienne.")
