"""The highest rate held, beside a Gradio ChatInterface over the same engine: `python -m ui.bench_beside`.

Needs the extra `ui`. Both are served from processes of their own, on loopback, with as many questions answered at once;
each number of people asking without a pause is tried on one, then on the other, so that a crowded machine crowds both.
Ours returns the whole page; Gradio's its event stream, as its own client reads it. Prints one JSON object, where
`ceiling` is what one processor would answer in a second at the processor time spent: a crowded machine changes it less.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from bot.assembly import assemble
from bot.render import render
from bot.store import open_store
from bot.turn import NO_CONVERSATION
from corpus.settings import load_settings
from ui.admission import Limits
from ui.bench import QUESTIONS, processor_seconds, resident_megabytes, served, summary

LEVELS = (1, 2, 4, 8, 16, 32, 64)
LONGEST_MS = 1000.0
"""The 95th percentile under which a rate is held."""
_FEWEST = 30
_GRADIO = "import sys; from ui.bench_beside import gradio_child; gradio_child(sys.argv[1])"

Ask = Callable[[httpx.AsyncClient, str], Awaitable[None]]


def main(seconds: Annotated[float, typer.Option(help="Durée de chaque palier.")] = 8.0) -> None:
    """Mesurer le plus haut débit tenu, ici et avec Gradio, dans le même essai."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours"), Path(folder, "gradio")
        with served(ours) as (page, pid, cold), served(theirs, _GRADIO, _gradio_once) as (chat, other, other_cold):
            found = asyncio.run(
                _climbed({"cite": (page, pid, _ask_page), "gradio": (chat, other, _ask_gradio)}, seconds)
            )
            found["cite"] |= {"cold_start_s": cold, "memory_mb": resident_megabytes(pid)}
            found["gradio"] |= {"cold_start_s": other_cold, "memory_mb": resident_megabytes(other)}
    said = {"processors": os.cpu_count(), "load_average": {"before": load, "after": os.getloadavg()[0]}, **found}
    typer.echo(json.dumps(said, indent=2))


def gradio_child(folder: str) -> None:
    """Serve the same engine behind a Gradio ChatInterface in this process, and say the port on the output."""
    import socket  # noqa: PLC0415  of the process served only

    import uvicorn  # noqa: PLC0415
    from fastapi import FastAPI  # noqa: PLC0415

    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # By its name: a measure, which no page of ours imports, and which runs where the extra is installed.
    gradio: Any = import_module("gradio")
    store = open_store(Path(folder))
    bot = assemble(load_settings(), keep=store.turns.keep)

    def respond(message: str, _: list[Any]) -> str:
        turn = bot.responder.respond(message, date.today(), conversation=NO_CONVERSATION)  # noqa: DTZ011  a civil day
        return render(turn, bot.reply.contact(turn), urgent=bot.reply.urgent(turn))

    chat = gradio.ChatInterface(respond, concurrency_limit=Limits().workers, api_name="chat")
    chat.queue(max_size=None)
    door = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{door.getsockname()[1]}\n")
    sys.stdout.flush()
    pages = gradio.mount_gradio_app(FastAPI(), chat, path="/")
    uvicorn.Server(uvicorn.Config(pages, log_level="error")).run(sockets=[door])


async def _climbed(sites: dict[str, tuple[str, int, Ask]], seconds: float) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        name: {"held": {"asking": 0, "answers_a_second": 0.0}, "tried": []} for name in sites
    }
    climbing = dict(sites)
    for asking in LEVELS:
        for name, (address, pid, ask) in tuple(climbing.items()):
            tried = await _tried(address, pid, ask, asking, seconds)
            found[name]["tried"].append(tried)
            if tried["errors"] or tried["p95"] > LONGEST_MS:
                del climbing[name]
            else:
                found[name]["held"] = tried
    return found


async def _tried(address: str, pid: int, ask: Ask, asking: int, seconds: float) -> dict[str, Any]:
    times: list[float] = []
    errors: list[str] = []
    spent, started = processor_seconds(pid), time.perf_counter()

    async def person(seed: int) -> None:
        drawn = random.Random(seed)  # noqa: S311  a mix, not a secret
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            # A few answers at least, or a percentile would say nothing on a slow machine.
            while time.perf_counter() - started < seconds or len(times) < _FEWEST:
                begun = time.perf_counter()
                try:
                    await ask(client, drawn.choice(QUESTIONS))
                except (httpx.HTTPError, ValueError) as error:
                    errors.append(type(error).__name__)
                times.append((time.perf_counter() - begun) * 1000)

    await asyncio.gather(*(person(seed) for seed in range(asking)))
    rate = round(len(times) / (time.perf_counter() - started), 1)
    used = round((processor_seconds(pid) - spent) * 1000 / max(1, len(times)), 1)
    ceiling = round(1000 / used, 1) if used else float("nan")
    return {
        "asking": asking,
        "answers_a_second": rate,
        "errors": len(errors),
        "processor_ms": used,
        "ceiling": ceiling,
        **summary(times),
    }


async def _ask_page(client: httpx.AsyncClient, question: str) -> None:
    if "x-token" not in client.headers:
        client.headers["x-token"] = (await client.get("/")).text.partition('name="token" value="')[2].partition('"')[0]
    page = await client.post("/question", data={"q": question, "token": client.headers["x-token"]})
    page.raise_for_status()


async def _ask_gradio(client: httpx.AsyncClient, question: str) -> None:
    begun = await client.post("/gradio_api/call/chat", json={"data": [question]})
    begun.raise_for_status()
    told = await client.get(f"/gradio_api/call/chat/{begun.json()['event_id']}")
    if "event: complete" not in told.text:
        raise ValueError("Gradio gave no whole answer.")


def _gradio_once(address: str, question: str) -> None:
    async def once() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            await _ask_gradio(client, question)

    asyncio.run(once())


if __name__ == "__main__":
    typer.run(main)
