"""What the house asks of an identity provider."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ui.identity.roles import Role


class ProviderError(Exception):
    """The provider does not answer, or what it says does not hold; the message is French, for the journal."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was sent to the provider, until it comes back; the browser holds it meanwhile.

    Attributes:
        state, nonce: drawn at random; the answer must repeat them.
        verifier: proves that the answer comes back to who asked (PKCE, RFC 7636).
        then: path of our site to go to afterwards.
    """

    state: str
    nonce: str
    verifier: str
    then: str


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who the provider says that somebody is."""

    name: str
    roles: frozenset[Role]


class Provider(Protocol):
    """One identity provider."""

    @property
    def issuer(self) -> str:
        """Its address, as it names itself."""
        ...

    async def begin(self, back: str, then: str) -> tuple[str, Begun]:
        """Return where to send the browser, and what it must hold meanwhile.

        Args:
            back: the whole address that the provider sends it back to.
            then: path of our site to go to afterwards.

        Raises:
            ProviderError: it does not answer.
        """
        ...

    async def finish(self, begun: Begun, answered: str, back: str) -> Vouched:
        """Return who came back.

        Args:
            begun: what the browser held.
            answered: the whole address that it came back with.
            back: as given to `begin`.

        Raises:
            ProviderError: the answer is not one to this sign-in, or is not proved.
        """
        ...
