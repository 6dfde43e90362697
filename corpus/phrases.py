"""How residents ask for each fiche: our own phrases (lexicon/said_of.tsv), found by and trained on, never shown."""

from __future__ import annotations

from functools import lru_cache

from corpus.analyse import LEXICON


@lru_cache(maxsize=1)
def _said() -> dict[str, str]:
    lines = (LEXICON / "said_of.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t", 1) for line in lines if "\t" in line and not line.startswith("#"))
    return {identifier: phrases.replace(" ; ", "\n") for identifier, phrases in pairs}


def said_of(identifier: str) -> str:
    """Return how residents ask for a document, one phrase a line; empty when nobody wrote it down."""
    return _said().get(identifier, "")
