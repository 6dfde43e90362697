"""Measure the pages as they are served: `python -m ui.bench [--minutes 10]`; prints one JSON object.

Serves the index in force from another process, on loopback, with limits so wide that they never count; what is kept
goes to a folder of its own. The questions are those of the first page, mixed with follow-ups and one refusal.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from bot.assembly import assemble
from bot.store import open_store
from corpus.settings import load_settings
from ui.themes import suggestions

QUESTIONS = (*(question for theme in suggestions() for question in theme.questions), "Qui a gagné le match hier ?")
_SERVE = "import sys; from ui.bench import child; child(sys.argv[1])"
_BETWEEN = 10.0
_RESIDENTS = 50


def main(
    minutes: Annotated[float, typer.Option(help="Durée de l’essai de charge.")] = 10.0,
    residents: Annotated[int, typer.Option(help="Habitants à la fois.")] = _RESIDENTS,
) -> None:
    """Mesurer le démarrage, la mémoire, le délai d’une réponse et la tenue à la charge."""
    with tempfile.TemporaryDirectory() as folder:
        inside = measured_inside(Path(folder))
        with served(Path(folder)) as (address, pid, cold):
            over = over_http(address, pid)
            load = asyncio.run(loaded(address, pid, residents, minutes * 60))
            rates = asyncio.run(highest(address))
    said = {
        "processors": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "cold_start_to_first_answer_s": cold,
        "in_process_ms": inside,
        "http_ms": over,
        "ratio_p50": round(over["p50"] / inside["p50"], 2),
        "load": load,
        "rate": rates,
    }
    typer.echo(json.dumps(said, indent=2))


def child(folder: str) -> None:
    """Serve in this process, and say the port on the output."""
    import socket  # noqa: PLC0415  of the process served only

    import uvicorn  # noqa: PLC0415

    from ethics.policy import load_policy  # noqa: PLC0415
    from ui.admission import Admission, Limits  # noqa: PLC0415
    from ui.door import Hurried  # noqa: PLC0415
    from ui.records import Records  # noqa: PLC0415
    from ui.server import create_app  # noqa: PLC0415
    from ui.service import Service, Standing  # noqa: PLC0415

    store = open_store(Path(folder))
    records = Records(store, Path(folder), load_policy())
    wide = Limits(per_address="1000000/minute", overall="1000000/minute")
    bot = assemble(load_settings(), keep=store.turns.keep)
    service = Service(bot, Admission(wide), lambda: Standing("L2", demo=True), records=records)
    door = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{door.getsockname()[1]}\n")
    sys.stdout.flush()
    uvicorn.Server(uvicorn.Config(create_app(service), log_level="error", lifespan="off", http=Hurried)).run(
        sockets=[door]
    )


@contextmanager
def served(
    folder: Path, program: str = _SERVE, once: Callable[[str, str], None] | None = None
) -> Iterator[tuple[str, int, float]]:
    """Serve in another process; gives its address, its id, and the seconds from its start to a first answer.

    Args:
        folder: of what it keeps.
        program: what it runs, which says its port first.
        once: asks it one question; as a page when None.
    """
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)  # noqa: S603  ours
    try:
        assert process.stdout is not None
        address = f"http://127.0.0.1:{process.stdout.readline().strip()}"
        (once or asked)(address, QUESTIONS[0])
        yield address, process.pid, round(time.perf_counter() - started, 2)
    finally:
        process.terminate()
        process.wait(10)


def measured_inside(folder: Path) -> dict[str, float]:
    """Time answers in this process, with the same line kept of each."""
    store = open_store(folder / "inside")
    respond = assemble(load_settings(), keep=store.turns.keep).responder.respond
    day, times = date.today(), []  # noqa: DTZ011  a civil day
    respond(QUESTIONS[0], day)
    spent = time.process_time()
    for rank in range(150):
        started = time.perf_counter()
        respond(QUESTIONS[rank % len(QUESTIONS)], day)
        times.append((time.perf_counter() - started) * 1000)
    return summary(times[15:]) | {"processor": round((time.process_time() - spent) * 1000 / len(times), 1)}


def over_http(address: str, pid: int) -> dict[str, float]:
    """Time answers as pages, one at a time, over one connection."""
    times = []
    spent = processor_seconds(pid)
    with httpx.Client(base_url=address) as client:
        token = token_of(client)
        for rank in range(150):
            started = time.perf_counter()
            page = client.post("/question", data={"q": QUESTIONS[rank % len(QUESTIONS)], "token": token})
            times.append((time.perf_counter() - started) * 1000)
            assert page.status_code == 200, page.status_code
    return summary(times[15:]) | {"processor": round((processor_seconds(pid) - spent) * 1000 / len(times), 1)}


async def loaded(address: str, pid: int, residents: int, seconds: float) -> dict[str, Any]:
    """Let residents ask, each with a pause, and watch the memory."""
    times: list[float] = []
    errors: list[str] = []
    memory: list[float] = []
    until = time.monotonic() + seconds

    async def resident(seed: int) -> None:
        drawn = random.Random(seed)  # noqa: S311  a mix, not a secret
        await asyncio.sleep(drawn.uniform(0, _BETWEEN))
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            token = (await client.get("/")).text.partition('name="token" value="')[2].partition('"')[0]
            while time.monotonic() < until:
                started = time.perf_counter()
                try:
                    page = await client.post("/question", data={"q": drawn.choice(QUESTIONS), "token": token})
                    if page.status_code != 200:
                        errors.append(str(page.status_code))
                except httpx.HTTPError as error:
                    errors.append(type(error).__name__)
                times.append((time.perf_counter() - started) * 1000)
                await asyncio.sleep(_BETWEEN)

    async def watch() -> None:
        while time.monotonic() < until:
            await asyncio.sleep(5)
            memory.append(resident_megabytes(pid))

    await asyncio.gather(watch(), *(resident(seed) for seed in range(residents)))
    warm = memory[len(memory) // 5] if memory else float("nan")
    growth = round((memory[-1] / warm - 1) * 100, 2) if memory else float("nan")
    return {
        "residents": residents,
        "seconds": seconds,
        "answers": len(times),
        "errors": len(errors),
        "ms": summary(times),
        "memory_mb": {"warm": warm, "end": memory[-1] if memory else None, "growth_percent": growth},
    }


async def highest(address: str) -> dict[str, float]:
    """Raise the number asking without a pause until p95 passes one second; return the last rate below it."""
    held = {"asking": 0.0, "answers_a_second": 0.0, "p95_ms": 0.0}
    for asking in (1, 2, 4, 8, 16, 32, 64):
        times: list[float] = []
        until = time.monotonic() + 8

        async def ask(seed: int, times: list[float] = times, until: float = until) -> None:
            drawn = random.Random(seed)  # noqa: S311  a mix, not a secret
            async with httpx.AsyncClient(base_url=address, timeout=60) as client:
                token = (await client.get("/")).text.partition('name="token" value="')[2].partition('"')[0]
                while time.monotonic() < until:
                    started = time.perf_counter()
                    page = await client.post("/question", data={"q": drawn.choice(QUESTIONS), "token": token})
                    page.raise_for_status()
                    times.append((time.perf_counter() - started) * 1000)

        started = time.perf_counter()
        await asyncio.gather(*(ask(seed) for seed in range(asking)))
        spent = time.perf_counter() - started
        if summary(times)["p95"] > 1000:
            break
        held = {
            "asking": asking,
            "answers_a_second": round(len(times) / spent, 1),
            "p95_ms": summary(times)["p95"],
        }
    return held


def summary(times: list[float]) -> dict[str, float]:
    """Return the number of times, their median, their 95th percentile and their greatest, in milliseconds."""
    ranked = sorted(times)
    at = [ranked[min(len(ranked) - 1, int(len(ranked) * share))] if ranked else float("nan") for share in (0.5, 0.95)]
    return {
        "n": len(ranked),
        "p50": round(at[0], 1),
        "p95": round(at[1], 1),
        "max": round(ranked[-1], 1) if ranked else float("nan"),
    }


def asked(address: str, question: str) -> None:
    """Ask once, and check that a page came."""
    with httpx.Client(base_url=address, timeout=60) as client:
        page = client.post("/question", data={"q": question, "token": token_of(client)})
        page.raise_for_status()


def token_of(client: httpx.Client) -> str:
    """Return the token of a new visit."""
    return client.get("/").text.partition('name="token" value="')[2].partition('"')[0]


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has used: what a crowded machine does not change."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid: int) -> float:
    """Return the memory of a process, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


if __name__ == "__main__":
    typer.run(main)
