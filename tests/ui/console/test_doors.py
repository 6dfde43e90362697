"""Every address of the City's people, one by one: nobody enters unsigned, and no role enters the room of another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.store import Store
from tests.ui.identity.conftest import signed_in, token_of
from ui.identity import Role

MAY = {
    "/bureau": {Role.AGENT, Role.SUPERVISOR},
    "/bureau/bilan": {Role.SUPERVISOR, Role.COMMITTEE},
    "/console": {Role.COMMITTEE, Role.EXECUTIVE},
    "/console/dossiers/quarantaine": {Role.COMMITTEE, Role.EXECUTIVE, Role.SUPERVISOR},
    "/journal": {Role.ADMIN},
}
"""Who may enter at most, by the longest beginning of the address."""


def doors(app: FastAPI) -> Iterator[tuple[str, str, set[Role]]]:
    """Yield each method and address of a room, and who may enter at most."""
    for route in _routes(app.routes):
        path = str(getattr(route, "path", ""))
        rooms = [room for room in MAY if path == room or path.startswith(f"{room}/")]
        for method in sorted(getattr(route, "methods", None) or ()):
            if rooms and method in {"GET", "POST"}:
                yield method, re.sub(r"\{[^}]*\}", "1", path), MAY[max(rooms, key=len)]


def _routes(routes: Iterable[Any]) -> Iterator[Any]:
    """Yield the routes, each as it is served: those of the routers included, however deep, with their whole address."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from _routes(route.effective_candidates())
        else:
            yield route


def test_nobody_enters_a_room_without_signing_in(app: FastAPI, visitor: TestClient) -> None:
    found = {(method, path): visitor.request(method, path).status_code for method, path, _ in doors(app)}

    assert len(found) > 60
    assert {key: code for key, code in found.items() if code != (303 if key[0] == "GET" else 401)} == {}


@pytest.mark.parametrize("role", Role)
def test_a_role_is_refused_at_every_door_of_another_and_each_try_is_written(
    app: FastAPI, visitor: TestClient, store: Store, role: Role
) -> None:
    signed_in(visitor, role)
    token = token_of(visitor.get("/compte").text)
    closed = [(method, path) for method, path, may in doors(app) if role not in may]
    found = {
        (method, path): visitor.request(method, path, headers={"x-csrf-token": token}).status_code
        for method, path in closed
    }

    assert {key: code for key, code in found.items() if code != 403} == {}
    written = {act.subject for act in store.acts.latest(len(closed)) if act.what == "refused"}
    assert written == {f"{method} {path}" for method, path in closed}
