"""The answers of a closed audit, filtered: theme, language, slice, label, status, and what the readers did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from pydantic import BaseModel

from ethics.readings import ARBITER, LABELS, PLANT
from ui.console.audit.figures import labels_by_reader
from ui.console.audit.house import Audit, Audits

PAGE = 50
AGREED, SETTLED, OPEN, ONCE, PLANTED = "agreed", "settled", "open", "once", "planted"
OUTCOMES = (AGREED, SETTLED, OPEN, ONCE, PLANTED)
"""What became of an answer: keys of the table `outcome` of words.fr.toml."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of the list; `labels` are in the order of the readers, empty for one who did not read it."""

    answer: str
    question: str
    theme: str
    language: str
    slice: str
    status: str
    outcome: str
    labels: tuple[str, ...]
    final: str


class Filter(BaseModel):
    """What is asked for, as the address of the list says; an empty text asks for all."""

    theme: str = ""
    language: str = ""
    slice: str = ""
    status: str = ""
    label: str = ""
    outcome: str = ""

    def lets(self, line: Line) -> bool:
        """Tell whether a line is among those asked for; a label is one that any reader gave."""
        plain = ("theme", "language", "slice", "status", "outcome")
        if any((wanted := getattr(self, name)) and getattr(line, name) != wanted for name in plain):
            return False
        said = {part for label in (*line.labels, line.final) for part in label.split("+")}
        return not self.label or self.label in said

    def query(self, page: int) -> str:
        """Return the query of another page of the same list."""
        asked = {name: value for name, value in self.model_dump().items() if value}
        return urlencode(asked | {"page": page})


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list.

    Attributes:
        lines: those shown.
        found: how many were asked for.
        page: from 1.
        pages: at least 1.
        choices: values of each field of `Filter` that the list holds.
    """

    lines: Sequence[Line]
    found: int
    page: int
    pages: int
    choices: Mapping[str, Sequence[str]]


def listed(lines: Sequence[Line], wanted: Filter, page: int) -> Listing:
    """Filter a list, and cut one page of it; a page that does not exist is the nearest one that does."""
    found = [line for line in lines if wanted.lets(line)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(1, page), pages)
    names = ("theme", "language", "slice", "status")
    choices: dict[str, Sequence[str]] = {name: sorted({getattr(line, name) for line in lines}) for name in names}
    choices |= {"label": tuple(LABELS), "outcome": OUTCOMES}
    return Listing(found[(page - 1) * PAGE : page * PAGE], len(found), page, pages, choices)


def lines_of(audits: Audits, audit: Audit) -> tuple[Line, ...]:
    """Return every answer of an audit, in the order of the draw, the planted ones last.

    Raises:
        QueueError: the key is not that of the queue.
        StoreError: the database does not answer.
    """
    return tuple(_lines(audits, audit))


def _lines(audits: Audits, audit: Audit) -> Iterator[Line]:
    queue, key = audit.queue, audit.queue.key
    by_reader = labels_by_reader(audits, audit)
    third = by_reader.get(ARBITER, {})
    for case in (*key.drawn, *sorted(key.plants)):
        answer = key.answers[case]
        facts = queue.facts[answer]
        labels = tuple(by_reader[name].get(answer, "") for name in queue.members)
        outcome, final = _outcome(case, labels, third.get(answer, ""))
        yield Line(
            answer, facts.question, facts.theme, facts.language, facts.slice, facts.status, outcome, labels, final
        )


def _outcome(case: str, labels: Sequence[str], third: str) -> tuple[str, str]:
    said = [label for label in labels if label]
    if case.startswith(PLANT):
        return PLANTED, third
    if third:
        return SETTLED, third
    if len(said) < 2:
        return ONCE, ""
    return (AGREED, said[0]) if len(set(said)) == 1 else (OPEN, "")
