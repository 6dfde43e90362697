"""What each command does: from the words of the command line to one French sentence."""

from __future__ import annotations

import fcntl
import json
import os
import tomllib
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ethics.bundle import POLICY_IN_BUNDLE, check_folder, export_bundle, import_bundle
from ethics.canonical import digest, parsed
from ethics.decision import Decision, find_approval, missing_opinions, revocation
from ethics.envelope import Envelope, Statement, read_envelope
from ethics.errors import RecordsError
from ethics.evidence import EVIDENCE
from ethics.gate import Bundle, Place, Verdict, check_log, rosters, verdict
from ethics.keys import new_key_file, public_of, read_key_file
from ethics.levels import RESUME, Level, in_force, resume, suspension
from ethics.log import appending, stamp
from ethics.manifest import Manifest, read_manifest
from ethics.opinion import Opinion, View, read_audit
from ethics.policy import load_policy
from ethics.proposal import Proposal, read_proposal
from ethics.records import (
    LOG,
    Records,
    file_data,
    file_envelope,
    read_records,
    sign_checkpoint,
    write_durably,
)
from ethics.register import missing_tests, read_register
from ethics.roster import ROSTER, read_roster
from ethics.witness import cosign
from ethics.words import say


def now() -> datetime:
    """Return the present time, UTC."""
    return datetime.now(UTC)


def key(args: Namespace) -> str:
    """Make a private key, in a file that its owner alone can read."""
    return say("command.key", public=new_key_file(args.file), name=args.file.name)


def fingerprint(args: Namespace) -> str:
    """Print the fingerprint of what is served, and its parts."""
    manifest = _manifest(args.manifest)
    lines = [say("command.fingerprint", fingerprint=manifest.fingerprint)]
    for part, value in manifest.parts.items():
        lines.append(f"  {say(f'part.{part}')} : {value if isinstance(value, str) else json.dumps(value)}")
    return "\n".join(lines)


def status(args: Namespace) -> str:
    """Tell what may be served now, and what is missing."""
    found = _verdict(args)
    if args.json:
        return json.dumps(
            {
                "level": found.level.name,
                "serve": found.serve.value,
                "banner": found.banner,
                "findings": [finding._asdict() for finding in found.findings],
                "themes_off": list(found.themes_off),
            },
            ensure_ascii=False,
        )
    lines = [say(f"command.level_{found.level.name}"), *(f"  - {finding.text}" for finding in found.findings)]
    if found.approval:
        lines.append(say("command.expires", date=stamp(found.approval.expires)[:10]))
    return "\n".join(lines)


def propose(args: Namespace) -> str:
    """Propose a release to the committee."""
    records, manifest = read_records(args.records), _manifest(args.manifest)
    last = max((read_proposal(filed.envelope).sequence for filed in records.of("proposal")), default=0)
    proposal = Proposal(
        manifest, args.scope, tuple(args.theme), last + 1, now() + timedelta(days=args.days), args.evidence
    )
    found = records.find(args.evidence)
    if found is None or found.entry.kind != "evidence":
        raise RecordsError(say("gate.no_evidence"))
    envelope = proposal.statement().envelope()
    file_envelope(args.records, "proposal", envelope, now(), f"{args.scope}-{proposal.sequence}")
    return say("command.proposed", sequence=last + 1, scope=args.scope, fingerprint=manifest.fingerprint)


def sign(args: Namespace) -> str:
    """Sign an opinion on the last release proposed; or add a signature to a waiting file."""
    secret = read_key_file(args.key)
    if args.file is not None:
        envelope = _changed(args.file, lambda waiting: waiting.signed(secret))
        return say("command.signed", count=len(envelope.signatures), name=args.file.name)
    records = read_records(args.records)
    roster, proposal = rosters(records)[-1], _last_proposal(records, args.scope)
    member = roster.member(public_of(secret))
    if member is None:
        raise RecordsError(say("command.not_a_member"))
    if args.view is None or not args.reason or args.audit is None:
        raise RecordsError(say("command.opinion_needs"))
    audit = _read(args.audit)
    read_audit(audit, member.id, proposal.manifest.fingerprint)
    filed = file_data(args.records, "audit", audit, now(), member.id, ".json")
    opinion = Opinion(
        proposal.digest,
        proposal.scope,
        member.id,
        View(args.view),
        args.reason,
        tuple(args.reservation),
        tuple(args.conflict),
        filed.digest,
        proposal.expires,
    )
    file_envelope(args.records, "opinion", opinion.statement().envelope().signed(secret), now(), member.id)
    return say("command.opinion", view=args.view, sequence=proposal.sequence)


