"""After an answer, without a script: the receipt, the opinion, the contest and its case, with no name ever asked."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx
import pytest

from bot.assembly import Assembly
from ethics.case import Finding, answered, assigned, closed, corrected
from ethics.recall import Change
from ethics.receipt import check_digits
from tests.bot.town import ELSEWHERE, LOST_CARD_CHILD
from tests.ui.conftest import serving
from tests.ui.reading import asked, field, first, said, text_of, token_in
from ui.records import Records

UNKNOWN = f"BBBB-BBBB-BBBB-{check_digits('B' * 12)}"
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


def receipt_in(page: str) -> str:
    return first(page, ".receipt code").text()


def contested(client: httpx.Client, **fields: str) -> httpx.Response:
    token = token_in(client.get("/contester").text)
    return client.post("/contester", data={"token": token, **fields}, follow_redirects=True)


def number_in(page: str) -> str:
    found = re.search(r"PAR-\d{4}-\d{6}-\d{2}", page)
    assert found
    return found[0]


@pytest.mark.parametrize(
    "typed", [str, str.lower, lambda number: number.replace("-", " "), lambda n: n.replace("-", "")]
)
def test_a_receipt_typed_in_any_way_tells_when_and_from_which_passages(client: httpx.Client, typed: object) -> None:
    number = receipt_in(asked(client, LOST_CARD_CHILD).text)
    page = client.get("/recu", params={"numero": typed(number)})  # type: ignore[operator]

    assert page.status_code == 200
    told = text_of(page.text)
    assert "Réponse citée" in told
    assert "rien n’a été changé" in told
    assert "n’a pas été rappelée" in told
    assert "19 €" in text_of(client.get(said(page.text, "main a[href^='/passage/']", "href")).text)


def test_a_refusal_has_its_receipt_too(client: httpx.Client) -> None:
    number = receipt_in(asked(client, ELSEWHERE).text)

    assert "Aucun passage n’a été cité" in text_of(client.get(f"/recu/{number}").text)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("BCDF-GHJK-LMNP-12", "contient une erreur"),
        ("<script>alert(1)</script>", "contient une erreur"),
        (UNKNOWN, "Aucune réponse gardée"),
    ],
)
def test_a_forged_or_unknown_receipt_is_said_to_be_so(client: httpx.Client, typed: str, told: str) -> None:
    page = client.get("/recu", params={"numero": typed})

    assert page.status_code == 404
    assert told in text_of(page.text)
    assert "<script>alert" not in page.text


def test_a_recalled_answer_says_so_on_its_receipt_and_on_the_page_of_errors(
    client: httpx.Client, records: Records
) -> None:
    number = receipt_in(asked(client, LOST_CARD_CHILD).text)
    line = records.store.turns.find(number)
    assert line
    change = Change(line.passages[0], "19 €", "23 €", "Le tarif a changé.")
    records.recalls.publish(records.store.turns.quoting(line.passages[0]), change, NOW)

    assert "a été rappelée le 27 novembre 2026. Le tarif a changé." in text_of(client.get(f"/recu/{number}").text)
    assert number in client.get("/erreurs").text
    feed = client.get("/erreurs.atom")
    assert feed.headers["content-type"].startswith("application/atom+xml")
    assert "Le tarif a changé." in feed.text


@pytest.mark.parametrize("said", ["yes", "no", "wrong", "incomplete", "unclear", "off_topic"])
def test_an_opinion_is_counted_and_the_conversation_goes_on(client: httpx.Client, records: Records, said: str) -> None:
    answer = asked(client, LOST_CARD_CHILD).text
    key = (said == "yes", "" if said in {"yes", "no"} else said)
    before = records.store.usefulness.total().get(key, 0)
    data = {"token": token_in(answer), "receipt": receipt_in(answer), "useful": said, "c": field(answer, "c")}
    page = client.post("/utile", data=data)

    assert page.status_code == 200
    assert "Seul un nombre est gardé" in text_of(page.text)
    assert field(page.text, "c") == field(answer, "c")
    assert records.store.usefulness.total()[key] == before + 1


def test_an_unknown_opinion_and_a_forged_one_are_refused(client: httpx.Client) -> None:
    token = token_in(client.get("/").text)

    assert client.post("/utile", data={"token": token, "useful": "free text"}).status_code == 400
    assert client.post("/utile", data={"token": "forged", "useful": "yes"}).status_code == 403


def test_a_contest_needs_no_name_and_gives_a_number_a_deadline_and_no_other_instance_yet(client: httpx.Client) -> None:
    number = receipt_in(asked(client, LOST_CARD_CHILD).text)
    assert number in client.get("/contester", params={"recu": number}).text
    page = contested(client, receipt=number.lower())

    assert page.status_code == 200
    told = text_of(page.text)
    assert "reçu" in told
    assert re.search(r"au plus tard le \d+(er)? \w+ 20\d\d", told)
    assert "s’afficheront ici" in told
    assert f"/recu/{number}" in page.text
    assert "/dossier/PAR-" in str(page.url)


def test_a_message_is_kept_only_when_asked_masked_and_shown_to_nobody_on_the_page(
    client: httpx.Client, records: Records
) -> None:
    said = "Je suis joignable au 06 12 34 56 78, le montant est faux"
    refused = contested(client, message=said)
    assert refused.status_code == 422
    assert "cochez la case" in text_of(refused.text)
    assert said in text_of(refused.text)

    page = contested(client, message=said, keep="1")
    kept = records.store.cases.message(number_in(page.text))

    assert "le montant est faux" in kept
    assert "06 12" not in kept
    assert "le montant est faux" not in page.text


def test_a_receipt_with_a_mistake_is_told_beside_its_field(client: httpx.Client) -> None:
    page = contested(client, receipt="BCDF-GHJK-LMNP-12")

    assert page.status_code == 422
    assert said(page.text, "#receipt", "aria-invalid") == "true"
    assert first(page.text, "[role=alert]")


def test_a_case_is_followed_to_its_end_and_an_error_recognised_is_published(
    client: httpx.Client, records: Records
) -> None:
    number = number_in(contested(client, severe="1").text)
    case = records.case(number)
    assert case
    after = max(NOW, case.steps[-1].time)
    case = assigned(case, "Bureau des titres", after)
    case = answered(case, Finding.FOUNDED, "Le tarif cité était ancien.", after)
    case = corrected(case, "Le tarif est à jour.", after)
    records.store.cases.keep(closed(case, after))
    told = text_of(client.get("/dossier", params={"numero": number.lower()}).text)

    assert all(word in told for word in ("clos", "fondé", "Bureau des titres", "Le tarif cité était ancien."))
    assert "Le tarif est à jour." in text_of(client.get("/erreurs").text)
    assert number in client.get("/erreurs.atom").text


def test_whoever_is_told_no_learns_to_whom_to_turn(client: httpx.Client, records: Records) -> None:
    number = number_in(contested(client).text)
    case = records.case(number)
    assert case
    after = case.steps[-1].time
    case = answered(assigned(case, "Bureau", after), Finding.UNFOUNDED, "La règle citée est la bonne.", after)
    records.store.cases.keep(case)

    assert "Médiateur de la Ville de Paris" in text_of(client.get(f"/dossier/{number}").text)


@pytest.mark.parametrize("typed", ["PAR-2026-000001-00", "x", "PAR-2026-999999-47"])
def test_an_unknown_case_is_said_to_be_so(client: httpx.Client, typed: str) -> None:
    page = client.get(f"/dossier/{typed}")

    assert page.status_code == 404
    assert "Aucune demande" in text_of(page.text)


def test_a_service_that_keeps_nothing_offers_neither_receipt_nor_contest(bot: Assembly) -> None:
    with serving(bot) as found, httpx.Client(base_url=found, timeout=60) as client:
        assert "/contester" not in asked(client, LOST_CARD_CHILD).text
        assert client.get("/contester").status_code == client.get("/recu").status_code == 404
