"""A sync in its own process, for a test to kill: `python -m tests.corpus.sync_process FOLDER ARCHIVE`.

It writes the name of each stage as it begins, so that the test knows where it strikes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from corpus.sync import sync
from tests.corpus.builders import TODAY, engines, settings_in


class Told:
    """Progress as lines on standard output."""

    def start(self, stage: str, total: int | None = None) -> None:
        sys.stdout.write(f"{stage}\n")
        sys.stdout.flush()

    def advance(self, steps: int = 1) -> None:
        """Say nothing of single steps."""


if __name__ == "__main__":
    folder, archive = Path(sys.argv[1]), Path(sys.argv[2])
    sync(settings_in(folder), ["fiches"], archive, TODAY, Told(), engines())
