"""A release proposed to the committee: what exactly, for whom, until when, on which evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ethics.envelope import Envelope, Statement
from ethics.errors import RecordsError
from ethics.log import stamp
from ethics.manifest import Manifest, read_manifest
from ethics.rules import SCOPES
from ethics.words import say

PROPOSAL = "urn:cite:proposal:v1"
_KEYS = {"manifest", "scope", "themes", "sequence", "expires", "evidence"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the committee is asked about.

    Attributes:
        manifest: what would be served.
        scope: who would be served.
        themes: the only themes answered; empty for all.
        sequence: greater than that of any release proposed before.
        expires: when the approval would end.
        evidence: digest of the evaluation, 64 hex digits.
        digest: of the signed payload; what opinions and the decision are about.
    """

    manifest: Manifest
    scope: str
    themes: tuple[str, ...]
    sequence: int
    expires: datetime
    evidence: str
    digest: str = ""

    def statement(self) -> Statement:
        """Return the proposal as a statement."""
        said = {
            "manifest": dict(self.manifest.parts),
            "scope": self.scope,
            "themes": list(self.themes),
            "sequence": self.sequence,
            "expires": stamp(self.expires),
            "evidence": self.evidence,
        }
        return Statement(PROPOSAL, {"release": self.manifest.fingerprint}, said)


def read_proposal(envelope: Envelope) -> Proposal:
    """Read a proposal.

    Raises:
        EnvelopeError: it is not a statement.
        RecordsError: it is not a proposal, or the fingerprint on it is not the one of its parts.
    """
    statement = envelope.statement()
    said = statement.predicate
    if statement.kind != PROPOSAL or set(said) != _KEYS:
        raise RecordsError(say("proposal.unreadable"))
    proposal = Proposal(
        manifest=read_manifest(said["manifest"]),
        scope=text(said, "scope"),
        themes=texts(said, "themes"),
        sequence=whole(said, "sequence"),
        expires=moment(said, "expires"),
        evidence=text(said, "evidence"),
        digest=envelope.digest,
    )
    if dict(statement.subjects) != {"release": proposal.manifest.fingerprint} or proposal.scope not in SCOPES:
        raise RecordsError(say("proposal.unreadable"))
    return proposal


def text(said: Mapping[str, Any], key: str) -> str:
    """Return a text of a signed statement; RecordsError when it is absent or something else."""
    value = said.get(key)
    if not isinstance(value, str):
        raise RecordsError(say("records.no_key", key=key))
    return value


def texts(said: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of texts of a signed statement; RecordsError when it is absent or something else."""
    value = said.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RecordsError(say("records.no_key", key=key))
    return tuple(value)


def whole(said: Mapping[str, Any], key: str) -> int:
    """Return a whole number of a signed statement, 0 or more; RecordsError when it is absent or something else."""
    value = said.get(key)
    if type(value) is not int or value < 0:
        raise RecordsError(say("records.no_key", key=key))
    return value


def moment(said: Mapping[str, Any], key: str) -> datetime:
    """Return a time of a signed statement, with its zone; RecordsError when it is absent or something else."""
    try:
        value = datetime.fromisoformat(text(said, key))
    except ValueError as error:
        raise RecordsError(say("records.no_key", key=key)) from error
    if value.tzinfo is None:
        raise RecordsError(say("records.no_key", key=key))
    return value
