"""The static page alone: served when what should be served cannot even be opened, and no approved release is kept.

Residents read where to call, and the service comes back by itself: once the files are others, this same program starts
again; once an approved release is put down, that release takes the place (DESIGN.md, section 8: else L3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

from bot.release import FOLDER, Release, open_release
from corpus.errors import ConfigurationError, CorpusError, IndexMissingError, WeightsMissingError
from corpus.settings import Settings
from ethics.gate import Place
from ethics.manifest import Manifest
from ethics.records import LOG
from ui.alert import Alert
from ui.api import PREFIX, ProblemError, health
from ui.resident.layout import RefusedError, refused
from ui.resident.pages import display, language
from ui.security import Shield
from ui.server import STATIC, assets
from ui.service import Standing
from ui.successor import Kept
from ui.watch import Successor, Watch

_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
_BACK = (
    "Seule la page fixe est servie, sans aucune réponse. Le service reprend de lui-même dès que l’index est réparé, ou "
    f"qu’une version approuvée est posée dans {FOLDER} (« python -m ethics import »)."
)


@dataclass(frozen=True, slots=True)
class Closed:
    """What stands in the place of the bot: nothing answers, and the pages say so.

    Attributes:
        findings: for the operator.
        records: nothing is kept, since nothing is answered.
    """

    findings: tuple[str, ...]
    records: None = None

    def standing(self) -> Standing:
        """Return the static page, whatever the gate says of files that cannot be opened."""
        return Standing("L3", demo=False, findings=self.findings)


def closed_service(error: CorpusError, settings: Settings) -> Closed:
    """Return what is said of an index that cannot be opened.

    Raises:
        CorpusError: `error` itself, where an operator has a first command to run: settings that cannot be read, or
            nothing ever indexed on a machine where nobody ever signed anything.
    """
    new = isinstance(error, IndexMissingError | WeightsMissingError) and not (settings.records / LOG).exists()
    if new or isinstance(error, ConfigurationError):
        raise error
    return Closed((str(error), _BACK))


def closed_pages(
    closed: Closed, hosts: Collection[str] = (), alert: Callable[[], Alert | None] = lambda: None
) -> FastAPI:
    """Compose the application whose every address is the static page; its interface says the same.

    Args:
        closed: what stands in the place of the bot.
        hosts: names the service answers to; empty accepts any.
        alert: the official alert to show, asked for each page.
    """
    app = FastAPI(title="Cité", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.service, app.state.assets, app.state.alert = closed, assets(), alert
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    # How the page looks, and in which language, is still the reader's to choose.
    app.add_api_route("/affichage", display, methods=["POST"])
    app.add_api_route("/langue/{code}", language, methods=["GET"])
    app.add_api_route(f"{PREFIX}/health", health, methods=["GET"])
    app.add_api_route("/{path:path}", _told, methods=_METHODS)
    app.add_exception_handler(RefusedError, _refused)
    app.add_middleware(Shield, hosts=hosts)
    return app


def closed_watch(
    settings: Settings, release: Path | None, hand_over: Callable[[Release | None], None], *, loopback: bool
) -> Watch:
    """Return what looks, at each interval, for something to serve: a release, or this same program on other files.

    Args:
        settings: of the service.
        release: folder of the release that this process runs; None for the code and the index in force.
        hand_over: leaves the place to another process.
        loopback: served on this machine only.
    """
    kept = Kept(settings, settings if release is None else open_release(release).settings(settings))
    broken = _described(kept)

    def again() -> None:
        if (found := _described(kept)) is not None and found != broken:
            hand_over(None)

    successor = Successor(kept.fresh, kept.releases, kept.check, hand_over)
    place = Place(settings.scope, loopback)
    return Watch(settings.records, place, live=kept.fresh, errors=again, successor=successor)


def _described(kept: Kept) -> Manifest | None:
    try:
        return kept.fresh()
    except Exception:  # noqa: BLE001  what is damaged may fail in any way
        return None


async def _told(request: Request) -> Response:
    if request.url.path.startswith(PREFIX):
        told = "Le service est arrêté : appelez le 3975."
        return ProblemError("closed", "Aucune version approuvée", 503, told).response()
    raise RefusedError("closed", 503)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return refused(request, error)
