"""Signing in by OpenID Connect, against a real provider in a process of its own; and every way it may be cheated."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.store import Account, Store
from corpus.errors import ConfigurationError
from tests.house.tree import ROOT
from tests.ui.identity.conftest import CHEAP, Clock
from tests.ui.identity.oidc_server import CLIENT, SECRET
from ui.identity import Identity, Role
from ui.identity.provider import OpenIdProvider, Registration
from ui.identity.settings import given_roles

CLAIRE = {"sub": "1", "preferred_username": "claire", "roles": ["agent", "unknown"]}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.ui.identity.oidc_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.terminate()


def told(issuer: str, fault: str = "", person: dict[str, Any] | None = None) -> None:
    httpx.post(f"{issuer}/test", json={"fault": fault, "person": person or CLAIRE})


@pytest.fixture
def visitor(app: FastAPI, store: Store, clock: Clock, issuer: str) -> Iterator[TestClient]:
    told(issuer)
    provider = OpenIdProvider(Registration(issuer, CLIENT, SECRET))
    app.state.identity = Identity(store, provider, passwords=CHEAP, now=clock)
    with TestClient(app, base_url="http://127.0.0.1", client=("127.0.0.1", 5000), follow_redirects=False) as found:
        yield found


def came_back(visitor: TestClient, then: str = "/compte") -> Any:
    sent = visitor.get("/connexion/fournisseur", params={"suite": then})
    assert sent.status_code == 303
    back = httpx.get(sent.headers["location"])
    assert back.status_code == 302
    return visitor.get(back.headers["location"])


def test_somebody_comes_back_with_the_roles_of_their_claims(visitor: TestClient) -> None:
    answer = came_back(visitor, "/compte?x=1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/compte?x=1")
    page = visitor.get("/compte").text
    assert "Connecté : claire" in page
    assert "agent : rédige" in page
    assert "fournisseur d’identité de la Ville" in page


def test_the_code_is_asked_for_with_a_challenge_a_state_and_a_nonce(visitor: TestClient) -> None:
    asked = httpx.URL(visitor.get("/connexion/fournisseur").headers["location"]).params

    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("code_challenge", "state", "nonce")) >= 32
    assert asked["scope"].startswith("openid")


@pytest.mark.parametrize(
    "fault", ["state", "nonce", "audience", "expired", "iss", "signature", "unsigned", "another_person"]
)
def test_an_answer_that_does_not_hold_opens_nothing(visitor: TestClient, issuer: str, store: Store, fault: str) -> None:
    person = CLAIRE if fault != "another_person" else {"sub": "1", "preferred_username": "claire"}
    told(issuer, fault, person)

    answer = came_back(visitor)

    assert answer.status_code == 403
    assert "n’a pas confirmé" in answer.text
    assert "cite_session" not in visitor.cookies
    assert store.acts.latest(1)[0].what == "provider_failed"


def test_roles_that_the_token_lacks_are_asked_of_the_provider(visitor: TestClient, issuer: str) -> None:
    told(issuer, "userinfo_only")

    assert came_back(visitor).status_code == 303
    assert "agent : rédige" in visitor.get("/compte").text


def test_an_answer_without_its_beginning_opens_nothing(visitor: TestClient) -> None:
    assert visitor.get("/connexion/retour?code=x&state=y").status_code == 403


def test_a_code_serves_once(visitor: TestClient) -> None:
    sent = visitor.get("/connexion/fournisseur")
    back = httpx.get(sent.headers["location"]).headers["location"]
    begun = visitor.cookies["cite_begun"]
    assert visitor.get(back).status_code == 303
    visitor.cookies.clear()
    visitor.cookies.set("cite_begun", begun, domain="127.0.0.1", path="/connexion")

    assert visitor.get(back).status_code == 403


def test_somebody_without_a_role_is_told_so_unless_an_account_here_gives_one(
    visitor: TestClient, issuer: str, store: Store, clock: Clock
) -> None:
    told(issuer, person={"sub": "3", "preferred_username": "paul", "roles": []})
    assert "aucun rôle" in came_back(visitor).text

    store.accounts.add(Account("paul", "", ("committee",), active=True, made=clock()))
    assert came_back(visitor).status_code == 303
    assert visitor.get("/essai/page").status_code == 200

    visitor.cookies.clear()
    store.accounts.change("paul", active=False)
    assert came_back(visitor).status_code == 403


def test_the_name_of_an_account_with_a_password_is_not_taken_over(visitor: TestClient, issuer: str) -> None:
    told(issuer, person={"sub": "4", "preferred_username": "admin", "roles": ["agent"]})

    assert came_back(visitor).status_code == 403


def test_a_provider_that_names_itself_otherwise_is_not_used(visitor: TestClient, issuer: str) -> None:
    told(issuer, "issuer")

    assert visitor.get("/connexion/fournisseur").status_code == 503


def test_a_provider_that_does_not_answer_leaves_the_passwords(app: FastAPI, visitor: TestClient, store: Store) -> None:
    app.state.identity = Identity(store, OpenIdProvider(Registration("http://127.0.0.1:9", CLIENT)), passwords=CHEAP)

    answer = visitor.get("/connexion/fournisseur")

    assert answer.status_code == 503
    assert 'type="password"' in answer.text


def test_a_provider_beyond_this_machine_is_reached_by_https_only(app: FastAPI, visitor: TestClient) -> None:
    app.state.identity.provider = OpenIdProvider(Registration("http://sso.ville.example", CLIENT))

    assert visitor.get("/connexion/fournisseur").status_code == 503


def test_the_values_of_the_provider_give_roles() -> None:
    assert given_roles("cite-agents=agent, cite-comite=committee") == {
        "cite-agents": Role.AGENT,
        "cite-comite": Role.COMMITTEE,
    }
    assert given_roles("")["admin"] is Role.ADMIN
    for wrong in ("agent", "a=nothing", "a=b=agent"):
        with pytest.raises(ConfigurationError, match="CITE_OIDC_ROLES"):
            given_roles(wrong)


def test_roles_are_found_deep_in_a_claim_as_keycloak_writes_them(issuer: str) -> None:
    provider = OpenIdProvider(Registration(issuer, CLIENT, claim="realm_access.roles"))

    found = provider._vouched({"preferred_username": "a", "realm_access": {"roles": ["committee"]}})
    assert found.roles == {Role.COMMITTEE}
    assert provider._vouched({"preferred_username": "a", "realm_access": "committee"}).roles == frozenset()
