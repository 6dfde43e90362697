"""A small OpenID Connect provider, run as a process of its own: `python -m tests.ui.identity.oidc_server PORT`.

Discovery, authorization code with PKCE, JWKS, userinfo. Who signs in, and what goes wrong, is told by the address that
the browser is sent to: the login of `login_hint` in /authorize, or the fault set by POST /fault.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

CLIENT, SECRET = "cite", "a secret of the tests"


class Provider:
    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
        self.other = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.person: dict[str, Any] = {"sub": "1", "preferred_username": "claire", "roles": ["agent"]}
        self.fault = ""

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer if self.fault != "issuer" else "https://elsewhere.example",
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        state = asked["state"] if self.fault != "state" else "forged"
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': state})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fine = (
            asked is not None
            and form.get("client_secret") == SECRET
            and form.get("redirect_uri") == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not fine or asked is None:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = self.person | {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        spoilt: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"},
            "audience": {"aud": "another", "azp": "another"},
            "expired": {"exp": now - 3600, "iat": now - 7200},
            "iss": {"iss": "https://elsewhere.example"},
        }
        claims = {**claims, **spoilt.get(self.fault, {})}
        if self.fault == "userinfo_only":
            claims = {key: value for key, value in claims.items() if key not in {"roles", "preferred_username"}}
        access = secrets.token_urlsafe(8)
        self.tokens[access] = self.person if self.fault != "another_person" else self.person | {"sub": "2"}
        key = self.other if self.fault == "signature" else self.key
        signed = jwt.encode({"alg": "ES256", "kid": "one"}, claims, key)
        if self.fault == "unsigned":
            head, body = (encoded(one) for one in ({"alg": "none"}, claims))
            signed = f"{head}.{body}."
        return 200, {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": signed}


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(path.query).items()}
        if path.path == "/.well-known/openid-configuration":
            self.json(200, self.provider.discovery())
        elif path.path == "/jwks":
            self.json(200, {"keys": [self.provider.key.as_dict(private=False)]})
        elif path.path == "/authorize":
            self.send_response(302)
            self.send_header("location", self.provider.authorize(asked))
            self.end_headers()
        elif path.path == "/userinfo":
            held = self.headers.get("authorization", "").removeprefix("Bearer ")
            found = self.provider.tokens.get(held)
            self.json(200 if found else 401, found or {})
        else:
            self.json(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        if self.path == "/test":
            wanted = json.loads(body)
            self.provider.fault, self.provider.person = wanted["fault"], wanted["person"]
            self.json(200, {})
        else:
            self.json(*self.provider.token({key: values[0] for key, values in parse_qs(body).items()}))

    def json(self, status: int, value: object) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.provider = Provider(f"http://127.0.0.1:{server.server_port}")
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
