"""What a person of the City may do. Roles add up; none contains another, but for the supervisor who is an agent too."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """One right; labels are in words.fr.toml.

    The administrator opens accounts and sees the journal: neither letters nor the committee's files, and signs nothing.
    """

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    COMMITTEE = "committee"
    EXECUTIVE = "executive"
    ADMIN = "admin"


_AND = {Role.SUPERVISOR: frozenset({Role.AGENT})}


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """Return the roles of some names, with those that they bring; a name that is no role is left out."""
    known = {Role(name) for name in names if name in set(Role)}
    return frozenset(known.union(*(_AND.get(role, frozenset()) for role in known)))
