"""Sign in, by a password or by the identity provider; sign out; one's account; the journal."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ui.identity.guard import COOKIE, Person, person_of, requires
from ui.identity.house import Identity
from ui.identity.journal import journal_of
from ui.identity.layout import rooms_for, staff_page
from ui.identity.passwords import weakness
from ui.identity.ports import Begun, ProviderError
from ui.identity.roles import Role
from ui.resident.layout import check_form, count, visit_in
from ui.security import keep

router = APIRouter()

_BEGUN = "cite_begun"
_BEGUN_SECONDS = 600
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


@router.get("/connexion", response_class=HTMLResponse)
async def sign_in_form(request: Request, suite: str = "") -> Response:
    """The form of a password, and the door of the provider."""
    person = await person_of(request)
    if person is not None:
        return RedirectResponse(_root(request) + (_inside(suite) or _first_room(request, person)), 303)
    return _form(request, suite)


@router.post("/connexion", response_class=HTMLResponse)
async def sign_in(
    request: Request,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    suite: Annotated[str, Form()] = "",
) -> Response:
    """Open a visit."""
    check_form(request, token)
    if not _private(request):
        return _form(request, suite, "sign_in.not_private", 403)
    await count(request)
    held = await _identity(request).sign_in(name[:200], password)
    if held is None:
        return _form(request, suite, "sign_in.wrong", 403, name=name[:200])
    return _opened(request, held, _inside(suite) or "/compte")


@router.get("/connexion/fournisseur")
async def to_provider(request: Request, suite: str = "") -> Response:
    """Send the browser to the identity provider."""
    provider = _identity(request).provider
    if provider is None or not _private(request):
        return _form(request, suite, "sign_in.no_provider", 404)
    await count(request)
    try:
        url, begun = await provider.begin(_back(request), _inside(suite) or "/compte")
    except ProviderError as error:
        await journal_of(request).write(None, "provider_failed", provider.issuer, str(error))
        return _form(request, suite, "sign_in.provider_failed", 503)
    response = RedirectResponse(url, 303)
    value = urlsafe_b64encode(json.dumps(asdict(begun)).encode()).decode()
    # The browser comes back from another site: a strict cookie would not come with it.
    response.set_cookie(
        _BEGUN, value, max_age=_BEGUN_SECONDS, path="/connexion", httponly=True, samesite="lax", secure=_secure(request)
    )
    return response


@router.get("/connexion/retour", response_class=HTMLResponse)
async def from_provider(request: Request) -> Response:
    """Open a visit for who comes back from the identity provider."""
    identity = _identity(request)
    provider, begun = identity.provider, _begun(request)
    if provider is None or begun is None:
        return _form(request, "", "sign_in.provider_lost", 403)
    await count(request)
    try:
        vouched = await provider.finish(begun, str(request.url), _back(request))
    except ProviderError as error:
        await journal_of(request).write(None, "provider_failed", provider.issuer, str(error))
        response = _form(request, "", "sign_in.provider_failed", 403)
    else:
        held = await run_sync(lambda: identity.vouched(vouched.name, vouched.roles))
        response = (
            _form(request, "", "sign_in.no_role", 403) if held is None else _opened(request, held, _inside(begun.then))
        )
    response.delete_cookie(_BEGUN, path="/connexion")
    return response


@router.post("/deconnexion")
async def sign_out(request: Request, _: Annotated[Person, Depends(requires())]) -> Response:
    """End the visit."""
    held = request.cookies.get(COOKIE, "")
    await run_sync(lambda: _identity(request).sign_out(held))
    response = RedirectResponse(_root(request) + "/connexion", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/compte", response_class=HTMLResponse)
async def account(request: Request, person: Annotated[Person, Depends(requires())]) -> Response:
    """Who one is here, what one may do, and one's password."""
    return _account(request, person)


@router.post("/compte", response_class=HTMLResponse)
async def change_password(
    request: Request,
    person: Annotated[Person, Depends(requires())],
    before: Annotated[str, Form()] = "",
    after: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change one's password; every visit of the person ends."""
    await count(request)
    mistake = weakness(after, person.name) or ("" if after == again else "password.differ")
    if not mistake and not await _identity(request).change_password(person.name, before, after):
        mistake = "password.wrong"
    if mistake:
        return _account(request, person, mistake)
    response = _form(request, "/compte", "password.done", 200)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/journal", response_class=HTMLResponse)
async def journal(request: Request, person: Annotated[Person, Depends(requires(Role.ADMIN))]) -> Response:
    """Who did what, and why."""
    acts = await run_sync(journal_of(request).latest)
    return staff_page(request, person, "journal.html", acts=acts)


def _account(request: Request, person: Person, mistake: str = "") -> Response:
    rules = _identity(request).rules
    code = 422 if mistake else 200
    return staff_page(request, person, "account.html", code, mistake=mistake, rules=rules, own=not person.provider)


def _form(request: Request, suite: str, told: str = "", code: int = 200, name: str = "") -> Response:
    identity = _identity(request)
    response = staff_page(
        request,
        None,
        "sign_in.html",
        code,
        told=told,
        failed=code >= 400,
        name=name,
        suite=_inside(suite),
        token=visit_in(request).token,
        provider=identity.provider is not None,
        rules=identity.rules,
    )
    keep(visit_in(request), response, secure=_secure(request))
    return response


def _opened(request: Request, held: str, then: str) -> Response:
    response = RedirectResponse(_root(request) + (then or "/compte"), 303)
    # Lax: whoever comes from the provider, or from a link in a mail, is still signed in; forms carry a token.
    response.set_cookie(COOKIE, held, httponly=True, samesite="lax", secure=_secure(request), path="/")
    return response


def _begun(request: Request) -> Begun | None:
    try:
        values = json.loads(urlsafe_b64decode(request.cookies.get(_BEGUN, "").encode()))
        found = Begun(**{name: str(values[name]) for name in ("state", "nonce", "verifier", "then")})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return found


def _first_room(request: Request, person: Person) -> str:
    return next((path for path, _ in rooms_for(request, person)), "/compte")


def _inside(path: str) -> str:
    """A path of this site, empty for anything else: nobody is sent elsewhere by a link."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path[:400] if inside else ""


def _private(request: Request) -> bool:
    """Tell whether what is typed goes by https, or does not leave this machine."""
    return _secure(request) or bool(request.client and request.client.host in _HERE)


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _back(request: Request) -> str:
    return str(request.url_for("from_provider"))


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


def _identity(request: Request) -> Identity:
    identity: Identity = request.app.state.identity
    return identity