def decide(args: Namespace) -> str:
    """Decide on the last release proposed, with the act that the City signed; or withdraw an approval."""
    secret, records = read_key_file(args.key), read_records(args.records)
    roster, proposal = rosters(records)[-1], _last_proposal(records, args.scope)
    if args.revoke:
        if public_of(secret) not in {person.key for person in roster.who_may_suspend()}:
            raise RecordsError(say("command.not_on_the_roster"))
        if not args.why:
            raise RecordsError(say("levels.no_reason"))
        statement = revocation(proposal.digest, args.why)
        file_envelope(args.records, "revocation", statement.envelope().signed(secret), now())
        return say("command.revoked", sequence=proposal.sequence)
    if public_of(secret) != roster.executive.key:
        raise RecordsError(say("command.not_the_executive", name=roster.executive.name))
    if args.act is None:
        raise RecordsError(say("command.act_needed"))
    policy = load_policy(args.policy)
    if missing := missing_opinions(records, roster, policy, proposal, now()):
        raise RecordsError(" ".join([say("command.too_early"), *(finding.text for finding in missing)]))
    act = file_data(args.records, "act", _read(args.act), now(), args.act.stem, args.act.suffix[:8])
    decision = Decision(proposal.digest, act.digest, proposal.scope, proposal.sequence, proposal.expires)
    file_envelope(args.records, "decision", decision.statement().envelope().signed(secret), now())
    _, left = find_approval(read_records(args.records), roster, policy, proposal.scope, now())
    return "\n".join([say("command.decided", sequence=proposal.sequence), *(f"  - {one.text}" for one in left)])


def suspend(args: Namespace) -> str:
    """Take the service down, alone."""
    secret, roster = read_key_file(args.key), rosters(read_records(args.records))[-1]
    who = next((person for person in roster.who_may_suspend() if person.key == public_of(secret)), None)
    if who is None:
        raise RecordsError(say("command.not_on_the_roster"))
    statement = suspension(Level[args.level], who.id, args.why, args.theme, drill=args.drill)
    file_envelope(args.records, "suspension", statement.envelope().signed(secret), now(), args.level)
    return say("command.suspended", level=args.level, seconds=load_policy(args.policy).gate.interval_s)


def resume_service(args: Namespace) -> str:
    """Prepare the return to service, or file it once a quorum has signed it."""
    records = read_records(args.records)
    chain = rosters(records)
    if args.file is None:
        last = in_force(records, chain).last
        if not last:
            raise RecordsError(say("command.nothing_suspended"))
        return _waiting(args, resume(Level[args.level], last, args.why, args.theme), "reprise")
    envelope = read_envelope(_read(args.file))
    statement = envelope.statement()
    missing = chain[-1].shortfalls(envelope.signers(person.key for person in chain[-1].members))
    if statement.kind != RESUME or dict(statement.subjects).get("suspension") != in_force(records, chain).last:
        raise RecordsError(say("command.other_suspension"))
    if missing:
        raise RecordsError(" ".join(missing))
    file_envelope(args.records, "resume", envelope, now())
    return say("command.resumed")


def seat(args: Namespace) -> str:
    """Prepare a roster from a readable file, or file it once it is signed."""
    args.records.mkdir(parents=True, exist_ok=True)
    records = read_records(args.records) if (args.records / LOG).exists() else None
    chain = rosters(records) if records else []
    if args.file.suffix == ".toml":
        try:
            said = tomllib.loads(_read(args.file).decode())
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise RecordsError(say("roster.unreadable")) from error
        before = {"sequence": chain[-1].sequence + 1 if chain else 1, "previous": chain[-1].digest if chain else ""}
        return _waiting(args, Statement(ROSTER, {}, said | before), "membres")
    envelope = read_envelope(_read(args.file))
    roster = read_roster(envelope, chain[-1] if chain else None)
    for why in roster.weaknesses(load_policy(args.policy)):
        raise RecordsError(why)
    file_envelope(args.records, "roster", envelope, now())
    return say("command.seated", sequence=roster.sequence, digest=roster.digest)


