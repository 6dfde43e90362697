"""Kinds of questions and how each is recognised: concepts heard, rules over them, what a rule says of the matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.cues import Concept, Window
from bot.places import (
    country_heard,
    names_a_district,
    names_a_facility,
    names_a_way,
    people_heard,
    town_heard,
    words_before_country,
)
from bot.turn import Status

_NEAR = 5
"""Words before a country in which its matter is named."""

_IN = frozenset({"en", "au", "aux", "a", "in"})
"""Words before a country that opens the question."""

Heard = Callable[[Window], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of question is recognised.

    Attributes:
        whole: nothing else is said than these concepts.
        all: each of these is heard; each is a choice of concepts.
        none: none of these is.
        topic: `category`, `place` or `operator` names what was heard; another word is kept as it is.
        contact: id of the line of contacts.toml to send the resident to; empty leaves the choice to the reply.
        longest: words of the message from which the rule says nothing.
    """

    status: Status
    all: tuple[tuple[str, ...], ...] = ()
    none: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    topic: str = ""
    contact: str = ""
    longest: int = 70


@dataclass(frozen=True, slots=True)
class Named:
    """A family of words with the name that a resident reads for it, and the line of contacts.toml, if any."""

    name: str
    said: Concept
    contact: str = ""


@dataclass(slots=True)
class Words:
    """The concepts of the file and those computed by code, by name."""

    concepts: Mapping[str, Concept]
    categories: tuple[Named, ...]
    operators: tuple[Named, ...]
    computed: Mapping[str, Heard] = field(init=False)

    def __post_init__(self) -> None:
        """Name the concepts that words alone do not tell."""
        self.computed = {
            "named_place": names_a_way,
            "named_facility": names_a_facility,
            "district": names_a_district,
            "town": lambda window: bool(town_heard(window)),
            "country": lambda window: bool(country_heard(window)),
            "matter_there": self._matter_there,
            "people": lambda window: bool(people_heard(window)),
            "category": lambda window: first_heard(self.categories, window) is not None,
            "operator": lambda window: first_heard(self.operators, window) is not None,
        }

    def hears(self, name: str, window: Window) -> bool:
        """Tell whether a concept is heard."""
        computed = self.computed.get(name)
        return computed(window) if computed else self.concepts[name](window.words)

    def _matter_there(self, window: Window) -> bool:
        """Tell whether a country is where the matter is (`le chômage en Suisse`), not where the asker goes."""
        before = words_before_country(window)
        if before is None:
            return False
        near = " ".join(["", *before.split()[-_NEAR:]])
        opens = _IN.issuperset(before.split())
        return self.hears("foreign_matter", window if opens else Window(window.text, near))

    def holds(self, rule: Rule, window: Window) -> bool:
        """Tell whether a rule holds."""
        if rule.whole:
            rest = window.words
            for name in rule.whole:
                rest = self.concepts[name].rest(rest)
            return bool(window.words) and not rest
        return all(any(self.hears(name, window) for name in choice) for choice in rule.all) and not any(
            self.hears(name, window) for name in rule.none
        )

    def matter(self, rule: Rule, window: Window) -> tuple[str, str]:
        """Name what a rule that holds is about, and the line of contacts.toml to call, each empty when it has none."""
        families = {"category": self.categories, "operator": self.operators}.get(rule.topic)
        if families is not None and (named := first_heard(families, window)):
            return named.name, named.contact or rule.contact
        if rule.topic == "place":
            return town_heard(window) or country_heard(window) or people_heard(window), rule.contact
        return rule.topic, rule.contact


def first_heard(families: Iterable[Named], window: Window) -> Named | None:
    """Return the first family heard, None when none is."""
    return next((family for family in families if family.said(window.words)), None)
