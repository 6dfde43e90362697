"""All that signing in needs, and how an application gets it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import FastAPI

from bot.store import Account, Session, Store
from ui.identity.journal import Journal
from ui.identity.passwords import Passwords
from ui.identity.ports import Provider
from ui.identity.roles import Role, roles_of


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a visit lasts and how many wrong passwords lock an account.

    Attributes:
        idle: without a request, a visit ends.
        longest: it ends in any case.
        failures: wrong passwords in a row.
        lock: how long the account then refuses.
    """

    idle: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=10)
    failures: int = 5
    lock: timedelta = timedelta(minutes=15)


_SEEN_EVERY = timedelta(minutes=1)
_HASHES_AT_ONCE = 2
"""Each takes 64 MiB."""


class Identity:
    """Signs people in and out, and tells whose visit a request belongs to.

    Args:
        store: accounts, visits and journal.
        provider: vouches for people instead of their password here; None without one.
        rules: durations and limits.
        passwords: hashes.
        now: the clock.
    """

    def __init__(
        self,
        store: Store,
        provider: Provider | None = None,
        rules: Rules | None = None,
        passwords: Passwords | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.provider = provider
        self.rules = rules or Rules()
        self.passwords = passwords or Passwords()
        self.journal = Journal(store.acts, now)
        self._accounts, self._sessions = store.accounts, store.sessions
        self._now = now
        self._hashing = CapacityLimiter(_HASHES_AT_ONCE)

    async def sign_in(self, name: str, password: str) -> str | None:
        """Open a visit for a name and its password; None when it may not be, which says nothing of why.

        Returns:
            what the browser is to hold.

        Raises:
            StoreError: the database does not answer.
        """
        return await run_sync(lambda: self._signed_in(name.strip(), password), limiter=self._hashing)

    def vouched(self, name: str, roles: Collection[Role]) -> str | None:
        """Open a visit for somebody that the provider vouches for; None when they have no role here.

        An account without a password, opened here under the name that the provider gives, adds its roles; one that was
        closed here refuses, whatever the provider says.

        Raises:
            StoreError: the database does not answer.
        """
        assert self.provider is not None
        account = self._accounts.find(name)
        if account is not None and (not account.active or account.secret):
            self.journal.write_now(name, "sign_in_refused", "provider", "compte fermé, ou compte local du même nom")
            return None
        given = frozenset(roles) | roles_of(account.roles if account else ())
        if not given:
            self.journal.write_now(name, "sign_in_refused", "provider", "aucun rôle")
            return None
        return self._open(name, sorted(given), self.provider.issuer)

    def visit(self, held: str) -> Session | None:
        """Return the visit of what a browser holds, None when it is over or was never one.

        The roles are those of the account now, not when it was opened.

        Raises:
            StoreError: the database does not answer.
        """
        if not held:
            return None
        found = self._sessions.find(_digest(held))
        now = self._now()
        if found is None:
            return None
        if now - found.opened >= self.rules.longest or now - found.seen >= self.rules.idle:
            self._sessions.close(found.digest)
            return None
        if now - found.seen >= _SEEN_EVERY:
            self._sessions.seen(found.digest, now)
        if found.provider:
            return found
        account = self._accounts.find(found.name)
        return None if account is None or not account.active else replace(found, roles=account.roles)

    def sign_out(self, held: str) -> None:
        """End the visit.

        Raises:
            StoreError: it could not be ended.
        """
        self._sessions.close(_digest(held))

    async def change_password(self, name: str, before: str, after: str) -> bool:
        """Change a password, and end every visit of the person; False when the one before is wrong.

        Raises:
            StoreError: nothing was changed.
        """

        def change() -> bool:
            account = self._checked(name, before)
            if account is None:
                return False
            self.journal.write_now(name, "password_changed", name, "à la demande de la personne")
            return self._accounts.change(name, secret=self.passwords.hash(after))

        return await run_sync(change, limiter=self._hashing)

    def purge(self) -> None:
        """Forget the visits that are over and the lines of the journal that are a year old.

        Raises:
            StoreError: nothing was deleted.
        """
        now = self._now()
        self._sessions.purge(now - self.rules.longest, now - self.rules.idle)
        self.journal.purge()

    def _signed_in(self, name: str, password: str) -> str | None:
        account = self._checked(name, password)
        if account is None:
            return None
        anew = self.passwords.hash(password) if self.passwords.stale(account.secret) else None
        self._accounts.succeeded(name, anew)
        self.purge()
        return self._open(name, account.roles, "")

    def _checked(self, name: str, password: str) -> Account | None:
        """Return the account of a right password, None otherwise; wrong ones are counted."""
        account = self._accounts.find(name)
        # Compared in any case, so that the time tells nothing.
        right = self.passwords.right(password, account.secret if account else "")
        if account is None or not account.secret:
            return None
        now = self._now()
        if account.locked_until is not None and now < account.locked_until:
            return None
        if not right:
            if self._accounts.failed(name, self.rules.failures, now + self.rules.lock):
                self.journal.write_now(name, "locked", name, f"{self.rules.failures} mots de passe faux de suite")
            return None
        return account if account.active else None

    def _open(self, name: str, roles: Collection[str], issuer: str) -> str:
        held, now = secrets.token_urlsafe(32), self._now()
        visit = Session(_digest(held), name, tuple(map(str, roles)), issuer, secrets.token_urlsafe(24), now, now)
        self.journal.write_now(name, "signed_in", issuer or "mot de passe", "connexion")
        self._sessions.open(visit)
        return held


def install(app: FastAPI, identity: Identity) -> None:
    """Give an application its people: their pages, and what `requires` needs."""
    from ui.identity import guard, pages  # noqa: PLC0415  both stand on this module

    app.state.identity = identity
    app.state.rooms = {"/journal", "/compte"}
    app.include_router(pages.router, include_in_schema=False)
    app.add_exception_handler(guard.NobodyError, guard.nobody)
    app.add_exception_handler(guard.ForbiddenError, guard.forbidden)


def _digest(held: str) -> str:
    return hashlib.sha256(held.encode()).hexdigest()
