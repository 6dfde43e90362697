"""Time the desk with many agents at once: `python -m ui.desk.bench URL NAME LETTERS.jsonl [--agents 20]`.

The password is read on the standard input; the account passes the initiation. Each agent takes one letter in and
receives its draft; one JSON object is printed. An agent may take twenty letters a minute, so twenty is the most for
one account.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from math import inf
from pathlib import Path

import httpx

from ui.desk.training import quiz

_SECONDS = 120.0


async def measure(address: str, name: str, password: str, letters: list[str], agents: int) -> dict[str, object]:
    """Return how long drafts took, in seconds, when all are asked for at once, and how many were refused.

    Raises:
        RuntimeError: the account cannot sign in.
    """
    async with httpx.AsyncClient(base_url=address, timeout=_SECONDS) as client:
        form = (await client.get("/connexion")).text
        await client.post("/connexion", data={"token": _token(form), "name": name, "password": password})
        token = _token((await client.get("/compte")).text)
        right = {f"question-{rank}": str(one.right) for rank, one in enumerate(quiz().questions)}
        await client.post("/bureau/initiation", data={"token": token, **right})

        async def one(text: str) -> float:
            started = time.perf_counter()
            answer = await client.post("/bureau/lettre", data={"token": token, "text": text})
            # Whoever is told to come back has no draft: nothing that is not infinite would be true.
            return time.perf_counter() - started if answer.status_code == 200 else inf

        alone = await one(letters[0])
        started = time.perf_counter()
        taken = sorted(await asyncio.gather(*(one(letters[rank % len(letters)]) for rank in range(agents))))
        whole = time.perf_counter() - started
    figures = {
        "alone_s": alone,
        "median_s": taken[len(taken) // 2],
        "p95_s": taken[-(-95 * len(taken) // 100) - 1],
        "worst_s": taken[-1],
        "whole_s": whole,
    }
    told = {name: round(value, 3) if value < inf else "refused" for name, value in figures.items()}
    return {"agents": agents, "refused": taken.count(inf), **told}


def _token(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("La page n’a pas de formulaire : vérifiez l’adresse, le compte et le mot de passe.")
    return found[1]


def main() -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("name")
    parser.add_argument("letters", type=Path)
    parser.add_argument("--agents", type=int, default=19)
    chosen = parser.parse_args()
    letters = [json.loads(line)["letter"] for line in chosen.letters.read_text(encoding="utf-8").splitlines()]
    password = sys.stdin.readline().rstrip("\r\n")
    said = asyncio.run(measure(chosen.address, chosen.name, password, letters, chosen.agents))
    sys.stdout.write(json.dumps(said, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
