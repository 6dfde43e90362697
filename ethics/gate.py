"""The gate: what may be served now, from the records alone; whatever cannot be read is not approved.

The table of what happens on a mismatch (what differs from the approved fingerprint, then what is served):

    the model or the prompts    quotes only (L2), on the approved corpus
    anything else               the last approved bundle kept on disk, else the static page (L3)
    no approval                 the static page (L3); in scope `demo`, on this machine, quotes only (L2) with a banner
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from ethics.decision import Approval, Finding, find_approval
from ethics.errors import EthicsError, LogError, RecordsError
from ethics.levels import InForce, Level, in_force
from ethics.log import Log, stamp
from ethics.manifest import WORDING_PARTS, Manifest
from ethics.policy import Policy
from ethics.records import Records, read_records
from ethics.roster import Roster, read_roster
from ethics.snapshot import followed
from ethics.words import say
from ethics.workdays import after_working_days

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Serve(StrEnum):
    """Which state is served."""

    LIVE = "live"
    BUNDLE = "bundle"
    STATIC = "static"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A release kept on disk: what is in it, as computed from its files, and the policy in it."""

    manifest: Manifest
    policy: Policy


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be served, and why not more.

    Attributes:
        level: the most that may be served.
        serve: which state.
        findings: what is missing or differs, for people.
        approval: what the service rests on, or None.
        manifest: the approved state with the updates of the corpus accepted since, or None.
        themes: the only themes answered; empty for all.
        themes_off: what is not answered.
        banner: the words "demonstration, not approved" must be shown.
        figures_withheld: figures past their limit of freshness are not shown.
        again_s: seconds after which the gate must be asked again, at most.
        log: what was read, to be given back the next time.
    """

    level: Level
    serve: Serve
    findings: tuple[Finding, ...] = ()
    approval: Approval | None = None
    manifest: Manifest | None = None
    themes: tuple[str, ...] = ()
    themes_off: tuple[str, ...] = ()
    banner: bool = False
    figures_withheld: bool = True
    again_s: int = 0
    log: Log = field(default_factory=Log)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the gate found in the records."""

    suspended: InForce
    approval: Approval | None
    manifest: Manifest | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the gate stands.

    Attributes:
        scope: who is served.
        loopback: served on this machine only.
        pin: file outside the records folder that holds the digest of a roster; needed where the policy says so.
        bundle: the last approved release kept on disk.
    """

    scope: str
    loopback: bool = False
    pin: Path | None = None
    bundle: Bundle | None = None


def verdict(
    policy: Policy, folder: Path, live: Manifest, place: Place, now: datetime, known: Log | None = None
) -> Verdict:
    """Tell what may be served. Never raises: an error is a finding, and means not approved.

    Args:
        policy: the rules in force, as just read.
        folder: the records folder.
        live: what would be served, as just computed.
        place: who is served, and what is kept outside the records folder.
        now: the present time, with its zone.
        known: `log` of the verdict before.
    """
    log = Log() if known is None else known
    scope = place.scope
    rule = policy.scopes.get(scope)
    if rule is None or (rule.loopback_only and not place.loopback):
        code = "unknown_scope" if rule is None else "not_loopback"
        return Verdict(Level.L3, Serve.STATIC, (_finding(code, scope=scope),), again_s=policy.gate.interval_s, log=log)
    try:
        records = read_records(folder, log)
        result = _compared(_standing(records, policy, place, now), records, policy, live, place, now)
    except EthicsError as error:
        result = _unapproved((Finding("unreadable", str(error)),), scope)
    except Exception as error:  # noqa: BLE001  # whatever goes wrong here, nothing is approved
        result = _unapproved((_finding("error", kind=type(error).__name__),), scope)
    return replace(
        result,
        banner=scope == "demo",
        figures_withheld=rule.figures_withheld,
        again_s=policy.gate.interval_s,
        log=log,
    )


def rosters(records: Records) -> list[Roster]:
    """Return every roster, the last one in force.

    Raises:
        EthicsError: there is none, or one does not follow from the one before.
    """
    found: list[Roster] = []
    for filed in records.of("roster"):
        found.append(read_roster(filed.envelope, found[-1] if found else None))
    if not found:
        raise RecordsError(say("gate.no_roster"))
    return found


def check_log(records: Records, roster: Roster) -> None:
    """Check every signed state of the log against the log.

    Raises:
        LogError: a state is of another log, is not signed by its keeper, or is not the beginning of this one.
    """
    covered = 0
    for checkpoint in records.checkpoints:
        if checkpoint.origin != roster.origin or not checkpoint.is_signed(roster.log_key):
            raise LogError(say("gate.checkpoint_foreign", size=checkpoint.size))
        records.log.check_beginning(checkpoint.size, checkpoint.root, covered)
        covered = checkpoint.size


def cosigned_size(records: Records, roster: Roster, needed: int, now: datetime, oldest: datetime) -> int:
    """Return how many lines are covered by the signatures of `needed` witnesses, no older than `oldest`."""
    sizes = []
    for witness in roster.witnesses:
        signed = [
            checkpoint.size
            for checkpoint in records.checkpoints
            if (when := checkpoint.cosigned_at(witness.id, witness.key)) and oldest <= when <= now
        ]
        sizes.append(max(signed, default=0))
    return sorted(sizes, reverse=True)[needed - 1] if len(sizes) >= needed else 0


def _standing(records: Records, policy: Policy, place: Place, now: datetime) -> Standing:
    chain = rosters(records)
    roster = chain[-1]
    check_log(records, roster)
    suspended = in_force(records, chain)
    approval, missing = find_approval(records, roster, policy, place.scope, now)
    distrust = tuple(_distrust(records, chain, policy, place, now, approval))
    if distrust:
        approval = None
    manifest, notes = followed(records, roster, policy, approval.proposal, now) if approval else (None, ())
    return Standing(suspended, approval, manifest, (*distrust, *missing, *notes))


def _distrust(
    records: Records, chain: list[Roster], policy: Policy, place: Place, now: datetime, approval: Approval | None
) -> Iterator[Finding]:
    """Tell why the records themselves are not to be believed, in this scope, at this time."""
    rule, roster = policy.scopes[place.scope], chain[-1]
    slack = timedelta(seconds=policy.gate.clock_s)
    signed = [
        when
        for checkpoint in records.checkpoints
        for witness in roster.witnesses
        if (when := checkpoint.cosigned_at(witness.id, witness.key))
    ]
    if now + slack < (latest := max([records.log.entries[-1].time, *signed])):
        yield _finding("clock_back", date=stamp(latest))
    for why in roster.weaknesses(policy):
        yield Finding("roster_weak", why)
    if rule.pinned_roster:
        yield from _pin_problems(chain, place.pin, records.folder)
    if rule.witnesses:
        oldest = now - timedelta(days=policy.gate.witness_days)
        if cosigned_size(records, roster, rule.witnesses, now + slack, oldest) < (approval.decided if approval else 1):
            yield _finding("no_witness", needed=rule.witnesses, days=policy.gate.witness_days)


def _pin_problems(chain: list[Roster], pin: Path | None, folder: Path) -> Iterator[Finding]:
    if pin is None:
        yield _finding("no_pin")
        return
    if pin.resolve().is_relative_to(folder.resolve()):
        yield _finding("pin_inside")
        return
    try:
        pinned = pin.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        yield _finding("no_pin")
        return
    if not _DIGEST.fullmatch(pinned) or pinned not in {roster.digest for roster in chain}:
        yield _finding("other_roster")


def _compared(
    standing: Standing, records: Records, policy: Policy, live: Manifest, place: Place, now: datetime
) -> Verdict:
    """Play the table of the module."""
    approval, approved, bundle = standing.approval, standing.manifest, place.bundle
    if approval is None or approved is None or policy.digest != approved.parts["policy"]:
        # Approvals are judged by the policy that was approved, found in the bundle: an altered one is never believed.
        rest = _bundle_standing(records, place, now)
        if rest is None or bundle is None:
            result = _unapproved(standing.findings, place.scope)
            if approval is not None:
                result = _approved(standing, Level.L3, Serve.STATIC, (_finding("policy_differs"),))
            return _suspended(result, standing, policy, now)
        findings = (_differs("policy"), _finding("from_bundle"))
        return _suspended(_approved(rest, Level.L0, Serve.BUNDLE, findings), rest, bundle.policy, now)
    differing = live.differences(approved)
    found = tuple(_differs(part) for part in differing)
    if not differing:
        result = _approved(standing, Level.L0, Serve.LIVE, ())
    elif set(differing) <= WORDING_PARTS:
        result = _approved(standing, Level.L2, Serve.LIVE, (*found, _finding("quotes_only")))
    elif bundle is not None and not bundle.manifest.differences(approval.proposal.manifest):
        result = _approved(standing, Level.L0, Serve.BUNDLE, (*found, _finding("from_bundle")))
    else:
        result = _approved(standing, Level.L3, Serve.STATIC, (*found, _finding("no_bundle")))
    return _suspended(result, standing, policy, now)


def _bundle_standing(records: Records, place: Place, now: datetime) -> Standing | None:
    """Judge the records again by the policy of the bundle, when it is the bundle that they approve."""
    bundle = place.bundle
    if bundle is None or bundle.policy.digest != bundle.manifest.parts["policy"]:
        return None
    standing = _standing(records, bundle.policy, place, now)
    approval = standing.approval
    return standing if approval and not bundle.manifest.differences(approval.proposal.manifest) else None


def _approved(standing: Standing, level: Level, serve: Serve, findings: tuple[Finding, ...]) -> Verdict:
    approval = standing.approval
    assert approval is not None
    return Verdict(
        level,
        serve,
        (*findings, *standing.findings),
        approval,
        approval.proposal.manifest if serve is Serve.BUNDLE else standing.manifest,
        approval.proposal.themes,
    )


def _unapproved(findings: tuple[Finding, ...], scope: str) -> Verdict:
    if scope == "demo":
        return Verdict(Level.L2, Serve.LIVE, findings)
    return Verdict(Level.L3, Serve.STATIC, findings)


def _suspended(result: Verdict, standing: Standing, policy: Policy, now: datetime) -> Verdict:
    """Apply the suspensions, which only ever lower, and add the reminders."""
    suspended = standing.suspended
    level = max(result.level, suspended.level)
    findings = list(result.findings)
    if suspended.level or suspended.themes:
        findings.append(_finding("suspended", level=suspended.level.name, why=suspended.why))
        if suspended.since and now.date() > after_working_days(suspended.since.date(), policy.deadlines.report_days):
            findings.append(_finding("report_due", days=policy.deadlines.report_days))
    if suspended.drilled is None or now - suspended.drilled > timedelta(days=policy.gate.drill_days):
        findings.append(_finding("drill_late", days=policy.gate.drill_days))
    approval = result.approval
    if approval is not None:
        rule = policy.scopes[approval.proposal.scope]
        if approval.expires - now <= timedelta(days=rule.reminder_days):
            findings.append(_finding("expires_soon", date=stamp(approval.expires)[:10]))
    return replace(
        result,
        level=level,
        serve=Serve.STATIC if level is Level.L3 else result.serve,
        themes_off=suspended.themes,
        findings=tuple(findings),
    )


def _differs(part: str) -> Finding:
    return Finding(f"differs_{part}", say("gate.differs", part=say(f"part.{part}")))


def _finding(code: str, **values: object) -> Finding:
    return Finding(code, say(f"gate.{code}", **values))
