"""The one dependency that protects pages, API and streams; how to use it is told in ui/identity/__init__.py."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from bot.store import Session
from ui.api import PREFIX, ProblemError
from ui.identity.house import Identity
from ui.identity.layout import staff_page
from ui.identity.roles import Role, roles_of

COOKIE = "cite_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_LOG = logging.getLogger("cite.ui")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in.

    Attributes:
        name: as signed in.
        roles: what they may do.
        token: that each of their forms carries.
        provider: issuer that vouched for them; empty for an account of this machine.
    """

    name: str
    roles: frozenset[Role]
    token: str
    provider: str = ""

    def may(self, *roles: Role) -> bool:
        """Tell whether one of the roles is theirs."""
        return not self.roles.isdisjoint(roles)


class NobodyError(Exception):
    """Nobody is signed in, or not any more."""


class ForbiddenError(Exception):
    """Somebody is signed in who may not; `name` is a key of the table `refused` of words.fr.toml."""

    def __init__(self, name: str, person: Person | None = None) -> None:
        super().__init__(name)
        self.name, self.person = name, person


def requires(*roles: Role) -> Callable[[Request], Awaitable[Person]]:
    """Return the dependency that lets one of these roles through; any person signed in when none is named."""

    async def required(request: Request) -> Person:
        person = await person_of(request)
        if person is None:
            raise NobodyError
        if roles and not person.may(*roles):
            await run_sync(lambda: _refused(request, person, roles))
            raise ForbiddenError("role", person)
        if request.method not in _SAFE and not hmac.compare_digest(person.token.encode(), await _sent(request)):
            # A file that came with it is given back at once.
            await request.close()
            raise ForbiddenError("stale", person)
        request.state.person = person
        return person

    return required


def person_in(request: Request) -> Person:
    """Return the person that `requires` let through."""
    person: Person = request.state.person
    return person


async def person_of(request: Request) -> Person | None:
    """Return the person signed in, None when there is none.

    Raises:
        StoreError: the database does not answer.
    """
    identity: Identity = request.app.state.identity
    held = request.cookies.get(COOKIE, "")
    visit: Session | None = await run_sync(identity.visit, held) if held else None
    return None if visit is None else Person(visit.name, roles_of(visit.roles), visit.token, visit.provider)


async def nobody(request: Request, _: Exception) -> Response:
    """Send somebody to sign in, and back; a form or a machine is told to."""
    if request.url.path.startswith(PREFIX):
        detail = "Ouvrez une session à l’adresse /connexion, puis recommencez."
        return ProblemError("session", "Session nécessaire", 401, detail).response()
    if request.method not in _SAFE:
        return staff_page(request, None, "refused.staff.html", 401, name="session")
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{request.scope.get('root_path', '')}/connexion?suite={quote(asked, safe='')}", 303)


async def forbidden(request: Request, error: Exception) -> Response:
    """Tell somebody that they may not."""
    assert isinstance(error, ForbiddenError)
    if request.url.path.startswith(PREFIX):
        detail = "Votre compte n’a pas ce droit, ou le jeton x-csrf-token manque."
        return ProblemError("role", "Accès refusé", 403, detail).response()
    return staff_page(request, error.person, "refused.staff.html", 403, name=error.name)


def _refused(request: Request, person: Person, roles: tuple[Role, ...]) -> None:
    identity: Identity = request.app.state.identity
    wanted = " ou ".join(roles)
    _LOG.warning("refused: %s %s needs %s", request.method, request.url.path, wanted)
    identity.journal.write_now(
        person.name, "refused", f"{request.method} {request.url.path}", f"rôle demandé : {wanted}"
    )


async def _sent(request: Request) -> bytes:
    """The token that a form or a script sends; empty without one."""
    if header := request.headers.get("x-csrf-token"):
        return header.encode()
    if not request.headers.get("content-type", "").startswith(_FORMS):
        return b""
    sent = (await request.form()).get("token")
    return sent.encode() if isinstance(sent, str) else b""
