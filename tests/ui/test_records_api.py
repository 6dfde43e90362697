"""The machines' door to receipts, opinions and cases: the same as the pages, and never the reader's message."""

from __future__ import annotations

import httpx
import pytest

from bot.assembly import Assembly
from tests.bot.town import LOST_CARD_CHILD
from tests.ui.conftest import serving
from tests.ui.test_api import ask
from ui.records import Records


def test_a_receipt_is_read_with_its_passages(client: httpx.Client) -> None:
    answer = ask(client, LOST_CARD_CHILD).json()
    receipt = client.get(f"/api/v1/receipts/{answer['receipt'].lower()}").json()

    assert (receipt["id"], receipt["status"], receipt["whole"]) == (answer["receipt"], "answered", True)
    cited = {citation["passage"] for sentence in answer["sentences"] for citation in sentence["citations"]}
    assert {one["ref"] for one in receipt["passages"]} == cited
    assert all(one["held"] for one in receipt["passages"])


def test_a_case_is_opened_and_followed_without_its_message(client: httpx.Client, records: Records) -> None:
    answer = ask(client, LOST_CARD_CHILD).json()
    asked = {"receipt": answer["receipt"], "message": "Le montant est faux."}
    opened = client.post("/api/v1/cases", json=asked)
    case = opened.json()

    assert opened.status_code == 201
    assert client.get(f"/api/v1/cases/{case['number']}").json() == case
    assert (case["state"], case["late"], case["next_instances"]) == ("reçu", False, [])
    assert "montant" not in opened.text
    assert records.store.cases.message(case["number"]) == "Le montant est faux."


def test_an_opinion_is_a_number(client: httpx.Client, records: Records) -> None:
    before = records.store.usefulness.total().get((False, "unclear"), 0)

    assert client.post("/api/v1/feedback", json={"useful": False, "reason": "unclear"}).status_code == 204
    assert records.store.usefulness.total()[False, "unclear"] == before + 1


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "receipts/BCDF-GHJK-LMNP-12", None, 404),
        ("GET", "cases/PAR-2026-000001-00", None, 404),
        ("POST", "cases", {"message": "x" * 5000}, 422),
        ("POST", "cases", {"receipt": "BCDF-GHJK-LMNP-12"}, 404),
        ("POST", "feedback", {"useful": True, "reason": "texte libre"}, 422),
        ("POST", "feedback", {"useful": True, "name": "Zoé"}, 422),
    ],
)
def test_what_is_wrong_is_told_in_the_standard_form(
    client: httpx.Client, method: str, path: str, body: object, status: int
) -> None:
    response = client.request(method, f"/api/v1/{path}", json=body)

    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["detail"]


def test_a_service_that_keeps_nothing_says_so(bot: Assembly) -> None:
    with serving(bot) as found:
        assert httpx.get(f"{found}/api/v1/cases/x").status_code == 503


def test_only_the_sites_listed_may_call_from_a_page_and_no_cookie_goes_with_it(bot: Assembly) -> None:
    with serving(bot, origins=["https://ville.example"]) as found:
        listed, other = (
            httpx.get(f"{found}/api/v1/health", headers={"origin": origin}).headers
            for origin in ("https://ville.example", "https://evil.example")
        )
        page = httpx.get(found, headers={"origin": "https://ville.example"}).headers

    assert listed["access-control-allow-origin"] == "https://ville.example"
    assert "access-control-allow-credentials" not in listed
    assert "access-control-allow-origin" not in other
    assert "access-control-allow-origin" not in page
