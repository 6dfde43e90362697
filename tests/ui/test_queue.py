"""The line when too many ask: each knows its rank, keeps it for a while, and nobody takes it or loses it."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest

from bot.assembly import Assembly
from tests.bot.town import LOST_CARD_CHILD
from tests.ui.conftest import serving
from tests.ui.reading import asked, said, text_of
from ui.admission import Admission, BusyError, Limits, Ticket

# No worker at all: whoever asks waits, then is sent away with a place that is kept.
NOBODY = Limits(per_address="1000/minute", overall="1000/minute", workers=0, patience=0.2)


async def ranks(ticket: Ticket) -> list[int]:
    return [rank async for rank in ticket.positions()]


def test_the_first_come_is_the_first_served_and_each_sees_the_line_move() -> None:
    async def line() -> list[list[int]]:
        admission = Admission(Limits(workers=1))
        first, second, third = admission.join(), admission.join(), admission.join()
        waits = [asyncio.create_task(ranks(one)) for one in (first, second, third)]
        for ticket in (first, second):
            await asyncio.sleep(0.01)
            admission.leave(ticket)
        return await asyncio.gather(*waits)

    assert asyncio.run(line()) == [[], [1], [2, 1]]


def test_who_comes_back_with_the_key_has_the_same_rank_and_others_are_served_meanwhile() -> None:
    async def line() -> tuple[int, int, int]:
        admission = Admission(Limits(workers=1, patience=0.05))
        held, late, other = admission.join(), admission.join(), admission.join()
        with pytest.raises(BusyError) as sent_away:
            await ranks(late)
        admission.leave(late)
        admission.leave(held)
        served = admission.rank(other)
        back = admission.join(sent_away.value.key)
        return sent_away.value.position, served, admission.rank(back)

    assert asyncio.run(line()) == (1, 0, 1)


def test_a_place_that_nobody_claims_is_given_up_and_a_key_made_up_gives_none() -> None:
    async def line() -> tuple[int, int]:
        admission = Admission(Limits(workers=0, patience=0.02, kept=0.02))
        gone = admission.join()
        with pytest.raises(BusyError):
            await ranks(gone)
        admission.leave(gone)
        made_up = admission.rank(admission.join("x"))
        await asyncio.sleep(0.03)
        return made_up, admission.rank(admission.join(gone.key))

    assert asyncio.run(line()) == (2, 2)


def test_a_worker_given_back_twice_is_one_worker_and_who_leaves_the_line_is_forgotten() -> None:
    async def line() -> tuple[int, int]:
        admission = Admission(Limits(workers=1))
        first, second, third = admission.join(), admission.join(), admission.join()
        admission.leave(second)
        admission.leave(first)
        admission.leave(first)
        return admission.rank(third), admission.rank(admission.join())

    assert asyncio.run(line()) == (0, 1)


def test_a_full_line_keeps_no_place() -> None:
    async def line() -> BusyError:
        admission = Admission(Limits(workers=0, waiting=1))
        admission.join()
        with pytest.raises(BusyError) as full:
            admission.join()
        return full.value

    error = asyncio.run(line())

    assert (error.position, error.key) == (0, "")


def test_a_machine_is_told_its_rank_and_keeps_it_with_its_ticket(bot: Assembly) -> None:
    with serving(bot, NOBODY) as address, httpx.Client(base_url=address, timeout=60) as client:
        ask = {"url": "/api/v1/ask", "json": {"q": LOST_CARD_CHILD}}
        first, second = client.post(**ask), client.post(**ask)  # type: ignore[arg-type]
        again = client.post(**ask, headers={"queue-ticket": first.json()["ticket"]})  # type: ignore[arg-type]

    assert [one.status_code for one in (first, second, again)] == [503, 503, 503]
    assert [one.json()["position"] for one in (first, second, again)] == [1, 2, 1]
    assert "retry-after" in first.headers


def test_a_stream_tells_the_rank_while_it_waits(bot: Assembly) -> None:
    with serving(bot, NOBODY) as address:
        told = httpx.post(f"{address}/api/v1/ask/stream", json={"q": LOST_CARD_CHILD}, timeout=60).text.split("\n")

    assert told[:2] == ["event: queue", 'data: {"position": 1}']
    assert json.loads(told[4].removeprefix("data: "))["position"] == 1


def test_a_resident_without_script_reads_the_rank_and_goes_on_with_one_button(bot: Assembly) -> None:
    with serving(bot, NOBODY) as address, httpx.Client(base_url=address, timeout=60) as client:
        asked(client, "x")
        waiting = asked(client, LOST_CARD_CHILD)
        form = {name: said(waiting.text, f"form.wait [name={name}]", "value") for name in ("q", "token", "ticket")}
        again = client.post("/question", data=form)

    assert waiting.status_code == again.status_code == 503
    assert "vous êtes 2e dans la file" in text_of(waiting.text)
    assert "3975" in text_of(waiting.text)
    assert form["q"] == LOST_CARD_CHILD
    assert "vous êtes 2e dans la file" in text_of(again.text)


def test_a_resident_with_a_script_reads_the_rank_in_the_stream(bot: Assembly) -> None:
    with serving(bot, NOBODY) as address, httpx.Client(base_url=address, timeout=60) as client:
        client.headers["accept"] = "text/event-stream"
        told = asked(client, LOST_CARD_CHILD).text

    assert told.startswith("event: queue\n")
    assert "bient\\u00f4t votre tour" in told
    assert "event: busy\n" in told
    assert 'name=\\"ticket\\"' in told
