"""The service for assistants that speak the Model Context Protocol: ask, and search. Owns the package `mcp`.

The same answers as the pages: cited or refused, counted among the others, never worded by a model of ours.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from bot.screen import LONGEST
from bot.turn import NO_CONVERSATION
from ui.admission import TooManyError
from ui.api import answered
from ui.service import Service, ThemeOffError

if TYPE_CHECKING:
    from mcp.server import MCPServer

PATH = "/mcp"
_MOST = 20
_WHAT = (
    "Réponses sur les démarches à Paris, citées mot pour mot de documents officiels datés. Montrez la citation, sa "
    "date et le lien avec chaque réponse ; quand le statut n’est pas « answered », transmettez le contact et "
    "n’inventez rien."
)


def mcp_server(service: Service) -> MCPServer:
    """Return the server of one service."""
    from mcp.server import MCPServer  # noqa: PLC0415  a second of imports, only when an assistant calls

    server = MCPServer("cite", title="Cité", instructions=_WHAT, version="1")

    @server.tool()
    async def ask(question: str) -> dict[str, Any]:
        """Répondre à une question sur une démarche : phrases citées, ou refus motivé et personne à contacter."""
        _check(service, question)
        try:
            turn = await service.answer(question, NO_CONVERSATION, wanted=False)
        except ThemeOffError as error:
            raise ValueError("La réponse est retenue le temps d’une vérification : appelez le 3975.") from error
        answer = answered(turn, service)
        # A conversation belongs to the pages and to the API.
        del answer["conversation"]
        return answer

    @server.tool()
    async def search(query: str, count: int = 5) -> list[dict[str, Any]]:
        """Chercher des passages officiels, les plus proches d’abord : référence, titre, texte, adresse, date."""
        _check(service, query)
        async with service.admission.place():
            return await run_sync(found, service, query, max(1, min(count, _MOST)))

    return server


def found(service: Service, query: str, count: int) -> list[dict[str, Any]]:
    """Return the passages nearest a query, best first."""
    opened = service.assembly.opened
    hits = opened.searcher.search(query, count, as_of=date.today()).documents  # noqa: DTZ011  a civil day
    ranked = sorted((-score, ref) for hit in hits for ref, score in hit.passages)
    passages = (opened.store.passage(ref) for _, ref in ranked[:count])
    return [
        {
            "ref": one.ref,
            "title": one.title,
            "path": one.heading,
            "text": one.text,
            "url": one.url,
            "updated": one.updated.isoformat() if one.updated else None,
            "publisher": one.publisher,
            "licence": one.licence,
        }
        for one in passages
        if one is not None and not (service.records and one.ref in service.records.quarantine.passages)
    ]


class Door:
    """The server over HTTP, one request at a time: no session is kept, and nothing is imported before the first one.

    Args:
        service: the bot. Hosts and sizes are checked before by the shield of the whole application.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        client = Request(scope).client
        try:
            await self._service.admission.count(client.host if client else "")
        except TooManyError as error:
            headers = {"retry-after": str(error.seconds)}
            await PlainTextResponse(f"Attendez {error.seconds} secondes.", 429, headers)(scope, receive, send)
            return
        server = await run_sync(mcp_server, self._service)
        from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415  imported by the line above

        app = server.streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)


def _check(service: Service, text: str) -> None:
    if not service.standing().open:
        raise ValueError("Aucune version n’est approuvée : le service est arrêté. Pour une démarche, appelez le 3975.")
    if len(text) > LONGEST:
        raise ValueError(f"Le texte dépasse {LONGEST} caractères.")
