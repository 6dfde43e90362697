"""A run in its own process, for a test to kill: `python -m tests.eval.run_process DATA SOURCES OUT`.

It writes the number of answers seen so far, so that the test knows where it strikes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bot.assembly import assemble
from corpus.settings import Settings
from eval.case import Case
from eval.run import Plan, run
from tests.bot.town import DAY, EVERY_QUESTION

PLAN = Plan("essai", [Case(f"t{rank}", q) for rank, q in enumerate(EVERY_QUESTION)], trials=6, day=DAY)


class Told:
    """Progress as lines on standard output."""

    def __init__(self) -> None:
        self._done = 0

    def start(self, stage: str, total: int | None = None) -> None:
        """Say nothing of the stage."""

    def advance(self, steps: int = 1) -> None:
        self._done += steps
        sys.stdout.write(f"{self._done}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    data, sources, out = map(Path, sys.argv[1:])
    settings = Settings(data=data, sources_file=sources, scope="demo")
    run(PLAN, assemble(settings), settings, out, Told())
