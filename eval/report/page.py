"""The page itself: one file, nothing from elsewhere, readable without script, on paper and with a screen reader."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval.report.view import name_of

_FOLDER = Path(__file__).parent
_NOTHING = "non mesuré"
_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_SPACE = "\N{NO-BREAK SPACE}"


def page(values: Mapping[str, Any]) -> str:
    """Fill the template in; every value is escaped."""
    return _environment().get_template("report.html.j2").render(values)


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share the French way; what was not measured is told so, never 0."""
    if share is None or math.isnan(share):
        return _NOTHING
    return f"{100 * share:.{digits}f}".replace(".", ",") + f"{_SPACE}%"


def number(value: float | None, digits: int = 0) -> str:
    """Write a number the French way."""
    if value is None or math.isnan(value):
        return _NOTHING
    return f"{value:,.{digits}f}".replace(",", _SPACE).replace(".", ",")


def day_of(iso: str) -> str:
    """Write a civil day the French way: 27 novembre 2026."""
    day = date.fromisoformat(iso)
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "number": number, "day": day_of}
    environment.globals |= {
        "name_of": name_of,
        "style": (_FOLDER / "report.css").read_text(encoding="utf-8"),
    }
    return environment
