"""An update of the corpus, section by section: what passes without a vote, and what waits for a person.

The envelope holds by value. A section is what a document says under one heading. A section that changed passes when
the values it now holds stood in it before, in the same order; one value more, another one, or two exchanged, and the
whole document waits, with what it said before and after. A removal always passes.

Source: pre-determined change control plan (FDA, 2024), applied to a corpus; DESIGN.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import cached_property

from ethics.canonical import canonical, digest
from ethics.policy import Policy
from ethics.snapshot import Snapshot
from ethics.values import KINDS, Value, values_of
from ethics.words import say


class Became(StrEnum):
    """What became of a section."""

    CHANGED = "changed"
    NEW = "new"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage, as far as an update is concerned.

    Attributes:
        document: key of its document.
        place: where it stands in it: title, headings and conditions, as a reader sees them.
        text: what it says.
        beside: what it gives beside the text: addresses of its links, days of validity, readers.
        digest: of the passage, 64 hex digits.
    """

    document: str
    place: str
    text: str
    beside: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Change:
    """One section that is not what it was.

    Attributes:
        before, after: what it said, one line a passage; empty where there was, or is, nothing.
        values: values that are new, changed or exchanged, kind by kind.
        reasons: kinds of values for which a person must read it; nothing when it may pass.
    """

    document: str
    place: str
    became: Became
    before: str
    after: str
    values: tuple[Value, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Update:
    """Everything that changed between two states of the corpus.

    Attributes:
        changes: every section that is not what it was, by document then place.
        documents: how many there are now.
        touched: keys of the documents with a section new or changed.
        added: how many passages are new or changed.
    """

    changes: tuple[Change, ...]
    documents: int
    touched: frozenset[str]
    added: int

    @cached_property
    def waiting(self) -> tuple[Change, ...]:
        """The changes that a person must read."""
        return tuple(change for change in self.changes if change.reasons)

    @cached_property
    def held(self) -> frozenset[str]:
        """Documents that wait: one section is enough, because half a document may mislead."""
        return frozenset(change.document for change in self.waiting)

    def passes(self, change: Change) -> bool:
        """Tell whether a change may be served without a person."""
        return change.became is Became.REMOVED or change.document not in self.held

    def counted(self) -> dict[str, int]:
        """Count the values that are new or changed, by kind."""
        counts: dict[str, int] = {}
        for change in self.changes:
            for value in change.values:
                counts[value.kind] = counts.get(value.kind, 0) + 1
        return counts

    def listed(self) -> bytes:
        """Write the list of what waits, to be read, and bound by its digest to the signature of whoever read it."""
        return canonical(
            {
                "waiting": [
                    {
                        "document": change.document,
                        "place": change.place,
                        "became": change.became.value,
                        "before": change.before,
                        "after": change.after,
                        "values": [list(value) for value in change.values],
                    }
                    for change in self.waiting
                ]
            }
        )

    def snapshot(
        self, proposal: str, roots: tuple[str, str], index: str, since: frozenset[str] = frozenset()
    ) -> Snapshot:
        """Return what the corpus key signs.

        Args:
            proposal: digest of the proposal that the update continues.
            roots: Merkle root of the passages before, and after.
            index: digest of the index after.
            since: documents that earlier updates changed after the opinion of the committee.
        """
        changed = len(self.touched | since)
        listed = digest(self.listed()) if self.waiting else ""
        return Snapshot(proposal, *roots, index, self.documents, changed, self.added, self.counted(), listed)


def compare(before: Iterable[Piece], after: Iterable[Piece], policy: Policy) -> Update:
    """Compare two states of the corpus.

    Args:
        before: every passage of the state in force, in reading order.
        after: every passage of the state proposed, in reading order.
        policy: the rules in force; [corpus] waits names the kinds of values that wait.
    """
    old, new = _sections(before), _sections(after)
    changes = []
    for document, place in sorted(old.keys() | new.keys()):
        was, now = old.get((document, place), ()), new.get((document, place), ())
        if _said(was) != _said(now) or {one.beside for one in was} != {one.beside for one in now}:
            changes.append(_change(document, place, was, now, policy))
    known, there = ({piece.digest for pieces in held.values() for piece in pieces} for held in (old, new))
    touched = frozenset(change.document for change in changes if change.became is not Became.REMOVED)
    return Update(tuple(changes), len({document for document, _ in new}), touched, len(there - known))


def as_page(update: Update) -> str:
    """Write the list of what waits as a person reads it: each section, before then after (Markdown, French)."""
    lines = [say("update.title", waiting=len(update.waiting), documents=len(update.held)), ""]
    for change in update.waiting:
        kinds = ", ".join(say(f"snapshot.kind_{kind}") for kind in change.reasons)
        lines += [f"## {change.place or change.document}", ""]
        lines += [say("update.found", kinds=kinds, values=", ".join(value.said for value in change.values)), ""]
        for name, text in (("update.before", change.before), ("update.after", change.after)):
            lines += [
                say(name),
                "",
                *(f"> {line}" for line in (text or say("update.nothing")).splitlines()),
            ]
            lines.append("")
    return "\n".join(lines)


def _sections(pieces: Iterable[Piece]) -> Mapping[tuple[str, str], tuple[Piece, ...]]:
    found: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces:
        found.setdefault((piece.document, piece.place), []).append(piece)
    return {name: tuple(held) for name, held in found.items()}


def _change(document: str, place: str, was: tuple[Piece, ...], now: tuple[Piece, ...], policy: Policy) -> Change:
    became = Became.REMOVED if not now else Became.CHANGED if was else Became.NEW
    values = fresh_values(_values(was), _values(now))
    there = {value.kind for value in values}
    reasons = tuple(kind for kind in policy.corpus.waits if kind in there)
    return Change(document, place, became, _said(was), _said(now), values, reasons)


def fresh_values(before: tuple[Value, ...], after: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return the values of `after` that `before` does not hold at their turn: new ones, changed ones, exchanged ones.

    Each kind is compared with itself, in reading order. Nothing of a kind when `after` only lacks values of it: what is
    left stands in the order in which it stood.
    """
    found: list[Value] = []
    for kind in KINDS:
        was, now = ([value for value in values if value.kind == kind] for values in (before, after))
        left = iter(was)
        if all(value in left for value in now):
            continue
        for tag, _, _, low, high in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
            if tag in {"insert", "replace"}:
                found += now[low:high]
    return tuple(found)


def _values(pieces: tuple[Piece, ...]) -> tuple[Value, ...]:
    """The values of a section, heading included: "moins de 1 500 €" is a condition as much as an amount."""
    if not pieces:
        return ()
    beside = dict.fromkeys(text for piece in pieces for text in piece.beside)
    return values_of("\n".join([pieces[0].place, *(piece.text for piece in pieces), *sorted(beside)]))


def _said(pieces: tuple[Piece, ...]) -> str:
    return "\n".join(piece.text for piece in pieces)
