"""An agent at the desk, in the small town."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.ui.identity.conftest import app, clock, identity, signed_in, store, token_of, visitor

__all__ = ["app", "clock", "identity", "store", "visitor"]

LETTER = """Madame, Monsieur,
Je m'appelle Jeanne Martin, j'habite 3 rue des Lilas, 75020 Paris. Mon fils de 10 ans a perdu sa carte d'identité.
Combien coûte la nouvelle carte d'identité ? Quelle est la recette du boeuf bourguignon ?
Cordialement, Jeanne Martin, 06 12 34 56 78"""


class Desk:
    """What an agent does, form by form."""

    def __init__(self, client: TestClient, name: str = "agent") -> None:
        self.client = client
        signed_in(client, name)
        self.token = token_of(client.get("/bureau").text)

    def post(self, path: str, **fields: Any) -> Any:
        files = fields.pop("files", None)
        return self.client.post(path, data={"token": self.token, **fields}, files=files)

    def take(self, text: str = LETTER) -> str:
        page = self.post("/bureau/lettre", text=text).text
        found = re.search(r'href="(/bureau/lettre/[\w-]{16})"', page)
        assert found, page
        return found[1]

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
def at_desk(visitor: TestClient) -> Desk:
    return Desk(visitor)
