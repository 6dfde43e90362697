"""Signing in by a password: who may, who may not, for how long, and what is told to whoever guesses."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.store import Account, Store
from tests.ui.identity.conftest import CHEAP, PASSWORD, Clock, signed_in, token_of
from ui.identity import Identity, Role
from ui.identity.passwords import Passwords, weakness


def test_a_right_password_opens_the_page_that_was_asked_for(visitor: TestClient) -> None:
    asked = visitor.get("/compte?x=1")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/connexion?suite=%2Fcompte%3Fx%3D1"

    answer = signed_in(visitor, "agent", then="/compte?x=1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/compte?x=1")
    assert "Connecté : agent" in visitor.get("/compte").text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_plain_http(visitor: TestClient) -> None:
    cookie = signed_in(visitor, "agent").headers["set-cookie"]

    assert {"HttpOnly", "Secure", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(visitor: TestClient, then: str) -> None:
    assert signed_in(visitor, "agent", then=then).headers["location"] == "/compte"


def test_a_wrong_name_and_a_wrong_password_are_told_the_same(visitor: TestClient) -> None:
    wrong = signed_in(visitor, "agent", "une autre phrase longue")
    nobody = signed_in(visitor, "nobody", "une autre phrase longue")

    assert wrong.status_code == nobody.status_code == 403
    assert "incorrect" in wrong.text
    tokenless = [page.text.replace("agent", "nobody") for page in (wrong, nobody)]
    assert [text.split('name="token"')[0] for text in tokenless] == [tokenless[1].split('name="token"')[0]] * 2


def test_five_wrong_passwords_lock_an_account_for_a_quarter_of_an_hour(
    visitor: TestClient, clock: Clock, store: Store
) -> None:
    for _ in range(5):
        signed_in(visitor, "agent", "une autre phrase longue")
    assert signed_in(visitor, "agent").status_code == 403

    clock.later(minutes=14)
    assert signed_in(visitor, "agent").status_code == 403
    clock.later(minutes=2)

    assert signed_in(visitor, "agent").status_code == 303
    assert "locked" in [act.what for act in store.acts.latest()]


def test_four_wrong_passwords_then_the_right_one_forget_the_wrong_ones(visitor: TestClient) -> None:
    for _ in range(2):
        for _ in range(4):
            signed_in(visitor, "agent", "une autre phrase longue")
        assert signed_in(visitor, "agent").status_code == 303
        visitor.cookies.delete("cite_session")


def test_a_visit_ends_without_a_request_for_an_hour_and_in_any_case_after_ten(
    visitor: TestClient, clock: Clock
) -> None:
    signed_in(visitor, "agent")
    for _ in range(11):
        clock.later(minutes=50)
        assert visitor.get("/compte").status_code == 200
    clock.later(minutes=55)
    assert visitor.get("/compte").status_code == 303

    signed_in(visitor, "agent")
    clock.later(minutes=61)
    assert visitor.get("/compte").status_code == 303


def test_signing_out_ends_the_visit_for_whoever_kept_its_cookie(visitor: TestClient) -> None:
    signed_in(visitor, "agent")
    held = visitor.cookies["cite_session"]
    token = token_of(visitor.get("/compte").text)

    assert visitor.post("/deconnexion", data={"token": token}).status_code == 303
    visitor.cookies.set("cite_session", held)
    assert visitor.get("/compte").status_code == 303


def test_a_closed_account_loses_its_visit_at_once_and_new_roles_count_at_once(
    visitor: TestClient, store: Store
) -> None:
    signed_in(visitor, "committee")
    assert visitor.get("/essai/page").status_code == 200
    store.accounts.change("committee", active=False)

    assert visitor.get("/essai/page").status_code == 303
    assert signed_in(visitor, "committee").status_code == 403


def test_what_the_browser_holds_is_not_in_the_database(visitor: TestClient, store: Store) -> None:
    signed_in(visitor, "agent")

    assert store.sessions.find(visitor.cookies["cite_session"]) is None


def test_a_password_is_never_kept_and_its_hash_is_argon2id(store: Store, identity: Identity) -> None:
    account = store.accounts.find("agent")

    assert account is not None
    assert account.secret.startswith("$argon2id$")
    assert PASSWORD not in account.secret


def test_the_default_cost_is_at_least_that_of_rfc_9106_low_memory() -> None:
    assert "$m=65536,t=3,p=4$" in Passwords().hash("a")


def test_a_hash_made_at_another_cost_is_made_anew_when_its_owner_comes(
    visitor: TestClient, store: Store, clock: Clock
) -> None:
    old = Passwords(type(CHEAP._hasher)(time_cost=2, memory_cost=64, parallelism=1)).hash(PASSWORD)
    store.accounts.add(Account("old", old, ("agent",), active=True, made=clock()))

    assert signed_in(visitor, "old").status_code == 303
    account = store.accounts.find("old")
    assert account is not None
    assert account.secret != old


def test_a_password_does_not_travel_in_the_clear(app: FastAPI) -> None:
    far = TestClient(app, base_url="http://ville.example", client=("10.0.0.8", 50000))

    answer = signed_in(far, "agent")

    assert answer.status_code == 403
    assert "https" in answer.text
    assert "cite_session" not in far.cookies


def test_a_person_changes_the_password_and_every_visit_ends(visitor: TestClient, store: Store) -> None:
    signed_in(visitor, "agent")
    token = token_of(visitor.get("/compte").text)
    new = "une phrase toute neuve"
    form = {"token": token, "before": PASSWORD, "after": new, "again": new}

    assert visitor.post("/compte", data=form | {"before": "faux mot de passe"}).status_code == 422
    assert visitor.post("/compte", data=form | {"again": "autre chose ici"}).status_code == 422
    assert visitor.post("/compte", data=form).status_code == 200

    assert visitor.get("/compte").status_code == 303
    assert signed_in(visitor, "agent").status_code == 403
    assert signed_in(visitor, "agent", new).status_code == 303
    assert "password_changed" in [act.what for act in store.acts.latest()]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("court", "password.short"),
        ("a" * 20, "password.plain"),
        ("jeanne.dupont123", "password.plain"),
        ("x" * 201, "password.long"),
        ("une phrase bien longue", ""),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password: str, why: str) -> None:
    assert weakness(password, "jeanne.dupont") == why


def test_a_supervisor_is_an_agent_too_and_an_administrator_is_nothing_else(visitor: TestClient) -> None:
    signed_in(visitor, "supervisor")
    assert "agent : rédige" in visitor.get("/compte").text
    visitor.cookies.clear()
    signed_in(visitor, Role.ADMIN)
    assert visitor.get("/journal").status_code == 200
    assert visitor.get("/essai/page").status_code == 403
