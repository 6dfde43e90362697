"""A house with people in it: cheap hashes, a clock that can be moved, and rooms of each kind to try the doors of."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Account, Store, open_store
from ethics.policy import load_policy
from tests.bot.town import DAY
from tests.ui.conftest import DEMO, ROOMY
from ui.admission import Admission
from ui.identity import Identity, Person, Role, requires, staff_page
from ui.identity.passwords import Passwords
from ui.records import Records
from ui.server import create_app
from ui.service import Service

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
COMMITTEE = Depends(requires(Role.COMMITTEE))
PASSWORD = "une phrase bien longue"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path)
    yield made
    made.turns.close()


@pytest.fixture
def identity(store: Store, clock: Clock) -> Identity:
    for role in Role:
        hashed = CHEAP.hash(PASSWORD)
        store.accounts.add(Account(role.value, hashed, (role.value,), active=True, made=clock()))
    return Identity(store, passwords=CHEAP, now=clock)


@pytest.fixture
def app(bot: Assembly, store: Store, tmp_path: Path, identity: Identity, clock: Clock) -> FastAPI:
    records = Records(store, tmp_path, load_policy(), clock)
    service = Service(bot, Admission(ROOMY), lambda: DEMO, today=lambda: DAY, records=records)
    made = create_app(service, identity=identity)
    made.include_router(rooms())
    return made


@pytest.fixture
def visitor(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as found:
        yield found


def rooms() -> APIRouter:
    """One room of each kind: page, form, API, stream, file; all for the committee."""
    router = APIRouter()

    @router.get("/essai/page", response_class=HTMLResponse)
    async def page(request: Request, person: Annotated[Person, COMMITTEE]) -> Response:
        return staff_page(request, person, "refused.staff.html", name="role")

    @router.post("/essai/page", dependencies=[COMMITTEE])
    async def form(request: Request) -> dict[str, str]:
        return {"sent": str((await request.form())["text"])}

    @router.get("/api/v1/essai", dependencies=[COMMITTEE])
    async def read() -> dict[str, str]:
        return {"said": "oui"}

    @router.post("/api/v1/essai", dependencies=[COMMITTEE])
    async def write() -> dict[str, str]:
        return {"said": "oui"}

    @router.get("/essai/flux", dependencies=[COMMITTEE])
    async def stream() -> Response:
        async def events() -> AsyncIterator[str]:
            yield "data: oui\n\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    return router


def signed_in(client: TestClient, name: str, password: str = PASSWORD, then: str = "") -> Any:
    form = client.get("/connexion").text
    return client.post("/connexion", data={"token": token_of(form), "name": name, "password": password, "suite": then})


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]
