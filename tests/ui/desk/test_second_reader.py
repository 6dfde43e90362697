"""A letter that needs a second reader leaves only once another person agreed to it, as it stands."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.ui.desk.conftest import Desk
from tests.ui.identity.conftest import signed_in
from ui.identity import Role
from ui.service import DeskRules


def reading_of(address: str) -> str:
    return f"/bureau/relecture/{address.rpartition('/')[2]}"


def version_in(page: str) -> str:
    return page.partition('name="version" value="')[2].partition('"')[0]


def asked(desk: Desk) -> str:
    """A finished letter whose author asked for a second reader; the author then left."""
    address = desk.take()
    desk.ready(address)
    assert desk.post(f"{address}/relecture").status_code == 303
    return address


def agreed(desk: Desk, address: str) -> int:
    version = version_in(desk.client.get(reading_of(address)).text)
    code: int = desk.post(reading_of(address), act="agree", version=version).status_code
    return code


def test_a_letter_leaves_once_another_person_read_it_and_agreed(
    at_desk: Desk, visitor: TestClient, second: str
) -> None:
    address = asked(at_desk)
    refused = at_desk.client.get(f"{address}/reponse.docx")
    assert refused.status_code == 409
    assert "Une seconde personne doit lire" in refused.text
    at_desk.leave()

    other = Desk(visitor, second)
    assert reading_of(address) in other.client.get("/bureau/relecture").text
    assert agreed(other, address) == 303
    assert reading_of(address) not in other.client.get("/bureau/relecture").text
    other.leave()

    signed_in(visitor, "agent")
    assert "est d’accord" in visitor.get(address).text
    assert visitor.get(f"{address}/reponse.docx").status_code == 200


def test_nobody_reads_their_own_letter(at_desk: Desk, visitor: TestClient) -> None:
    address = asked(at_desk)

    assert reading_of(address) not in visitor.get("/bureau/relecture").text
    assert visitor.get(reading_of(address)).status_code == 403
    refused = at_desk.post(reading_of(address), act="agree", version="99")
    assert refused.status_code == 403
    assert "une autre personne doit la relire" in refused.text
    assert visitor.get(f"{address}/reponse.docx").status_code == 409


def test_who_validated_a_sentence_of_it_is_no_second_reader(at_desk: Desk, visitor: TestClient) -> None:
    address = at_desk.take()
    at_desk.leave()
    helper = Desk(visitor, Role.SUPERVISOR)
    helper.ready(address)
    assert helper.post(f"{address}/relecture").status_code == 303

    assert visitor.get(reading_of(address)).status_code == 403
    assert agreed(helper, address) == 403


def test_a_refusal_comes_back_to_its_author_with_its_reason_and_not_without(
    at_desk: Desk, visitor: TestClient, second: str
) -> None:
    address = asked(at_desk)
    at_desk.leave()
    other = Desk(visitor, second)
    version = version_in(visitor.get(reading_of(address)).text)
    without = other.post(reading_of(address), act="refuse", why="  ", version=version)
    assert without.status_code == 422
    assert "Dites pourquoi vous refusez" in without.text
    reason = "Le prix est celui d'un adulte. Appelez Madame Sylvie Durand."
    assert other.post(reading_of(address), act="refuse", why=reason, version=version).status_code == 303
    other.leave()

    signed_in(visitor, "agent")
    page = visitor.get(address).text
    assert "Le prix est celui d&#39;un adulte." in page
    assert "Durand" not in page
    assert visitor.get(f"{address}/reponse.docx").status_code == 409


def test_a_change_after_the_agreement_asks_for_a_new_reading(at_desk: Desk, visitor: TestClient, second: str) -> None:
    address = asked(at_desk)
    at_desk.leave()
    assert agreed(Desk(visitor, second), address) == 303
    visitor.cookies.clear()

    again = Desk(visitor)
    number = next(number for number, state, _ in again.lines(address) if state != "formula")
    again.post(f"{address}/phrase/{number}", act="undo")
    again.post(f"{address}/phrase/{number}", act="validate", checked="page officielle")
    assert visitor.get(f"{address}/reponse.docx").status_code == 409


def test_a_reader_agrees_to_what_they_read_and_to_nothing_else(at_desk: Desk, visitor: TestClient, second: str) -> None:
    address = asked(at_desk)
    version = int(version_in_of(at_desk, visitor, address, second))
    at_desk = Desk(visitor)
    at_desk.post(f"{address}/reponse", decision="no", service="Mairie du 19e")
    at_desk.post(f"{address}/relecture")
    at_desk.leave()

    other = Desk(visitor, second)
    stale = other.post(reading_of(address), act="agree", version=version)
    assert stale.status_code == 409
    assert "modifiée" in stale.text
    assert "Mairie du 19e" in stale.text


def version_in_of(desk: Desk, visitor: TestClient, address: str, reader: str) -> str:
    """The version that a reader sees; the one at the desk leaves, and so does the reader."""
    desk.leave()
    other = Desk(visitor, reader)
    found = version_in(other.client.get(reading_of(address)).text)
    other.leave()
    return found


def test_an_unfinished_letter_is_given_to_nobody(at_desk: Desk, visitor: TestClient, second: str) -> None:
    address = at_desk.take()

    assert at_desk.post(f"{address}/relecture").status_code == 409
    at_desk.leave()
    Desk(visitor, second)
    assert visitor.get(reading_of(address)).status_code == 404


@pytest.mark.parametrize("role", [Role.COMMITTEE, Role.EXECUTIVE, Role.ADMIN])
def test_no_other_role_reads_a_letter(at_desk: Desk, visitor: TestClient, role: Role) -> None:
    address = asked(at_desk)
    at_desk.leave()
    signed_in(visitor, role)

    assert visitor.get(reading_of(address)).status_code == 403
    assert visitor.get("/bureau/relecture").status_code == 403


def test_a_reader_without_the_initiation_is_sent_to_it(at_desk: Desk, visitor: TestClient, second: str) -> None:
    address = asked(at_desk)
    at_desk.leave()
    other = Desk(visitor, second, trained=False)

    assert "Suivez d’abord l’initiation" in visitor.get(reading_of(address)).text
    assert agreed(other, address) == 403


def test_where_every_letter_needs_one_no_letter_leaves_without(app: FastAPI, at_desk: Desk) -> None:
    address = at_desk.take()
    at_desk.ready(address)
    assert at_desk.client.get(f"{address}/sortie").status_code == 200

    app.state.service.desk = DeskRules(second_reader=True)

    for path in ("sortie", "reponse.docx"):
        refused = at_desk.client.get(f"{address}/{path}")
        assert refused.status_code == 409
        assert "Une seconde personne doit lire" in refused.text
