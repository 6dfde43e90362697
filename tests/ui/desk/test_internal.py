"""The agents' own corpus: beside the answer at the desk, and out of reach of every answer to a resident."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.assembly import Assembly, assemble
from bot.store import Store
from corpus.errors import ConfigurationError
from corpus.settings import Settings, load_settings
from ethics.policy import load_policy
from tests.bot.town import DAY, FICHES, town_in
from tests.ui.conftest import DEMO, ROOMY
from tests.ui.desk.conftest import Desk, plain_spaces
from tests.ui.identity.conftest import Clock
from ui.admission import Admission
from ui.identity import Identity
from ui.records import Records
from ui.server import create_app
from ui.service import DeskRules, Service

QUESTION = "Mon fils de 10 ans a perdu sa carte d'identité. Combien coûte la nouvelle carte d'identité ?"
SECRET = "guichet quarante-deux"
NOTE = f"La carte perdue par un enfant se traite au {SECRET}, sans timbres fiscaux, au coût interne."


def notes() -> dict[str, str]:
    """One note that only agents may read: a corpus as small as one can be."""
    body = FICHES["F9001"].replace("La carte perdue par un enfant coûte 19 € en timbres fiscaux.", NOTE)
    assert body != FICHES["F9001"]
    return {"F8001": body.replace("F9001", "F8001")}


@pytest.fixture(scope="module")
def internal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembly]:
    made = assemble(town_in(tmp_path_factory.mktemp("agents"), fiches=notes(), orders=False))
    yield made
    made.opened.store.close()


@pytest.fixture
def app(bot: Assembly, store: Store, tmp_path: Path, identity: Identity, clock: Clock, internal: Assembly) -> FastAPI:
    records = Records(store, tmp_path, load_policy(), clock)
    service = Service(bot, Admission(ROOMY), lambda: DEMO, today=lambda: DAY, records=records)
    service.desk = DeskRules(internal=internal)
    return create_app(service, identity=identity)


def docx_of(desk: Desk, address: str) -> str:
    answer = desk.client.get(f"{address}/reponse.docx")
    assert answer.status_code == 200, answer.text
    return plain_spaces("\n".join(one.text for one in docx.Document(io.BytesIO(answer.content)).paragraphs))


def test_it_is_shown_to_the_agent_as_such(at_desk: Desk) -> None:
    page = at_desk.client.get(at_desk.take(QUESTION)).text

    assert SECRET in page
    assert "Document interne" in page
    assert "19 €" in page


def note_of(desk: Desk, address: str) -> str:
    """Number of the line that says the note."""
    parts = desk.client.get(address).text.split('<li id="phrase-')[1:]
    return next(part.partition('"')[0] for part in parts if SECRET in part.partition("</li>")[0])


def confirm(desk: Desk, address: str) -> str:
    number = note_of(desk, address)
    answer = desk.post(f"{address}/phrase/{number}", act="validate", checked="note du service, ce jour")
    assert answer.status_code == 303
    return number


def test_it_is_silent_on_what_it_does_not_speak_of(at_desk: Desk) -> None:
    for question in ("Comment faire enlever mes encombrants sur le trottoir ?", "Combien coûte un passeport ?"):
        assert "Document interne" not in at_desk.client.get(at_desk.take(question)).text


def test_it_leaves_in_no_letter_nor_annex_unless_the_agent_confirms_it(at_desk: Desk) -> None:
    address = at_desk.take(QUESTION)
    at_desk.ready(address)

    without = docx_of(at_desk, address)
    assert "19 €" in without
    assert not any(word in without for word in (SECRET, "F8001", "document interne"))

    confirm(at_desk, address)
    told = docx_of(at_desk, address)
    assert SECRET in told
    assert "document interne – Carte d'identité perdue" in told


def test_taking_the_confirmation_back_takes_it_out_again(at_desk: Desk) -> None:
    address = at_desk.take(QUESTION)
    at_desk.ready(address)
    number = confirm(at_desk, address)
    assert SECRET in docx_of(at_desk, address)

    at_desk.post(f"{address}/phrase/{number}", act="undo")
    assert SECRET not in docx_of(at_desk, address)


def test_it_proves_nothing_that_a_resident_is_told(at_desk: Desk) -> None:
    address = at_desk.take(QUESTION)
    at_desk.post(f"{address}/question/0", add=NOTE)

    added = at_desk.client.get(address).text.rpartition('<li id="phrase-')
    lines = at_desk.lines(address)
    assert ("to_check", False) in [(state, done) for _, state, done in lines], added


def test_no_answer_to_a_resident_comes_from_it(
    at_desk: Desk, visitor: TestClient, internal: Assembly, bot: Assembly
) -> None:
    at_desk.take(QUESTION)
    at_desk.leave()
    refs = {passage.ref for key in ("F8001",) for passage in internal.opened.store.passages_of(key)}
    assert refs
    assert not any(bot.opened.store.passage(ref) for ref in refs)

    for question in (QUESTION, NOTE, SECRET, "guichet quarante-deux carte enfant", "F8001"):
        told = visitor.post("/api/v1/ask", json={"q": question}).text
        assert SECRET not in told.replace(question, "")
        assert not any(ref in told for ref in refs)
        page = visitor.get("/", params={"q": question}).text
        assert SECRET not in page.replace(question, "")
    for ref in refs:
        assert visitor.get(f"/api/v1/passages/{ref.replace('#', '%23')}").status_code == 404
        assert visitor.get("/source", params={"ref": ref}).status_code in {404, 422}


def test_nothing_of_it_may_serve_again_nor_become_a_case(at_desk: Desk, store: Store) -> None:
    address = at_desk.take(QUESTION)
    at_desk.ready(address)
    confirm(at_desk, address)
    docx_of(at_desk, address)

    kept = "".join(one.content for one in store.precedents.of(("F9001", "F8001")))
    assert kept
    assert SECRET not in kept
    assert "F8001" not in "".join(store.figures.candidates())


def test_the_folder_of_the_residents_answers_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITE_DATA", str(tmp_path))
    monkeypatch.setenv("CITE_AGENTS_DATA", f"{tmp_path}/./")

    with pytest.raises(ConfigurationError, match="CITE_AGENTS_DATA"):
        load_settings()


def test_without_the_setting_there_is_no_such_corpus() -> None:
    assert Settings().agents_data is None
    assert DeskRules().internal is None
