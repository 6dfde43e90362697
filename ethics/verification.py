"""The replay of the records, offline: log, files, signed states, rosters; for the command line and for the console."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ethics.gate import check_log, rosters
from ethics.levels import in_force
from ethics.records import Records, read_records
from ethics.roster import Roster
from ethics.words import say


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The last state of the log that an outside witness signed: how many lines, who, when."""

    lines: int
    name: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """Records that hold, with every roster, the last one in force."""

    records: Records
    rosters: tuple[Roster, ...]

    @property
    def sentence(self) -> str:
        """What was verified, in French."""
        return say(
            "command.verified",
            lines=len(self.records.log.entries),
            files=len(self.records.envelopes) + len(self.records.files),
            states=len(self.records.checkpoints),
            root=self.records.log.tree.root().hex(),
        )

    def witnessed(self) -> Witnessed | None:
        """Return the last state that a witness of the roster in force signed; None when none did."""
        signed = [
            Witnessed(checkpoint.size, witness.name, when)
            for checkpoint in self.records.checkpoints
            for witness in self.rosters[-1].witnesses
            if (when := checkpoint.cosigned_at(witness.id, witness.key))
        ]
        return max(signed, key=lambda one: (one.lines, one.when), default=None)


def verify_records(folder: Path) -> Verified:
    """Read everything again and check it.

    Raises:
        EthicsError: something does not hold; names the first line concerned where there is one.
    """
    records = read_records(folder)
    chain = rosters(records)
    check_log(records, chain[-1])
    in_force(records, chain)
    return Verified(records, tuple(chain))
