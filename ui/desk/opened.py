"""The words of the desk: a letter read, what keeps it from leaving, and why something was not done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from bot.letter import Line, Part, Reply


class LetterGoneError(Exception):
    """No such letter, or not one of this person's."""


class LetterChangedError(Exception):
    """Somebody changed the letter meanwhile: what was sent was not kept."""


class OwnLetterError(Exception):
    """Nobody is the second reader of their own letter."""


class NotReadyError(Exception):
    """The reply may not leave yet; `reasons` are keys of the table `ready` of words.fr.toml."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class Opened:
    """One letter, read."""

    id: str
    author: str
    at: datetime
    version: int
    reply: Reply


class Settled(BaseModel):
    """What a reply needs beside its sentences, as the form sends it; `decision` is `yes`, `no` or empty."""

    decision: str = ""
    service: str = ""
    addressee: str = ""
    appeal: str = ""


def part_of(reply: Reply, line: Line) -> Part | None:
    """Return what a line is a part of; None for the opening and the closing."""
    return next((part for part in reply.parts if any(one.id == line.id for one in part.lines)), None)


def unready(reply: Reply) -> tuple[str, ...]:
    """Return what a reply lacks before anybody else reads it, as keys of the table `ready` of words.fr.toml."""
    reasons: list[str] = []
    if reply.unsettled():
        reasons.append("lines")
    if any(part.open for part in reply.parts):
        reasons.append("gaps")
    if any(all(line.stays for line in part.lines) for part in reply.parts):
        reasons.append("empty")
    if not reply.service:
        reasons.append("service")
    if reply.decision is None:
        reasons.append("decision")
    if reply.decision and not reply.appeal:
        reasons.append("appeal")
    return tuple(reasons)


def missing(reply: Reply, *, second: bool) -> tuple[str, ...]:
    """Return why a reply may not leave yet, as keys of the table `ready` of words.fr.toml.

    Args:
        reply: as it stands.
        second: every letter needs a second reader here, asked for or not.
    """
    waits = (second or reply.second) and not reply.agreed
    return (*unready(reply), *(("second",) if waits else ()))


def check_ready(reply: Reply, *, second: bool) -> None:
    """Refuse a reply that may not leave; arguments are those of `missing`.

    Raises:
        NotReadyError: why.
    """
    if reasons := missing(reply, second=second):
        raise NotReadyError(reasons)
