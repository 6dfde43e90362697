"""The Jinja environment that every page is written with: escaping, strict names, dates and hours of Paris."""

from __future__ import annotations

from pathlib import Path

from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.replies import day_text
from ui.records import PARIS


def templates_in(*folders: Path) -> Jinja2Templates:
    """Return the templates of some folders, the first one first.

    Their filters: `day` and `hour` write a moment as it is in Paris, `iso_day` a day.
    """
    found = Jinja2Templates(
        env=Environment(
            loader=FileSystemLoader(folders),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
    )
    found.env.filters["day"] = lambda moment: day_text(moment.astimezone(PARIS).date())
    found.env.filters["hour"] = lambda moment: f"{moment.astimezone(PARIS):%H h %M}"
    found.env.filters["iso_day"] = day_text
    return found
