"""The committee at its console, in the small town."""

from __future__ import annotations

from tests.ui.identity.conftest import app, clock, identity, store, visitor

__all__ = ["app", "clock", "identity", "store", "visitor"]
