"""What the pages of the City's people share: their template, their words."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from fastapi import FastAPI, Request
from fastapi.responses import Response

from ui.identity.roles import Role
from ui.templates import templates_in
from ui.words import FRENCH, Words

_UI = Path(__file__).parents[1]
FOLDERS = tuple(_UI / name / "templates" for name in ("identity", "desk", "console"))
ROOMS = (
    ("/bureau", "desk", frozenset({Role.AGENT})),
    ("/console", "console", frozenset({Role.COMMITTEE, Role.EXECUTIVE})),
    ("/journal", "journal", frozenset({Role.ADMIN})),
    ("/compte", "account", frozenset(Role)),
)
"""Where each role goes: path, key of the table `room` of words.fr.toml, roles; shown once `open_room` said so."""

_templates = templates_in(*FOLDERS)


class Seen(Protocol):
    """Who a page is for."""

    @property
    def name(self) -> str:
        """As signed in."""
        ...

    @property
    def token(self) -> str:
        """In each form of their visit."""
        ...

    def may(self, *roles: Role) -> bool:
        """Tell whether one of the roles is theirs."""
        ...


def staff_page(request: Request, person: Seen | None, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page for somebody of the City; nothing of it is kept by the browser once left.

    Args:
        request: what asked for it.
        person: signed in; None for nobody.
        template: name of a file of `FOLDERS`.
        status: HTTP code.
        values: what the template shows; `w` is for the words of its folder.
    """
    shared = {
        "request": request,
        "h": words_in(Path(__file__).parent),
        "person": person,
        "rooms": rooms_for(request, person),
        "standing": request.app.state.service.standing(),
        "assets": request.app.state.assets,
    }
    response = _templates.TemplateResponse(request, template, shared | values, status_code=status)
    response.headers["cache-control"] = "no-store"
    return response


def rooms_for(request: Request, person: Seen | None) -> tuple[tuple[str, str], ...]:
    """Return the path and the name of each room that somebody may enter, among those that exist."""
    if person is None:
        return ()
    rooms: set[str] = request.app.state.rooms
    return tuple((path, key) for path, key, roles in ROOMS if path in rooms and person.may(*roles))


def open_room(app: FastAPI, path: str) -> None:
    """Show a room of `ROOMS` to those who may enter it."""
    app.state.rooms.add(path)


@cache
def words_in(folder: Path) -> Words:
    """Return the words of a folder of pages, its `words.fr.toml`."""
    tables = tomllib.loads((folder / "words.fr.toml").read_text(encoding="utf-8"))
    return Words(FRENCH, "ltr", reviewed=True, tables=tables)
