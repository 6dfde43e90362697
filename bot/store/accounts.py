"""The people of the City who may sign in, and their visits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import reading, writing
from bot.store.tables import AccountRow, SessionRow


@dataclass(frozen=True, slots=True)
class Account:
    """One person.

    Attributes:
        name: as typed to sign in, or as the identity provider calls them.
        secret: hash of the password; empty when an identity provider vouches for them.
        roles: names of `ui.identity.roles.Role`.
        active: may sign in.
        failures: wrong passwords in a row.
        locked_until: refused until then, whatever is typed; None when nothing was locked.
    """

    name: str
    secret: str
    roles: tuple[str, ...]
    active: bool
    made: datetime
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One visit.

    Attributes:
        digest: SHA-256 of what the browser holds, 64 hex digits.
        roles: as when it was opened.
        provider: issuer that vouched for the person; empty for an account of this machine.
        token: in every form of the visit.
        opened, seen: when it began, and its last request.
    """

    digest: str
    name: str
    roles: tuple[str, ...]
    provider: str
    token: str
    opened: datetime
    seen: datetime


class AccountTable:
    """The accounts, in one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, account: Account) -> bool:
        """Keep a new account; tell whether its name was free.

        Raises:
            StoreError: it could not be written.
        """
        row = AccountRow(
            name=account.name,
            secret=account.secret,
            roles=" ".join(account.roles),
            active=account.active,
            made=account.made.timestamp(),
            failures=0,
            locked_until=0.0,
        )
        try:
            with writing(self._engine) as session:
                session.add(row)
        except IntegrityError:
            return False
        return True

    def find(self, name: str) -> Account | None:
        """Return an account, or None.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            row = session.get(AccountRow, name)
            return None if row is None else _account(row)

    def all(self) -> Iterator[Account]:
        """Yield every account, by name.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            found = [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]
        yield from found

    def change(
        self,
        name: str,
        *,
        secret: str | None = None,
        roles: Sequence[str] | None = None,
        active: bool | None = None,
    ) -> bool:
        """Change what is given, close the visits of the person, and tell whether the account exists.

        Raises:
            StoreError: nothing was changed.
        """
        wanted: dict[str, object] = {}
        if secret is not None:
            wanted |= {"secret": secret, "failures": 0, "locked_until": 0.0}
        if roles is not None:
            wanted["roles"] = " ".join(roles)
        if active is not None:
            wanted |= {"active": active, "failures": 0, "locked_until": 0.0}
        with writing(self._engine) as session:
            done = update(AccountRow).where(AccountRow.name == name).values(wanted).returning(AccountRow.name)
            found = session.scalar(done) is not None
            session.execute(delete(SessionRow).where(SessionRow.name == name))
        return found

    def failed(self, name: str, most: int, locked_until: datetime) -> bool:
        """Count one wrong password; at `most` in a row lock the account, and tell that it was locked.

        Raises:
            StoreError: it could not be counted.
        """
        with writing(self._engine) as session:
            one_more = update(AccountRow).where(AccountRow.name == name).values(failures=AccountRow.failures + 1)
            count = session.scalar(one_more.returning(AccountRow.failures))
            if count is None or count < most:
                return False
            locked = {"failures": 0, "locked_until": locked_until.timestamp()}
            session.execute(update(AccountRow).where(AccountRow.name == name).values(locked))
        return True

    def succeeded(self, name: str, secret: str | None = None) -> None:
        """Forget the wrong passwords before a right one; keep its hash anew when `secret` is given.

        Raises:
            StoreError: it could not be written.
        """
        wanted: dict[str, object] = {"failures": 0} | ({} if secret is None else {"secret": secret})
        with writing(self._engine) as session:
            session.execute(update(AccountRow).where(AccountRow.name == name).values(wanted))


class SessionTable:
    """The visits, in one database.

    Args:
        engine: a database opened by `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, visit: Session) -> None:
        """Keep a new visit.

        Raises:
            StoreError: it could not be written.
        """
        with writing(self._engine) as session:
            session.add(
                SessionRow(
                    digest=visit.digest,
                    name=visit.name,
                    roles=" ".join(visit.roles),
                    provider=visit.provider,
                    token=visit.token,
                    opened=visit.opened.timestamp(),
                    seen=visit.seen.timestamp(),
                )
            )

    def find(self, digest: str) -> Session | None:
        """Return a visit, or None.

        Raises:
            StoreError: the database does not answer.
        """
        with reading(self._engine) as session:
            row = session.get(SessionRow, digest)
            return None if row is None else _session(row)

    def seen(self, digest: str, at: datetime) -> None:
        """Keep the time of the last request of a visit.

        Raises:
            StoreError: it could not be written.
        """
        with writing(self._engine) as session:
            session.execute(update(SessionRow).where(SessionRow.digest == digest).values(seen=at.timestamp()))

    def close(self, digest: str) -> None:
        """Forget a visit.

        Raises:
            StoreError: it could not be deleted.
        """
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(SessionRow.digest == digest))

    def purge(self, opened_before: datetime, seen_before: datetime) -> int:
        """Forget the visits that are over, and return how many.

        Raises:
            StoreError: nothing was deleted.
        """
        old = (SessionRow.opened < opened_before.timestamp()) | (SessionRow.seen < seen_before.timestamp())
        with writing(self._engine) as session:
            return len(session.scalars(delete(SessionRow).where(old).returning(SessionRow.digest)).all())


def _account(row: AccountRow) -> Account:
    return Account(
        row.name,
        row.secret,
        tuple(row.roles.split()),
        row.active,
        datetime.fromtimestamp(row.made, UTC),
        row.failures,
        datetime.fromtimestamp(row.locked_until, UTC) if row.locked_until else None,
    )


def _session(row: SessionRow) -> Session:
    return Session(
        row.digest,
        row.name,
        tuple(row.roles.split()),
        row.provider,
        row.token,
        datetime.fromtimestamp(row.opened, UTC),
        datetime.fromtimestamp(row.seen, UTC),
    )