def evidence(args: Namespace) -> str:
    """File an evaluation that its key has signed."""
    envelope = read_envelope(_read(args.file))
    if envelope.statement().kind != EVIDENCE:
        raise RecordsError(say("evidence.unreadable"))
    roster = rosters(read_records(args.records))[-1]
    if not envelope.signers([roster.evaluation_key]):
        raise RecordsError(say("gate.evidence_unsigned"))
    file_envelope(args.records, "evidence", envelope, now())
    return say("command.evidence", digest=envelope.digest)


def export(args: Namespace) -> str:
    """Write the bundle of a release."""
    pairs = [name.partition("=") for name in args.file]
    found = export_bundle(_manifest(args.manifest), {name: Path(path) for name, _, path in pairs}, args.out)
    return say("command.exported", name=args.out.name, digest=found)


def import_release(args: Namespace) -> str:
    """Put a bundle down in a new folder, once every file was checked."""
    found = import_bundle(args.archive, args.folder)
    return say("command.imported", count=len(found.files), fingerprint=found.manifest.fingerprint)


def verify(args: Namespace) -> str:
    """Replay the records, offline: log, files, signed states, rosters."""
    records = read_records(args.records)
    chain = rosters(records)
    check_log(records, chain[-1])
    in_force(records, chain)
    return say(
        "command.verified",
        lines=len(records.log.entries),
        files=len(records.envelopes) + len(records.files),
        states=len(records.checkpoints),
        root=records.log.tree.root().hex(),
    )


def witness(args: Namespace) -> str:
    """Sign the state of a copy of the log, as an outside institution."""
    signed = cosign(args.records, args.state, args.name, read_key_file(args.key), now())
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / f"{signed.size:06}-{args.name}.txt"
    write_durably(path, signed.text().encode())
    return say("command.witnessed", lines=signed.size, name=path.name)


def log(args: Namespace) -> str:
    """Show the log; mend its last line after a crash; sign its present state."""
    if args.repair:
        with appending(args.records / LOG):
            pass
    if args.key is not None:
        roster = rosters(read_records(args.records))[-1]
        secret = read_key_file(args.key)
        if public_of(secret) != roster.log_key:
            raise RecordsError(say("command.not_the_keeper"))
        sign_checkpoint(args.records, roster.origin, secret)
    entries = read_records(args.records).log.entries
    return "\n".join(f"{entry.number:6}  {stamp(entry.time)}  {entry.kind:11} {entry.file}" for entry in entries)


def register(args: Namespace) -> str:
    """Export the entry of the public register."""
    policy = load_policy(args.policy)
    for why in missing_tests(policy, Path(__file__).parents[1]):
        raise RecordsError(why)
    entry = read_register()
    said = entry.etalab() if args.format == "etalab" else entry.page(_verdict(args), policy)
    return json.dumps(said, ensure_ascii=False, indent=1)


def _verdict(args: Namespace) -> Verdict:
    bundle = None
    if args.bundle is not None:
        found = check_folder(args.bundle)
        bundle = Bundle(found.manifest, load_policy(args.bundle / POLICY_IN_BUNDLE))
    place = Place(args.scope, loopback=args.loopback, pin=args.pin, bundle=bundle)
    return verdict(load_policy(args.policy), args.records, _manifest(args.manifest), place, now())


def _manifest(path: Path) -> Manifest:
    try:
        return read_manifest(parsed(_read(path)))
    except ValueError as error:
        raise RecordsError(say("manifest.unreadable")) from error


def _last_proposal(records: Records, scope: str) -> Proposal:
    proposals = [read_proposal(filed.envelope) for filed in records.of("proposal")]
    here = [proposal for proposal in proposals if proposal.scope == scope]
    if not here:
        raise RecordsError(say("gate.no_proposal"))
    return max(here, key=lambda proposal: proposal.sequence)


def _waiting(args: Namespace, statement: Statement, name: str) -> str:
    """Write a statement that several people will sign, each with `sign`."""
    out: Path = args.out or Path(f"{name}-{digest(statement.envelope().payload)[:8]}.json")
    write_durably(out, statement.envelope().to_bytes())
    return say("command.waiting", name=out.name)


def _changed(path: Path, change: Callable[[Envelope], Envelope]) -> Envelope:
    """Change an envelope in its file; two people who sign at the same time both stay."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # The folder is what is held: the file itself is replaced, whole.
        fcntl.flock(folder, fcntl.LOCK_EX)
        envelope = change(read_envelope(_read(path)))
        write_durably(path, envelope.to_bytes())
    finally:
        os.close(folder)
    return envelope


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordsError(say("records.unreadable", file=path.name, why=error.strerror)) from error
