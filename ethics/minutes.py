"""The minutes of a meeting held on paper: the votes on one release, entered by one person, confirmed by another.

They are a trace, and replace no signature: the gate never reads them. What is kept is the digest of the paper, the
votes, and the two signatures of those who entered and confirmed them; the paper stays with the City.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ethics.envelope import Envelope, Statement
from ethics.errors import RecordsError
from ethics.opinion import View
from ethics.proposal import text
from ethics.roster import Person, Roster
from ethics.words import say

MINUTES = "urn:cite:minutes:v1"
SIGNERS = 2
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Minutes:
    """What two people say that the paper says.

    Attributes:
        proposal: digest of the proposal that was voted on.
        paper: SHA-256 of the signed minutes, as a file, 64 hex digits.
        held: day of the meeting.
        votes: (id of a member, what they voted), each member once.
    """

    proposal: str
    paper: str
    held: date
    votes: tuple[tuple[str, View], ...]

    def statement(self) -> Statement:
        """Return the minutes as a statement to be signed."""
        votes = [{"member": member, "view": view.value} for member, view in self.votes]
        said = {"held": self.held.isoformat(), "votes": votes}
        return Statement(MINUTES, {"proposal": self.proposal, "minutes": self.paper}, said)


def read_minutes(envelope: Envelope) -> Minutes:
    """Read minutes; their signatures are checked by `clerks`.

    Raises:
        EnvelopeError: it is not a statement.
        RecordsError: they are not minutes, or are badly formed.
    """
    statement = envelope.statement()
    said, subjects = statement.predicate, dict(statement.subjects)
    if statement.kind != MINUTES or set(subjects) != {"proposal", "minutes"}:
        raise RecordsError(say("minutes.unreadable"))
    try:
        votes = tuple((text(vote, "member"), View(text(vote, "view"))) for vote in said["votes"])
        found = Minutes(subjects["proposal"], subjects["minutes"], date.fromisoformat(text(said, "held")), votes)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordsError(say("minutes.unreadable")) from error
    return found


def check_minutes(minutes: Minutes, roster: Roster, today: date) -> None:
    """Check what minutes say.

    Raises:
        RecordsError: nobody voted, somebody who does not sit did, or twice; the digest of the paper is missing, or the
            day is to come.
    """
    seats = {person.id for person in roster.members}
    voters = [member for member, _ in minutes.votes]
    if not voters or len(set(voters)) != len(voters) or not seats.issuperset(voters):
        raise RecordsError(say("minutes.votes"))
    if not _DIGEST.fullmatch(minutes.paper):
        raise RecordsError(say("minutes.paper"))
    if minutes.held > today:
        raise RecordsError(say("minutes.day"))


def clerks(envelope: Envelope, roster: Roster) -> Sequence[Person]:
    """Return those of the roster who signed minutes: who entered them, and who confirmed them."""
    people = roster.who_may_suspend()
    signed = envelope.signers(person.key for person in people)
    return [person for person in people if person.key in signed]
