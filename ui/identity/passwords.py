"""Passwords, kept as argon2id hashes. Owns the package `argon2`."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Characters (CNIL, délibération 2022-100: with a lock-out, 8 of three kinds would do; length is easier to keep)."""
LONGEST = 200


class Passwords:
    """Hashes and compares.

    Args:
        hasher: the cost; argon2-cffi's own default (RFC 9106, low memory: 64 MiB, 3 passes) unless given.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        # Compared with when there is no such account: a wrong name takes as long as a wrong password.
        self._nobody = self._hasher.hash("nobody")

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return self._hasher.hash(password)

    def right(self, password: str, secret: str) -> bool:
        """Tell whether a password is the one of a hash; an empty hash is nobody's, in the same time."""
        try:
            return self._hasher.verify(secret or self._nobody, password[:LONGEST]) and bool(secret)
        except (VerificationError, InvalidHashError):
            return False

    def stale(self, secret: str) -> bool:
        """Tell whether a hash was made at another cost than the present one."""
        return self._hasher.check_needs_rehash(secret)


def weakness(password: str, name: str) -> str:
    """Return why a password is not accepted, as a key of words.fr.toml; empty when it is."""
    if len(password) < SHORTEST:
        return "password.short"
    if len(password) > LONGEST:
        return "password.long"
    if len(set(password)) < 5 or name.lower() in password.lower():
        return "password.plain"
    return ""
