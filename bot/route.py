"""What a question asks for, told before any search: small talk, a local fact, a personal file, a report, elsewhere...

Words and rules are data (route.toml), read in order: the first rule that holds settles the turn. When none does, a
trained model may (bot/intent_leaning.py), or ask the search for stronger evidence. What is left goes on to the search,
with a notice when the asker wants a verdict on their own rights.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.cues import Concept, Window, windows
from bot.intent_leaning import sound
from bot.intents import Named, Rule, Words
from bot.pick import is_bare_pick
from bot.places import without_places
from bot.turn import Status, Turn
from corpus.contacts import Authorities, Contacts
from corpus.errors import ConfigurationError
from corpus.personal_data import without_tokens
from corpus.search import Searcher

_FILE = Path(__file__).with_suffix(".toml")

_LITTLE, _A_SENTENCE = 2, 4
"""Words of its own under which a follow-up is also read with what it follows, and from which the model hears it."""

GIVEN = frozenset(
    {
        Status.REFUSED_SMALL_TALK,
        Status.REFUSED_OPINION,
        Status.REFUSED_ADVICE,
        Status.HANDOVER_REPORT,
        Status.UNANSWERABLE_LOCAL_FACT,
        Status.UNANSWERABLE_PERSONAL_FILE,
        Status.UNANSWERABLE_ELSEWHERE,
        Status.UNANSWERABLE_AUTHORITY,
        Status.UNANSWERABLE_OUT_OF_SCOPE,
    }
)
"""What a rule may end a turn with: never an answer, nor what another step decides."""

OVERRULED = frozenset(
    {
        Status.UNANSWERABLE_LOCAL_FACT,
        Status.UNANSWERABLE_PERSONAL_FILE,
        Status.UNANSWERABLE_AUTHORITY,
        Status.UNANSWERABLE_ELSEWHERE,
        Status.UNANSWERABLE_OUT_OF_SCOPE,
    }
)
"""Ends that the trained model may overrule: their words ("mon dossier", an hospital, a town) are those of many
procedures."""

_AT_LEAST = dict.fromkeys(OVERRULED, 0.3) | {
    Status.HANDOVER_REPORT: 0.5,
    Status.UNANSWERABLE_ELSEWHERE: 0.5,
}
"""Share from which a question, place and all, may be one that a document answers though a rule holds by its place.

