"""One member's opinion on one proposal, and whether it counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ethics.canonical import parsed
from ethics.envelope import Envelope, Statement
from ethics.errors import RecordsError
from ethics.log import stamp
from ethics.policy import Policy
from ethics.proposal import Proposal, moment, text, texts
from ethics.roster import Roster
from ethics.words import say

OPINION = "urn:cite:opinion:v1"
CORRECT = "correct"
"""The label of an answer in which an auditor found nothing wrong; every other label is an error."""


class View(StrEnum):
    """What a member thinks of a release."""

    FAVORABLE = "favorable"
    WITH_RESERVATIONS = "favorable avec réserves"
    UNFAVORABLE = "défavorable"

    @property
    def is_favorable(self) -> bool:
        """Whether it counts for the quorum."""
        return self is not View.UNFAVORABLE


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a member signs.

    Attributes:
        proposal: digest of the proposal.
        scope: of the proposal, repeated so that the member signs it in so many words.
        member: id on the roster.
        reasons: why, for the public.
        reservations: conditions of a favorable opinion; what an unfavorable one objects to.
        conflicts: interests that the member declares; empty when there is none.
        audit: digest of the file of the answers that the member read.
        expires: when the opinion ends.
    """

    proposal: str
    scope: str
    member: str
    view: View
    reasons: str
    reservations: tuple[str, ...]
    conflicts: tuple[str, ...]
    audit: str
    expires: datetime

    def statement(self) -> Statement:
        """Return the opinion as a statement to be signed."""
        said = {
            "scope": self.scope,
            "member": self.member,
            "view": self.view.value,
            "reasons": self.reasons,
            "reservations": list(self.reservations),
            "conflicts": list(self.conflicts),
            "expires": stamp(self.expires),
        }
        return Statement(OPINION, {"proposal": self.proposal, "audit": self.audit}, said)


def read_opinion(envelope: Envelope) -> Opinion:
    """Read an opinion; its signature is checked by `shortfall`.

    Raises:
        EnvelopeError: it is not a statement.
        RecordsError: it is not an opinion.
    """
    statement = envelope.statement()
    said, subjects = statement.predicate, dict(statement.subjects)
    if statement.kind != OPINION or set(subjects) != {"proposal", "audit"}:
        raise RecordsError(say("opinion.unreadable"))
    try:
        view = View(text(said, "view"))
    except ValueError as error:
        raise RecordsError(say("opinion.unreadable")) from error
    return Opinion(
        proposal=subjects["proposal"],
        scope=text(said, "scope"),
        member=text(said, "member"),
        view=view,
        reasons=text(said, "reasons"),
        reservations=texts(said, "reservations"),
        conflicts=texts(said, "conflicts"),
        audit=subjects["audit"],
        expires=moment(said, "expires"),
    )


def shortfall(
    envelope: Envelope,
    proposal: Proposal,
    roster: Roster,
    policy: Policy,
    audits: Mapping[str, bytes],
    now: datetime,
) -> str:
    """Tell why an opinion on a proposal does not count, in one French sentence; empty when it does.

    An unfavorable opinion is held to the same rules: it is published as a dissent when it counts.

    Args:
        envelope: of the opinion.
        proposal: what it must be about.
        roster: of the members in office.
        policy: how much a member must have read.
        audits: the plain files of the records, by digest.
        now: the present time.

    Raises:
        RecordsError: the audit that it names cannot be read.
    """
    return next(_problems(read_opinion(envelope), envelope, proposal, roster, policy, audits, now), "")


def unmet(
    opinion: Opinion,
    proposal: Proposal,
    roster: Roster,
    policy: Policy,
    audits: Mapping[str, bytes],
    now: datetime,
) -> str:
    """Tell why an opinion that nobody signed yet would not count once signed; arguments are those of `shortfall`."""
    return next(_problems(opinion, None, proposal, roster, policy, audits, now), "")


def _problems(
    opinion: Opinion,
    envelope: Envelope | None,
    proposal: Proposal,
    roster: Roster,
    policy: Policy,
    audits: Mapping[str, bytes],
    now: datetime,
) -> Iterator[str]:
    member = next((person for person in roster.members if person.id == opinion.member), None)
    if member is None:
        yield say("opinion.not_a_member", member=opinion.member)
        return
    if envelope is not None and member.key not in envelope.signers([member.key]):
        yield say("opinion.not_signed", name=member.name)
    if (opinion.proposal, opinion.scope) != (proposal.digest, proposal.scope):
        yield say("opinion.another", name=member.name)
    if now >= opinion.expires:
        yield say("opinion.expired", name=member.name)
    if not opinion.reasons.strip() or (opinion.view is View.WITH_RESERVATIONS and not opinion.reservations):
        yield say("opinion.no_reasons", name=member.name)
    if opinion.audit not in audits:
        yield say("opinion.no_audit", name=member.name)
        return
    labels, planted = read_audit(audits[opinion.audit], opinion.member, proposal.manifest.fingerprint)
    met = [case for case in planted if case in labels]
    missed = sum(labels[case] == CORRECT for case in met)
    if len(labels) < policy.opinion.audited or len(met) < policy.opinion.planted:
        yield say("opinion.too_few_answers", name=member.name, read=len(labels), needed=policy.opinion.audited)
    if missed > policy.opinion.missed:
        yield say("opinion.missed", name=member.name, missed=missed)


def read_audit(data: bytes, member: str, release: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Read the answers that one member read of one release.

    Returns:
        the label given to each case, and the cases whose answer was wrong on purpose.

    Raises:
        RecordsError: the file cannot be read, or is of another member or release.
    """
    try:
        said = parsed(data)
        labels, planted = said["labels"], said["planted"]
        whose = (said["member"], said["release"])
        sound = all(isinstance(label, str) for label in labels.values()) and len(set(planted)) == len(planted)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordsError(say("opinion.audit_unreadable", member=member)) from error
    if not sound or not all(isinstance(case, str) for case in planted) or whose != (member, release):
        raise RecordsError(say("opinion.audit_unreadable", member=member))
    return labels, tuple(planted)
