"""The roster, the policy and the log, as they were at each moment."""

from ui.console.history.pages import router

__all__ = ["router"]
