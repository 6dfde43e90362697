"""How the service holds once it runs: weekly reading, refusals, themes, sources, figures, energy, drills."""

from ui.console.monitoring.pages import router

__all__ = ["router"]
