"""Where the releases are kept, and which seat of the committee somebody signed in holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from fastapi import Request

from bot.release import FOLDER as RELEASES
from ethics import roster as seats
from ethics.errors import RecordsError
from ethics.gate import rosters
from ethics.policy import Policy, load_policy
from ethics.records import Records, read_records
from ethics.roster import Roster
from ethics.words import say
from ui.identity import Person, Role
from ui.resident.layout import service_of

SECTION = Path(__file__).parent
"""Where the words of the section are."""

AuditFile = Callable[[str, str], bytes | None]
"""From the id of a member and the fingerprint of a release, the file of the answers read; None when there is none."""


class Book(NamedTuple):
    """The records, read and found whole, with the roster in force."""

    records: Records
    roster: Roster


@dataclass(frozen=True, slots=True)
class Office:
    """What the pages of the releases work with.

    Attributes:
        folder: of the signed records.
        policy: the rules in force.
        now: the clock.
        audit_file: where the console keeps what each member read; None where nothing does.
    """

    folder: Path
    policy: Policy
    now: Callable[[], datetime]
    audit_file: AuditFile | None = None

    @property
    def evaluations(self) -> Path:
        """Folder of the runs of the evaluation."""
        return self.folder.parent / "eval"

    @property
    def bundles(self) -> Path:
        """Folder of the releases kept whole on the disk."""
        return self.folder.parent / RELEASES

    def open(self) -> Book:
        """Read the records.

        Raises:
            EthicsError: they do not hold, or nobody sits.
        """
        records = read_records(self.folder)
        return Book(records, rosters(records)[-1])


def office_of(request: Request) -> Office:
    """Return what the pages work with; the rules are read anew, as the gate does.

    Raises:
        PolicyError: the rules cannot be applied.
    """
    records = service_of(request).records
    assert records is not None
    return Office(records.folder, load_policy(), records.now, getattr(request.app.state, "audit_file", None))


def seat_of(person: Person, roster: Roster) -> seats.Person:
    """Return the line of the roster that an account stands for: the one of its name or id.

    Raises:
        RecordsError: there is none, which is what becomes of a member removed.
    """
    found = seat_in(person, roster)
    if found is None:
        raise RecordsError(say("opinion.not_a_member", member=person.name))
    return found


def seat_in(person: Person, roster: Roster | None) -> seats.Person | None:
    """Return the line of a roster that an account stands for, None when there is none."""
    wanted = person.name.casefold()
    people = list(roster.members) if roster and person.may(Role.COMMITTEE) else []
    people += [roster.executive] if roster and person.may(Role.EXECUTIVE) else []
    return next((one for one in people if wanted in {one.id.casefold(), one.name.casefold()}), None)
