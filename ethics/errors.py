"""What can go wrong in the records; every error means "not approved" to the gate.

* EthicsError
  - EnvelopeError    an envelope cannot be read, or a signature on it does not hold
  - LogError         the log is altered, cut, half-written or forked; `line` is the first line concerned, from 1
  - RecordsError     another file of the records folder is missing, altered or badly formed
  - KeyFileError     a private key file is missing, unreadable, or readable by others
  - PolicyError      policy.toml has a missing, unknown or wrong key
  - CaseError        a step that a case does not allow in its present state
"""

from __future__ import annotations


class EthicsError(Exception):
    """Base of the floor; its message is French and names the next step."""


class EnvelopeError(EthicsError):
    """An envelope cannot be read, or its signatures do not hold."""


class LogError(EthicsError):
    """The log does not hold; `line` is the first line concerned, counted from 1, or 0 for the log as a whole."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class RecordsError(EthicsError):
    """A file of the records folder is missing, altered or badly formed."""


class KeyFileError(EthicsError):
    """A private key file cannot be used."""


class PolicyError(EthicsError):
    """The policy file cannot be applied as written."""


class CaseError(EthicsError):
    """A case cannot take this step now."""
