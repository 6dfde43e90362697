"""What residents, agents and the committee see (floor 3)."""
