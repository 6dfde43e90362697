"""How long work tells that it goes on, to a terminal or to nobody."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """What a long task calls; one stage at a time."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Begin a stage: its key in messages.fr.toml, and how many steps it has, where that is known."""

    def advance(self, steps: int = 1) -> None:
        """Count steps done in the current stage."""


class Silent:
    """Tells nobody."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Ignore the stage."""

    def advance(self, steps: int = 1) -> None:
        """Ignore the steps."""
