"""What the sections of the console share: who may enter, their page, their navigation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import Response

from ui.identity import Person, Role, requires, staff_page, words_in

FOLDER = Path(__file__).parent
SECTIONS = (
    ("/console", "releases"),
    ("/console/audit", "audit"),
    ("/console/dossiers", "cases"),
    ("/console/suivi", "monitoring"),
    ("/console/historique", "history"),
)
"""Path of each section, and key of the table `section` of words.fr.toml."""

Member = Annotated[Person, Depends(requires(Role.COMMITTEE))]
Executive = Annotated[Person, Depends(requires(Role.EXECUTIVE))]
Reader = Annotated[Person, Depends(requires(Role.COMMITTEE, Role.EXECUTIVE))]


def console_page(
    request: Request, person: Person, template: str, folder: Path, status: int = 200, **values: Any
) -> Response:
    """Return a page of the console.

    Args:
        request: what asked for it.
        person: signed in.
        template: name of a file of ui/console/templates, which extends `console.html`.
        folder: where the words of the section are; given to the template as `w`.
        status: HTTP code.
        values: what the template shows.
    """
    here = request.url.path
    # The releases are at the root of the room: the longest path says where one is.
    section = max((path for path, _ in SECTIONS if f"{here}/".startswith(f"{path}/")), key=len, default="")
    shared = {"c": words_in(FOLDER), "w": words_in(folder), "sections": SECTIONS, "section": section}
    return staff_page(request, person, template, status, **(shared | values))
