"""The releases as the records tell them: proposed, in force or past, and who said what of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ethics.decision import Approval, find_approval, is_revoked, missing_before_decision, read_decision
from ethics.gate import Place, verdict
from ethics.opinion import View, read_opinion, shortfall
from ethics.policy import Policy
from ethics.proposal import Proposal, read_proposal
from ethics.records import Filed, Records
from ethics.roster import Roster
from ethics.rules import SCOPES
from ui.console.releases.office import Book, Office

_REMINDERS = frozenset({"suspended", "report_due", "drill_late", "expires_soon"})
"""Findings of the gate about the service as it runs, not about the approval of a release."""

_SIGNATURES = frozenset({"quorum", "opinion_refused"})
"""Findings about opinions, which hold for the scope that they name and no other."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One opinion filed on a release.

    Attributes:
        name, college: of its author, as the roster in force tells; the id alone for somebody who left.
        why: why it does not count, in French; empty when it does.
        last: nothing later was filed by the same member on the same release.
    """

    name: str
    college: str
    view: View
    reasons: str
    reservations: tuple[str, ...]
    conflicts: tuple[str, ...]
    when: datetime
    why: str
    last: bool


@dataclass(frozen=True, slots=True)
class Release:
    """One proposal and what became of it.

    Attributes:
        state: `candidate` (waits for opinions or the decision), `approved`, `past` (ended, withdrawn or replaced).
        served: what answers now is this release.
        line: of the log where it was proposed.
        decided: when, and `act`, the digest of the City's signed act; None and empty where nobody decided.
        until: end of the approval in force; None where it is not approved.
        missing: what it lacks to be approved, in French.
    """

    proposal: Proposal
    state: str
    served: bool
    line: int
    proposed: datetime
    voices: tuple[Voice, ...]
    decided: datetime | None
    act: str
    until: datetime | None
    revoked: bool
    missing: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Of what would be served."""
        return self.proposal.manifest.fingerprint


@dataclass(frozen=True, slots=True)
class Step:
    """One scope of the ladder, for one release: `here` is the scope that it was proposed for."""

    scope: str
    state: str
    other: int
    missing: tuple[str, ...]
    here: bool


def releases(book: Book, policy: Policy, now: datetime, served: str) -> list[Release]:
    """Return every release proposed, the last one first.

    Args:
        book: the records.
        policy: the rules in force.
        now: the present time.
        served: fingerprint of what answers now; empty when nobody approved it.

    Raises:
        EthicsError: a record cannot be read.
    """
    records, roster = book
    proposals = [(filed, read_proposal(filed.envelope)) for filed in records.of("proposal")]
    last = {scope: max((p.sequence for _, p in proposals if p.scope == scope), default=0) for scope in SCOPES}
    approvals = {scope: find_approval(records, roster, policy, scope, now) for scope in SCOPES if last[scope]}
    found = []
    for filed, proposal in reversed(proposals):
        approval, _ = approvals[proposal.scope]
        found.append(_release(book, policy, now, filed, proposal, approval, last[proposal.scope], served))
    return found


def ladder(office: Office, book: Book, release: Release) -> Iterator[Step]:
    """Yield each scope, from the fewest readers to the most, with what the gate says of this release there."""
    log = book.records.log
    for scope in SCOPES:
        place = Place(scope, loopback=True)
        said = verdict(office.policy, office.folder, release.proposal.manifest, place, office.now(), log)
        approval, here = said.approval, scope == release.proposal.scope
        missing = [finding.text for finding in said.findings if finding.code not in _REMINDERS]
        if approval is not None and approval.proposal.digest == release.proposal.digest:
            yield Step(scope, "approved", 0, (), here)
        elif approval is not None:
            yield Step(scope, "other", approval.proposal.sequence, (), here)
        else:
            beside = release.missing if here else _measured_for(office, book, release, scope)
            yield Step(scope, "missing", 0, tuple(dict.fromkeys([*missing, *beside])), here)


def _measured_for(office: Office, book: Book, release: Release, scope: str) -> Iterator[str]:
    """What the evaluation and the parts of a release would lack in a scope that it was not proposed for."""
    there = replace(release.proposal, scope=scope)
    for finding in missing_before_decision(*book, office.policy, there, office.now()):
        if finding.code not in _SIGNATURES:
            yield finding.text


def before(book: Book, release: Release) -> Proposal | None:
    """Return the release decided last before this one, of the same scope if there is one; None for the first."""
    decided = []
    for filed in book.records.of("decision"):
        decision = read_decision(filed.envelope)
        found = book.records.find(decision.proposal)
        if found and found.entry.number < release.line and filed.envelope.signers([book.roster.executive.key]):
            decided.append(read_proposal(found.envelope))
    same = [proposal for proposal in decided if proposal.scope == release.proposal.scope]
    return next(reversed(same or decided), None)


def _release(  # noqa: PLR0913, PLR0917  one line of a list, from what was read once for the whole list
    book: Book,
    policy: Policy,
    now: datetime,
    filed: Filed,
    proposal: Proposal,
    approval: Approval | None,
    last: int,
    served: str,
) -> Release:
    records, roster = book
    decided, act = _decided(records, roster, proposal)
    revoked = is_revoked(records, roster, proposal)
    approved = approval is not None and approval.proposal.digest == proposal.digest
    waits = decided is None and not revoked and proposal.sequence == last and now < proposal.expires
    missing = tuple(one.text for one in missing_before_decision(records, roster, policy, proposal, now))
    return Release(
        proposal,
        "approved" if approved else "candidate" if waits else "past",
        served == proposal.manifest.fingerprint and approved,
        filed.entry.number,
        filed.entry.time,
        tuple(_voices(records, roster, policy, proposal, now)),
        decided,
        act,
        approval.expires if approval is not None and approved else None,
        revoked,
        () if approved else missing,
    )


def _decided(records: Records, roster: Roster, proposal: Proposal) -> tuple[datetime | None, str]:
    for filed in records.of("decision"):
        decision = read_decision(filed.envelope)
        if decision.proposal == proposal.digest and filed.envelope.signers([roster.executive.key]):
            return filed.entry.time, decision.act
    return None, ""


def _voices(records: Records, roster: Roster, policy: Policy, proposal: Proposal, now: datetime) -> Iterator[Voice]:
    filed = [(one, read_opinion(one.envelope)) for one in records.of("opinion")]
    here = [(one, opinion) for one, opinion in filed if opinion.proposal == proposal.digest]
    last = {opinion.member: one.entry.number for one, opinion in here}
    for one, opinion in here:
        author = next((person for person in roster.members if person.id == opinion.member), None)
        yield Voice(
            author.name if author else opinion.member,
            author.college if author else "",
            opinion.view,
            opinion.reasons,
            opinion.reservations,
            opinion.conflicts,
            one.entry.time,
            shortfall(one.envelope, proposal, roster, policy, records.files, now),
            last[opinion.member] == one.entry.number,
        )
