"""Whom to contact and who decides: our own lines, each with its official source and its date.

`contacts.toml` is the only place a phone number, an address or opening hours may come from (design, section 5).
`authorities.toml` says which authority decides what in Paris, and which matters are often asked of the wrong one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

import phonenumbers
from pydantic import ConfigDict, TypeAdapter, ValidationError

from corpus.analyse import terms
from corpus.errors import ConfigurationError

CONTACTS_FILE = Path(__file__).with_name("contacts.toml")
AUTHORITIES_FILE = Path(__file__).with_name("authorities.toml")

_TOPICS_READ = 4096
"""Topics whose index terms are kept in memory once read: all of both files."""

Fact = Literal["name", "phone", "address", "url", "hours", "decides"]

# Short numbers in use in France: emergency (15, 17, 18, 112, 114...), European social value (116 xxx), 3xxx services.
_SHORT_NUMBER = re.compile(r"1[578]|1\d\d|116\d{3}|3\d{3}")
_FORBID: ConfigDict = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where facts of a line were read.

    Attributes:
        publisher: who wrote the document, and who republished it where that differs.
        url: address of the document itself, http or https.
        dated: date of the document; never the date of our own reading.
        facts: which facts of the line it covers.
        dated_by: whether the document prints its date or we deduced it from its words.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    publisher: str
    url: str
    dated: date
    facts: tuple[Fact, ...]
    dated_by: Literal["printed", "inferred"] = "printed"


@dataclass(frozen=True, slots=True)
class Contact:
    """A service that a resident can be sent to; an empty fact is one that no dated source gave.

    Attributes:
        id: stable key, used by authorities.toml and by the replies.
        name, what_for, hours, note: French, shown to residents.
        phone: printed in groups ("01 44 52 29 19") or short ("3975").
        topics: plain words for `Contacts.for_topic`.
        pivots: PivotLocal values of the DILA fiches that this line resolves for Paris.
        arrondissements: 1 to 20, for a town hall.
        urgent: an emergency or listening line, preferred when two lines fit equally.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    id: str
    name: str
    what_for: str
    topics: tuple[str, ...]
    sources: tuple[Origin, ...]
    phone: str = ""
    address: str = ""
    url: str = ""
    hours: str = ""
    pivots: tuple[str, ...] = ()
    arrondissements: tuple[int, ...] = ()
    urgent: bool = False
    note: str = ""

    @property
    def checked(self) -> date:
        """Date of its oldest source: what the whole line can claim."""
        return min(source.dated for source in self.sources)

    def origin(self, fact: Fact) -> Origin | None:
        """Return the newest source of one fact, or None when the line does not give it."""
        covering = [source for source in self.sources if fact in source.facts]
        return max(covering, key=lambda source: source.dated, default=None)


