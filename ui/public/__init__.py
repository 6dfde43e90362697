"""What the City publishes of the service: rules, state, errors, and how to check it."""
