"""The weekly audit: a service that keeps to the limit is hardly ever accused, one that does not is found soon."""

from __future__ import annotations

import random
import statistics

import pytest

from ethics.martingale import alarm, capital

LIMIT = 0.01
READ = 50


def weeks(rate: float, count: int, draw: random.Random) -> list[tuple[int, int]]:
    return [(READ, sum(draw.random() < rate for _ in range(READ))) for _ in range(count)]


def first_alarms(rate: float, runs: int, count: int = 52) -> list[int | None]:
    draw = random.Random(20261127)
    return [alarm(capital(weeks(rate, count, draw), LIMIT)) for _ in range(runs)]


def test_the_capital_is_that_of_a_bettor_who_is_paid_at_the_odds_of_the_limit() -> None:
    # One answer, wrong: each of the six sixths of the capital is multiplied by 1 + stake x 0.99.
    assert capital([(1, 1)], LIMIT) == pytest.approx([(6 + 31.5 * 0.99) / 6])
    # One answer, right: by 1 - stake x 0.01.
    assert capital([(1, 0)], LIMIT) == pytest.approx([(6 - 31.5 * 0.01) / 6])


def test_on_average_nothing_is_gained_at_the_limit() -> None:
    chance = [(1 - LIMIT, (1, 0)), (LIMIT, (1, 1))]

    assert sum(share * capital([week], LIMIT)[0] for share, week in chance) == pytest.approx(1)


def test_five_per_cent_of_errors_are_found_within_two_weeks_half_of_the_time() -> None:
    found = first_alarms(0.05, 400)

    assert None not in found
    assert statistics.median(rank + 1 for rank in found if rank is not None) <= 2


def test_a_service_twice_better_than_the_limit_is_accused_less_than_once_in_a_hundred_years() -> None:
    found = first_alarms(0.005, 1000)

    assert sum(rank is not None for rank in found) / len(found) < 0.01


def test_a_service_at_the_limit_is_accused_less_than_the_risk_says() -> None:
    found = first_alarms(LIMIT, 1000)

    assert sum(rank is not None for rank in found) / len(found) < 0.05


def test_the_alarm_is_the_first_week_at_twenty_times_the_capital() -> None:
    assert alarm([1.0, 19.9, 20.0, 3.0]) == 2
    assert alarm([1.0, 19.9]) is None
    assert alarm([]) is None


def test_weeks_of_any_length_do_not_overflow_and_an_impossible_count_is_refused() -> None:
    assert capital([(0, 0)], LIMIT) == pytest.approx([1.0])
    with pytest.raises(ValueError, match="3 of 2"):
        capital([(2, 3)], LIMIT)
    with pytest.raises(ValueError, match="largest stake"):
        capital([(2, 1)], 0.1)
