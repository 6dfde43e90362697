"""The completeness certificate of an answer: what was done with each thing that an answer may not leave out.

For a path through a document, three kinds of items are decisive: the branches not taken at each choice on the path,
the branches of the choices still open below it, and the exceptions above, at or below it (DESIGN.md, promise 3).
Each is shown, listed or asked about. `gaps` compares a certificate with the document as it stands: it names whatever
the certificate does not account for, and whatever it accounts for that is no longer there.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NamedTuple

import orjson

from corpus.branches import Branch, ExceptionFound, Graph, build_graph, exceptions_on, siblings, starts_with, undecided
from corpus.document import Passage, Trail

_TEXTS = Path(__file__).with_suffix(".toml")
_LABEL_LENGTH = 160
"""Characters of an exception repeated in a gap: enough to find it, not a second copy of the document."""


class How(StrEnum):
    """What the answer does with a decisive item, from the most to the least explicit."""

    SHOWN = "shown"
    ASKED = "asked"
    LISTED = "listed"


class GapKind(StrEnum):
    """What is wrong between a certificate and a document; its text is in complete.toml."""

    ALTERED = "altered"
    OTHER_DOCUMENT = "other_document"
    VANISHED_PATH = "vanished_path"
    MISSING_BRANCH = "missing_branch"
    MISSING_EXCEPTION = "missing_exception"
    VANISHED_BRANCH = "vanished_branch"
    VANISHED_EXCEPTION = "vanished_exception"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One option on the path of the answer; `why` is the caller's word for how it was settled."""

    choice: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class SiblingEntry:
    """One branch that the answer does not follow, and what it does with it."""

    branch: str
    label: str
    choice: str
    how: How


