"""Measures of the bot exactly as it is served (floor 3)."""
