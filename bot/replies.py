"""What is said when a turn ends without an answer, and whom to call; all the words are in replies.toml."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from bot.places import without_places
from bot.screen import LONGEST
from bot.turn import Status, Turn
from corpus.analyse import terms
from corpus.contacts import Contact, Contacts, topic_terms
from corpus.document import BlockKind, Passage
from corpus.store import DocumentCard

_FILE = Path(__file__).with_suffix(".toml")
_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)


_SPREAD = 2
"""Words that may stand among those of a topic: "contrat en cours ... vol" does not say "vol en cours"."""

_OF_PARIS = "paris_"
"""How the publisher's key of a service of Paris begins."""


class Reply:
    """The step that gives every turn a human contact: the one a step named, else the one whose matter is nearest.

    The matter of an answer is that of its document: whom the document itself sends to, the file that its publisher
    keeps it in, its title. Words of the question alone would send a childminder's notice to the housing agency.
    """

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    def __call__(self, turn: Turn) -> Turn:
        """Name the contact; a question that matches no line is sent to the default one."""
        return replace(turn, contact=next((contact.id for contact in self._fitting(turn)), ""))

    def _fitting(self, turn: Turn) -> Iterator[Contact]:
        named = (*turn.urgent[:1], turn.contact) if turn.status is Status.HANDOVER_URGENT else (turn.contact,)
        yield from (contact for name in named if (contact := self._contacts.get(name)) is not None)
        if turn.card is not None and (turn.sentences or turn.question):
            yield from self._of_document(turn, turn.card)
        else:
            if turn.question is not None and turn.question.documents:
                yield from self._about(turn.question.options[0])
            yield from self._about(without_places(turn.query))
        if (default := self._contacts.get(texts()["contact"]["default"])) is not None:
            yield default

    def _of_document(self, turn: Turn, card: DocumentCard) -> Iterator[Contact]:
        """Lines for the matter of a document, best first; an emergency line is only for a danger heard."""
        query = without_places(turn.query)
        places = _places_named(turn.passages)
        named = [line for place in places if (line := self._line_of(*place)) is not None]
        keyed = [line for _, key in places if key and (line := self._contacts.resolve_pivot(key)) is not None]
        files = [self._contacts.get(texts()["dossier"].get(name, "")) for name in card.breadcrumb[:0:-1]]
        # What the matter tells of, among the services that the document names; then one of Paris.
        yield from self._about(f"{card.title} {query}", named)
        yield from (line for line in keyed if any(pivot.startswith(_OF_PARIS) for pivot in line.pivots))
        yield from (line for line in files if line is not None)
        yield from self._about(card.title)
        yield from self._about(query, self._beside(card))
        yield from (line for line, times in Counter(keyed).most_common() if 2 * times >= len(places))
        yield from named[: len(set(named)) == 1 == len(set(places))]
        if (general := self._contacts.get(texts()["dossier"].get(card.theme, ""))) is not None:
            yield general

    def _beside(self, card: DocumentCard) -> Iterator[Contact]:
        """Lines that the words of a question may name beside a document: those of its theme or of its title."""
        of_theme = texts()["theme"].get(card.theme, "").split()
        return (line for line in self._contacts if line.id in of_theme or _shares_a_word(line.topics, card.title))

    def _line_of(self, name: str, pivot: str) -> Contact | None:
        """Return the line of a service that a document names, by its local key, else by its name."""
        said = set(terms(name))
        of_name = [line for line in self._contacts if said.issuperset(terms(line.name)) and line.id not in _rescue()]
        longest = max(of_name, key=lambda line: len(terms(line.name)), default=None)
        return self._contacts.resolve_pivot(pivot) or longest or next(self._about(name), None)

    def _about(self, text: str, lines: Iterable[Contact] | None = None) -> Iterator[Contact]:
        """Yield the line whose matter is nearest among those one of whose topics is said in one breath."""
        said = terms(text)
        among = self._contacts if lines is None else lines
        near = (line for line in among if line.id not in _rescue() and _says_one(line.topics, said))
        if (best := Contacts(tuple(dict.fromkeys(near))).for_topic([text])) is not None:
            yield best

    def contact(self, turn: Turn) -> Contact | None:
        """Return the contact of a turn."""
        return self._contacts.get(turn.contact)

    def urgent(self, turn: Turn) -> tuple[Contact, ...]:
        """Return the emergency lines of a turn, most fitting first."""
        found = (self._contacts.get(name) for name in turn.urgent)
        return tuple(contact for contact in found if contact is not None)


def _places_named(passages: Sequence[Passage]) -> list[tuple[str, str]]:
    """Name and local key, if any, of each service that a document sends to."""
    named: list[tuple[str, str]] = []
    for passage in passages:
        if passage.kind is BlockKind.CONTACT:
            keyed = [(link.label, link.kind) for link in passage.links]
            without = [(name, "") for name in passage.text.split("\n") if name not in {label for label, _ in keyed}]
            named += [*keyed, *without]
    return named


def _shares_a_word(topics: Iterable[str], title: str) -> bool:
    said = set(terms(title))
    return any(said & topic_terms(topic) for topic in topics)


@cache
def _rescue() -> frozenset[str]:
    """Lines that are called at once: only a danger heard (bot/danger.py) or a rule gives one."""
    return frozenset(texts()["contact"]["rescue"].split())


def _says_one(topics: Iterable[str], said: Sequence[str]) -> bool:
    """Tell whether one of the topics is said: all its words, close together, in any order."""
    for topic in topics:
        wanted = topic_terms(topic)
        if not wanted.issubset(said):
            continue
        width = len(wanted) + _SPREAD
        if any(wanted.issubset(said[start : start + width]) for start in range(max(1, len(said) - width + 1))):
            return True
    return False


def status_text(status: Status, topic: str = "") -> str:
    """Return what a resident reads for a status; empty for an answer, which speaks for itself.

    Args:
        status: how the turn ended.
        topic: what was understood (a place, an authority, a category); replaced by a general word when empty.
    """
    known = topic or texts()["topic"].get(status, "")
    return texts()["status"][status].format(limit=LONGEST, topic=known)


def notice_text(key: str, value: str) -> str:
    """Return what is read before an answer, in French."""
    return texts()["notice"][key].format(value=value)


def asked_text(prompt: str) -> str:
    """Return the question put to the resident; a mere heading of the document is made one."""
    return prompt if prompt.endswith("?") else texts()["screen"]["which"].format(heading=prompt)


def warning_text(key: str, value: str) -> str:
    """Return a precaution in French; `value` is an ISO day, a count, or empty."""
    return texts()["warning"][key].format(date=day_text(value), count=value)


def day_text(value: str | date | None) -> str:
    """Write an ISO day in French (`2020-08-26` gives `26 août 2020`); other text is returned as it is."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return str(value or "")
    rank = "1er" if day.day == 1 else str(day.day)
    return f"{rank} {_MONTHS[day.month - 1]} {day.year}"


@cache
def texts() -> dict[str, dict[str, str]]:
    """Every sentence of the house that a resident may read, by table."""
    tables: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tables
