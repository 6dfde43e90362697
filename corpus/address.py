"""Which addresses may be opened: an https host of the allow-list whose every IP address is public."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from corpus.errors import RefusedAddressError, SourceUnreachableError
from corpus.source import Source

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Iterable[str]]

# RFC 6052: these IPv6 addresses hide an IPv4 one, which could be private.
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: connect to one of `addresses` (text, IPv4 first), speak to `host`."""

    url: str
    host: str
    addresses: tuple[str, ...]


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the IP addresses of `host`.

    Raises:
        OSError: the name has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def check_address(url: str, source: Source, *, allow_loopback: bool = False, resolver: Resolver = resolve) -> Target:
    """Check one hop before it is opened.

    Args:
        url: the address, absolute.
        source: its `hosts` are the only ones accepted.
        allow_loopback: accept plain http, any port and the loopback network, for tests.
        resolver: gives the IP addresses of a host.

    Raises:
        RefusedAddressError: other scheme, host, port, credentials in the address, or a non-public IP address.
        SourceUnreachableError: the host has no address.
    """
    parts, port = _split(url)
    host = (parts.hostname or "").rstrip(".").lower()
    schemes = ("https", "http") if allow_loopback else ("https",)
    if parts.scheme not in schemes:
        raise RefusedAddressError(f"L’adresse {url} n’est pas en https : corrigez-la dans sources.toml.")
    if parts.username is not None or parts.password is not None or (port not in (None, 443) and not allow_loopback):
        raise RefusedAddressError(f"L’adresse de {host} porte un identifiant ou un port : retirez-les.")
    if host not in source.hosts:
        raise RefusedAddressError(
            f"L’hôte {host or url!r} n’est pas dans la liste de la source {source.name} : "
            "ajoutez-le à « hosts » dans sources.toml si son éditeur est le bon."
        )
    try:
        addresses = [ipaddress.ip_address(text) for text in resolver(host, port or 443)]
    except (OSError, ValueError) as error:
        raise SourceUnreachableError(f"L’hôte {host} est introuvable : vérifiez le réseau, puis réessayez.") from error
    # One private address among public ones is enough to refuse: which one would be used is not ours to choose.
    if not addresses or not all(_allowed(address, allow_loopback=allow_loopback) for address in addresses):
        raise RefusedAddressError(f"L’hôte {host} mène à un réseau privé : l’adresse est refusée, vérifiez le DNS.")
    ordered = sorted(dict.fromkeys(addresses), key=lambda address: address.version)
    return Target(url, host, tuple(map(str, ordered)))


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        return (parts := urlsplit(url)), parts.port
    except ValueError as error:
        raise RefusedAddressError(f"L’adresse {url[:200]!r} est mal formée : corrigez-la.") from error


def is_public(address: IpAddress) -> bool:
    """Tell whether an IP address is on the public internet, and is not a public form of another one."""
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or address.teredo
        return hidden is None and address not in _TRANSLATED
    return True


def _allowed(address: IpAddress, *, allow_loopback: bool) -> bool:
    return is_public(address) or (allow_loopback and address.is_loopback)
