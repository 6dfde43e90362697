"""The releases: candidates, running, past; opinion, decision, levels."""

from ui.console.releases.pages import router
from ui.console.releases.signing import ROOM_FOR_AN_ACT

__all__ = ["ROOM_FOR_AN_ACT", "router"]
