"""A case goes forward only, within its deadlines, and names the next instances at the right moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.case import (
    Case,
    Finding,
    State,
    answered,
    assigned,
    case_number,
    closed,
    corrected,
    is_case_number,
    open_case,
)
from ethics.errors import CaseError
from ethics.policy import load_policy
from ethics.workdays import after_months, after_working_days, easter, is_working_day

RULES = load_policy().deadlines
NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
REASONS = "Le montant cité n’était plus en vigueur."


class Kept:
    """A store in memory, as the floor above would have one on disk."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}

    def next_number(self, year: int) -> int:
        return len([number for number in self.cases if number.startswith(f"PAR-{year}")]) + 1

    def keep(self, case: Case) -> None:
        self.cases[case.number] = case

    def find(self, number: str) -> Case | None:
        return self.cases.get(number)

    def all(self) -> list[Case]:
        return list(self.cases.values())


def received(*, severe: bool = False) -> Case:
    return open_case(Kept(), NOW, severe=severe)


def replied(finding: Finding = Finding.FOUNDED) -> Case:
    return answered(assigned(received(), "DDCT", NOW), finding, REASONS, NOW)


def test_a_case_goes_from_reception_to_closure() -> None:
    case = closed(corrected(replied(), "Le passage a été retiré.", NOW), NOW)

    assert [step.state.value for step in case.steps] == ["reçu", "attribué", "répondu", "corrigé", "clos"]
    assert (case.finding, case.reply) == (Finding.FOUNDED, REASONS)


def test_an_unfounded_case_is_closed_without_correction() -> None:
    assert closed(replied(Finding.UNFOUNDED), NOW).state is State.CLOSED


