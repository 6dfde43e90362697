"""The decision of the executive, and the approval that all the records together make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from ethics.envelope import Envelope, Statement
from ethics.errors import RecordsError
from ethics.evidence import EVIDENCE, judged, read_measures
from ethics.log import stamp
from ethics.opinion import View, read_opinion, shortfall
from ethics.policy import Policy
from ethics.proposal import Proposal, moment, read_proposal, text, whole
from ethics.records import Filed, Records
from ethics.roster import Roster
from ethics.words import say

DECISION = "urn:cite:decision:v1"
REVOCATION = "urn:cite:revocation:v1"
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Finding(NamedTuple):
    """What is missing or differs: a code that never changes, and a French sentence with the next step."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the executive signs.

    Attributes:
        proposal: digest of the proposal.
        act: SHA-256 of the decision that the City signed, as a file.
        scope, sequence, expires: of the proposal, repeated so that they are signed in so many words.
    """

    proposal: str
    act: str
    scope: str
    sequence: int
    expires: datetime

    def statement(self) -> Statement:
        """Return the decision as a statement to be signed."""
        said = {"scope": self.scope, "sequence": self.sequence, "expires": stamp(self.expires)}
        return Statement(DECISION, {"proposal": self.proposal, "act": self.act}, said)


@dataclass(frozen=True, slots=True)
class Approval:
    """A proposal that may be served.

    Attributes:
        proposal: what was approved.
        decided: line of the log where it was decided.
        expires: when it ends: the first of the dates signed, and of the limit of the policy.
        reservations, dissents: of the members, `name : text`.
    """

    proposal: Proposal
    decided: int
    expires: datetime
    reservations: tuple[str, ...] = ()
    dissents: tuple[str, ...] = ()


def revocation(proposal: str, why: str) -> Statement:
    """Return the statement that ends an approval, to be signed by anyone who may suspend."""
    return Statement(REVOCATION, {"proposal": proposal}, {"why": why})


def read_decision(envelope: Envelope) -> Decision:
    """Read a decision; its signature is checked by `find_approval`.

    Raises:
        EnvelopeError: it is not a statement.
        RecordsError: it is not a decision.
    """
    statement = envelope.statement()
    said, subjects = statement.predicate, dict(statement.subjects)
    if statement.kind != DECISION or set(subjects) != {"proposal", "act"}:
        raise RecordsError(say("decision.unreadable"))
    return Decision(
        subjects["proposal"], subjects["act"], text(said, "scope"), whole(said, "sequence"), moment(said, "expires")
    )


def find_approval(
    records: Records, roster: Roster, policy: Policy, scope: str, now: datetime
) -> tuple[Approval | None, tuple[Finding, ...]]:
    """Look for the release approved for one scope: the decided one of the highest sequence, and no other.

    Returns:
        the approval, or None with what is missing.

    Raises:
        EthicsError: a record that it rests on cannot be read.
    """
    decided = [
        (decision, filed)
        for filed in records.of("decision")
        if (decision := read_decision(filed.envelope)).scope == scope
        and roster.executive.key in filed.envelope.signers([roster.executive.key])
    ]
    if not decided:
        return None, tuple(_undecided(records, roster, policy, scope, now))
    # The first filed of the highest sequence: a decision filed again, or prepared beside it, replaces nothing.
    decision, filed = max(decided, key=lambda pair: (pair[0].sequence, -pair[1].entry.number))
    if any(other.sequence == decision.sequence and other != decision for other, _ in decided):
        return None, (_finding("decision_twice", sequence=decision.sequence),)
    found = records.find(decision.proposal)
    if found is None or found.entry.kind != "proposal":
        return None, (_finding("proposal_missing"),)
    proposal = read_proposal(found.envelope)
    problems = tuple(_problems(records, roster, policy, proposal, decision, filed, now))
    if problems:
        return None, problems
    until = _until(decision, proposal, filed, policy, scope)
    counted = list(_counted(records, roster, policy, proposal, now))
    return (
        Approval(
            proposal,
            filed.entry.number,
            until,
            tuple(text for view, text in counted if view is View.WITH_RESERVATIONS),
            tuple(text for view, text in counted if view is View.UNFAVORABLE),
        ),
        (),
    )


def missing_opinions(
    records: Records, roster: Roster, policy: Policy, proposal: Proposal, now: datetime
) -> tuple[Finding, ...]:
    """Tell what the opinions filed on a proposal lack."""
    reasons: list[Finding] = []
    keys: set[str] = set()
    for filed in records.of("opinion"):
        opinion = read_opinion(filed.envelope)
        if opinion.proposal != proposal.digest:
            continue
        if why := shortfall(filed.envelope, proposal, roster, policy, records.files, now):
            reasons.append(Finding("opinion_refused", why))
        else:
            member = next(person for person in roster.members if person.id == opinion.member)
            # The last word of a member counts: an opinion can be withdrawn by a later one.
            keys = keys | {member.key} if opinion.view.is_favorable else keys - {member.key}
    missing = roster.shortfalls(keys)
    return tuple(Finding("quorum", text) for text in missing) + (tuple(reasons) if missing else ())


def missing_before_decision(
    records: Records, roster: Roster, policy: Policy, proposal: Proposal, now: datetime
) -> Iterator[Finding]:
    """Yield what a proposal lacks, whether or not it is decided: signers, evaluation, opinions."""
    if roster.synthetic and proposal.scope != "demo":
        yield _finding("synthetic_roster")
    for why in proposal.manifest.refusals(clean_code=policy.scopes[proposal.scope].clean_code):
        yield Finding("refused", why)
    yield from _evidence_problems(records, roster, policy, proposal)
    yield from missing_opinions(records, roster, policy, proposal, now)


def _problems(
    records: Records,
    roster: Roster,
    policy: Policy,
    proposal: Proposal,
    decision: Decision,
    filed: Filed,
    now: datetime,
) -> Iterator[Finding]:
    if (proposal.scope, proposal.sequence) != (decision.scope, decision.sequence):
        yield _finding("decision_differs")
    if not _DIGEST.fullmatch(decision.act) or decision.act not in records.files:
        yield _finding("no_act")
    if is_revoked(records, roster, proposal):
        yield _finding("revoked")
    if now >= (until := _until(decision, proposal, filed, policy, proposal.scope)):
        yield _finding("expired", date=stamp(until)[:10])
    yield from missing_before_decision(records, roster, policy, proposal, now)


def _evidence_problems(records: Records, roster: Roster, policy: Policy, proposal: Proposal) -> Iterator[Finding]:
    found = records.find(proposal.evidence)
    if found is None or found.entry.kind != "evidence" or found.statement.kind != EVIDENCE:
        yield _finding("no_evidence")
        return
    release = dict(found.statement.subjects).get("release")
    if roster.evaluation_key not in found.envelope.signers([roster.evaluation_key]):
        yield _finding("evidence_unsigned")
    if release != proposal.manifest.fingerprint:
        yield _finding("evidence_of_another")
    if found.statement.predicate.get("synthetic") is not False and proposal.scope != "demo":
        yield _finding("synthetic_evidence")
    asked = [threshold for threshold in policy.thresholds if proposal.scope in threshold.scopes]
    for why in judged(asked, read_measures(found.statement.predicate)).values():
        if why:
            yield Finding("threshold", why)


def _undecided(records: Records, roster: Roster, policy: Policy, scope: str, now: datetime) -> Iterator[Finding]:
    proposals = [read_proposal(filed.envelope) for filed in records.of("proposal")]
    here = [proposal for proposal in proposals if proposal.scope == scope]
    if not here:
        others = sorted({proposal.scope for proposal in proposals})
        yield _finding("other_scope", scope=scope, others=", ".join(others)) if others else _finding("no_proposal")
        return
    last = max(here, key=lambda proposal: proposal.sequence)
    missing = missing_opinions(records, roster, policy, last, now)
    yield from missing or (_finding("no_decision", name=roster.executive.name),)


def _counted(
    records: Records, roster: Roster, policy: Policy, proposal: Proposal, now: datetime
) -> Iterator[tuple[View, str]]:
    for filed in records.of("opinion"):
        opinion = read_opinion(filed.envelope)
        if opinion.proposal == proposal.digest and not shortfall(
            filed.envelope, proposal, roster, policy, records.files, now
        ):
            name = next(person.name for person in roster.members if person.id == opinion.member)
            yield opinion.view, f"{name} : {' ; '.join(opinion.reservations) or opinion.reasons}"


def is_revoked(records: Records, roster: Roster, proposal: Proposal) -> bool:
    """Tell whether somebody who may suspend withdrew the approval of a proposal."""
    people = [person.key for person in roster.who_may_suspend()]
    return any(
        dict(filed.statement.subjects).get("proposal") == proposal.digest and filed.envelope.signers(people)
        for filed in records.of("revocation")
        if filed.statement.kind == REVOCATION
    )


def _until(decision: Decision, proposal: Proposal, filed: Filed, policy: Policy, scope: str) -> datetime:
    longest = filed.entry.time + timedelta(days=policy.scopes[scope].expiry_days)
    return min(decision.expires, proposal.expires, longest)


def _finding(code: str, **values: object) -> Finding:
    return Finding(code, say(f"gate.{code}", **values))