None of the questions without an answer of the opened sets (tune halves) is let through. Everyday phrases of
corpus/lexicon/said_of.tsv (316) settled before the search: 9 as they are; 26, then 18 with "j'habite rue de Tolbiac"
added; 23, then 12 with "mon frère habite à Marseille"."""

_AS_LIKELY = 0.5
"""Share from which a question, its places left out, is as likely as not one that a document may answer."""

_OF_A_PLACE = frozenset({"local_fact", "public_space", "opinion"})
"""Kinds of the model that may be about a place: its name is then part of what is asked."""


class Route:
    """The step that settles what no document can answer, before any search.

    Attributes:
        words: the concepts of the file.
    """

    def __init__(
        self,
        authorities: Authorities,
        contacts: Contacts,
        searcher: Searcher | None = None,
        path: Path = _FILE,
        *,
        rules_only: bool = False,
    ) -> None:
        """Read the rules.

        Args:
            authorities: who decides what; gives operators their name.
            contacts: checked to hold every line that a rule sends to.
            searcher: tells a language that the index cannot read; None leaves that to the search.
            path: of the rules.
            rules_only: leave the trained model out, as while it is trained.

        Raises:
            ConfigurationError: a rule gives a status that is not its to give, or names an unknown concept, authority
                or contact; or a phrase cannot be read.
        """
        self._searcher = searcher
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        self._longest: int = tables["longest"]
        self.words = Words(
            {name: Concept(phrases) for name, phrases in tables["concept"].items()},
            tuple(Named(row["name"], Concept(row["said"])) for row in tables["category"]),
            tuple(_operator(row, authorities) for row in tables["operator"]),
        )
        self._rules = tuple(_rule(row, self.words, contacts, self._longest) for row in tables["rule"])
        self._leanings = tuple(
            (row["kind"], _rule(row, self.words, contacts, self._longest))
            for row in (() if rules_only else tables.get("leaning", ()))
        )

    def __call__(self, turn: Turn) -> Turn:
        """Settle the turn when a rule holds; a document chosen by the resident is answered from whatever is asked."""
        if turn.status is not None or (turn.conversation.document and turn.own_words is None):
            return turn
        if is_bare_pick(without_tokens(turn.text)):
            # It picked no option of a question (bot/rewrite.py): "7" asks for nothing, and is added to nothing.
            told = tuple(notice for notice in turn.notices if notice[0] != "follow_up")
            return replace(turn, status=Status.REFUSED_EMPTY, notices=told)
        if turn.own_words is not None:
            return self._follow_up(turn, turn.own_words)
        if self._unread(turn.query):
            return replace(turn, status=Status.UNANSWERABLE_LANGUAGE)
        return self._noticed(self._by_leaning(self._by_rule(turn, turn.query), turn.query), turn.query)

    def _follow_up(self, turn: Turn, own_words: int) -> Turn:
        """Read a follow-up by itself, and one that says little ("et le dimanche ?") also with what had no answer."""
        said = without_tokens(turn.text)
        if self._unread(said) and self._unread(turn.query):
            return replace(turn, status=Status.UNANSWERABLE_LANGUAGE)
        told = self._by_rule(turn, said)
        if told.status is Status.REFUSED_SMALL_TALK:
            # "oui", "d'accord" in the middle of a procedure: the subject goes on.
            told = turn
        if own_words < _LITTLE and not turn.conversation.exchanges[-1].document:
            told = self._by_rule(told, turn.query)
        elif own_words >= _A_SENTENCE:
            told = self._by_leaning(told, said)
        return self._noticed(told, said)

    def _by_rule(self, turn: Turn, text: str) -> Turn:
        said = len(text.split())
        if turn.status is not None or said > self._longest:
            return turn
        stretches = windows(text)
        for rule in self._rules:
            for window in stretches if said <= rule.longest else ():
                if self.words.holds(rule, window):
                    if self._leanings and rule.status in OVERRULED and sound(text, self.words).answerable:
                        return turn
                    if not self._by_place_alone(rule, window):
                        return self._settled(turn, rule, window)
        return turn

    def _by_place_alone(self, rule: Rule, window: Window) -> bool:
        """Tell whether a rule holds by the name of a place alone, in a question that a document may well answer.

        "Rue de Tolbiac" says where somebody lives or was robbed, seldom what is asked.
        """
        bare = without_places(window.text)
        if not self._leanings or rule.status not in _AT_LEAST or bare == window.text:
            return False
        left = Window.of(bare)
        if self.words.holds(rule, left) or self.words.hears("over_there", left):
            return False
        said, told = sound(window.text, self.words).share, sound(bare, self.words).share
        return said >= _AT_LEAST[rule.status] and told >= _AS_LIKELY

    def _by_leaning(self, turn: Turn, text: str) -> Turn:
        if turn.status is not None or not self._leanings or len(text.split()) > self._longest:
            return turn
        whole, sounded = Window.of(text), sound(text, self.words)
        bare = without_places(text)
        # A question is not one that no document answers because it says where: without its places it must sound so too.
        other = sounded if bare == text else sound(bare, self.words)
        same = sounded.kind in {other.kind, *_OF_A_PLACE} or self._of_elsewhere(Window.of(bare))
        for kind, rule in self._leanings:
            if kind == sounded.kind and same and self.words.holds(rule, whole):
                return self._settled(turn, rule, whole)
        return replace(turn, least=min(sounded.least, other.least))

    def _of_elsewhere(self, bare: Window) -> bool:
        """Tell whether a question names another place than that of somebody's home."""
        return any(self.words.hears(name, bare) for name in ("over_there", "town", "country", "people"))

    def _noticed(self, turn: Turn, text: str) -> Turn:
        whole = Window.of(text)
        if (
            turn.status is None
            and self.words.hears("eligibility", whole)
            and not self.words.hears("right_to_do", whole)
        ):
            return replace(turn, notices=(*turn.notices, ("eligibility", "")))
        return turn

    def _settled(self, turn: Turn, rule: Rule, window: Window) -> Turn:
        topic, contact = self.words.matter(rule, window)
        return replace(turn, status=rule.status, topic=topic, contact=contact or turn.contact)

    def _unread(self, text: str) -> bool:
        """Tell whether the question is in another language, none of whose words the glossary knows."""
        if self._searcher is None:
            return False
        question = self._searcher.analyse(text)
        return question.language != "fr" and not question.terms


def _operator(row: Mapping[str, Any], authorities: Authorities) -> Named:
    if "authority" not in row:
        return Named(row["name"], Concept(row["said"]))
    authority = authorities.get(row["authority"])
    if authority is None:
        raise ConfigurationError(f"route.toml: the authority {row['authority']!r} is not in authorities.toml.")
    return Named(authority.name, Concept(row["said"]), authority.contact)


def _rule(row: Mapping[str, Any], words: Words, contacts: Contacts, longest: int) -> Rule:
    if row["status"] not in GIVEN:
        raise ConfigurationError(f"route.toml: a rule may not end a turn with {row['status']!r}.")
    rule = Rule(
        Status(row["status"]),
        tuple(tuple(choice.split("|")) for choice in row.get("all", ())),
        tuple(row.get("none", ())),
        tuple(row.get("whole", ())),
        row.get("topic", ""),
        row.get("contact", ""),
        row.get("longest", longest),
    )
    named = {name for choice in rule.all for name in choice} | {*rule.none, *rule.whole}
    if unknown := sorted(named - words.concepts.keys() - words.computed.keys()):
        raise ConfigurationError(f"route.toml: the concept {unknown[0]!r} is not in the file.")
    if rule.contact and contacts.get(rule.contact) is None:
        raise ConfigurationError(f"route.toml: the contact {rule.contact!r} is not in contacts.toml.")
    return rule
