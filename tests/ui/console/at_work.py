"""What people of the City do at the console, form by form; and an answer of the town that somebody contested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Line, Store
from ethics.case import Case, open_case
from tests.bot.town import DAY, LOST_CARD_CHILD
from tests.ui.identity.conftest import Clock, signed_in, token_of
from ui.records import Records

PRICE = "19 €"


class AtWork:
    """Somebody signed in, by the name of their role."""

    def __init__(self, client: TestClient, name: str, page: str = "/compte") -> None:
        self.client = client
        client.cookies.clear()
        signed_in(client, name)
        self.token = token_of(client.get(page).text)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, params=query or None)

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(path, data={"token": self.token, **fields})


@dataclass(frozen=True)
class Contested:
    """A case, and the answer that it contests."""

    case: Case
    line: Line
    passage: str

    @property
    def page(self) -> str:
        return f"/console/dossiers/{self.case.number}"


def answered_line(bot: Assembly, records: Records, store: Store, text: str = LOST_CARD_CHILD) -> Line:
    """An answer of the town, its line kept in a store of the test's own."""
    turn = bot.responder.respond(text, DAY)
    line = records.store.turns.find(turn.receipt)
    assert line is not None
    store.turns.keep(line)
    return line


def a_contest(
    bot: Assembly, records: Records, store: Store, clock: Clock, *, severe: bool = False, message: str = ""
) -> Contested:
    line = answered_line(bot, records, store)
    case = open_case(store.cases, clock(), line.receipt, severe=severe)
    if message:
        store.cases.keep_message(case.number, message)
    price = next(ref for ref in line.passages if PRICE in said(bot, ref))
    return Contested(case, line, price)


def ask(client: TestClient, text: str = LOST_CARD_CHILD) -> Any:
    """The page of an answer, as a resident gets it."""
    token = token_of(client.get("/").text)
    return client.post("/question", data={"q": text, "token": token})


def said(bot: Assembly, ref: str) -> str:
    found = bot.opened.store.passage(ref)
    assert found is not None
    return found.text
