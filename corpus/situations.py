"""What a question says of the asker's situation, and the titles and labels that it speaks for or against.

Sibling fiches (adult or minor, lost or stolen) and sibling branches are most of what a ranking gets wrong; both are
told apart by facts of everyday life (data: lexicon/situations.toml). Titles and labels have their own facts: a title
is one among thousands, a label one among a few.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from corpus.analyse import LEXICON, fold
from corpus.quantities import is_minor, quantities_stated

_FILE = LEXICON / "situations.toml"
_AGES = {True: " [mineur]", False: " [majeur]", None: ""}
_GAP = r"(?:(?!,| et | mais | puis | maintenant )[^.;?!]){0,60}?"
_SHORT_GAP = r"(?:(?!,| et | mais )[^.;?!]){0,20}?"
_WORD = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a question may say, and the labels it speaks for (`yes`) and against (`no`)."""

    heard: re.Pattern[str]
    yes: re.Pattern[str] | None
    no: re.Pattern[str] | None

    def speaks(self, folded_label: str) -> int:
        """Return 1 for a label it speaks for, -1 against, 0 when it says nothing of it."""
        return bool(self.yes and self.yes.search(folded_label)) - bool(self.no and self.no.search(folded_label))


def facts_heard(question: str) -> tuple[Fact, ...]:
    """Return the facts that a question states and that tell titles apart."""
    heard = _plain(undenied(question)) + _AGES[is_minor(quantities_stated(question))]
    return tuple(fact for fact in _facts("title_fact") if fact.heard.search(heard))


def situation_heard(question: str) -> tuple[Fact, ...]:
    """Return the facts that a question states and that tell the branches of one document apart."""
    heard = _plain(undenied(question)) + _AGES[is_minor(quantities_stated(question))]
    return tuple(fact for fact in (*_facts("fact"), *_places()) if fact.heard.search(heard))


def undenied(question: str) -> str:
    """Return a question without the loss, the theft or the damage that it says did not happen.

    "C'est pas un vol, je l'ai perdu" tells of a loss, and of nothing else.
    """
    return _default("denied").sub(" ", question)


def speaks_for(facts: Sequence[Fact], label: str) -> int:
    """Count the facts that speak for a label, less those that speak against it."""
    folded = _plain_label(label)
    return sum(fact.speaks(folded) for fact in facts)


def contradicts(facts: Sequence[Fact], label: str) -> int:
    """Count the facts that speak against a label, whatever speaks for it: it is then for somebody else."""
    folded = _plain_label(label) if facts else ""
    return sum(fact.speaks(folded) < 0 for fact in facts)


def unlikely(facts: Sequence[Fact], label: str, question: str) -> bool:
    """Tell whether a label is for a situation that one must state ("mineur"), and that the question does not state."""
    restricted = _restricted(label)
    said = _plain_question(question) if restricted else ""
    return any(word not in said and not any(fact.speaks(word) > 0 for fact in facts) for word in restricted)


def is_general(label: str) -> bool:
    """Tell whether a label is the publisher's own ordinary case."""
    return bool(_default("general").search(_plain(label)))


def is_residual(label: str) -> bool:
    """Tell whether a label is what is left when no other holds ("Autre situation")."""
    return bool(_default("residual").search(_plain(label)))


def are_ways(labels: Sequence[str]) -> bool:
    """Tell whether every label is a way of doing one thing ("Par courrier"), which nobody needs to be asked about."""
    return all(_default("ways").search(_plain(label)) for label in labels)


def are_aspects(labels: Sequence[str]) -> bool:
    """Tell whether every label is a side of the subject ("Procédure", "Peine"), which is read and never chosen."""
    return all(_default("aspects").search(_plain(label)) for label in labels)


def are_outcomes(labels: Sequence[str]) -> bool:
    """Tell whether every label is how a procedure ends ("Demande rejetée"), which an asker seldom knows yet."""
    return all(_default("outcome").search(_plain(label)) for label in labels)


