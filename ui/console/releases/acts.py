"""What somebody signs, told line by line from the statement itself; and what was signed, put in the records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.replies import day_text
from ethics.decision import DECISION, REVOCATION
from ethics.envelope import PAYLOAD_TYPE, Envelope, Statement, encoded
from ethics.errors import RecordsError
from ethics.filing import file_decision, file_opinion, file_revocation, file_suspension
from ethics.gathering import gather_minutes, gather_resume, gather_roster
from ethics.keys import key_id
from ethics.levels import RESUME, SUSPENSION, Level
from ethics.minutes import MINUTES
from ethics.opinion import OPINION
from ethics.proposal import Proposal, read_proposal
from ethics.records import Records
from ethics.roster import ROSTER, Person, Roster
from ethics.words import say
from ui.console.releases.office import SECTION, Book, Office
from ui.identity import words_in
from ui.records import PARIS

KINDS = {
    OPINION: "opinion",
    DECISION: "decision",
    REVOCATION: "revocation",
    SUSPENSION: "suspension",
    RESUME: "resume",
    MINUTES: "minutes",
    ROSTER: "roster",
}
"""What may be signed here; values are keys of the tables `sign`, `done` and `kind` of words.fr.toml."""

Line = tuple[str, tuple[str, ...]]
"""A label, and one value or several."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a browser is asked to sign.

    Attributes:
        kind: a value of `KINDS`.
        envelope: without a signature, or with those of others.
        signer: whose key is expected.
        audit: the file of the answers read, for an opinion.
        back: path of the page to come back to.
    """

    kind: str
    envelope: Envelope
    signer: Person
    lines: tuple[Line, ...]
    audit: bytes = b""
    back: str = "/console"

    @property
    def encoded(self) -> bytes:
        """The very bytes that are signed (DSSE, pre-authentication encoding)."""
        return encoded(PAYLOAD_TYPE, self.envelope.payload)


def prepared(book: Book, statement: Statement, signer: Person, audit: bytes = b"", back: str = "/console") -> Prepared:
    """Return a statement ready to be signed."""
    envelope = statement.envelope()
    return Prepared(KINDS[statement.kind], envelope, signer, tuple(told(book, statement)), audit, back)


def prepared_roster(roster: Roster, envelope: Envelope, signer: Person) -> Prepared:
    """Return a roster ready to be signed; there may be none before it."""
    return Prepared("roster", envelope, signer, tuple(told_roster(roster)), back="/console/tableau")


def with_signature(payload: bytes, signer: Person, signature: bytes) -> Envelope:
    """Return the envelope of a payload that a browser signed."""
    return Envelope(payload, ((key_id(signer.key), signature),))


def told(book: Book, statement: Statement) -> Iterator[Line]:
    """Yield what a statement says, for who is about to sign it; nothing that it says is left out.

    Raises:
        RecordsError: it is none of those that are signed here, or is badly formed.
    """
    words = words_in(SECTION)
    if statement.kind not in KINDS or statement.kind == ROSTER:
        raise RecordsError(say("filing.unknown"))
    said, subjects = dict(statement.predicate), dict(statement.subjects)
    if (named := subjects.get("proposal")) is not None:
        yield from _release(book.records, named)
    for key in ("act", "audit", "suspension", "minutes"):
        if key in subjects:
            yield words(f"told.{key}"), (subjects[key],)
    for key, value in said.items():
        if key in {"sequence", "scope"} and named is not None:
            continue
        if key not in words.tables["told"]:
            raise RecordsError(say("filing.more"))
        yield words(f"told.{key}"), _values(book, key, value)


def told_roster(roster: Roster) -> Iterator[Line]:
    """Yield what a roster says, for who is about to sign it; nothing that it says is left out."""
    words = words_in(SECTION)
    yield words("seated.sequence"), (str(roster.sequence),)
    yield words("seated.quorum"), (words("seated.of", quorum=roster.quorum, seats=len(roster.members)),)
    yield words("seated.colleges"), roster.colleges or (words("told.nothing"),)
    for key in ("members", "responders", "witnesses"):
        people: tuple[Person, ...] = getattr(roster, key)
        yield words(f"seated.{key}"), tuple(map(_person, people)) or (words("told.nothing"),)
    yield words("seated.executive"), (_person(roster.executive),)
    for key in ("origin", "log_key", "corpus_key", "evaluation_key"):
        yield words(f"seated.{key}"), (str(getattr(roster, key)),)
    yield words("seated.synthetic"), (words("told.yes" if roster.synthetic else "told.no"),)
    yield words("seated.previous"), (roster.previous or words("seated.first"),)


def file(office: Office, envelope: Envelope, audit: bytes) -> None:
    """Put what was signed in the records, as the command line does; what waits for others is kept aside.

    Raises:
        EthicsError: it may not be; nothing is written.
        OSError: the disk refused.
    """
    kind, folder, now = KINDS.get(envelope.statement().kind), office.folder, office.now()
    if kind == "opinion":
        file_opinion(folder, envelope, audit, office.policy, now)
    elif kind == "decision":
        file_decision(folder, envelope, office.policy, now)
    elif kind == "revocation":
        file_revocation(folder, envelope, now)
    elif kind == "suspension":
        file_suspension(folder, envelope, now)
    elif kind == "resume":
        gather_resume(folder, envelope, now)
    elif kind == "minutes":
        gather_minutes(folder, envelope, now)
    elif kind == "roster":
        folder.mkdir(parents=True, exist_ok=True)
        gather_roster(folder, envelope, office.policy, now)
    else:
        raise RecordsError(say("filing.unknown"))


def address(envelope: Envelope) -> str:
    """Return the path of the page that tells what became of what was signed."""
    kind = KINDS.get(envelope.statement().kind)
    if kind == "roster":
        return "/console/tableau"
    proposal = dict(envelope.statement().subjects).get("proposal")
    return f"/console/version/{proposal}" if proposal else "/console/arret" if kind else "/console"


def _release(records: Records, digest: str) -> Iterator[Line]:
    words = words_in(SECTION)
    proposal = _proposal(records, digest)
    yield (
        words("told.release"),
        (words("told.number", sequence=proposal.sequence, scope=words(f"scope.{proposal.scope}")),),
    )
    yield words("told.fingerprint"), (proposal.manifest.fingerprint,)
    yield words("told.proposal"), (digest,)


def _proposal(records: Records, digest: str) -> Proposal:
    found = records.find(digest)
    if found is None or found.entry.kind != "proposal":
        raise RecordsError(say("gate.proposal_missing"))
    return read_proposal(found.envelope)


def _day(text: str) -> str:
    """A moment or a day as it is in Paris; what cannot be read is shown as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return day_text((moment.astimezone(PARIS) if moment.tzinfo else moment).date())


def _person(one: Person) -> str:
    words = words_in(SECTION)
    said = words("seated.person", who=one.name, id=one.id, key=one.key)
    return f"{said} {words('seated.college', college=one.college)}" if one.college else said


def _values(book: Book, key: str, value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(_value(book, key, one) for one in values) or (words_in(SECTION)("told.nothing"),)


def _value(book: Book, key: str, value: object) -> str:
    words, people = words_in(SECTION), {person.id: person.name for person in book.roster.who_may_suspend()}
    if isinstance(value, Mapping):
        return words("told.vote", who=people.get(str(value.get("member")), ""), view=value.get("view"))
    if key in {"member", "who"}:
        return people.get(str(value), str(value))
    if isinstance(value, bool):
        return words("told.yes" if value else "told.no")
    if key == "level" and isinstance(value, int) and value in set(Level):
        return words(f"level.{Level(value).name}")
    if key in {"expires", "held"}:
        return _day(str(value))
    return str(value) or words("told.nothing")