@dataclass(frozen=True, slots=True)
class ExceptionEntry:
    """One exception (ref of a remark, or digest of a sentence), and what the answer does with it."""

    key: str
    how: How


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an answer did with the decisive items of one document.

    Attributes:
        document: key of the document.
        path: headings and options down to the place the answer is taken from.
        digest: SHA-256 over the other fields, 64 hex digits.
    """

    document: str
    path: Trail
    chosen: tuple[Chosen, ...]
    siblings: tuple[SiblingEntry, ...]
    exceptions: tuple[ExceptionEntry, ...]
    digest: str = ""


class Gap(NamedTuple):
    """One difference; `what` is the id of a branch or the key of an exception, `label` names it to a person."""

    kind: GapKind
    what: str
    label: str


def certify(
    graph: Graph,
    path: Trail,
    *,
    shown: Collection[str] = (),
    listed: Collection[str] = (),
    asked: Collection[str] = (),
    why: Mapping[str, str] | None = None,
) -> Certificate:
    """Write down what an answer does with each decisive item of a document.

    Args:
        graph: of the document the answer quotes.
        path: path of the passage the answer follows; empty for the top of the document.
        shown: refs of the passages shown whole, and keys of the exception sentences quoted.
        listed: ids of the branches and keys of the exceptions named to the resident.
        asked: ids of the choices asked about; the choices of the same signature count as asked.
        why: how each choice on the path was settled, by choice id.

    Returns:
        a certificate that leaves out what the answer left out: `gaps` then names it.
    """
    signatures = {choice.signature for choice in graph.every_choice() if choice.id in asked}
    asked = {choice.id for choice in graph.every_choice() if choice.signature in signatures}
    open_branches = [branch for choice in undecided(graph, path) if choice.id in asked for branch in choice.branches]
    below = frozenset(ref for branch in open_branches for ref in branch.passages)
    certificate = Certificate(
        document=graph.document,
        path=path,
        chosen=tuple(Chosen(step.choice, step.title, (why or {}).get(step.choice, "")) for step in path if step.choice),
        siblings=tuple(
            SiblingEntry(branch.id, branch.label, branch.choice, how)
            for branch in decisive_branches(graph, path)
            if (how := _branch_how(branch, shown, listed, asked))
        ),
        exceptions=tuple(
            ExceptionEntry(exception.key, how)
            for exception in exceptions_on(graph, path)
            if (how := _exception_how(exception, shown, listed, below))
        ),
    )
    return replace(certificate, digest=certificate_digest(certificate))


def decisive_branches(graph: Graph, path: Trail) -> tuple[Branch, ...]:
    """Branches an answer on `path` may not pass over: those left on the path, then those open below it."""
    left = [branch for choice in siblings(graph, path) for branch in choice.others]
    return (*left, *(branch for choice in undecided(graph, path) for branch in choice.branches))


def gaps(current: Graph | Sequence[Passage], certificate: Certificate) -> tuple[Gap, ...]:
    """Compare a certificate with the document as it stands.

    Args:
        current: graph of the document, or its passages.
        certificate: of an answer taken from it, now or in the past.

    Returns:
        every difference; empty when nothing decisive is missing from the certificate, nor gone from the document.
    """
    graph = current if isinstance(current, Graph) else build_graph(current)
    if certificate.digest != certificate_digest(certificate):
        return (Gap(GapKind.ALTERED, certificate.document, certificate.document),)
    if certificate.document != graph.document:
        return (Gap(GapKind.OTHER_DOCUMENT, certificate.document, certificate.document),)
    return (*_path_gap(graph, certificate), *_branch_gaps(graph, certificate), *_exception_gaps(graph, certificate))


def describe(gap: Gap) -> str:
    """Word a gap for a person, in French."""
    return _texts()["gap"][gap.kind].format(label=gap.label)


def certificate_digest(certificate: Certificate) -> str:
    """SHA-256 of a certificate, its own digest left out, 64 hex digits."""
    said = {item.name: getattr(certificate, item.name) for item in fields(certificate) if item.name != "digest"}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _branch_how(branch: Branch, shown: Collection[str], listed: Collection[str], asked: Collection[str]) -> How | None:
    if all(ref in shown for ref in branch.passages):
        return How.SHOWN
    if branch.choice in asked:
        return How.ASKED
    return How.LISTED if branch.id in listed else None


def _exception_how(
    exception: ExceptionFound, shown: Collection[str], listed: Collection[str], below: Collection[str]
) -> How | None:
    if exception.ref in shown or exception.key in shown:
        return How.SHOWN
    # It holds in one option of a question put to the resident: it is due once the resident has answered.
    if exception.ref in below:
        return How.ASKED
    return How.LISTED if exception.key in listed else None


def _path_gap(graph: Graph, certificate: Certificate) -> Iterator[Gap]:
    if not any(starts_with(passage.path, certificate.path) for passage in graph.passages):
        label = " > ".join(step.title for step in certificate.path)
        yield Gap(GapKind.VANISHED_PATH, label, label)


def _branch_gaps(graph: Graph, certificate: Certificate) -> Iterator[Gap]:
    due = {branch.id: branch.label for branch in decisive_branches(graph, certificate.path)}
    kept = {entry.branch: entry.label for entry in certificate.siblings}
    for branch in sorted(due.keys() - kept.keys()):
        yield Gap(GapKind.MISSING_BRANCH, branch, due[branch])
    for branch in sorted(kept.keys() - due.keys()):
        yield Gap(GapKind.VANISHED_BRANCH, branch, kept[branch])


def _exception_gaps(graph: Graph, certificate: Certificate) -> Iterator[Gap]:
    texts = {passage.ref: passage.text for passage in graph.passages}
    due = {found.key: found.sentence or texts[found.ref] for found in exceptions_on(graph, certificate.path)}
    kept = {entry.key for entry in certificate.exceptions}
    for key in sorted(due.keys() - kept):
        yield Gap(GapKind.MISSING_EXCEPTION, key, due[key][:_LABEL_LENGTH])
    for key in sorted(kept - due.keys()):
        yield Gap(GapKind.VANISHED_EXCEPTION, key, key)


@cache
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = tomllib.loads(_TEXTS.read_text(encoding="utf-8"))
    return texts