def are_events(labels: Sequence[str]) -> bool:
    """Tell whether every label is something that may happen ("En cas d'hospitalisation")."""
    return all(_default("events").search(_plain(label)) for label in labels)


def is_negative(label: str) -> bool:
    """Tell whether a label says that something is not so."""
    return bool(_default("negative").search(_plain(label)))


def place_rank(label: str) -> int:
    """Say how well a label fits somebody who lives in Paris: 0 names no place, 1 is France, more is closer."""
    patterns = _place_patterns()
    folded = _plain(label)
    return next((len(patterns) - at for at, pattern in enumerate(patterns) if pattern.search(folded)), 0)


def of_an_event(heading: str) -> bool:
    """Tell whether a heading is about something that happens somewhere: a theft, a birth, a journey."""
    return bool(_default("event").search(_plain(heading)))


def names_paris(question: str) -> bool:
    """Tell whether a question names Paris or a place in it."""
    return bool(_default("here").search(_plain(question)))


def names_country(text: str) -> bool:
    """Tell whether a text names a foreign country or a city there."""
    return bool(_default("country").search(_plain(text)))


def may_live_elsewhere(question: str) -> bool:
    """Tell whether a question names a place away from Paris and none in it."""
    heard = _plain(question)
    return bool(_default("away").search(heard)) and not names_paris(question)


def _plain(text: str) -> str:
    return fold(text).replace("’", "'")


# Titles and labels are those of documents, the same ones at each search; a question is never kept.
@lru_cache(maxsize=20_000)
def _plain_label(label: str) -> str:
    return _plain(label)


# One question is compared with a hundred titles.
@lru_cache(maxsize=4)
def _plain_question(question: str) -> str:
    return _plain(question)


@lru_cache(maxsize=20_000)
def _restricted(label: str) -> tuple[str, ...]:
    """The situations that a label is only for, and that one must state."""
    return tuple(found.group() for found in _default("must_be_said").finditer(_plain_label(label)))


def _filled(pattern: str) -> str:
    """Replace each `<name>` by the alternatives of that list."""
    words: dict[str, list[str]] = _table()["words"]
    return _WORD.sub(lambda found: "|".join(words[found.group(1)]), pattern)


@cache
def _facts(name: str) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            re.compile(_filled(fact["heard"])),
            re.compile(_filled(fact["yes"])) if "yes" in fact else None,
            re.compile(_filled(fact["no"])) if "no" in fact else None,
        )
        for fact in _table()[name]
    )


@cache
def _places() -> tuple[Fact, ...]:
    return tuple(fact for event in _table()["event"] for fact in _places_of(event["said"], event["label"]))


def _places_of(said: str, label: str) -> Iterator[Fact]:
    """Facts of one event (a birth, a theft): it took place in France, in Europe, farther."""
    home, europe = r"\b(en france|metropole|dans ce pays)", r"\b(europe|europeenne|ue)\b"
    abroad, far = r"(l'etranger|hors de france|consulaire)", r"\b(autre pays|hors union|en dehors)"
    here = f"(?=.*({label}))"
    for words, yes, no in (
        ("<paris>|<province>|en france", home, f"{abroad}|{europe}|{far}"),
        ("<europe>|<beyond>|<foreign>", abroad, home),
        ("<europe>|en europe", europe, far),
        ("<beyond>", far, europe),
    ):
        place = _filled(rf"\b({words})\b")
        heard = re.compile(f"({said}){_GAP}{place}|{place}{_SHORT_GAP}({said})")
        yield Fact(heard, re.compile(f"^{here}.*({yes})"), re.compile(f"^{here}.*({no})"))


@cache
def _default(name: str) -> re.Pattern[str]:
    return re.compile(_filled(_table()["default"][name]))


@cache
def _place_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _table()["default"]["place"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
