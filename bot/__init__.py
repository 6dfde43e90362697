"""From a question to an audited answer (floor 2)."""
