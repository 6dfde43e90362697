"""An audit opened for the members of the tests: answers quoted from the small town, drawn as `eval audit out` does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Account, Store
from corpus.document import Passage
from eval.audit_queue import write_queue
from eval.audit_sheets import Draw, draw
from eval.case import Case
from eval.observation import Observation
from eval.run_folder import RunFolder, read_run
from tests.eval.seen import a_case, an_answer, run_in
from tests.ui.identity.conftest import CHEAP, PASSWORD, Clock, signed_in, token_of

ALICE, BRUNO, CLAIRE = "alice", "bruno", "claire"
THEMES, WAYS = ("logement", "etat_civil", "ecole"), ("plain", "typo")


def people_in(store: Store, clock: Clock, names: Sequence[str] = (ALICE, BRUNO, CLAIRE)) -> None:
    """Open an account of the committee for each name."""
    hashed = CHEAP.hash(PASSWORD)
    for name in names:
        store.accounts.add(Account(name, hashed, ("committee",), active=True, made=clock()))


def town_run(folder: Path, bot: Assembly, count: int = 12) -> RunFolder:
    """A run whose answers quote the first words of passages of the town, one a case."""
    passages = [one for one in bot.opened.store.all_passages() if one.url and len(one.text) > 40]
    pairs = [_pair(rank, passages[rank % len(passages)]) for rank in range(count)]
    return read_run(run_in(folder, pairs, release="f" * 64))


def _pair(rank: int, passage: Passage) -> tuple[Case, list[Observation]]:
    quote = " ".join(passage.text.split()[:6])
    citation = {
        "passage": passage.ref,
        "document": passage.document,
        "quote": quote,
        "url": passage.url,
        "title": passage.title,
        "path": passage.heading,
        "updated": passage.updated.isoformat() if passage.updated else None,
        "publisher": passage.publisher,
    }
    sentences = [{"text": quote, "heading": "", "link": None, "citations": [citation]}]
    answer = an_answer(passage.document, quote) | {"sentences": sentences, "branch": ["Vous êtes majeur"]}
    name = f"q{rank}"
    case = a_case(name, theme=THEMES[rank % 3], group=WAYS[rank % 2], q=f"Comment faire, demande {rank} ?")
    return case, [Observation(name, 0, answer)]


@dataclass
class Opened:
    """One audit, with what a test may know of it and a page may not."""

    made: Draw
    name: str
    by_question: Mapping[str, str] = field(default_factory=dict)

    def case_of(self, page: str) -> str:
        """The name of the answer that a page shows: told from the key, by its number."""
        key: Mapping[str, str] = self.made.key["console"]
        return key[answer_on(page)]


def opened_in(folder: Path, run: RunFolder, bot: Assembly, *, size: int = 6, planted: int = 2) -> Opened:
    """Draw an audit of Alice's and Bruno's, and put its queue where the console reads it."""
    made = draw(run, (ALICE, BRUNO), "graine", size=size, planted=planted)
    return Opened(made, write_queue(made, folder / "audits", bot.opened.store.passages).name)


def answer_on(page: str) -> str:
    """The number of the answer that a page asks about."""
    found = re.search(r'action="[^"]+/lire".*?name="answer" value="(\w+)"', page, re.DOTALL)
    assert found, page
    return found[1]


class Reader:
    """What a member does, form by form."""

    def __init__(self, client: TestClient, name: str, audit: Opened) -> None:
        client.cookies.clear()
        self.client, self.name, self.audit = client, name, audit
        self.base = f"/console/audit/{audit.name}"
        signed_in(client, name)
        self.token = token_of(client.get("/console/audit").text)

    def get(self, path: str = "") -> Any:
        return self.client.get(f"{self.base}{path}")

    def post(self, path: str, **fields: Any) -> Any:
        return self.client.post(f"{self.base}{path}", data={"token": self.token, **fields})

    def say(self, *labels: str, **fields: Any) -> Any:
        """Label the answer that is shown."""
        return self.post("/lire", answer=answer_on(self.get("/lire").text), label=list(labels), **fields)

    def read_all(self, odd: Mapping[str, str], default: str = "correct") -> None:
        """Read one's queue to its end, and finish; planted answers are noticed, unless `odd` says otherwise."""
        while 'name="answer"' in (page := self.get("/lire").text) and "data-read" in page:
            case = self.audit.case_of(page)
            label = odd.get(case, "mauvaise démarche" if case.startswith("planted") else default)
            assert self.post("/lire", answer=answer_on(page), label=label.split("+")).status_code == 303
        assert self.post("/terminer").status_code == 303
