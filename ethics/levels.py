"""How much is served: taken down by one person, brought up by a quorum, always with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from ethics.canonical import digest
from ethics.envelope import Statement
from ethics.errors import RecordsError
from ethics.log import Entry
from ethics.proposal import text, texts, whole
from ethics.records import Filed, Records
from ethics.roster import Roster
from ethics.words import say

SUSPENSION = "urn:cite:suspension:v1"
RESUME = "urn:cite:resume:v1"


class Level(IntEnum):
    """What is served; a greater number is safer."""

    L0 = 0
    L1 = 1
    L2 = 2
    L3 = 3


@dataclass(frozen=True, slots=True)
class InForce:
    """What the suspensions filed leave.

    Attributes:
        level: the most that may be served.
        themes: what is not answered.
        why: reason of the last suspension, empty when none stands.
        since: when the last suspension was filed, whether it stands or not.
        drilled: when the switch was last exercised.
        last: identity of the last suspension, which a return to service names; empty when none stands.
    """

    level: Level = Level.L0
    themes: tuple[str, ...] = ()
    why: str = ""
    since: datetime | None = None
    drilled: datetime | None = None
    last: str = ""


def suspension(level: Level, who: str, why: str, themes: Sequence[str] = (), *, drill: bool = False) -> Statement:
    """Return the statement that takes the service down, to be signed by one person.

    Args:
        level: down to where; themes alone with `L1`.
        who: id of the person on the roster.
        why: the reason.
        themes: what is not answered any more.
        drill: an exercise, which suspends all the same.

    Raises:
        RecordsError: no reason is given, or no theme for L1.
    """
    if not why.strip():
        raise RecordsError(say("levels.no_reason"))
    if level is Level.L0 or (level is Level.L1) != bool(themes):
        raise RecordsError(say("levels.no_theme"))
    said = {"level": int(level), "who": who, "why": why, "themes": list(themes), "drill": drill}
    return Statement(SUSPENSION, {}, said)


def resume(level: Level, after: str, why: str, themes: Sequence[str] = ()) -> Statement:
    """Return the statement that brings the service up, to be signed by a quorum.

    Args:
        level: up to where.
        after: identity of the last suspension, so that one filed meanwhile, or later in the same words, is not lifted.
        why: the reason.
        themes: what stays unanswered.

    Raises:
        RecordsError: no reason is given.
    """
    if not why.strip():
        raise RecordsError(say("levels.no_reason"))
    return Statement(RESUME, {"suspension": after}, {"level": int(level), "why": why, "themes": list(themes)})


def identity(entry: Entry) -> str:
    """Return what tells one suspension from any other, even one in the same words: the digest of its line."""
    return digest(entry.line())


def in_force(records: Records, rosters: Sequence[Roster]) -> InForce:
    """Read what is suspended, from every line of the log in its order.

    A suspension stands whoever signed it, until a quorum lifts it: an error here must not put the service back. Each
    line is judged by the roster in force when it was filed: who leaves later does not undo what they signed.

    Args:
        records: whose suspensions are read.
        rosters: every roster filed, in order.

    Raises:
        RecordsError: a suspension or a return cannot be read.
    """
    now, sitting, coming = InForce(), rosters[0], iter(rosters)
    for filed in records.of("roster", "suspension", "resume"):
        if filed.entry.kind == "roster":
            sitting = next(coming)
        elif filed.statement.kind != (SUSPENSION if filed.entry.kind == "suspension" else RESUME):
            raise RecordsError(say("levels.unreadable", line=filed.entry.number))
        elif filed.entry.kind == "suspension":
            now = _suspended(now, filed, sitting)
        else:
            now = _resumed(now, filed, sitting)
    return now


def _suspended(now: InForce, filed: Filed, roster: Roster) -> InForce:
    said = filed.statement.predicate
    signed = filed.envelope.signers(person.key for person in roster.who_may_suspend())
    return InForce(
        level=max(now.level, _level(filed)),
        themes=tuple(dict.fromkeys([*now.themes, *texts(said, "themes")])),
        why=text(said, "why"),
        since=filed.entry.time,
        drilled=filed.entry.time if signed and said.get("drill") is True else now.drilled,
        last=identity(filed.entry),
    )


def _resumed(now: InForce, filed: Filed, roster: Roster) -> InForce:
    said = filed.statement.predicate
    signers = filed.envelope.signers(person.key for person in roster.members)
    if roster.shortfalls(signers) or dict(filed.statement.subjects).get("suspension") != now.last:
        # Not by a quorum, or prepared before the last suspension: it lifts nothing.
        return now
    level, themes = _level(filed), texts(said, "themes")
    left = bool(level or themes)
    return replace(now, level=level, themes=themes, why=now.why if left else "", last=now.last if left else "")


def _level(filed: Filed) -> Level:
    try:
        return Level(whole(filed.statement.predicate, "level"))
    except ValueError as error:
        raise RecordsError(say("levels.unreadable", line=filed.entry.number)) from error
