"""From an official document to a searchable passage (floor 1)."""
