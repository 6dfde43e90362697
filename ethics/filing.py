"""From what a person signed to the records: the same checks for the command line and for the console.

Each function reads the records anew, refuses in one French sentence, and writes only what may count.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ethics.canonical import digest
from ethics.decision import (
    REVOCATION,
    Decision,
    Finding,
    find_approval,
    is_revoked,
    missing_opinions,
    read_decision,
    revocation,
)
from ethics.envelope import Envelope, Statement
from ethics.errors import RecordsError
from ethics.gate import rosters
from ethics.levels import RESUME, SUSPENSION, Level, in_force, resume, suspension
from ethics.opinion import Opinion, View, read_audit, read_opinion, shortfall
from ethics.policy import Policy
from ethics.proposal import Proposal, read_proposal, text, texts, whole
from ethics.records import LOG, Records, file_data, file_envelope, read_records
from ethics.roster import ROSTER, Person, Roster, missing_signatures, unsigned_roster
from ethics.words import say, trouble


def last_proposal(records: Records, scope: str) -> Proposal:
    """Return the last release proposed for a scope.

    Raises:
        RecordsError: there is none.
    """
    here = [proposal for proposal in _proposals(records) if proposal.scope == scope]
    if not here:
        raise RecordsError(say("gate.no_proposal"))
    return max(here, key=lambda proposal: proposal.sequence)


def opinion_on(
    proposal: Proposal,
    member: Person,
    view: View,
    reasons: str,
    listed: tuple[Sequence[str], Sequence[str]],
    audit: bytes,
) -> Opinion:
    """Return the opinion that a member is about to sign.

    Args:
        proposal: what it is about.
        member: who signs.
        view: what they think of it.
        reasons: why, for the public.
        listed: reservations, then conflicts declared.
        audit: the file of the answers that they read.

    Raises:
        RecordsError: the audit cannot be read, or is of another member or release.
    """
    read_audit(audit, member.id, proposal.manifest.fingerprint)
    reservations, conflicts = map(tuple, listed)
    said = (proposal.digest, proposal.scope, member.id, view, reasons, reservations, conflicts)
    return Opinion(*said, digest(audit), proposal.expires)


def file_opinion(folder: Path, envelope: Envelope, audit: bytes, policy: Policy, now: datetime) -> Opinion:
    """Put a signed opinion in the records, after the answers that its author read.

    Raises:
        EthicsError: it would not count, or says more than an opinion does; nothing is written.
    """
    records = read_records(folder)
    roster, opinion = rosters(records)[-1], read_opinion(envelope)
    proposal = last_proposal(records, opinion.scope)
    check_whole(envelope, opinion.statement())
    audits = records.files | {digest(audit): audit}
    if why := shortfall(envelope, proposal, roster, policy, audits, now):
        raise RecordsError(why)
    if opinion.expires != proposal.expires or opinion.audit != digest(audit):
        raise RecordsError(say("filing.other"))
    before = [filed for filed in records.of("opinion") if read_opinion(filed.envelope).member == opinion.member]
    if before and before[-1].envelope.digest == envelope.digest:
        raise RecordsError(say("filing.twice"))
    if opinion.audit not in records.files:
        file_data(folder, "audit", audit, now, opinion.member, ".json")
    file_envelope(folder, "opinion", envelope, now, opinion.member)
    return opinion


def check_decidable(records: Records, roster: Roster, policy: Policy, proposal: Proposal, now: datetime) -> None:
    """Check that the executive may decide on a proposal now.

    Raises:
        RecordsError: the committee's opinion is missing, or the decision was made or withdrawn already.
    """
    if missing := missing_opinions(records, roster, policy, proposal, now):
        raise RecordsError(" ".join([say("command.too_early"), *(finding.text for finding in missing)]))
    if is_revoked(records, roster, proposal):
        raise RecordsError(say("gate.revoked"))
    for filed in records.of("decision"):
        decision = read_decision(filed.envelope)
        if decision.proposal == proposal.digest and filed.envelope.signers([roster.executive.key]):
            raise RecordsError(say("filing.decided", sequence=proposal.sequence))


def decision_on(proposal: Proposal, act: str) -> Decision:
    """Return the decision that the executive is about to sign; `act` is the digest of the City's signed act."""
    return Decision(proposal.digest, act, proposal.scope, proposal.sequence, proposal.expires)


