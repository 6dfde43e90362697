"""What every page shares: its template, its words, its cookie, and the page of a request that cannot be served."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from bot.screen import LONGEST
from bot.turn import NO_CONVERSATION
from ui.admission import TooManyError
from ui.conversation import packed
from ui.records import Records
from ui.security import Visit, keep, visit_of
from ui.service import Service
from ui.templates import templates_in
from ui.themes import suggestions
from ui.words import Words, house_words, languages, words_for

TEMPLATES = Path(__file__).with_name("templates")

_templates = templates_in(TEMPLATES)


class RefusedError(Exception):
    """A request that ends in a page of its own; `name` is its key in the table `refused` of the words."""

    def __init__(self, name: str, status: int, seconds: int = 0) -> None:
        super().__init__(name)
        self.name, self.status, self.seconds = name, status, seconds


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page; nothing of it is kept by the browser once left."""
    response = _templates.TemplateResponse(request, template, context(request) | values, status_code=status)
    response.headers["cache-control"] = "no-store"
    keep(visit_in(request), response, secure=request.url.scheme == "https")
    return response


def fragment(request: Request, template: str, **values: Any) -> str:
    """Return a piece of a page."""
    return _templates.get_template(template).render(context(request) | values)


def feed(template: str, **values: Any) -> Response:
    """Return an Atom feed."""
    return Response(
        _templates.get_template(template).render(values | {"f": house_words()}),
        media_type="application/atom+xml; charset=utf-8",
    )


def context(request: Request) -> dict[str, Any]:
    """Return what every template may show."""
    service = service_of(request)
    return {
        "request": request,
        "t": words_of(request),
        "f": house_words(),
        "visit": visit_in(request),
        "standing": service.standing(),
        "alert": request.app.state.alert(),
        "languages": languages(),
        "limit": LONGEST,
        "assets": request.app.state.assets,
        "themes": suggestions(),
        "empty": packed(NO_CONVERSATION),
        "records": service.records is not None,
    }


def words_of(request: Request) -> Words:
    """Return the words of the reader's language."""
    asked = request.query_params.get("langue") or visit_of(request).language
    return words_for(asked, request.headers.get("accept-language"))


def refused(request: Request, error: RefusedError) -> Response:
    """Return the page of a refusal."""
    response = page(request, "refused.html", status=error.status, name=error.name, seconds=error.seconds)
    if error.seconds:
        response.headers["retry-after"] = str(error.seconds)
    return response


def back(request: Request, visit: Visit) -> Response:
    """Send the reader to the first page, with what they chose."""
    response = RedirectResponse(request.scope.get("root_path", "") + "/", 303)
    keep(visit, response, secure=request.url.scheme == "https")
    return response


def event(name: str, data: Mapping[str, str]) -> str:
    """Write one event of a stream."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def check_form(request: Request, token: str) -> None:
    """Refuse a form that does not come from a page of this visit.

    Raises:
        RefusedError: it does not.
    """
    if visit_of(request).forged(token):
        raise RefusedError("stale", 403)


async def count(request: Request) -> None:
    """Count one request of an address.

    Raises:
        RefusedError: it, or everybody together, asks too much.
    """
    try:
        await service_of(request).admission.count(request.client.host if request.client else "")
    except TooManyError as error:
        raise RefusedError("too_many", 429, error.seconds) from error


def visit_in(request: Request) -> Visit:
    """Return the visit, the same throughout one request, new or not."""
    if not hasattr(request.state, "visit"):
        request.state.visit = visit_of(request)
    found: Visit = request.state.visit
    return found


def service_of(request: Request) -> Service:
    """Return the bot behind the pages."""
    service: Service = request.app.state.service
    return service


def records_of(request: Request) -> Records:
    """Return what is kept.

    Raises:
        RefusedError: this service keeps nothing.
    """
    records = service_of(request).records
    if records is None:
        raise RefusedError("not_found", 404)
    return records
