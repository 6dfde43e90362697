"""People vouched for by an OpenID Connect provider: Keycloak, ProConnect, any other. Owns Authlib.

Authorization code flow with PKCE (RFC 7636), a nonce, and an ID token signed by a key that the provider publishes. The
provider is reached at the addresses that its own discovery document gives, over https; only one on this very machine
may be spoken to without.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ui.identity.ports import Begun, ProviderError, Vouched
from ui.identity.roles import Role

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures with a public key only: neither `none`, nor a secret that both sides know."""

_SECONDS = 10.0
_FRESH = 600.0
_LEEWAY = 60
_LARGEST = 1_000_000
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Registration:
    """How the provider knows us.

    Attributes:
        issuer: its address, exactly as its tokens write it.
        client, secret: ours, as registered there; an empty secret for a public client.
        claim: where its tokens put what a person may do, as a path with dots (`realm_access.roles`).
        roles: role of ours that each of its values gives.
        name: claim that names a person (`preferred_username`, `email`, `sub`).
        scope: asked for.
    """

    issuer: str
    client: str
    secret: str = field(default="", repr=False)
    claim: str = "roles"
    roles: Mapping[str, Role] = field(default_factory=lambda: {role.value: role for role in Role})
    name: str = "preferred_username"
    scope: str = "openid profile email"


class OpenIdProvider:
    """One provider (`ui.identity.ports.Provider`).

    Args:
        registration: how it knows us.
    """

    def __init__(self, registration: Registration) -> None:
        self._known = registration
        self._metadata: tuple[float, dict[str, Any]] = (0.0, {})
        self._keys: tuple[float, KeySet | None] = (0.0, None)

    @property
    def issuer(self) -> str:
        """Its address, as it names itself."""
        return self._known.issuer

    async def begin(self, back: str, then: str) -> tuple[str, Begun]:
        """Return where to send the browser, and what it must hold meanwhile.

        Raises:
            ProviderError: it does not answer.
        """
        metadata = await self._discovered()
        begun = Begun(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), then)
        async with self._client(back) as client:
            url, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(url), begun

    async def finish(self, begun: Begun, answered: str, back: str) -> Vouched:
        """Return who came back.

        Raises:
            ProviderError: the answer is not one to this sign-in, or is not proved.
        """
        metadata = await self._discovered()
        try:
            async with self._client(back) as client:
                token = await client.fetch_token(
                    metadata["token_endpoint"],
                    authorization_response=answered,
                    state=begun.state,
                    code_verifier=begun.verifier,
                )
                claims = await self._proved(str(token["id_token"]), begun.nonce, str(token.get("access_token", "")))
                more = await self._told(client, metadata, claims)
        except (AuthlibBaseError, JoseError) as error:
            raise ProviderError(f"La réponse du fournisseur ne tient pas ({type(error).__name__}).") from error
        except httpx2.HTTPError as error:
            raise ProviderError(f"Le fournisseur ne répond pas ({type(error).__name__}).") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ProviderError(
                f"La réponse du fournisseur n’est pas celle attendue ({type(error).__name__})."
            ) from error
        return self._vouched(claims | more)

    def _vouched(self, claims: Mapping[str, Any]) -> Vouched:
        name = claims.get(self._known.name)
        if not isinstance(name, str) or not name.strip():
            raise ProviderError(f"Le fournisseur ne dit pas le nom de la personne ({self._known.name}).")
        found: Any = claims
        for step in self._known.claim.split("."):
            found = found.get(step, ()) if isinstance(found, Mapping) else ()
        values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
        roles = frozenset(self._known.roles[value] for value in values if value in self._known.roles)
        return Vouched(name.strip()[:200], roles)

    async def _proved(self, id_token: str, nonce: str, access_token: str) -> dict[str, Any]:
        """The claims of an ID token, once its signature, its addressee, its age and its nonce are right."""
        try:
            token = jwt.decode(id_token, await self._published(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have changed its keys since they were read.
            token = jwt.decode(id_token, await self._published(anew=True), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": self.issuer},
                "aud": {"essential": True, "value": self._known.client},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": self._known.client, "access_token": access_token},
        )
        claims.validate(leeway=_LEEWAY)
        return dict(claims)

    async def _told(
        self, client: AsyncOAuth2Client, metadata: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What else the provider says of the person, when its token does not say enough (ProConnect signs it too)."""
        first = self._known.claim.partition(".")[0]
        if (first in claims and self._known.name in claims) or "userinfo_endpoint" not in metadata:
            return {}
        answer = await client.get(metadata["userinfo_endpoint"])
        answer.raise_for_status()
        if answer.headers.get("content-type", "").startswith("application/jwt"):
            said = jwt.decode(answer.text, await self._published(), algorithms=ALGORITHMS).claims
        else:
            said = answer.json()
        if said.get("sub") != claims["sub"]:
            raise ProviderError("Le fournisseur parle d’une autre personne.")
        return {key: value for key, value in said.items() if key not in {"iss", "aud", "exp", "iat", "nonce"}}

    async def _discovered(self) -> dict[str, Any]:
        read, metadata = self._metadata
        if not metadata or time.monotonic() - read > _FRESH:
            metadata = await _json(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if metadata.get("issuer") != self.issuer:
                raise ProviderError("Le fournisseur se nomme autrement que dans nos réglages (CITE_OIDC_ISSUER).")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                _checked(str(metadata.get(name, "")))
            self._metadata = (time.monotonic(), metadata)
        return metadata

    async def _published(self, *, anew: bool = False) -> KeySet:
        read, keys = self._keys
        if anew or keys is None or time.monotonic() - read > _FRESH:
            metadata = await self._discovered()
            keys = KeySet.import_key_set(await _json(metadata["jwks_uri"]))  # type: ignore[arg-type]
            self._keys = (time.monotonic(), keys)
        return keys

    def _client(self, back: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self._known.client,
            self._known.secret or None,
            token_endpoint_auth_method="client_secret_post" if self._known.secret else "none",
            scope=self._known.scope,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=_SECONDS,
            follow_redirects=False,
        )


async def _json(url: str) -> dict[str, Any]:
    _checked(url)
    try:
        async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client:
            answer = await client.get(url)
            answer.raise_for_status()
            found = answer.json() if len(answer.content) <= _LARGEST else None
    except httpx2.HTTPError as error:
        raise ProviderError(f"Le fournisseur ne répond pas ({type(error).__name__}).") from error
    except ValueError as error:
        raise ProviderError("Le fournisseur n’a pas rendu du JSON.") from error
    if not isinstance(found, dict):
        raise ProviderError("Le fournisseur n’a pas rendu ce qui était attendu.")
    return found


def _checked(url: str) -> None:
    try:
        parts = urlsplit(url)
        fine = bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)
        )
    except ValueError:
        fine = False
    if not fine:
        raise ProviderError("Le fournisseur donne une adresse qui n’est pas en https.")