def file_act(folder: Path, data: bytes, name: str, now: datetime) -> str:
    """Keep the act that the City signed, once, and return its digest; `name` is that of its file."""
    path = Path(name)
    found = digest(data)
    if found not in read_records(folder).files:
        file_data(folder, "act", data, now, path.stem, path.suffix[:8])
    return found


def file_decision(folder: Path, envelope: Envelope, policy: Policy, now: datetime) -> tuple[Finding, ...]:
    """Put a signed decision in the records; return what the release still lacks.

    Raises:
        EthicsError: it is too early or made already, is not signed by the executive, names another release or an act
            that is not there; nothing is written.
    """
    records = read_records(folder)
    roster, decision = rosters(records)[-1], read_decision(envelope)
    if not envelope.signers([roster.executive.key]):
        raise RecordsError(say("command.not_the_executive", name=roster.executive.name))
    proposal = last_proposal(records, decision.scope)
    check_whole(envelope, decision.statement())
    if decision != decision_on(proposal, decision.act):
        raise RecordsError(say("filing.other"))
    check_decidable(records, roster, policy, proposal, now)
    if decision.act not in records.files:
        raise RecordsError(say("gate.no_act"))
    file_envelope(folder, "decision", envelope, now)
    return find_approval(read_records(folder), roster, policy, proposal.scope, now)[1]


def file_revocation(folder: Path, envelope: Envelope, now: datetime) -> Proposal:
    """Put the withdrawal of an approval in the records; return what it withdraws.

    Raises:
        EthicsError: its signer may not, it names no proposal, or it gives no reason; nothing is written.
    """
    records = read_records(folder)
    roster, statement = rosters(records)[-1], envelope.statement()
    if statement.kind != REVOCATION:
        raise RecordsError(say("filing.unknown"))
    who_signed(roster, envelope)
    why, named = text(statement.predicate, "why"), dict(statement.subjects).get("proposal", "")
    if not why.strip():
        raise RecordsError(say("levels.no_reason"))
    proposal = next((one for one in _proposals(records) if one.digest == named), None)
    if proposal is None:
        raise RecordsError(say("gate.proposal_missing"))
    check_whole(envelope, revocation(named, why))
    file_envelope(folder, "revocation", envelope, now)
    return proposal


def file_suspension(folder: Path, envelope: Envelope, now: datetime) -> Level:
    """Put a stop in the records; return the level that it goes down to.

    Raises:
        EthicsError: its signer may not, or it is badly formed; nothing is written.
    """
    roster, statement = rosters(read_records(folder))[-1], envelope.statement()
    if statement.kind != SUSPENSION:
        raise RecordsError(say("filing.unknown"))
    who, said = who_signed(roster, envelope), statement.predicate
    level = _level(statement)
    themes, drill = texts(said, "themes"), said.get("drill") is True
    check_whole(envelope, suspension(level, who.id, text(said, "why"), themes, drill=drill))
    file_envelope(folder, "suspension", envelope, now, level.name)
    return level


def resume_now(records: Records, level: Level, why: str, themes: Sequence[str] = ()) -> Statement:
    """Return the statement that a quorum must sign to bring the service up.

    Raises:
        RecordsError: nothing is suspended, or no reason is given.
    """
    last = in_force(records, rosters(records)).last
    if not last:
        raise RecordsError(say("command.nothing_suspended"))
    return resume(level, last, why, themes)


def check_resume(records: Records, envelope: Envelope) -> tuple[str, ...]:
    """Tell what the signatures on a return to service lack to be a quorum, one French sentence each.

    Raises:
        RecordsError: it does not answer the last stop.
    """
    chain, statement = rosters(records), envelope.statement()
    last = in_force(records, chain).last
    if statement.kind != RESUME or not last or dict(statement.subjects).get("suspension") != last:
        raise RecordsError(say("command.other_suspension"))
    check_whole(envelope, resume(_level(statement), last, text(statement.predicate, "why"), _themes(statement)))
    return chain[-1].shortfalls(envelope.signers(person.key for person in chain[-1].members))


