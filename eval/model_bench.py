"""What the port of the model adds to a bare call of the same server, as a ratio: `python -m eval.model_bench`.

    python -m eval.model_bench [--calls 200] [--json]

Bare: one HTTP client kept open, the events of the stream read as lines. Port: the same prompt through `bot.model`
(client of Mistral, reader thread, circuit breaker, deadline). One call at a time, both in turn, against the test
server in a process of its own: at once, then at the pace of a fast model (20 ms a chunk).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import httpx
import numpy as np

from bot.model import Message
from bot.model.failover import Failover
from bot.model.server import MAX_TOKENS, Address, Server
from eval.mistral_server.server import VERBATIM
from eval.unplug_drill import server_process

_TEXT = "La demande se fait en mairie. Elle est gratuite. Le délai dépend du lieu et de la période de la demande. "
_PASSAGES = 8
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds of one call, bare and through the port; p50 and p95."""

    pace: float
    calls: int
    bare_p50: float
    bare_p95: float
    port_p50: float
    port_p95: float
    ratio_p50: float
    ratio_p95: float


def prompt() -> list[Message]:
    """Return a prompt of the size of a real one."""
    given = "".join(
        f'<passage n="{n}" document="F{n}" title="Acte" path="Démarche">{_TEXT * 5}</passage>'
        for n in range(1, _PASSAGES + 1)
    )
    return [Message("user", f"<question>Comment demander un acte ?</question>{given}")]


def measure(pace: float, calls: int) -> Row:
    """Measure one pace of the server."""
    schema = {"type": "object", "properties": {"answerable": {"type": "boolean"}}}
    with server_process(pace) as (url, _), httpx.Client(timeout=60) as client:
        port = Failover([Server(Address(url, VERBATIM))])
        ways: tuple[Callable[[], str], ...] = (
            lambda: _bare(client, url, schema),
            lambda: "".join(port.draft(prompt(), schema, time.monotonic() + 60)),
        )
        assert ways[0]() == ways[1]()
        times = [[_timed(way) for way in ways] for _ in range(calls + _WARM_UP)][_WARM_UP:]
    bare, ported = np.array(times).T * 1000
    (b50, b95), (p50, p95) = (np.percentile(each, [50, 95]) for each in (bare, ported))
    return Row(pace, calls, b50, b95, p50, p95, p50 / b50, p95 / b95)


def _timed(way: Callable[[], str]) -> float:
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


def _bare(client: httpx.Client, url: str, schema: dict[str, Any]) -> str:
    wanted = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema, "strict": True}}
    messages = [asdict(message) for message in prompt()]
    body = {
        "model": VERBATIM,
        "messages": messages,
        "stream": True,
        "response_format": wanted,
        "max_tokens": MAX_TOKENS,
    }
    texts: list[str] = []
    with client.stream("POST", f"{url}/v1/chat/completions", json=body) as answer:
        frames = (json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: {"))
        texts.extend(frame["choices"][0]["delta"]["content"] for frame in frames)
    return "".join(texts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return a process exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.model_bench", description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="at once; a tenth of it at the pace of a model")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args(arguments)
    for pace, calls in ((0.0, said.calls), (0.02, max(1, said.calls // 10))):
        made = measure(pace, calls)
        print(json.dumps(asdict(made)) if said.json else _line(made), flush=True)
    return 0


def _line(made: Row) -> str:
    bare = f"bare p50 {made.bare_p50:.1f} p95 {made.bare_p95:.1f} ms"
    port = f"port p50 {made.port_p50:.1f} p95 {made.port_p95:.1f} ms"
    ratio = f"ratio p50 {made.ratio_p50:.2f} p95 {made.ratio_p95:.2f}"
    return f"pace {made.pace:.2f} s, n = {made.calls}: {bare}; {port}; {ratio}"


if __name__ == "__main__":
    sys.exit(main())