STEPS: dict[str, Callable[[Case], Case]] = {
    "assigned": lambda case: assigned(case, "DDCT", NOW),
    "answered": lambda case: answered(case, Finding.FOUNDED, REASONS, NOW),
    "corrected": lambda case: corrected(case, "Retiré.", NOW),
    "closed": lambda case: closed(case, NOW),
}
ALLOWED = {
    "reçu": {"assigned"},
    "attribué": {"answered"},
    "répondu": {"corrected"},
    "corrigé": {"closed"},
    "clos": set(),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", ALLOWED)
def test_no_other_step_is_possible(state: str, step: str) -> None:
    way: list[Case] = [received()]
    for one in ("assigned", "answered", "corrected", "closed"):
        way.append(STEPS[one](way[-1]))
    case = next(one for one in way if one.state == state)

    if step in ALLOWED[state]:
        assert STEPS[step](case).state != case.state
    else:
        with pytest.raises(CaseError):
            STEPS[step](case)


def test_an_answer_gives_its_reasons() -> None:
    with pytest.raises(CaseError, match="motivée"):
        answered(assigned(received(), "DDCT", NOW), Finding.UNFOUNDED, "Non.", NOW)


def test_an_unfounded_case_has_nothing_to_correct() -> None:
    with pytest.raises(CaseError, match="rien à corriger"):
        corrected(replied(Finding.UNFOUNDED), "x", NOW)


@pytest.mark.parametrize("finding", [Finding.FOUNDED, Finding.PARTLY])
def test_a_founded_case_is_not_closed_before_the_correction(finding: Finding) -> None:
    with pytest.raises(CaseError, match="pas encore corrigée"):
        closed(replied(finding), NOW)


def test_a_step_is_never_dated_before_the_last() -> None:
    with pytest.raises(CaseError, match="antérieure"):
        assigned(received(), "DDCT", NOW - timedelta(seconds=1))


def test_numbers_follow_each_other_and_check_themselves() -> None:
    store = Kept()
    numbers = [open_case(store, NOW).number for _ in range(3)]

    assert [number[:15] for number in numbers] == ["PAR-2026-000001", "PAR-2026-000002", "PAR-2026-000003"]
    assert all(is_case_number(f" {number.lower()} ") for number in numbers)
    assert store.find(numbers[1]) == store.all()[1]


@given(st.integers(2000, 2200), st.integers(0, 999_999), st.integers(4, 14), st.integers(0, 9))
def test_one_wrong_digit_of_a_number_is_noticed(year: int, count: int, place: int, digit: int) -> None:
    number = case_number(year, count)
    if number[place].isdigit() and number[place] != str(digit):
        assert not is_case_number(number[:place] + str(digit) + number[place + 1 :])


def test_a_receipt_with_a_mistake_is_told_at_once() -> None:
    with pytest.raises(CaseError, match="recopiez-le"):
        open_case(Kept(), NOW, "BCDF-GHJK-LMNP-00")


# Deadlines.


# Dates of calendars printed at the time.
EASTERS = [
    "1818-03-22",
    "1943-04-25",
    "2000-04-23",
    "2008-03-23",
    "2019-04-21",
    "2024-03-31",
    "2025-04-20",
    "2026-04-05",
]


@pytest.mark.parametrize("day", EASTERS)
def test_easter_is_the_one_of_the_calendars(day: str) -> None:
    assert easter(int(day[:4])).isoformat() == day


def test_the_eleven_public_holidays_are_not_worked() -> None:
    days = [(1, 1), (4, 6), (5, 1), (5, 8), (5, 14), (5, 25), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]

    assert not any(is_working_day(date(2026, month, day)) for month, day in days)
    assert is_working_day(date(2026, 11, 27))
    assert not is_working_day(date(2026, 11, 28))
    assert not is_working_day(date(2026, 11, 29))


def test_working_days_jump_over_the_others() -> None:
    assert after_working_days(date(2026, 12, 24), 1) == date(2026, 12, 28)
    assert after_working_days(date(2026, 11, 27), 10) == date(2026, 12, 11)
    assert after_working_days(date(2026, 11, 28), 0) == date(2026, 11, 28)


def test_months_end_where_they_end() -> None:
    assert after_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert after_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert after_months(date(2026, 12, 1), 1) == date(2027, 1, 1)
    assert after_months(date(2026, 11, 27), 12) == date(2027, 11, 27)


def test_a_severe_error_is_answered_the_next_working_day() -> None:
    assert received(severe=True).reply_by(RULES) == date(2026, 11, 30)
    assert received().reply_by(RULES) == date(2026, 12, 11)


def test_an_answer_is_late_the_day_after() -> None:
    assert not received().is_late(RULES, date(2026, 12, 11))
    assert received().is_late(RULES, date(2026, 12, 12))
    assert not replied().is_late(RULES, date(2027, 12, 12))


def test_the_acknowledgement_says_the_number_and_the_dates() -> None:
    said = received().acknowledgement(RULES)

    assert all(part in said for part in ("PAR-2026-000001-", "2026-11-27", "2026-12-11", "2026-12-27"))


def test_the_next_instances_come_at_the_right_moment() -> None:
    assert received().next_instances(RULES, date(2026, 12, 11)) == ()
    assert len(received().next_instances(RULES, date(2026, 12, 12))) == 4
    late = received().next_instances(RULES, date(2026, 12, 27))
    assert len(late) == 5
    assert "2027-02-27" in late[-1]
    assert replied(Finding.FOUNDED).next_instances(RULES, date(2026, 11, 27)) == ()
    assert "Médiateur" in replied(Finding.UNFOUNDED).next_instances(RULES, date(2026, 11, 27))[0]
    assert len(replied(Finding.PARTLY).next_instances(RULES, date(2027, 11, 27))) == 4


def test_flipping_a_deadline_changes_the_dates() -> None:
    case = received()

    assert case.reply_by(replace(RULES, reply_days=9)) != case.reply_by(RULES)
    assert received(severe=True).reply_by(replace(RULES, severe_reply_days=2)) != date(2026, 11, 30)
    assert case.acknowledgement(replace(RULES, silence_months=2)) != case.acknowledgement(RULES)
    day = date(2026, 12, 27)
    assert case.next_instances(replace(RULES, referral_months=3), day) != case.next_instances(RULES, day)
