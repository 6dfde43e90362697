"""Each role tries what it may not do, by a page, a form, the API and a stream: refused, and written down."""

from __future__ import annotations

import httpx
import pytest
from starlette.testclient import TestClient

from bot.store import Store
from tests.ui.identity.conftest import signed_in, token_of
from ui.identity import Role

OTHERS = [role for role in Role if role is not Role.COMMITTEE]
READ = ("/essai/page", "/api/v1/essai", "/essai/flux")


@pytest.mark.parametrize("path", READ)
def test_nobody_enters_without_signing_in(visitor: TestClient, path: str) -> None:
    answer = visitor.get(path)

    assert answer.status_code == (401 if path.startswith("/api") else 303)
    assert "oui" not in answer.text


@pytest.mark.parametrize("role", OTHERS)
def test_a_role_does_not_enter_the_room_of_another_and_its_try_is_written(
    visitor: TestClient, store: Store, role: Role
) -> None:
    signed_in(visitor, role)
    token = token_of(visitor.get("/compte").text)

    assert [visitor.get(path).status_code for path in READ] == [403, 403, 403]
    assert visitor.post("/essai/page", data={"token": token, "text": "x"}).status_code == 403
    assert visitor.post("/api/v1/essai", headers={"x-csrf-token": token}).status_code == 403

    refused = [(act.who, act.subject) for act in store.acts.latest() if act.what == "refused"]
    assert refused == [
        (role, "POST /api/v1/essai"),
        (role, "POST /essai/page"),
        *((role, f"GET {path}") for path in reversed(READ)),
    ]


def test_the_role_that_may_enters_everywhere(visitor: TestClient) -> None:
    signed_in(visitor, Role.COMMITTEE)
    page = visitor.get("/essai/page")
    token = token_of(page.text)

    assert page.headers["cache-control"] == "no-store"
    assert [visitor.get(path).status_code for path in READ] == [200, 200, 200]
    assert visitor.post("/essai/page", data={"token": token, "text": "lu"}).json() == {"sent": "lu"}
    assert visitor.post("/api/v1/essai", headers={"x-csrf-token": token}).status_code == 200


@pytest.mark.parametrize("token", ["", "forged", "é"])
def test_a_form_or_a_script_of_another_site_writes_nothing(visitor: TestClient, token: str) -> None:
    signed_in(visitor, Role.COMMITTEE)

    assert visitor.post("/essai/page", data={"token": token, "text": "x"}).status_code == 403
    assert visitor.post("/api/v1/essai", json={"token": token}).status_code == 403
    assert visitor.post("/essai/page", files={"token": b"x"}).status_code == 403


def test_a_form_sent_after_the_end_of_a_visit_says_what_to_do(visitor: TestClient) -> None:
    answer = visitor.post("/essai/page", data={"text": "x"})

    assert answer.status_code == 401
    assert "Connectez-vous dans un autre onglet" in answer.text


def test_the_journal_says_who_and_what_in_french(visitor: TestClient) -> None:
    signed_in(visitor, Role.AGENT)
    visitor.get("/essai/page")
    visitor.cookies.clear()
    signed_in(visitor, Role.ADMIN)

    page = visitor.get("/journal").text
    assert "accès refusé" in page
    assert "GET /essai/page" in page
    assert "s’est connecté" in page


def test_without_people_there_is_no_room(client: httpx.Client) -> None:
    assert client.get("/connexion").status_code == 404
