"""The reading of answers, one at a time, blind to the other readers."""

from ui.console.audit.pages import install, router

__all__ = ["install", "router"]
