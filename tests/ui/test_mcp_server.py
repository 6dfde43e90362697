"""An assistant that speaks MCP gets the same cited answers, or the same refusals, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from anyio import run
from mcp import Client

from bot.assembly import Assembly
from tests.bot.town import ELSEWHERE, LOST_CARD_CHILD
from tests.ui.conftest import serving
from ui.service import Standing


def call(address: str, tool: str, **arguments: object) -> Any:
    async def called() -> Any:
        async with Client(f"{address}/mcp") as client:
            return await client.call_tool(tool, arguments)

    return run(called)


def names(address: str) -> set[str]:
    async def listed() -> set[str]:
        async with Client(f"{address}/mcp") as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    return run(listed)


def test_it_offers_to_ask_and_to_search(address: str) -> None:
    assert names(address) == {"ask", "search"}


def test_an_answer_is_cited(address: str) -> None:
    answer = call(address, "ask", question=LOST_CARD_CHILD).structured_content

    assert answer["status"] == "answered"
    assert all(sentence["citations"] for sentence in answer["sentences"])
    assert answer["receipt"]


def test_a_refusal_names_somebody(address: str) -> None:
    answer = call(address, "ask", question=ELSEWHERE).structured_content

    assert answer["status"] != "answered"
    assert answer["contact"]["phone"]


@pytest.mark.parametrize("count", [-5, 1, 3])
def test_a_search_gives_whole_passages(address: str, count: int) -> None:
    found = call(address, "search", query="carte d'identité", count=count).structured_content["result"]

    assert 1 <= len(found) <= max(1, count)
    assert found[0]["text"]
    assert found[0]["licence"]


def test_nothing_is_answered_when_nothing_is_approved(bot: Assembly) -> None:
    with serving(bot, standing=Standing("L3", demo=False)) as closed:
        assert call(closed, "ask", question=LOST_CARD_CHILD).is_error