def file_resume(folder: Path, envelope: Envelope, now: datetime) -> None:
    """Put a return to service in the records.

    Raises:
        EthicsError: a quorum is missing, or it does not answer the last stop; nothing is written.
    """
    if missing := check_resume(read_records(folder), envelope):
        raise RecordsError(" ".join(missing))
    file_envelope(folder, "resume", envelope, now)


def who_signed(roster: Roster, envelope: Envelope) -> Person:
    """Return the one of those who may suspend that signed.

    Raises:
        RecordsError: none did.
    """
    people = roster.who_may_suspend()
    signed = envelope.signers(person.key for person in people)
    found = next((person for person in people if person.key in signed), None)
    if found is None:
        raise RecordsError(say("command.not_on_the_roster"))
    return found


def sitting(folder: Path) -> Roster | None:
    """Return the roster in force; None where there is no log yet.

    Raises:
        EthicsError: the records do not hold.
    """
    return rosters(read_records(folder))[-1] if (folder / LOG).exists() else None


def next_roster(folder: Path, data: bytes) -> Statement:
    """Return the roster that a readable file describes (TOML), as the one that follows the one in force.

    Raises:
        EthicsError: the file cannot be read, or the records do not hold.
    """
    try:
        said = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecordsError(say("roster.unreadable")) from error
    before = sitting(folder)
    place = {"sequence": before.sequence + 1 if before else 1, "previous": before.digest if before else ""}
    found = Statement(ROSTER, {}, said | place)
    try:
        found.envelope()
    except ValueError as error:
        # A date or a fraction: nothing of a roster is one, and it could not be signed.
        raise RecordsError(say("roster.unreadable")) from error
    return found


def check_roster(folder: Path, envelope: Envelope, policy: Policy) -> tuple[Roster, Roster | None]:
    """Check a roster but for its signatures; return it, and the one in force.

    Raises:
        EthicsError: it does not follow the one in force, or cannot be used under the policy.
    """
    before = sitting(folder)
    try:
        roster = unsigned_roster(envelope, before)
    except ValueError as error:
        raise RecordsError(say("roster.unreadable")) from error
    for why in roster.weaknesses(policy):
        raise RecordsError(why)
    return roster, before


def file_roster(folder: Path, envelope: Envelope, policy: Policy, now: datetime) -> Roster:
    """Put a signed roster in the records.

    Raises:
        EthicsError: it cannot be used under the policy, or a quorum is missing; nothing is written.
    """
    roster, before = check_roster(folder, envelope, policy)
    for why in missing_signatures(envelope, roster, before):
        raise RecordsError(why)
    file_envelope(folder, "roster", envelope, now)
    return roster


def check_proposed(records: Records, proposal: str) -> None:
    """Check that a proposal is in the records.

    Raises:
        RecordsError: it is not.
    """
    if proposal not in {one.digest for one in _proposals(records)}:
        raise RecordsError(say("gate.proposal_missing"))


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        RecordsError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordsError(say("records.unreadable", file=path.name, why=trouble(error))) from error


def _proposals(records: Records) -> list[Proposal]:
    return [read_proposal(filed.envelope) for filed in records.of("proposal")]


def check_whole(envelope: Envelope, statement: Statement) -> None:
    """Refuse a payload that holds anything beside what its reader was shown.

    Raises:
        RecordsError: it does.
    """
    if statement.envelope().payload != envelope.payload:
        raise RecordsError(say("filing.more"))


def _level(statement: Statement) -> Level:
    try:
        return Level(whole(statement.predicate, "level"))
    except ValueError as error:
        raise RecordsError(say("filing.other")) from error


def _themes(statement: Statement) -> tuple[str, ...]:
    return texts(statement.predicate, "themes")
