"""Updates of the corpus that need no vote: signed day by day, chained from the approved passages, within an envelope.

The envelope holds by value: a new or changed phone number, address, e-mail, bank account or amount waits for a person,
however small the change; a removal always passes.

Source: pre-determined change control plan (FDA, 2024), applied to a corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ethics.decision import Finding
from ethics.envelope import Envelope, Statement
from ethics.errors import RecordsError
from ethics.manifest import Manifest
from ethics.policy import Policy
from ethics.proposal import Proposal, text, whole
from ethics.records import Filed, Records
from ethics.roster import Roster
from ethics.values import KINDS
from ethics.words import say

SNAPSHOT = "urn:cite:snapshot:v2"

FOLLOWED = ("passages", "index")
"""Parts of what is served that an update may change: the passages, and the index that is drawn from them."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One update.

    Attributes:
        proposal: digest of the proposal that it continues.
        previous, root: Merkle root of the passages before and after.
        index: digest of the index after, drawn from these passages by the approved program, weights and lexicon; who
            signs has checked it (`python -m corpus.review`).
        documents: how many documents there are.
        changed: how many were added or changed since the opinion of the committee.
        added: how many passages are new or changed; none when the update only removes.
        values: how many new or changed values there are, by kind (`ethics.values.KINDS`).
        changes: digest of the list of what waits, before and after (`ethics.update`); empty when nothing does.
        digest: of the signed payload.
    """

    proposal: str
    previous: str
    root: str
    index: str
    documents: int
    changed: int
    added: int
    values: Mapping[str, int]
    changes: str = ""
    digest: str = ""

    def statement(self) -> Statement:
        """Return the update as a statement to be signed by the corpus key, and by a person when it must wait."""
        said = {
            "previous": self.previous,
            "root": self.root,
            "index": self.index,
            "documents": self.documents,
            "changed": self.changed,
            "added": self.added,
            "values": dict(self.values),
            "changes": self.changes,
        }
        return Statement(SNAPSHOT, {"proposal": self.proposal}, said)

    def waits_for(self, policy: Policy) -> tuple[str, ...]:
        """Tell why a person must read this update, one French sentence each; nothing when it may pass."""
        if self.added == 0:
            return ()
        found = [
            say("snapshot.values", count=count, kind=say(f"snapshot.kind_{kind}"))
            for kind, count in self.values.items()
            if count and kind in policy.corpus.waits
        ]
        if self.changed > policy.corpus.changed_share * self.documents:
            found.append(say("snapshot.too_much", changed=self.changed, documents=self.documents))
        return tuple(found)


def read_snapshot(envelope: Envelope) -> Snapshot:
    """Read an update; its signatures are checked by `followed`.

    Raises:
        EnvelopeError: it is not a statement.
        RecordsError: it is not an update.
    """
    statement = envelope.statement()
    said, subjects = statement.predicate, dict(statement.subjects)
    values = said.get("values")
    if statement.kind != SNAPSHOT or set(subjects) != {"proposal"} or not isinstance(values, dict):
        raise RecordsError(say("snapshot.unreadable"))
    if not set(values) <= set(KINDS):
        raise RecordsError(say("snapshot.unreadable"))
    return Snapshot(
        subjects["proposal"],
        text(said, "previous"),
        text(said, "root"),
        text(said, "index"),
        whole(said, "documents"),
        whole(said, "changed"),
        whole(said, "added"),
        {kind: whole(values, kind) for kind in values},
        text(said, "changes"),
        envelope.digest,
    )


def followed(
    records: Records, roster: Roster, policy: Policy, proposal: Proposal, now: datetime
) -> tuple[Manifest, tuple[Finding, ...]]:
    """Follow the updates from an approved release.

    Returns:
        the manifest with the passages and the index of the last update accepted, and what the others wait for.

    Raises:
        RecordsError: an update cannot be read.
    """
    approved = {part: str(proposal.manifest.parts[part]) for part in FOLLOWED}
    now_in_force, last = approved, None
    findings: list[Finding] = []
    for filed in records.of("snapshot"):
        update = read_snapshot(filed.envelope)
        if update.proposal != proposal.digest or update.previous != now_in_force["passages"]:
            continue
        if problems := _problems(update, filed, roster, policy, records):
            findings += [Finding("snapshot_waits", problem) for problem in problems]
        else:
            now_in_force, last = {"passages": update.root, "index": update.index}, filed.entry
    if last and now - last.time > timedelta(days=policy.corpus.snapshot_days):
        # A day without change is signed too: what counts is that somebody still looks.
        now_in_force = approved
        findings.append(Finding("snapshot_old", say("snapshot.old", line=last.number)))
    return Manifest(dict(proposal.manifest.parts) | now_in_force), tuple(findings)


def _problems(update: Snapshot, filed: Filed, roster: Roster, policy: Policy, records: Records) -> tuple[str, ...]:
    if roster.corpus_key not in filed.envelope.signers([roster.corpus_key]):
        return (say("snapshot.unsigned", line=filed.entry.number),)
    problems = update.waits_for(policy)
    if not problems or not filed.envelope.signers(person.key for person in roster.who_may_suspend()):
        return problems
    if any(update.values.get(kind) for kind in policy.corpus.waits) and update.changes not in records.files:
        # What a person signs is the list that they read: it must be there for others to read again.
        return (say("snapshot.no_list", line=filed.entry.number),)
    return ()
