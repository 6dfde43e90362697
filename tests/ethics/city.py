"""A city of the tests: five members, an executive, a witness, and a release approved step by step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ethics.checkpoint import Checkpoint
from ethics.decision import Decision, Finding
from ethics.envelope import Envelope, Statement
from ethics.evidence import Measure, evidence_statement
from ethics.gate import Place, Verdict, rosters, verdict
from ethics.levels import Level, identity, resume, suspension
from ethics.log import Entry, Log
from ethics.manifest import PARTS, Manifest, read_manifest
from ethics.opinion import CORRECT, Opinion, View
from ethics.policy import Policy, load_policy
from ethics.proposal import Proposal
from ethics.records import file_data, file_envelope, read_records, sign_checkpoint
from ethics.roster import Person, Roster
from tests.ethics.signers import key, public

START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
POLICY = load_policy()
MEMBERS = {"alice": "citoyens", "bruno": "experts", "chloe": "agents", "david": "citoyens", "emma": "experts"}
SIGNERS = ("alice", "bruno", "chloe")
MEASURES = {
    threshold.measure: Measure(threshold.by, 1000 if threshold.rule == "lower" else 0, 1000, "0")
    for threshold in POLICY.thresholds
}
"""Every measure that the policy asks for, well within its threshold."""


def person(name: str, college: str = "") -> Person:
    return Person(name, f"{name.capitalize()} Martin", public(name), college)


def a_roster(**change: Any) -> Roster:
    return replace(
        Roster(
            sequence=1,
            previous="",
            quorum=3,
            colleges=("citoyens", "experts", "agents"),
            members=tuple(person(name, college) for name, college in MEMBERS.items()),
            executive=person("executive"),
            responders=(person("oncall"),),
            origin="cite.example/journal",
            log_key=public("log"),
            corpus_key=public("corpus"),
            evaluation_key=public("evaluation"),
            witnesses=(person("mediateur"),),
            synthetic=False,
        ),
        **change,
    )


def a_manifest(rules: Policy = POLICY, **change: Any) -> Manifest:
    parts: dict[str, Any] = dict.fromkeys(PARTS, "ab" * 32) | {
        "code": {"commit": "ab" * 20, "clean": True, "constraints": "ab" * 32, "files": "ab" * 32},
        "model": {"identity": "declared", "name": "mistral-small-2603", "weights": "", "settings": "ab" * 32},
        "policy": rules.digest,
    }
    return read_manifest(parts | change)


def signed(statement: Statement, *names: str) -> Envelope:
    envelope = statement.envelope()
    for name in names:
        envelope = envelope.signed(key(name))
    return envelope


def an_audit(member: str, release: str, read: int = 20, planted: int = 5, missed: int = 0) -> bytes:
    labels = {f"case-{number}": CORRECT for number in range(read)}
    plants = [f"case-{number}" for number in range(planted)]
    labels |= dict.fromkeys(plants[missed:], "fausse")
    return json.dumps({"member": member, "release": release, "labels": labels, "planted": plants}).encode()


@dataclass
class City:
    """A records folder being filled; each step takes one minute."""

    folder: Path
    policy: Policy = POLICY
    scope: str = "public"
    now: datetime = START
    manifest: Manifest = field(default_factory=a_manifest)
    proposal: Proposal = field(init=False)

    def copied(self, folder: Path) -> City:
        """Return the same city with its records in a folder of its own, which a test may spoil."""
        shutil.copytree(self.folder.parent, folder)
        copied = City(folder / self.folder.name, self.policy, self.scope, self.now, self.manifest)
        copied.proposal = self.proposal
        return copied

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def file(self, kind: str, envelope: Envelope) -> Entry:
        return file_envelope(self.folder, kind, envelope, self.tick())

    def seat(self, roster: Roster | None = None, signers: Iterable[str] = SIGNERS) -> Roster:
        roster = a_roster() if roster is None else roster
        self.file("roster", signed(roster.statement(), *signers))
        return rosters(read_records(self.folder))[-1]

    def seat_unchecked(self, roster: Roster, signers: Iterable[str] = SIGNERS) -> None:
        """File a roster as somebody would who does not use our commands."""
        self.file("roster", signed(roster.statement(), *signers))

    def evaluate(self, measures: Mapping[str, Measure] = MEASURES, signer: str = "evaluation", **change: Any) -> str:
        statement = evidence_statement(self.manifest.fingerprint, measures, self.policy.thresholds, {}, **change)
        envelope = signed(statement, signer)
        self.file("evidence", envelope)
        return envelope.digest

    def propose(self, evidence: str, sequence: int = 1, **change: Any) -> Proposal:
        proposal = replace(
            Proposal(self.manifest, self.scope, (), sequence, self.now + timedelta(days=60), evidence), **change
        )
        envelope = proposal.statement().envelope()
        self.file("proposal", envelope)
        self.proposal = replace(proposal, digest=envelope.digest)
        return self.proposal

    def an_opinion(self, name: str, **change: Any) -> Opinion:
        return replace(
            Opinion(
                proposal=self.proposal.digest,
                scope=self.scope,
                member=name,
                view=View.FAVORABLE,
                reasons="Les réponses lues sont justes.",
                reservations=(),
                conflicts=(),
                audit="",
                expires=self.now + timedelta(days=60),
            ),
            **change,
        )

    def opine(self, name: str, audit: Mapping[str, int] | None = None, signer: str = "", **change: Any) -> Envelope:
        data = an_audit(name, self.manifest.fingerprint, **(audit or {}))
        entry = file_data(self.folder, "audit", data, self.tick(), name, ".json")
        envelope = signed(self.an_opinion(name, **({"audit": entry.digest} | change)).statement(), signer or name)
        self.file("opinion", envelope)
        return envelope

    def a_decision(self, **change: Any) -> Decision:
        act = file_data(self.folder, "act", b"Arrete", self.tick(), "arrete", ".txt")
        return replace(
            Decision(
                self.proposal.digest, act.digest, self.scope, self.proposal.sequence, self.now + timedelta(days=60)
            ),
            **change,
        )

    def decide(self, signer: str = "executive", **change: Any) -> Envelope:
        envelope = signed(self.a_decision(**change).statement(), signer)
        self.file("decision", envelope)
        return envelope

    def cosign(self, signer: str = "mediateur", name: str = "mediateur", when: datetime | None = None) -> Checkpoint:
        checkpoint = sign_checkpoint(self.folder, "cite.example/journal", key("log"))
        checkpoint = checkpoint.cosigned(name, key(signer), when or self.tick())
        (self.folder / "witness").mkdir(exist_ok=True)
        path = self.folder / "witness" / f"{checkpoint.size:06}-{name}.txt"
        path.write_text(checkpoint.text(), encoding="utf-8")
        return checkpoint

    def drill(self) -> None:
        """Exercise the switch, then lift it by a quorum."""
        envelope = self.file("suspension", signed(suspension(Level.L3, "oncall", "Exercice.", drill=True), "oncall"))
        self.file("resume", signed(resume(Level.L0, identity(envelope), "Fin de l’exercice."), *SIGNERS))

    def approve(self, sequence: int = 1) -> None:
        """Everything that an approval asks for, on a folder where a roster sits."""
        self.propose(self.evaluate(), sequence)
        for name in SIGNERS:
            self.opine(name)
        self.decide()
        self.cosign()

    @property
    def pin(self) -> Path:
        path = self.folder.parent / "roster.pin"
        if not path.exists():
            path.write_text(rosters(read_records(self.folder))[0].digest, encoding="ascii")
        return path

    def ask(self, live: Manifest | None = None, known: Log | None = None, **change: Any) -> Verdict:
        policy = change.pop("policy", self.policy)
        now = change.pop("now", self.now)
        place = Place(self.scope, loopback=self.scope == "demo", pin=change.pop("pin", None) or self.pin)
        found = verdict(policy, self.folder, live or self.manifest, replace(place, **change), now, known)
        # A sentence in which a value is missing is no finding that anybody could act on.
        assert not any("None" in finding.text for finding in found.findings), found.findings
        # What is caught because nobody foresaw it is no finding either.
        assert not any(finding.code == "error" for finding in found.findings), found.findings
        return found


def a_city(path: Path, **change: Any) -> City:
    """A city whose release is approved, the switch exercised, and the log witnessed."""
    folder = path / "records"
    folder.mkdir(parents=True)
    city = City(folder, **change)
    city.seat()
    city.drill()
    city.approve()
    return city


def codes(findings: Iterable[Finding]) -> list[str]:
    return [finding.code for finding in findings]
