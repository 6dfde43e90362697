"""The machines' door: the same answers as the pages, errors that say what to do, one answer for one key."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from bot.assembly import Assembly
from tests.bot.test_answer import PROMISED
from tests.bot.town import LOST_CARD_CHILD, PASSPORT
from tests.ui.conftest import serving
from ui.admission import Limits
from ui.service import Standing


def ask(client: httpx.Client, text: str, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
    return client.post("/api/v1/ask", json={"q": text, **more}, headers=headers)


def test_an_answer_has_the_promised_keys_and_the_level_it_is_served_at(client: httpx.Client) -> None:
    answer = ask(client, LOST_CARD_CHILD).json()

    assert answer.keys() >= PROMISED
    assert (answer["status"], answer["level"]) == ("answered", "L2")


def test_a_conversation_goes_on_with_what_the_answer_gave(client: httpx.Client) -> None:
    first = ask(client, PASSPORT).json()
    assert first["question"]

    second = ask(client, first["question"]["options"][0], conversation=first["conversation"]).json()

    assert second["question"] is None
    assert second["branch"]


def test_a_stream_ends_with_the_whole_answer(client: httpx.Client) -> None:
    with client.stream("POST", "/api/v1/ask/stream", json={"q": LOST_CARD_CHILD}) as response:
        lines = [line for line in response.iter_lines() if line]

    assert lines[-2] == "event: answer"
    assert json.loads(lines[-1].removeprefix("data: "))["status"] == "answered"


def test_the_same_key_gives_the_same_answer_and_another_question_under_it_is_refused(client: httpx.Client) -> None:
    key = {"idempotency-key": "k1"}
    first = ask(client, LOST_CARD_CHILD, key)

    assert ask(client, LOST_CARD_CHILD, key).json() == first.json()
    assert ask(client, PASSPORT, key).status_code == 409


def test_the_same_key_sent_twice_at_once_is_answered_once(address: str) -> None:
    def send(_: int) -> str:
        sent: dict[str, Any] = {
            "url": f"{address}/api/v1/ask",
            "json": {"q": PASSPORT},
            "headers": {"idempotency-key": "at-once"},
        }
        return str(httpx.post(**sent, timeout=60).json()["receipt"])

    with ThreadPoolExecutor(4) as pool:
        receipts = set(pool.map(send, range(4)))

    assert len(receipts) == 1


def test_a_cited_passage_can_be_read(client: httpx.Client) -> None:
    (citation, *_) = ask(client, LOST_CARD_CHILD).json()["sentences"][0]["citations"]
    passage = client.get(f"/api/v1/passages/{quote(citation['passage'], safe='')}").json()

    assert citation["quote"] in passage["text"]
    assert len(passage["digest"]) == 64


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/v1/ask", {"q": 1}, 422),
        ("POST", "/api/v1/ask", {}, 422),
        ("POST", "/api/v1/ask", {"q": "x", "colour": 1}, 422),
        ("POST", "/api/v1/ask", {"q": "x", "conversation": {"exchanges": [1]}}, 422),
        ("POST", "/api/v1/ask", {"q": "x" * 70_000}, 413),
        ("GET", "/api/v1/passages/inconnu", None, 404),
        ("GET", "/api/v1/inconnu", None, 404),
        ("GET", "/api/v1/ask", None, 405),
    ],
)
def test_an_error_says_what_to_do_in_the_standard_form(
    client: httpx.Client, method: str, path: str, body: object, status: int
) -> None:
    response = client.request(method, path, json=body)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json().keys() == {"type", "title", "status", "detail"}
    assert response.json()["detail"]


def test_the_description_is_served_here_and_loads_nothing_else(client: httpx.Client) -> None:
    description = client.get("/api/v1/openapi.json").json()

    assert set(description["paths"]) >= {
        "/api/v1/ask",
        "/api/v1/ask/stream",
        "/api/v1/passages/{ref}",
        "/api/v1/status",
    }


def test_it_says_that_it_lives_and_whether_it_answers(bot: Assembly, client: httpx.Client) -> None:
    assert client.get("/api/v1/health").json() == client.get("/api/v1/ready").json() == {"status": "ok"}
    with serving(bot, standing=Standing("L3", demo=False, findings=("Aucune décision.",))) as closed:
        assert httpx.get(f"{closed}/api/v1/health").status_code == 200
        assert httpx.get(f"{closed}/api/v1/ready").status_code == 503
        assert httpx.post(f"{closed}/api/v1/ask", json={"q": LOST_CARD_CHILD}).status_code == 503


def test_limits_are_told_before_and_when_they_are_met(bot: Assembly) -> None:
    with serving(bot, Limits(per_address="2/minute")) as address, httpx.Client(base_url=address, timeout=60) as client:
        first, _, third = (ask(client, LOST_CARD_CHILD) for _ in range(3))

    assert first.headers["ratelimit-remaining"] == "1"
    assert (third.status_code, int(third.headers["retry-after"]) > 0) == (429, True)
