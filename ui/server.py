"""The web application: pages and API over one service, behind one shield."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from bot.errors import StoreError
from ethics.errors import EthicsError
from ui.alert import Alert
from ui.api import PREFIX, Problem, ProblemError, Remembered
from ui.api import router as api
from ui.console.pages import install as install_console
from ui.console.releases import ROOM_FOR_AN_ACT
from ui.desk.pages import ROOM_FOR_A_FILE
from ui.desk.pages import install as install_desk
from ui.identity import Identity
from ui.identity import install as install_identity
from ui.mcp_server import PATH as MCP
from ui.mcp_server import Door
from ui.partners import Partner
from ui.public.evaluation import Evaluations
from ui.public.pages import router as public
from ui.records_api import router as records_api
from ui.release_api import router as release_api
from ui.resident.layout import RefusedError, refused
from ui.resident.pages import router as resident
from ui.resident.proofs import router as proofs
from ui.security import Shared, Shield
from ui.service import Service

STATIC = Path(__file__).with_name("static")

_LOG = logging.getLogger("cite.ui")
_TOLD = {
    400: ("Demande illisible", "Envoyez un objet JSON en UTF-8, tel que le décrit /api/v1/openapi.json."),
    404: ("Adresse inconnue", "Les adresses de cette interface sont décrites dans /api/v1/openapi.json."),
    405: ("Méthode refusée", "La méthode de chaque adresse est décrite dans /api/v1/openapi.json."),
}


def create_app(
    service: Service,
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
    alert: Callable[[], Alert | None] = lambda: None,
    identity: Identity | None = None,
    partners: Callable[[str], Partner | None] = lambda _: None,
    evaluations: Evaluations | None = None,
) -> FastAPI:
    """Compose the application.

    Args:
        service: the bot, already open.
        hosts: names the service answers to; empty accepts any.
        origins: web sites whose pages may call the API.
        alert: the official alert to show, asked for each page.
        identity: the City's people; without them, only the public pages are served.
        partners: who a key of the API belongs to.
        evaluations: where the figures measured are; None publishes none.
    """
    app = FastAPI(title="Cité", version="1", docs_url=None, redoc_url=None, openapi_url=f"{PREFIX}/openapi.json")
    app.state.service = service
    app.state.remembered = Remembered()
    app.state.partners = partners
    app.state.evaluations = evaluations
    app.state.assets = assets()
    app.state.alert = alert
    for router in (resident, proofs, public):
        app.include_router(router, include_in_schema=False)
    for router in (api, records_api, release_api):
        app.include_router(router)
    if identity is not None:
        install_identity(app, identity)
        install_desk(app, service)
        install_console(app)
    app.router.routes.append(Route(MCP, endpoint=Door(service), include_in_schema=False))
    app.mount("/static", _Static(directory=STATIC), name="static")
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _unreadable)
    for kept in (StoreError, EthicsError):
        app.add_exception_handler(kept, _unkept)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    app.add_middleware(Shared, prefix=PREFIX, origins=origins)
    app.add_middleware(Shield, hosts=hosts, larger=ROOM_FOR_A_FILE | ROOM_FOR_AN_ACT)
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    """The description of the API, with the shape of its errors."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, routes=app.routes)
        schemas = made["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        # Every error is a problem: the shapes that the framework adds are never sent.
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = made
    return app.openapi_schema


def assets() -> Mapping[str, str]:
    """Return the addresses of the static files, each with the digest of its content: a changed file is a new one."""
    found = {}
    for path in sorted(STATIC.iterdir()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        found[path.name] = f"/static/{path.name}?{digest}"
    return found


class _Static(StaticFiles):
    """Static files, which never change under one address."""

    def file_response(self, *arguments: object, **options: object) -> Response:
        """Return a file that the browser may keep for a year."""
        response = super().file_response(*arguments, **options)  # type: ignore[arg-type]
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        if str(getattr(response, "path", "")).endswith("widget.js"):
            # Made to be loaded by the pages of others, always from one address.
            response.headers["cross-origin-resource-policy"] = "cross-origin"
            response.headers["cache-control"] = "public, max-age=3600"
        return response


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return refused(request, error)


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return error.response()


async def _unkept(request: Request, error: Exception) -> Response:
    """What is kept cannot be read or written: answers go on, this page must wait."""
    _LOG.error("%s", error)
    if request.url.path.startswith(PREFIX):
        return ProblemError("busy", "Service indisponible", 503, "Réessayez dans 30 secondes.", 30).response()
    return refused(request, RefusedError("busy", 503, 30))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(PREFIX):
        title, told = _TOLD.get(error.status_code, ("Demande refusée", "Voir /api/v1/openapi.json."))
        response = ProblemError("http", title, error.status_code, told).response()
        response.headers.update(error.headers or {})
        return response
    name = "not_found" if error.status_code == 404 else "wrong"
    return refused(request, RefusedError(name, error.status_code))


async def _unreadable(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(PREFIX):
        assert isinstance(error, RequestValidationError)
        places = sorted({".".join(map(str, one["loc"])) for one in error.errors()})
        told = f"À corriger : {', '.join(places)}."
        return ProblemError("request", "Demande illisible", 422, told).response()
    return refused(request, RefusedError("wrong", 400))
