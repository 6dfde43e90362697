"""An agent at the desk, in the small town."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.store import Account, Store
from tests.ui.identity.conftest import Clock, app, clock, identity, signed_in, store, token_of, visitor
from ui.desk.training import quiz

__all__ = ["app", "clock", "identity", "store", "visitor"]

LETTER = """Madame, Monsieur,
Je m'appelle Jeanne Martin, j'habite 3 rue des Lilas, 75020 Paris. Mon fils de 10 ans a perdu sa carte d'identité.
Combien coûte la nouvelle carte d'identité ? Quelle est la recette du boeuf bourguignon ?
Cordialement, Jeanne Martin, 06 12 34 56 78"""


def right_answers() -> dict[str, str]:
    """The form of the quiz, filled as it should be."""
    return {f"question-{rank}": str(one.right) for rank, one in enumerate(quiz().questions)}


def plain_spaces(text: str) -> str:
    """A text as it is typed, the spaces of French punctuation being ordinary ones."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


class Desk:
    """What an agent does, form by form."""

    def __init__(self, client: TestClient, name: str = "agent", *, trained: bool = True) -> None:
        self.client = client
        signed_in(client, name)
        self.token = token_of(client.get("/compte").text)
        if trained:
            assert self.post("/bureau/initiation", **right_answers()).status_code == 200

    def post(self, path: str, **fields: Any) -> Any:
        files = fields.pop("files", None)
        return self.client.post(path, data={"token": self.token, **fields}, files=files)

    def take(self, text: str = LETTER, day: str = "") -> str:
        page = self.post("/bureau/lettre", text=text, day=day).text
        found = re.search(r'href="(/bureau/lettre/[\w-]{16})"', page)
        assert found, page
        return found[1]

    def ready(self, address: str, **settled: str) -> None:
        """Validate every sentence, and say what the letter needs."""
        self.post(f"{address}/reponse", **{"decision": "no", "service": "Mairie du 20e", **settled})
        self.validate_all(address)

    def leave(self) -> None:
        """Sign out: the next person sits at the same desk."""
        self.client.cookies.clear()

    def lines(self, address: str) -> list[tuple[int, str, bool]]:
        """(id, state, validated) of each line of a letter, in its order."""
        page = self.client.get(address).text
        found = re.findall(r'id="phrase-(\d+)" tabindex="-1" class="line (\w+)( done)?"', page)
        return [(int(number), state, bool(done)) for number, state, done in found]

    def validate_all(self, address: str) -> None:
        for number, state, done in self.lines(address):
            if state != "formula" and not done:
                checked = "page officielle, 2 mars 2026" if state == "to_check" else ""
                answer = self.post(f"{address}/phrase/{number}", act="validate", checked=checked)
                assert answer.status_code == 303, answer.text


@pytest.fixture
def second(store: Store, app: FastAPI, clock: Clock) -> str:
    """Another agent, by name."""
    account = store.accounts.find("agent")
    assert account is not None
    store.accounts.add(Account("zoe.martin", account.secret, ("agent",), active=True, made=clock()))
    return "zoe.martin"


@pytest.fixture
def at_desk(visitor: TestClient) -> Desk:
    return Desk(visitor)
