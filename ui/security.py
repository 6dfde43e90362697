"""What every response carries, what no request may be, and the one cookie."""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "cite"
LARGEST_BODY = 64 * 1024
"""Bytes of one request: a question, its conversation, and room."""

LONGEST_BODY_SECONDS = 15.0
"""From the head of a request to its last byte."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class Shield:
    """Adds the headers to every response; refuses an unknown host and a body too large before anything reads it.

    Args:
        app: what is protected.
        hosts: names this service answers to, without port; empty accepts any.
        larger: bytes of a body, for the paths that take a file.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = (), larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        largest = self._larger.get(scope["path"], LARGEST_BODY)
        refusal = self._refusal(headers, largest)
        if refusal is not None:
            await _refused(scope["path"], *refusal)(scope, receive, _with_headers(send))
            return
        await self._app(scope, _Bounded(receive, largest), _with_headers(send))

    def _refusal(self, headers: Headers, largest: int) -> tuple[int, str] | None:
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        if self._hosts and host.strip("[]").lower() not in self._hosts:
            return 400, "Ce nom de site n’est pas celui du service."
        try:
            length = int(headers.get("content-length", "0"))
        except ValueError:
            return 400, "Longueur illisible."
        if length > largest:
            return 413, "Message trop long : résumez votre question en quelques phrases."
        return None


def _refused(path: str, status: int, told: str) -> Response:
    """One sentence, in the form that a machine expects when it asks (RFC 9457)."""
    if not path.startswith("/api/"):
        return PlainTextResponse(told, status)
    said = {"type": f"/api/v1/problems/http-{status}", "title": "Demande refusée", "status": status, "detail": told}
    return JSONResponse(said, status, media_type="application/problem+json")


class _Bounded:
    """A body whose length was not announced is cut off at the same size, and one that does not come, after a time."""

    def __init__(self, receive: Receive, largest: int = LARGEST_BODY) -> None:
        self._receive = receive
        self._largest = largest
        self._read = 0
        self._until = time.monotonic() + LONGEST_BODY_SECONDS
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(self._until - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        self._read += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._read > self._largest:
            return {"type": "http.disconnect"}
        return message


def _with_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sender


class Shared:
    """Lets the pages of some other sites call the API, and nothing else; no cookie goes with it.

    Args:
        app: what is shared.
        prefix: of the addresses shared.
        origins: sites, as `https://www.example.fr`; empty for none.
    """

    def __init__(self, app: ASGIApp, prefix: str, origins: Collection[str]) -> None:
        self._app = app
        self._prefix = prefix
        self._cross = CORSMiddleware(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "idempotency-key", "queue-ticket"],
            expose_headers=["ratelimit-remaining", "retry-after"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with what another site must read when it is one of those."""
        shared = scope["type"] == "http" and scope["path"].startswith(self._prefix)
        await (self._cross if shared else self._app)(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Visit:
    """What the cookie holds: a random token against forged forms, and how the reader likes the page.

    Attributes:
        token: 32 URL-safe characters, the same in every form of the visit.
        size: `normal` or `large`.
        theme: empty (as the system says), `dark`, `light` or `contrast`.
        language: ISO 639-1 code chosen, empty when none was.
    """

    token: str
    size: str = "normal"
    theme: str = ""
    language: str = ""

    def forged(self, token: str) -> bool:
        """Tell whether a form comes from elsewhere than a page of this visit."""
        return not hmac.compare_digest(self.token.encode(), token.encode())


SIZES, THEMES = ("normal", "large"), ("", "dark", "light", "contrast")


def visit_of(request: Request) -> Visit:
    """Return the visit of a request, a new one without a readable cookie."""
    try:
        found = json.loads(urlsafe_b64decode(request.cookies.get(COOKIE, "").encode()))
        return _checked(found)
    except (ValueError, TypeError, KeyError, RecursionError):
        return Visit(secrets.token_urlsafe(24))


def _checked(found: Any) -> Visit:
    token, size, theme, language = (found[key] for key in ("token", "size", "theme", "language"))
    if not all(isinstance(value, str) for value in (token, size, theme, language)) or len(token) != 32:
        raise ValueError(token)
    return Visit(token, size if size in SIZES else "normal", theme if theme in THEMES else "", language[:2])


def keep(visit: Visit, response: Response, *, secure: bool) -> None:
    """Give the visit to the browser, until it closes."""
    value = urlsafe_b64encode(json.dumps(asdict(visit)).encode()).decode()
    response.set_cookie(COOKIE, value, httponly=True, samesite="strict", secure=secure, path="/")
