"""Letters are drafted when the release was approved in scope `agents`, or in demonstration here; else they are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Store
from ethics.gate import Place
from ethics.policy import load_policy
from tests.bot.town import DAY
from tests.ethics.city import City, a_city, a_manifest
from tests.ui.conftest import DEMO, ROOMY
from tests.ui.desk.conftest import LETTER, Desk
from tests.ui.identity.conftest import Clock
from ui.admission import Admission
from ui.identity import Identity
from ui.records import Records
from ui.server import create_app
from ui.service import Service, Standing
from ui.watch import Watch

APPROVED = Standing("L0", demo=False, release="ab" * 32)


class Gate:
    """Says what it was told to say."""

    def __init__(self) -> None:
        self.says = DEMO

    def __call__(self) -> Standing:
        return self.says


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def app(bot: Assembly, store: Store, tmp_path: Path, identity: Identity, clock: Clock, gate: Gate) -> FastAPI:
    records = Records(store, tmp_path, load_policy(), clock)
    service = Service(bot, Admission(ROOMY), gate, today=lambda: DAY, records=records)
    return create_app(service, identity=identity)


@pytest.mark.parametrize(
    ("says", "drafts"),
    [
        (DEMO, True),
        (replace(APPROVED, agents=True), True),
        (replace(APPROVED, level="L2", agents=True), True),
        (APPROVED, False),
        (replace(APPROVED, level="L3", agents=True), False),
        (Standing("L3", demo=False), False),
    ],
)
def test_what_may_be_drafted(says: Standing, *, drafts: bool) -> None:
    assert says.drafts is drafts


def test_a_release_approved_for_residents_alone_drafts_no_letter_and_loses_nothing(
    at_desk: Desk, gate: Gate, store: Store
) -> None:
    before = at_desk.take()
    gate.says = APPROVED

    refused = at_desk.post("/bureau/lettre", text=LETTER)

    assert refused.status_code == 503
    assert "n’est pas approuvée pour les agents" in refused.text
    assert "Jeanne Martin" in refused.text
    assert len(store.letters.of("agent")) == 1
    assert at_desk.client.get(before).status_code == 200


def test_the_desk_says_that_it_is_closed_before_anything_is_typed(at_desk: Desk, gate: Gate) -> None:
    gate.says = APPROVED
    page = at_desk.client.get("/bureau").text

    assert "Le bureau de rédaction est fermé" in page
    assert 'name="text"' not in page


def test_no_question_is_answered_anew_when_the_desk_is_closed(at_desk: Desk, gate: Gate, visitor: TestClient) -> None:
    address = at_desk.take()
    gate.says = APPROVED

    refused = at_desk.post(f"{address}/question/0", ask="Combien coûte un passeport ?")

    assert refused.status_code == 503
    assert "passeport" not in visitor.get(address).text


def the_gate_of(city: City, scope: str) -> Standing:
    place = Place(scope, loopback=scope == "demo", pin=city.pin)
    watch = Watch(city.folder, place, live=lambda: city.manifest, now=lambda: city.now)
    watch.check()
    return watch()


def test_an_approval_in_scope_agents_opens_the_desk(tmp_path: Path) -> None:
    said = the_gate_of(a_city(tmp_path, scope="agents"), "agents")

    assert (said.open, said.agents, said.drafts) == (True, True, True)


def test_an_approval_in_another_scope_does_not_until_the_same_release_is_approved_for_agents(tmp_path: Path) -> None:
    city = a_city(tmp_path, scope="labo")
    alone = the_gate_of(city, "labo")
    assert (alone.open, alone.drafts) == (True, False)

    for_agents = City(city.folder, city.policy, "agents", city.now, city.manifest)
    for_agents.approve()
    both = the_gate_of(for_agents, "labo")

    assert (both.open, both.drafts) == (True, True)


def test_an_approval_for_agents_of_another_release_opens_nothing(tmp_path: Path) -> None:
    city = a_city(tmp_path, scope="labo")
    other = City(city.folder, city.policy, "agents", city.now, a_manifest(embedding="cd" * 32))
    other.approve()
    city.now = other.now

    assert the_gate_of(city, "labo").drafts is False
