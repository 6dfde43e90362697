"""A case: somebody contests an answer or reports an error, without giving a name, and is answered in time.

States: reçu, attribué, répondu (fondé, partiellement fondé, non fondé, with reasons), corrigé, clos.

Sources: Code des relations entre le public et l'administration, L. 112-11 (acknowledgement) and R. 311-12 to R. 311-15
(silence of one month, then two months to refer to the CADA).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ethics.errors import CaseError
from ethics.receipt import check_digits, check_id
from ethics.rules import Deadlines
from ethics.words import say
from ethics.workdays import after_months, after_working_days

_NUMBER = re.compile(r"PAR-([0-9]{4})-([0-9]{6})-([0-9]{2})")


class State(StrEnum):
    """Where a case stands; the value is what the public reads."""

    RECEIVED = "reçu"
    ASSIGNED = "attribué"
    ANSWERED = "répondu"
    CORRECTED = "corrigé"
    CLOSED = "clos"


class Finding(StrEnum):
    """What the City found."""

    FOUNDED = "fondé"
    PARTLY = "partiellement fondé"
    UNFOUNDED = "non fondé"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done, and when; `text` is what the public reads of it."""

    state: State
    time: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One contest or error report.

    Attributes:
        number: as `PAR-2026-000042-17`, the last two digits check the others.
        receipt: id of the receipt contested, or empty.
        severe: acting on the answer costs a right, money or safety.
        steps: all that was done, from the reception.
        finding: once answered.
        reply: the reasoned answer.
    """

    number: str
    receipt: str
    severe: bool
    steps: tuple[Step, ...]
    finding: Finding | None = None
    reply: str = ""

    @property
    def state(self) -> State:
        """Where the case stands."""
        return self.steps[-1].state

    @property
    def received(self) -> date:
        """The day it was received."""
        return self.steps[0].time.date()

    def reply_by(self, rules: Deadlines) -> date:
        """Return the last day to answer."""
        return after_working_days(self.received, rules.severe_reply_days if self.severe else rules.reply_days)

    def is_late(self, rules: Deadlines, today: date) -> bool:
        """Tell whether the answer is overdue."""
        return self.state in {State.RECEIVED, State.ASSIGNED} and today > self.reply_by(rules)

    def acknowledgement(self, rules: Deadlines) -> str:
        """Return what is told at once: the number, the date, the last day to answer, and what comes next."""
        return say(
            "case.acknowledgement",
            number=self.number,
            received=self.received.isoformat(),
            by=self.reply_by(rules).isoformat(),
            silence=after_months(self.received, rules.silence_months).isoformat(),
        )

    def next_instances(self, rules: Deadlines, today: date) -> tuple[str, ...]:
        """Return to whom to turn now, one French sentence each: nobody before the City answered or is late.

        The mediator asks for a first step that failed; the CADA for a month of silence on a demand of documents.
        """
        answered = self.finding in {Finding.PARTLY, Finding.UNFOUNDED}
        silent = self.finding is None and today >= (end := after_months(self.received, rules.silence_months))
        found = []
        if answered or silent or self.is_late(rules, today):
            found += [say("case.mediator"), say("case.defender"), say("case.cnil"), say("case.court")]
        if silent:
            found.append(say("case.cada", until=after_months(end, rules.referral_months).isoformat()))
        return tuple(found)


class CaseStore(Protocol):
    """Where cases are kept; the floor above does it."""

    def next_number(self, year: int) -> int:
        """Return the next number of a year, never given twice."""

    def keep(self, case: Case) -> None:
        """Keep a case in its present state."""

    def find(self, number: str) -> Case | None:
        """Return a case by its number."""

    def all(self) -> Iterable[Case]:
        """Return every case kept."""


def open_case(store: CaseStore, now: datetime, receipt: str = "", *, severe: bool = False) -> Case:
    """Open a case and keep it.

    Raises:
        CaseError: the id of the receipt has a mistake in it.
    """
    if receipt and not check_id(receipt):
        raise CaseError(say("case.wrong_receipt", receipt=receipt))
    number = case_number(now.year, store.next_number(now.year))
    case = Case(number, receipt, severe, (Step(State.RECEIVED, now, say("case.received")),))
    store.keep(case)
    return case


def assigned(case: Case, service: str, now: datetime) -> Case:
    """Give a case to a service (never to a named person, since the public reads it)."""
    _from(case, State.RECEIVED)
    return _stepped(case, State.ASSIGNED, now, say("case.assigned", service=service))


def answered(case: Case, finding: Finding, reply: str, now: datetime) -> Case:
    """Answer a case.

    Raises:
        CaseError: nobody was in charge yet, or the answer gives no reason.
    """
    _from(case, State.ASSIGNED)
    if len(reply.split()) < 3:
        raise CaseError(say("case.no_reasons"))
    return replace(_stepped(case, State.ANSWERED, now, finding.value), finding=finding, reply=reply)


def corrected(case: Case, what: str, now: datetime) -> Case:
    """Say what was corrected, which also makes a case of the next evaluation.

    Raises:
        CaseError: the case is not founded, or was not answered.
    """
    _from(case, State.ANSWERED)
    if case.finding is Finding.UNFOUNDED:
        raise CaseError(say("case.nothing_to_correct"))
    return _stepped(case, State.CORRECTED, now, what)


def closed(case: Case, now: datetime) -> Case:
    """Close a case.

    Raises:
        CaseError: it was not answered, or what was found wrong is not corrected yet.
    """
    _from(case, State.ANSWERED, State.CORRECTED)
    if case.state is State.ANSWERED and case.finding is not Finding.UNFOUNDED:
        raise CaseError(say("case.not_corrected"))
    return _stepped(case, State.CLOSED, now, say("case.closed"))


def case_number(year: int, count: int) -> str:
    """Return the number of a case, with its check digits."""
    return f"PAR-{year:04}-{count:06}-{check_digits(f'{year:04}{count:06}')}"


def is_case_number(text: str) -> bool:
    """Tell whether a number, as typed, has its right check digits."""
    found = _NUMBER.fullmatch(text.strip().upper())
    return found is not None and check_digits(found[1] + found[2]) == found[3]


def _from(case: Case, *states: State) -> None:
    if case.state not in states:
        raise CaseError(say("case.wrong_state", number=case.number, state=case.state.value))


def _stepped(case: Case, state: State, now: datetime, text: str) -> Case:
    if now < case.steps[-1].time:
        raise CaseError(say("case.earlier", number=case.number))
    return replace(case, steps=(*case.steps, Step(state, now, text)))
