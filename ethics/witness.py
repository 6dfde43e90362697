"""The witness: another institution that signs the state of the log, after checking that it only grew.

It needs a copy of the records, its own key, and the file where it keeps the last state that it signed. It signs no
state that is not the continuation of that one, so that the keeper of the log cannot show two histories.

Source: C2SP tlog-witness, with files in place of a network protocol.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ethics.checkpoint import Checkpoint, read_checkpoint
from ethics.errors import LogError, RecordsError
from ethics.gate import check_log, rosters
from ethics.records import read_records, write_durably
from ethics.words import say, trouble


def cosign(folder: Path, state: Path, name: str, key: Ed25519PrivateKey, now: datetime) -> Checkpoint:
    """Check a copy of the records against the last state signed, then sign its present state.

    Args:
        folder: the copy.
        state: file of the last state signed; written anew. Absent the first time.
        name: of the witness, as the roster gives its id.
        key: of the witness.
        now: the present time.

    Raises:
        LogError: the log does not hold, or is not the continuation of what was signed.
        RecordsError: the copy has no signed state, or a file cannot be written.
    """
    records = read_records(folder)
    roster = rosters(records)[-1]
    check_log(records, roster)
    if not records.checkpoints:
        raise RecordsError(say("witness.no_checkpoint"))
    if state.exists():
        before = _last(state)
        if before.origin != roster.origin:
            raise LogError(say("witness.other_log", origin=before.origin))
        records.log.check_beginning(before.size, before.root)
        if records.checkpoints[-1].size < before.size:
            raise LogError(say("witness.older", size=before.size))
    newest = records.checkpoints[-1]
    signed = [pair for pair in newest.signatures if pair[0] == newest.origin]
    result = Checkpoint(newest.origin, newest.size, newest.root, tuple(signed[:1])).cosigned(name, key, now)
    try:
        write_durably(state, result.text().encode())
    except OSError as error:
        raise RecordsError(say("records.not_written", why=trouble(error))) from error
    return result


def _last(state: Path) -> Checkpoint:
    try:
        return read_checkpoint(state.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordsError(say("records.unreadable", file=state.name, why=error)) from error
