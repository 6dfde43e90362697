"""The contests: the first due on top, each step with its reason, and nothing personal in what is public."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.store import Store
from ethics.case import Case, State, assigned, open_case
from tests.ui.desk.conftest import Desk
from tests.ui.identity.conftest import Clock
from ui.desk import inbox


@pytest.fixture
def opened(store: Store, clock: Clock) -> Case:
    case = open_case(store.cases, clock() - timedelta(days=2), "", severe=True)
    store.cases.keep_message(case.number, "Le montant a changé.")
    return case


def test_the_cases_are_listed_with_their_deadline_and_the_late_ones_say_so(
    at_desk: Desk, store: Store, clock: Clock, opened: Case
) -> None:
    late = open_case(store.cases, clock() - timedelta(days=200), "", severe=False)

    page = at_desk.client.get("/bureau/demandes").text

    assert page.index(opened.number) < page.index(late.number)
    assert "En retard" in page.partition(late.number)[2]


def test_a_case_is_assigned_answered_corrected_and_closed_and_the_journal_says_who_and_why(
    at_desk: Desk, store: Store, opened: Case
) -> None:
    address = f"/bureau/demandes/{opened.number}"
    assert "Le montant a changé." in at_desk.client.get(address).text

    steps = (
        {"act": "assign", "text": "État civil"},
        {"act": "answer", "finding": "fondé", "text": "Vous aviez raison."},
        {"act": "correct", "text": "Le montant est à jour."},
        {"act": "close"},
    )
    for step in steps:
        assert at_desk.post(address, why="vérifié", **step).status_code == 303

    found = store.cases.find(opened.number)
    assert found is not None
    assert found.state is State.CLOSED
    lines = [(act.who, act.what, act.why) for act in store.acts.latest() if act.subject == opened.number]
    assert lines[0] == ("agent", "case_close", "vérifié")
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"act": "assign", "text": "État civil"}, "Donnez la raison"),
        ({"act": "assign", "why": "x"}, "Le texte est vide"),
        ({"act": "answer", "why": "x", "text": "Oui."}, "Choisissez une conclusion"),
        ({"act": "assign", "why": "x", "text": "Mme Jeanne Martin"}, "donnée personnelle"),
        ({"act": "correct", "why": "x", "text": "Corrigé."}, "À corriger"),
    ],
)
def test_what_cannot_be_taken_is_told_and_changes_nothing(
    at_desk: Desk, store: Store, opened: Case, fields: dict[str, str], told: str
) -> None:
    answer = at_desk.post(f"/bureau/demandes/{opened.number}", **fields)

    assert answer.status_code == 422
    assert told in answer.text
    assert store.cases.find(opened.number) == opened


def test_an_unknown_case_is_not_found(at_desk: Desk) -> None:
    assert at_desk.client.get("/bureau/demandes/PAR-2026-000042-17").status_code == 404


def test_of_two_agents_at_once_the_second_is_told_and_keeps_what_was_typed(
    at_desk: Desk, store: Store, clock: Clock, opened: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = inbox._moves

    def meanwhile(act: inbox.Act) -> object:
        store.cases.keep(assigned(opened, "Autre service", clock()))
        return found(act)

    monkeypatch.setattr(inbox, "_moves", meanwhile)
    answer = at_desk.post(f"/bureau/demandes/{opened.number}", act="assign", text="Mon service", why="vérifié")

    assert answer.status_code == 422
    assert "Mon service" in answer.text
    kept = store.cases.find(opened.number)
    assert kept is not None
    assert "Autre service" in kept.steps[-1].text
