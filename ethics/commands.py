"""What each command does: from the words of the command line to one French sentence."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ethics.bundle import POLICY_IN_BUNDLE, check_folder, export_bundle, import_bundle
from ethics.canonical import digest, parsed
from ethics.decision import revocation
from ethics.envelope import Statement, read_envelope
from ethics.errors import RecordsError
from ethics.evidence import EVIDENCE
from ethics.filing import (
    check_decidable,
    decision_on,
    file_act,
    file_decision,
    file_opinion,
    file_resume,
    file_revocation,
    file_roster,
    file_suspension,
    last_proposal,
    next_roster,
    opinion_on,
    resume_now,
)
from ethics.gate import Bundle, Place, Verdict, rosters, verdict
from ethics.gathering import changed_envelope
from ethics.keys import new_key_file, public_of, read_key_file
from ethics.levels import Level, suspension
from ethics.log import appending, stamp
from ethics.manifest import Manifest, read_manifest
from ethics.opinion import View
from ethics.policy import load_policy
from ethics.proposal import Proposal, read_proposal
from ethics.records import (
    LOG,
    file_envelope,
    read_records,
    sign_checkpoint,
    write_durably,
)
from ethics.register import missing_tests, read_register
from ethics.verification import verify_records
from ethics.witness import cosign
from ethics.words import say, trouble


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
        envelope = changed_envelope(args.file, lambda waiting: waiting.signed(secret))
        return say("command.signed", count=len(envelope.signatures), name=args.file.name)
    records = read_records(args.records)
    roster, proposal = rosters(records)[-1], last_proposal(records, args.scope)
    member = roster.member(public_of(secret))
    if member is None:
        raise RecordsError(say("command.not_a_member"))
    if args.view is None or not args.reason or args.audit is None:
        raise RecordsError(say("command.opinion_needs"))
    audit, listed = _read(args.audit), (args.reservation, args.conflict)
    opinion = opinion_on(proposal, member, View(args.view), args.reason, listed, audit)
    envelope = opinion.statement().envelope().signed(secret)
    file_opinion(args.records, envelope, audit, load_policy(args.policy), now())
    return say("command.opinion", view=args.view, sequence=proposal.sequence)


def decide(args: Namespace) -> str:
    """Decide on the last release proposed, with the act that the City signed; or withdraw an approval."""
    secret, records = read_key_file(args.key), read_records(args.records)
    roster, proposal = rosters(records)[-1], last_proposal(records, args.scope)
    if args.revoke:
        if public_of(secret) not in {person.key for person in roster.who_may_suspend()}:
            raise RecordsError(say("command.not_on_the_roster"))
        if not args.why:
            raise RecordsError(say("levels.no_reason"))
        statement = revocation(proposal.digest, args.why)
        file_revocation(args.records, statement.envelope().signed(secret), now())
        return say("command.revoked", sequence=proposal.sequence)
    if public_of(secret) != roster.executive.key:
        raise RecordsError(say("command.not_the_executive", name=roster.executive.name))
    if args.act is None:
        raise RecordsError(say("command.act_needed"))
    policy = load_policy(args.policy)
    check_decidable(records, roster, policy, proposal, now())
    act = file_act(args.records, _read(args.act), args.act.name, now())
    envelope = decision_on(proposal, act).statement().envelope().signed(secret)
    left = file_decision(args.records, envelope, policy, now())
    return "\n".join([say("command.decided", sequence=proposal.sequence), *(f"  - {one.text}" for one in left)])


def suspend(args: Namespace) -> str:
    """Take the service down, alone."""
    secret, roster = read_key_file(args.key), rosters(read_records(args.records))[-1]
    who = next((person for person in roster.who_may_suspend() if person.key == public_of(secret)), None)
    if who is None:
        raise RecordsError(say("command.not_on_the_roster"))
    statement = suspension(Level[args.level], who.id, args.why, args.theme, drill=args.drill)
    file_suspension(args.records, statement.envelope().signed(secret), now())
    return say("command.suspended", level=args.level, seconds=load_policy(args.policy).gate.interval_s)


def resume_service(args: Namespace) -> str:
    """Prepare the return to service, or file it once a quorum has signed it."""
    if args.file is None:
        statement = resume_now(read_records(args.records), Level[args.level], args.why, args.theme)
        return _waiting(args, statement, "reprise")
    file_resume(args.records, read_envelope(_read(args.file)), now())
    return say("command.resumed")


def seat(args: Namespace) -> str:
    """Prepare a roster from a readable file, or file it once it is signed."""
    args.records.mkdir(parents=True, exist_ok=True)
    if args.file.suffix == ".toml":
        return _waiting(args, next_roster(args.records, _read(args.file)), "membres")
    roster = file_roster(args.records, read_envelope(_read(args.file)), load_policy(args.policy), now())
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
    return verify_records(args.records).sentence


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


def _waiting(args: Namespace, statement: Statement, name: str) -> str:
    """Write a statement that several people will sign, each with `sign`."""
    out: Path = args.out or Path(f"{name}-{digest(statement.envelope().payload)[:8]}.json")
    write_durably(out, statement.envelope().to_bytes())
    return say("command.waiting", name=out.name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordsError(say("records.unreadable", file=path.name, why=trouble(error))) from error
