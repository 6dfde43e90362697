"""A local server that speaks Mistral's API, to test the bot against honest models, liars and faults."""
