"""Working days in mainland France: neither Saturday, nor Sunday, nor one of the eleven public holidays.

Sources: Code du travail, article L3133-1 (public holidays); date of Easter by the algorithm of Butcher (1876).
"""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)
"""Easter Monday, Ascension, Whit Monday, in days after Easter."""


def is_working_day(day: date) -> bool:
    """Tell whether offices are open that day."""
    if day.weekday() >= 5 or (day.month, day.day) in _FIXED:
        return False
    return (day - easter(day.year)).days not in _AFTER_EASTER


def after_working_days(day: date, count: int) -> date:
    """Return the working day that comes `count` working days after `day`, which does not count itself."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def after_months(day: date, count: int) -> date:
    """Return the same day `count` months later, or the last day of that month when it has no such day."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - timedelta(days=1)).day))


def easter(year: int) -> date:
    """Return Easter Sunday in the Gregorian calendar."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * el) // 433
    month = (h + el - 7 * m + 90) // 25
    day = (h + el - 7 * m + 33 * month + 19) % 32
    return date(year, month, day)
