"""Simpler words by a model: only where one may word, each checked against its sentence, none kept that lies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from bot.assembly import Assembly
from bot.store import Store
from ethics.policy import load_policy
from tests.bot.models import Says
from tests.bot.town import DAY
from tests.ui.conftest import DEMO, ROOMY
from tests.ui.desk.conftest import Desk, plain_spaces
from tests.ui.identity.conftest import Clock
from ui.admission import Admission
from ui.identity import Identity
from ui.records import Records
from ui.server import create_app
from ui.service import Service

QUOTE = "La carte perdue par un enfant coûte 19 € en timbres fiscaux."


@pytest.fixture
def model() -> Says:
    return Says({"sentences": [{"quote": QUOTE, "text": "La carte est gratuite pour les enfants."}]})


@pytest.fixture
def app(bot: Assembly, store: Store, tmp_path: Path, identity: Identity, clock: Clock, model: Says) -> FastAPI:
    records = Records(store, tmp_path, load_policy(), clock)
    worded = replace(bot, language_model=model, may_reword=True)
    service = Service(worded, Admission(ROOMY), lambda: replace(DEMO, level="L0"), today=lambda: DAY, records=records)
    return create_app(service, identity=identity)


def simplifier(desk: Desk) -> str:
    address = desk.take("Mon fils de 10 ans a perdu sa carte d'identité. Combien coûte la nouvelle carte d'identité ?")
    number = next(number for number, state, _ in desk.lines(address) if state == "quote")
    return f"{address}/phrase/{number}/simplifier"


def test_a_lie_of_the_model_is_told_and_not_proposed(at_desk: Desk, model: Says) -> None:
    address = simplifier(at_desk)
    assert "(IA)" in at_desk.client.get(address).text
    assert model.asked == []

    page = at_desk.post(address).text

    assert len(model.asked) == 1
    assert "gratuite" not in page
    assert "non reprise" in page
    assert plain_spaces(page).count(QUOTE) >= 2


def test_a_model_that_fails_leaves_the_paragraph_as_it_is(at_desk: Desk, model: Says) -> None:
    address = simplifier(at_desk)
    model.answer = "pas du JSON"

    answer = at_desk.post(address)

    assert answer.status_code == 200
    assert "Le modèle n’a pas répondu" in answer.text
    assert "19 €" in answer.text


def test_nothing_of_who_wrote_is_sent_to_the_model(at_desk: Desk, model: Says) -> None:
    at_desk.post(simplifier(at_desk))

    told = "".join(message.content for messages in model.asked for message in messages)
    assert "Mon fils" not in told
    assert QUOTE in told
