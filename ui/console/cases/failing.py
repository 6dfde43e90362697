"""What a page of the committee says when what it reads cannot be read: the sentence of the error, and no other."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute

from bot.errors import StoreError
from ethics.errors import EthicsError
from ui.console.layout import console_page
from ui.identity import Person, Role

FOLDER = Path(__file__).parent


class ToldRoute(APIRoute):
    """A route whose failures are told to whoever was let in, and not as those of the public pages are."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, its failures told."""
        handler = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handler(request)
            except (EthicsError, StoreError) as error:
                person: Person | None = getattr(request.state, "person", None)
                if person is None:
                    raise
                values = {"told": str(error), "frame": frame_for(person)}
                return console_page(request, person, "cases_failed.html", FOLDER, 503, **values)

        return told


def frame_for(person: Person) -> str:
    """Return the template that a page extends: a supervisor has no other page of the console than the quarantine."""
    return "console.html" if person.may(Role.COMMITTEE, Role.EXECUTIVE) else "staff.html"
