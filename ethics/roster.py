"""Who may sign: members of the committee by college, the executive, the keys of the service, the witnesses.

A roster is signed by a quorum of its own members; the next one by a quorum of the old and a quorum of the new.

Source: The Update Framework, root role (thresholds, a key counts once, rotation signed by old and new).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ethics.envelope import Envelope, Statement
from ethics.errors import EnvelopeError, RecordsError
from ethics.keys import is_public_key
from ethics.policy import Policy
from ethics.words import say

ROSTER = "urn:cite:roster:v1"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign; `college` is empty for who does not sit in the committee."""

    id: str
    name: str
    key: str
    college: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Who may sign, at one time.

    Attributes:
        sequence: 1 for the first roster, then one more each time.
        previous: digest of the roster before, empty for the first.
        quorum: how many members must agree.
        colleges: of which one member at least must agree.
        members: of the committee.
        executive: the person who decides, after the committee.
        responders: other people who may suspend the service, alone (on call, data protection officer...).
        origin: name of the log.
        log_key: signs checkpoints. corpus_key: signs updates of the corpus. evaluation_key: signs evidence.
        witnesses: outside institutions that sign checkpoints.
        synthetic: made of throw-away keys, for a demonstration.
        digest: of the signed payload, 64 hex digits.
    """

    sequence: int
    previous: str
    quorum: int
    colleges: tuple[str, ...]
    members: tuple[Person, ...]
    executive: Person
    responders: tuple[Person, ...]
    origin: str
    log_key: str
    corpus_key: str
    evaluation_key: str
    witnesses: tuple[Person, ...]
    synthetic: bool
    digest: str = ""

    def statement(self) -> Statement:
        """Return the roster as a statement to be signed."""
        said: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Person):
                said[field.name] = _said(value)
            elif isinstance(value, tuple):
                said[field.name] = [_said(item) if isinstance(item, Person) else item for item in value]
            elif field.name != "digest":
                said[field.name] = value
        return Statement(ROSTER, {}, said)

    def member(self, key: str) -> Person | None:
        """Return the member of the committee who holds a key."""
        return next((person for person in self.members if person.key == key), None)

    def who_may_suspend(self) -> tuple[Person, ...]:
        """Return everybody who may take the service down, alone."""
        return (*self.members, self.executive, *self.responders)

    def shortfalls(self, keys: Collection[str]) -> tuple[str, ...]:
        """Tell what these signatures lack to be a quorum, one French sentence each.

        Args:
            keys: whose signatures hold; only those of members count, each once.
        """
        signed = [person for person in self.members if person.key in keys]
        found = [say("roster.too_few", count=len(signed), needed=self.quorum)] if len(signed) < self.quorum else []
        there = {person.college for person in signed}
        return (*found, *(say("roster.no_college", college=name) for name in self.colleges if name not in there))

    def weaknesses(self, policy: Policy) -> tuple[str, ...]:
        """Tell why this roster cannot be used under a policy, one French sentence each."""
        return tuple(_weaknesses(self, policy))


def read_roster(envelope: Envelope, before: Roster | None) -> Roster:
    """Read a roster and check who signed it.

    Args:
        envelope: of the roster.
        before: the roster in force until then; None for the first one.

    Raises:
        EnvelopeError: the envelope holds no roster.
        RecordsError: a person or a key stands in it twice, it does not follow the one before, or a quorum is missing.
    """
    roster = unsigned_roster(envelope, before)
    for problem in missing_signatures(envelope, roster, before):
        raise RecordsError(problem)
    return roster


def unsigned_roster(envelope: Envelope, before: Roster | None) -> Roster:
    """Read a roster that signatures may still be missing on; arguments and errors are those of `read_roster`."""
    statement = envelope.statement()
    if statement.kind != ROSTER:
        raise EnvelopeError(say("roster.unreadable"))
    roster = _parsed(statement.predicate, envelope.digest)
    for problem in _inconsistencies(roster):
        raise RecordsError(problem)
    expected = (before.sequence + 1, before.digest) if before else (1, "")
    if (roster.sequence, roster.previous) != expected:
        raise RecordsError(say("roster.not_next", sequence=roster.sequence))
    return roster


def missing_signatures(envelope: Envelope, roster: Roster, before: Roster | None) -> Iterator[str]:
    """Yield what the signatures on a roster lack: a quorum of its own members, then one of those before."""
    for name, quorum in (("new", roster), ("old", before)):
        if quorum and (missing := quorum.shortfalls(envelope.signers(person.key for person in quorum.members))):
            yield say(f"roster.{name}_quorum", sequence=roster.sequence, why=missing[0])


def _inconsistencies(roster: Roster) -> Iterator[str]:
    people = [*roster.who_may_suspend(), *roster.witnesses]
    service = [roster.log_key, roster.corpus_key, roster.evaluation_key]
    keys = [*(person.key for person in people), *service]
    if bad := [key for key in keys if not is_public_key(key)]:
        yield say("roster.wrong_key", key=bad[0][:16])
    if twice := _twice(keys):
        yield say("roster.key_twice", key=twice[:16])
    if twice := _twice(_folded(person.name) for person in people) or _twice(_folded(person.id) for person in people):
        yield say("roster.person_twice", name=twice)
    if roster.quorum < 1 or roster.quorum > len(roster.members):
        yield say("roster.impossible_quorum", quorum=roster.quorum, seats=len(roster.members))
    for college in roster.colleges:
        if college not in {person.college for person in roster.members}:
            yield say("roster.empty_college", college=college)


def _weaknesses(roster: Roster, policy: Policy) -> Iterator[str]:
    if len(roster.members) < policy.quorum.seats:
        yield say("roster.too_few_seats", seats=len(roster.members), needed=policy.quorum.seats)
    if roster.quorum < policy.quorum.members:
        yield say("roster.weak_quorum", quorum=roster.quorum, needed=policy.quorum.members)
    for college in policy.quorum.colleges:
        if college not in roster.colleges:
            yield say("roster.weak_college", college=college)
    names = {_folded(name) for name in policy.builders.names}
    people = [*roster.who_may_suspend(), *roster.witnesses]
    for person in people:
        if person.key in policy.builders.keys or _folded(person.name) in names:
            yield say("roster.builder", name=person.name)


def _parsed(said: Mapping[str, Any], digest: str) -> Roster:
    names = [field.name for field in fields(Roster) if field.name != "digest"]
    try:
        if set(said) != set(names):
            raise RecordsError(say("roster.unreadable"))
        values: dict[str, Any] = dict(said)
        for name in ("members", "responders", "witnesses"):
            values[name] = tuple(_person(person) for person in said[name])
        values["executive"] = _person(said["executive"])
        values["colleges"] = tuple(said["colleges"])
        roster = Roster(**values, digest=digest)
    except TypeError as error:
        raise RecordsError(say("roster.unreadable")) from error
    texts = (roster.previous, roster.origin, roster.log_key, roster.corpus_key, roster.evaluation_key)
    numbers = (roster.sequence, roster.quorum)
    if not all(isinstance(text, str) for text in (*texts, *roster.colleges)) or not isinstance(roster.synthetic, bool):
        raise RecordsError(say("roster.unreadable"))
    if not all(type(number) is int for number in numbers) or not roster.origin or "\n" in roster.origin:
        raise RecordsError(say("roster.unreadable"))
    return roster


def _person(said: Mapping[str, str]) -> Person:
    person = Person(**said)
    if not all(isinstance(value, str) for value in (person.id, person.name, person.key, person.college)):
        raise RecordsError(say("roster.unreadable"))
    return person


def _said(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name, "key": person.key, "college": person.college}


def _twice(values: Iterable[str]) -> str:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return ""


def _folded(name: str) -> str:
    """Fold case, accents, hyphens and spaces, so that one person written in two ways is one person."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return " ".join(
        "".join(" " if letter == "-" else letter for letter in plain if letter.isalnum() or letter in " -").split()
    )