@dataclass(frozen=True, slots=True)
class Misasked:
    """A matter often asked of the wrong authority; `instead` is the id of the right one."""

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    matter: str
    instead: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Who decides: `decides` and each `misasked` matter are in everyday French; `contact` is an id of contacts.toml."""

    __pydantic_config__: ClassVar[ConfigDict] = _FORBID

    id: str
    name: str
    decides: tuple[str, ...]
    sources: tuple[Origin, ...]
    misasked: tuple[Misasked, ...] = ()
    contact: str = ""
    note: str = ""

    @property
    def checked(self) -> date:
        """Date of its oldest source."""
        return min(source.dated for source in self.sources)


_Line = TypeVar("_Line", Contact, Authority)


@dataclass(frozen=True, slots=True)
class _Lines(Generic[_Line]):
    """Lines of one file, in file order."""

    entries: tuple[_Line, ...]

    def __iter__(self) -> Iterator[_Line]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, line_id: str) -> _Line | None:
        """Return the line of that id, or None."""
        return next((entry for entry in self.entries if entry.id == line_id), None)


class Contacts(_Lines[Contact]):
    """All contact lines."""

    def resolve_pivot(self, pivot: str) -> Contact | None:
        """Return the line for a DILA PivotLocal value; None leaves the pivot unresolved, and the answer must say so."""
        return next((entry for entry in self.entries if pivot in entry.pivots), None)

    def town_hall(self, arrondissement: int) -> Contact | None:
        """Return the town hall of an arrondissement (1 to 20), or None when we hold no dated line for it."""
        return next((entry for entry in self.entries if arrondissement in entry.arrondissements), None)

    def for_topic(self, words: Iterable[str]) -> Contact | None:
        """Return the line whose topics fit best, or None.

        A topic fits when all its index terms are heard, in any order (`corpus.analyse.terms`: stems, no accents); the
        longest topic wins, then the line with most fitting topics, then an urgent line, then file order.
        """
        heard = frozenset(terms(" ".join(words)))
        scored = [(_fit(entry.topics, heard), entry.urgent, entry) for entry in self.entries]
        best = max(scored, key=lambda item: item[:2], default=None)
        return best[2] if best and best[0][0] else None


class Authorities(_Lines[Authority]):
    """All authorities."""

    def deciding(self, text: str) -> Authority | None:
        """Return the authority that decides the matter of a text; None when no line fits, or when two fit equally.

        A matter that others are asked by mistake counts for the authority that really decides it.
        """
        heard = frozenset(terms(text))
        scores: dict[str, tuple[int, int]] = {}
        for entry in self.entries:
            moved = [wrong.matter for other in self.entries for wrong in other.misasked if wrong.instead == entry.id]
            scores[entry.id] = _fit((*entry.decides, *moved), heard)
        top = max(scores.values(), default=(0, 0))
        winners = [authority_id for authority_id, score in scores.items() if score == top]
        return self.get(winners[0]) if top[0] and len(winners) == 1 else None


def load_contacts(path: Path = CONTACTS_FILE) -> Contacts:
    """Read the contact lines.

    Raises:
        ConfigurationError: the file is missing or not TOML; a key is unknown, missing or of the wrong type; an id or a
            pivot is given twice; a fact has no source; a phone number or a web address is not valid.
    """
    entries = _entries(path, "contact", Contact)
    _refuse_twice(path, "pivot", [pivot for entry in entries for pivot in entry.pivots])
    for entry in entries:
        where = f"{path.name}, contact {entry.id!r}"
        if entry.phone and not _is_phone(entry.phone):
            raise ConfigurationError(f"{where}: {entry.phone!r} is not a French phone number; mend it or remove it.")
        if entry.url and not entry.url.startswith("https://"):
            raise ConfigurationError(f"{where}: the address {entry.url!r} must start with https://.")
        facts: tuple[Fact, ...] = ("phone", "address", "url", "hours")
        given = [fact for fact in facts if getattr(entry, fact)]
        if not given:
            raise ConfigurationError(f"{where}: give at least a phone, an address or a url.")
        if bare := next((fact for fact in given if entry.origin(fact) is None), None):
            raise ConfigurationError(f"{where}: no source covers {bare!r}; name it in a source or remove it.")
    return Contacts(entries)


def load_authorities(path: Path = AUTHORITIES_FILE, contacts: Contacts | None = None) -> Authorities:
    """Read who decides what; with `contacts`, also check that each contact id exists.

    Raises:
        ConfigurationError: as `load_contacts`; or a matter is sent to an unknown authority, or a contact id is unknown.
    """
    entries = _entries(path, "authority", Authority)
    known = {entry.id for entry in entries}
    for entry in entries:
        where = f"{path.name}, authority {entry.id!r}"
        if lost := next((wrong.instead for wrong in entry.misasked if wrong.instead not in known), None):
            raise ConfigurationError(f"{where}: a matter is sent to {lost!r}, which is not in the file.")
        if contacts is not None and entry.contact and contacts.get(entry.contact) is None:
            raise ConfigurationError(f"{where}: the contact {entry.contact!r} is not in contacts.toml.")
    return Authorities(entries)


def _entries(path: Path, table: str, kind: type[_Line]) -> tuple[_Line, ...]:
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path.name} is not valid TOML: {error}.") from error
    if strange := sorted(document.keys() - {table}):
        raise ConfigurationError(f"{path.name}: unknown table {strange[0]!r}; only [[{table}]] is known.")
    lines = document.get(table, [])
    if not isinstance(lines, list):
        raise ConfigurationError(f"{path.name}: write [[{table}]] with two pairs of brackets.")
    # Building an adapter costs a hundred times what checking a line does.
    adapter = TypeAdapter(kind)
    entries = tuple(_checked(adapter, line, f"{path.name}, {table}") for line in lines)
    _refuse_twice(path, "id", [entry.id for entry in entries])
    for entry in entries:
        if not entry.sources:
            raise ConfigurationError(f"{path.name}, {table} {entry.id!r}: no source; give one, dated.")
    return entries


def _checked(adapter: TypeAdapter[_Line], line: Any, where: str) -> _Line:
    try:
        return adapter.validate_python(line)
    except ValidationError as error:
        problem = error.errors()[0]
        name = line.get("id", "without id") if isinstance(line, dict) else "without keys"
        key = ".".join(str(part) for part in problem["loc"])
        raise ConfigurationError(f"{where} {name!r}, key {key!r}: {problem['msg'].lower()}.") from error


def _refuse_twice(path: Path, what: str, values: list[str]) -> None:
    if twice := next((value for value in values if values.count(value) > 1), None):
        raise ConfigurationError(f"{path.name}: the {what} {twice!r} is given twice; keep one.")


def _is_phone(printed: str) -> bool:
    digits = printed.replace(" ", "")
    if _SHORT_NUMBER.fullmatch(digits):
        return True
    try:
        return len(digits) == 10 and phonenumbers.is_valid_number(phonenumbers.parse(digits, "FR"))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=_TOPICS_READ)
def topic_terms(phrase: str) -> frozenset[str]:
    """Return the index terms of a topic; the same few hundred are compared with every message."""
    return frozenset(terms(phrase))


def _fit(phrases: Iterable[str], heard: frozenset[str]) -> tuple[int, int]:
    """Return (words of the longest phrase heard in full, number of phrases heard in full)."""
    lengths = [len(wanted) for phrase in phrases if (wanted := topic_terms(phrase)) and wanted <= heard]
    return max(lengths, default=0), len(lengths)
