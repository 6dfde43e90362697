"""File an update of the corpus that its key, and a person when it must wait, have signed: `python -m ethics update`."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from ethics.canonical import digest
from ethics.envelope import read_envelope
from ethics.errors import RecordsError
from ethics.gate import rosters
from ethics.policy import load_policy
from ethics.records import file_data, file_envelope, read_records
from ethics.snapshot import read_snapshot
from ethics.words import say, trouble


def update(args: Namespace) -> str:
    """File a signed update (`args.file`), with the list that was read (`args.changes`) when a person had to.

    Raises:
        EthicsError: it is not an update, a signature is missing, or the list is absent or another one.
    """
    envelope = read_envelope(_read(args.file))
    snapshot, policy = read_snapshot(envelope), load_policy(args.policy)
    roster = rosters(read_records(args.records))[-1]
    if not envelope.signers([roster.corpus_key]):
        raise RecordsError(say("update.unsigned", name=args.file.name))
    waits = snapshot.waits_for(policy)
    people = envelope.signers(person.key for person in roster.who_may_suspend())
    if waits and not people:
        raise RecordsError(" ".join([*waits, say("update.needs_person", name=args.file.name)]))
    listed = args.changes is not None and _read(args.changes)
    if listed and digest(listed) != snapshot.changes:
        raise RecordsError(say("update.not_the_list", name=args.changes.name))
    if waits and snapshot.changes and not listed:
        raise RecordsError(say("update.needs_list"))
    now = datetime.now(UTC)
    if listed:
        file_data(args.records, "changes", listed, now, "changes", ".json")
    file_envelope(args.records, "snapshot", envelope, now)
    return say("update.filed", changed=snapshot.changed, read=len(people))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordsError(say("records.unreadable", file=path.name, why=trouble(error))) from error
