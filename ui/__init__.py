"""What residents, agents and the committee see (floor 3); built with issues 6 and 7."""
