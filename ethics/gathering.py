"""What several people sign, one after the other: kept aside until they are enough, then put in the records.

The files kept aside are envelopes that `python -m ethics sign` can sign too; the log names nothing of them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from ethics.envelope import Envelope, read_envelope
from ethics.errors import EthicsError, RecordsError
from ethics.filing import (
    check_proposed,
    check_resume,
    check_roster,
    check_whole,
    file_resume,
    file_roster,
    read_bytes,
    sitting,
    who_signed,
)
from ethics.gate import rosters
from ethics.keys import key_id
from ethics.levels import RESUME
from ethics.minutes import MINUTES, SIGNERS, check_minutes, clerks, read_minutes
from ethics.policy import Policy
from ethics.records import file_envelope, read_records, write_durably
from ethics.roster import ROSTER, Person, missing_signatures, unsigned_roster
from ethics.words import say

WAITING = "waiting"
"""Folder, in that of the records, of what several people must sign; the log names nothing of it until they have."""

_WAITS = {RESUME: "reprise", MINUTES: "proces-verbal", ROSTER: "membres"}


def gather_minutes(folder: Path, envelope: Envelope, now: datetime) -> bool:
    """Keep one signature on the minutes of a meeting; the second one, by somebody else, puts them in the records.

    Returns:
        whether they are in the records.

    Raises:
        EthicsError: they are badly formed, are there already, or nobody of the roster signed; nothing is written.
        OSError: they cannot be written.
    """
    records = read_records(folder)
    roster, minutes = rosters(records)[-1], read_minutes(envelope)
    check_whole(envelope, minutes.statement())
    check_minutes(minutes, roster, now.date())
    check_proposed(records, minutes.proposal)
    if records.find(envelope.digest) is not None:
        raise RecordsError(say("filing.twice"))
    who_signed(roster, envelope)
    gathered = _gathered(folder, envelope, roster.who_may_suspend())
    if len(clerks(gathered, roster)) < SIGNERS:
        return False
    file_envelope(folder, "minutes", gathered, now)
    waiting_file(folder, gathered).unlink(missing_ok=True)
    return True


def gather_roster(folder: Path, envelope: Envelope, policy: Policy, now: datetime) -> bool:
    """Keep signatures on a roster until they are the quorums that it needs, then put it in the records.

    Returns:
        whether it is in the records.

    Raises:
        EthicsError: it cannot be used, or no member of it, nor of the one in force, signed; nothing is written.
        OSError: it cannot be written.
    """
    roster, before = check_roster(folder, envelope, policy)
    people = {one.key: one for one in (*roster.members, *(before.members if before else ()))}
    if not envelope.signers(people):
        raise RecordsError(say("command.not_a_member"))
    gathered = _gathered(folder, envelope, people.values())
    if list(missing_signatures(gathered, roster, before)):
        return False
    file_roster(folder, gathered, policy, now)
    waiting_file(folder, gathered).unlink(missing_ok=True)
    return True


def waiting_rosters(folder: Path) -> list[Envelope]:
    """Return the rosters that wait for signatures and still follow the one in force."""
    before, found = sitting(folder), []
    for envelope in _waiting(folder, ROSTER):
        try:
            unsigned_roster(envelope, before)
        except EthicsError:
            continue
        found.append(envelope)
    return found


def gather_resume(folder: Path, envelope: Envelope, now: datetime) -> bool:
    """Keep signatures on a return to service until they are a quorum, then put it in the records.

    Returns:
        whether it is in the records.

    Raises:
        EthicsError: it does not answer the last stop, or no member signed it; nothing is written.
        OSError: it cannot be written.
    """
    records = read_records(folder)
    check_resume(records, envelope)
    members = rosters(records)[-1].members
    if not envelope.signers(person.key for person in members):
        raise RecordsError(say("command.not_a_member"))
    gathered = _gathered(folder, envelope, members)
    if check_resume(read_records(folder), gathered):
        return False
    file_resume(folder, gathered, now)
    waiting_file(folder, gathered).unlink(missing_ok=True)
    return True


def waiting_file(folder: Path, envelope: Envelope) -> Path:
    """Return the file where the signatures of several people are gathered."""
    return folder / WAITING / f"{_WAITS[envelope.statement().kind]}-{envelope.digest[:16]}.json"


def waiting_resumes(folder: Path) -> list[Envelope]:
    """Return what waits for signatures to bring the service up, and still answers the last stop."""
    records, found = read_records(folder), []
    for envelope in _waiting(folder, RESUME):
        try:
            check_resume(records, envelope)
        except EthicsError:
            continue
        found.append(envelope)
    return found


def waiting_minutes(folder: Path) -> list[Envelope]:
    """Return the minutes that one person entered and nobody confirmed yet."""
    return _waiting(folder, MINUTES)


def joined(envelope: Envelope, more: Iterable[tuple[str, bytes]]) -> Envelope:
    """Return an envelope with the signatures of somebody else too, each once."""
    fresh = [pair for pair in more if pair[1] not in {data for _, data in envelope.signatures}]
    return Envelope(envelope.payload, (*envelope.signatures, *fresh), envelope.payload_type)


def changed_envelope(path: Path, change: Callable[[Envelope], Envelope], first: Envelope | None = None) -> Envelope:
    """Change an envelope in its file; two people who sign at the same time both stay.

    Args:
        path: the file.
        change: returns what it becomes.
        first: what it is where there is no file yet; None where there must be one.

    Raises:
        EthicsError: it cannot be read, or `change` refuses.
        OSError: it cannot be written.
    """
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # The folder is what is held: the file itself is replaced, whole.
        fcntl.flock(folder, fcntl.LOCK_EX)
        envelope = change(first if first and not path.exists() else read_envelope(read_bytes(path)))
        write_durably(path, envelope.to_bytes())
    finally:
        os.close(folder)
    return envelope


def _waiting(folder: Path, kind: str) -> list[Envelope]:
    found = []
    for path in sorted((folder / WAITING).glob(f"{_WAITS[kind]}-*.json")):
        try:
            found.append(read_envelope(read_bytes(path)))
        except EthicsError:
            # Half-written by somebody who was interrupted: it waits no more.
            continue
    return found


def _gathered(folder: Path, envelope: Envelope, people: Iterable[Person]) -> Envelope:
    keys = [person.key for person in people]
    fresh = [(key_id(key), _signature(envelope, key)) for key in keys if envelope.signers([key])]
    path = waiting_file(folder, envelope)
    path.parent.mkdir(exist_ok=True)
    return changed_envelope(path, lambda before: joined(before, fresh), Envelope(envelope.payload))


def _signature(envelope: Envelope, public: str) -> bytes:
    """The signature that holds for a key already known to have signed."""
    pairs = [Envelope(envelope.payload, (pair,), envelope.payload_type) for pair in envelope.signatures]
    return next(one.signatures[0][1] for one in pairs if one.signers([public]))
