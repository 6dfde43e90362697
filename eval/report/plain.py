"""From the names of the program to words: what a member of the committee reads of a score and of a refused sentence.

A score explains itself with ids (a status, a document, an emergency line, what became of a branch): short for who mends
the service, closed to anybody else. Each is replaced by its words, and a document keeps its id beside its title.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from corpus.contacts import load_contacts
from eval.branch_bench import Verdict

_WORDS = Path(__file__).with_name("words.toml")
_REASONS = Path(__file__).parents[2] / "bot" / "checks" / "reasons.toml"
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_VERDICTS = "|".join(re.escape(verdict.value) for verdict in Verdict)
_VERDICT = re.compile(rf"(?<=\()(?:{_VERDICTS})(?=\))|^(?:{_VERDICTS})$")
"""What became of a branch: alone, or between brackets after what it broke."""

_FAMILIES = ("statut ", "refusée : ", "attendu : ")
"""After these, a word such as `answered` is the name of a status; elsewhere it may be a word of a document."""


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the words of the report."""
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


@cache
def lines() -> dict[str, str]:
    """Return the names of those who can be called, by id."""
    return {contact.id: contact.name for contact in load_contacts()}


def in_words(metric: str, why: str, titles: Mapping[str, str]) -> str:
    """Return why a metric failed, in words.

    Args:
        metric: its name; only the explanation that names statuses or lines is read as such.
        why: its explanation, with ids.
        titles: of documents, by id.
    """
    why = _VERDICT.sub(lambda found: words()["branch"][Verdict(found[0]).name.lower()], why)
    known: dict[str, str] = {name: f"« {title} » ({name})" for name, title in titles.items()}
    if why.startswith(_FAMILIES):
        known |= words()["status"]
    if metric in {"urgent_number", "severe"}:
        known |= lines()
    return _TOKEN.sub(lambda found: known.get(found[0], found[0]), why)


def reason(key: str) -> str:
    """Return why a sentence of a model was refused, in words."""
    found: dict[str, str] = tomllib.loads(_REASONS.read_text(encoding="utf-8"))["reason"]
    return found.get(key, key)
