"""The town of the tests of the bot, for runs of a few cases."""

from __future__ import annotations

from tests.bot.conftest import bot, served, town

__all__ = ["bot", "served", "town"]
