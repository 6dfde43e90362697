"""A contested answer, from the confirmed error to its erratum, its recall and its regression case."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.assembly import Assembly
from bot.store import Store
from ethics.case import Case, State, assigned, open_case
from ethics.errors import CaseError
from eval.case import Case as EvalCase
from eval.suites import read_suite
from tests.ui.console.at_work import PRICE, AtWork, Contested, a_contest
from tests.ui.identity.conftest import Clock
from tests.ui.reading import text_of
from ui.records import Records

WHY = "vérifié sur la page officielle"
QUESTION = "Prix de remplacement du titre d’identité égaré par un enfant ?"


@pytest.fixture
def member(visitor: TestClient) -> AtWork:
    return AtWork(visitor, "committee")


@pytest.fixture
def contest(bot: Assembly, records: Records, store: Store, clock: Clock) -> Contested:
    return a_contest(bot, records, store, clock, message="Ma fille a perdu sa carte, on m’a demandé 25 euros.")


def confirmed(member: AtWork, contest: Contested, finding: str = "fondé") -> None:
    sent = member.post(contest.page, act="answer", finding=finding, text="Vous aviez raison de contester.", why=WHY)
    assert sent.status_code == 303, text_of(sent.text)


def promoted(member: AtWork, contest: Contested, **change: str) -> object:
    fields = {"question": QUESTION, "expect": "answer", "documents": "F9001", "must_say": "25 €", "why": WHY}
    return member.post(contest.page, act="promote", **(fields | change))


def written(folder: Path) -> list[EvalCase]:
    return read_suite("sealed", sealed=folder / "regressions.jsonl")


def test_a_contested_answer_goes_from_the_error_to_its_erratum_its_recall_and_its_regression_case(
    member: AtWork, contest: Contested, store: Store, tmp_path: Path
) -> None:
    assert "on m’a demandé 25 euros" in member.get(contest.page).text

    confirmed(member, contest)
    erratum = {
        "wrong": "La carte coûte 19 €.",
        "right": "La carte coûte 25 €.",
        "source": "https://fiches.example.fr/F9001",
    }
    assert member.post(contest.page, act="correct", why=WHY, **erratum).status_code == 303
    recall = {"passage": contest.passage, "after": "La carte coûte 25 €.", "text": "Le prix était faux."}
    assert member.post(contest.page, act="recall", why=WHY, **recall).status_code == 303
    assert promoted(member, contest).status_code == 303  # type: ignore[attr-defined]
    assert member.post(contest.page, act="close", why=WHY).status_code == 303

    public = text_of(member.get("/erreurs").text)
    assert "Nous avions écrit : « La carte coûte 19 €. » Il fallait lire : « La carte coûte 25 €. »" in public
    assert contest.line.receipt in public
    receipt = text_of(member.get(f"/recu/{contest.line.receipt}").text)
    assert "Le prix était faux." in receipt
    assert "La carte coûte 25 €." in receipt
    (case,) = written(tmp_path)
    assert (case.q, case.documents, case.must_say, case.settled) == (QUESTION, ("F9001",), ("25 €",), True)
    assert contest.case.number in case.note
    found = store.cases.find(contest.case.number)
    assert found is not None
    assert [step.state for step in found.steps] == list(State)
    lines = [
        (act.who, act.what, act.why) for act in reversed(store.acts.latest()) if contest.case.number in act.subject
    ]
    acts = ("case_answer", "case_correct", "case_recall", "case_promote", "case_close")
    assert lines == [("committee", act, WHY) for act in acts]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"act": "answer", "finding": "fondé", "text": "Vous aviez raison.", "why": ""}, "Donnez la raison"),
        ({"act": "answer", "finding": "fondé", "text": "Vous aviez raison.", "why": "x" * 401}, "trop long"),
        ({"act": "answer", "finding": "peut-être", "text": "Vous aviez raison."}, "Choisissez une conclusion"),
        ({"act": "answer", "finding": "fondé", "text": " "}, "est vide"),
        ({"act": "answer", "finding": "fondé", "text": "Oui."}, "motivée"),
        ({"act": "answer", "finding": "fondé", "text": "Bonjour Madame Jeanne Martin, oui."}, "donnée personnelle"),
        ({"act": "answer", "finding": "fondé", "text": "mot " * 600}, "trop long"),
        ({"act": "correct", "wrong": "Faux.", "right": "Juste."}, "À corriger"),
        ({"act": "recall", "passage": "F9001#00000000", "text": "Faux."}, "Aucune erreur n’est confirmée"),
        ({"act": "promote", "question": QUESTION}, "Aucune erreur n’est confirmée"),
        ({"act": "close"}, "À corriger"),
    ],
)
def test_what_cannot_be_taken_is_told_and_changes_nothing(
    member: AtWork, contest: Contested, store: Store, tmp_path: Path, fields: dict[str, str], told: str
) -> None:
    before = store.cases.find(contest.case.number)

    answer = member.post(contest.page, **({"why": WHY} | fields))

    assert answer.status_code == 422
    assert told in text_of(answer.text)
    assert store.cases.find(contest.case.number) == before
    assert not (tmp_path / "recalls.jsonl").exists()
    assert not (tmp_path / "regressions.jsonl").exists()


def test_an_act_that_does_not_exist_and_a_case_that_does_not_are_refused(member: AtWork, contest: Contested) -> None:
    assert member.post(contest.page, act="erase", why=WHY).status_code == 400
    assert member.get("/console/dossiers/PAR-2026-000042-17").status_code == 404
    assert member.get("/console/dossiers/%3Cscript%3E").status_code == 404


def test_what_was_typed_is_still_there_after_a_mistake_and_is_never_markup(member: AtWork, contest: Contested) -> None:
    page = member.post(contest.page, act="answer", finding="fondé", text="<script>alert(1)</script>", why=WHY).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_only_a_passage_that_the_receipt_quotes_is_recalled_and_only_once(
    member: AtWork, contest: Contested, tmp_path: Path
) -> None:
    confirmed(member, contest)
    recall = {"act": "recall", "text": "Le prix était faux.", "why": WHY}

    other = member.post(contest.page, passage="F9002#00000000", **recall)
    bad = member.post(contest.page, passage=contest.passage, url="javascript:alert(1)", **recall)
    assert "Choisissez un passage" in text_of(other.text)
    assert "adresse entière" in text_of(bad.text)
    assert member.post(contest.page, passage=contest.passage, **recall).status_code == 303
    again = member.post(contest.page, passage=contest.passage, **recall)

    assert "déjà publié" in text_of(again.text)
    assert len((tmp_path / "recalls.jsonl").read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"question": ""}, "Écrivez la question"),
        ({"question": "On m’a demandé 25 euros pour la carte de ma fille ?"}, "reprend les mots"),
        ({"question": "Que dire à Madame Jeanne Martin ?"}, "donnée personnelle"),
        ({"expect": "deviner"}, "ce que l’assistant doit faire"),
        ({"documents": "F4242"}, "F4242"),
        ({"documents": "", "must_say": ""}, "rien ne peut échouer"),
        ({"must_say": "mot\n" * 13}, "12 lignes au plus"),
    ],
)
def test_a_regression_case_that_proves_nothing_or_repeats_the_resident_is_refused(
    member: AtWork, contest: Contested, tmp_path: Path, change: dict[str, str], told: str
) -> None:
    confirmed(member, contest)

    answer = promoted(member, contest, **change)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert told in text_of(answer.text)  # type: ignore[attr-defined]
    assert not (tmp_path / "regressions.jsonl").exists()


def test_a_resident_who_agreed_may_be_quoted_and_each_case_of_the_evaluation_has_its_own_name(
    member: AtWork, contest: Contested, tmp_path: Path
) -> None:
    confirmed(member, contest, "partiellement fondé")
    copied = "On m’a demandé 25 euros pour la carte de ma fille ?"

    assert promoted(member, contest, question=copied, consent="1").status_code == 303  # type: ignore[attr-defined]
    assert promoted(member, contest, expect="refused").status_code == 303  # type: ignore[attr-defined]

    first, second = written(tmp_path)
    assert first.q == copied
    assert first.id != second.id
    assert (second.status, second.documents, second.must_say) == (("refused",), (), ())


def test_two_members_at_once_never_undo_each_other(member: AtWork, contest: Contested, store: Store) -> None:
    stale = store.cases.find(contest.case.number)
    assert stale is not None
    confirmed(member, contest)

    again = member.post(contest.page, act="answer", finding="non fondé", text="La règle est la bonne.", why=WHY)

    assert again.status_code == 422
    found = store.cases.find(contest.case.number)
    assert found is not None
    assert found.finding == "fondé"


def test_the_store_refuses_a_step_taken_from_a_state_that_is_past(store: Store, clock: Clock) -> None:
    case = open_case(store.cases, clock(), "")
    first = assigned(case, "État civil", clock() + timedelta(minutes=1))
    store.cases.keep(first)

    with pytest.raises(CaseError, match="pendant ce temps"):
        store.cases.keep(assigned(case, "Fourrières", clock() + timedelta(minutes=2)))

    assert store.cases.find(case.number) == first


# The list.


def opened(store: Store, clock: Clock, days: int, *, severe: bool = False) -> Case:
    return open_case(store.cases, clock() - timedelta(days=days), "", severe=severe)


def rows(member: AtWork, **query: object) -> str:
    return text_of(member.get("/console/dossiers", **query).text)


def test_the_list_puts_the_late_ones_first_and_each_filter_leaves_the_others_out(
    member: AtWork, contest: Contested, store: Store, clock: Clock
) -> None:
    late, grave = opened(store, clock, 60), opened(store, clock, 0, severe=True)
    confirmed(member, contest)
    numbers = {"contest": contest.case.number, "late": late.number, "grave": grave.number}

    def shown(**query: object) -> set[str]:
        page = rows(member, **query)
        return {name for name, number in numbers.items() if number in page}

    page = rows(member)
    assert page.index(late.number) < page.index(grave.number) < page.index(contest.case.number)
    assert "Dossiers montrés : 3 sur 3" in page
    assert shown(late="1") == {"late"}
    assert shown(severe="1") == {"grave"}
    assert shown(state="répondu") == {"contest"}
    assert shown(state="open") == set(numbers)
    assert shown(state="clos") == set()
    assert shown(finding="fondé") == {"contest"}
    assert shown(finding="none") == {"late", "grave"}
    assert shown(theme="Papiers") == {"contest"}
    assert shown(number=late.number[4:15].lower()) == {"late"}
    assert shown(severe="1", late="1") == set()


def test_the_list_is_cut_in_pages_that_keep_the_filters(member: AtWork, store: Store, clock: Clock) -> None:
    for _ in range(51):
        opened(store, clock, 0)

    first = member.get("/console/dossiers", state="reçu", page=1).text

    assert "Page 1 sur 2" in text_of(first)
    assert "?state=re%C3%A7u&amp;page=2" in first
    assert "Page 2 sur 2" in rows(member, state="reçu", page=99)


def test_a_hostile_filter_is_refused_or_finds_nothing(member: AtWork, contest: Contested) -> None:
    assert member.get("/console/dossiers", page="x").status_code == 400
    assert member.get("/console/dossiers", severe="2").status_code == 400
    assert "Aucun dossier ne répond" in rows(member, theme="<script>alert(1)</script>")


# Who may.


def test_the_executive_reads_every_page_and_takes_no_step(
    visitor: TestClient, contest: Contested, store: Store
) -> None:
    executive = AtWork(visitor, "executive")
    before = store.cases.find(contest.case.number)
    for path in ("", "/errata", "/rappels", "/incidents", "/quarantaine", "/archive", f"/{contest.case.number}"):
        assert executive.get(f"/console/dossiers{path}").status_code == 200

    refused = executive.post(contest.page, act="answer", finding="fondé", text="Vous aviez raison.", why=WHY)

    assert '<form method="post" action="/console/dossiers/PAR' not in executive.get(contest.page).text
    assert refused.status_code == 403
    assert store.cases.find(contest.case.number) == before


@pytest.mark.parametrize("name", ["agent", "admin"])
def test_neither_an_agent_nor_an_administrator_enters(visitor: TestClient, contest: Contested, name: str) -> None:
    somebody = AtWork(visitor, name)

    for path in ("/console/dossiers", contest.page, "/console/dossiers/archive", "/console/dossiers/quarantaine"):
        assert somebody.get(path).status_code == 403
    assert somebody.post("/console/dossiers/archive", why=WHY).status_code == 403


def test_a_form_from_another_visit_does_nothing(member: AtWork, contest: Contested, store: Store) -> None:
    before = store.cases.find(contest.case.number)
    member.token = "x" * 32

    sent = member.post(contest.page, act="answer", finding="fondé", text="Vous aviez raison.", why=WHY)

    assert sent.status_code == 403
    assert store.cases.find(contest.case.number) == before


def test_the_price_of_the_town_is_in_the_passage_contested(contest: Contested, bot: Assembly) -> None:
    found = bot.opened.store.passage(contest.passage)

    assert found is not None
    assert PRICE in found.text
