"""The rules in force and the records kept: standard library and `cryptography` only (ground floor)."""
