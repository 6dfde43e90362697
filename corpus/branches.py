"""The decision graph of a document, compiled from its passages alone (DESIGN.md, section 5, *completeness*).

Each option the publisher wrote (adult or minor, in France or abroad) is a branch; the options of one place are a
choice. An exception is a remark, or a sentence with an exception word. `siblings`, `undecided` and `exceptions_on`
say what an answer taken at one path may not leave out in silence.
"""

from __future__ import annotations

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

import orjson

from corpus.document import REMARKS, BlockKind, Passage, Trail, fold_spaces
from corpus.figures import find_figures
from corpus.sentences import exception_sentences

_TEXTS = Path(__file__).with_suffix(".toml")
_NO_SENTENCES = REMARKS | {BlockKind.CONTACT, BlockKind.SERVICE}


@dataclass(frozen=True, slots=True)
class Branch:
    """One option of a choice, with all that holds under it.

    Attributes:
        id: `<choice>/<label>`, unique in its document.
        path: headings down to the option, included.
        passages: refs under the branch, at any depth, in reading order.
        figures: amounts, dates, ages... under the branch, as written, each once.
        exceptions: refs of the remarks under the branch, at any depth.
        children: choices met under the branch before any other option.
        content: digest of what the branch says, whatever its label.
    """

    id: str
    label: str
    choice: str
    path: Trail
    passages: tuple[str, ...]
    figures: tuple[str, ...]
    exceptions: tuple[str, ...]
    children: tuple[Choice, ...]
    content: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One place where the document branches.

    Attributes:
        prompt: the publisher's question, else the heading above, else a question of ours (branches.toml).
        ways: the options are ways of doing one thing (online, by post): listed, never asked.
        parent: headings above the choice.
        signature: folded labels in order; choices of one signature are settled by one answer.
    """

    id: str
    prompt: str
    ways: bool
    branches: tuple[Branch, ...]
    parent: Trail
    signature: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """What a document says, by branch.

    Attributes:
        document: key of the document; empty when it has no passage.
        choices: outermost choices; the others hang under their branches.
        common, exceptions: refs outside any choice; of these, the remarks.
    """

    document: str
    choices: tuple[Choice, ...]
    common: tuple[str, ...]
    exceptions: tuple[str, ...]
    passages: tuple[Passage, ...] = field(default=(), repr=False)

    def every_choice(self) -> Iterator[Choice]:
        """Yield each choice, a nested one after the one that holds it."""
        waiting = list(self.choices)
        while waiting:
            choice = waiting.pop(0)
            yield choice
            waiting[:0] = [child for branch in choice.branches for child in branch.children]


class Siblings(NamedTuple):
    """One choice on a path: the branch taken, and those left."""

    choice: Choice
    taken: str
    others: tuple[Branch, ...]


class ExceptionFound(NamedTuple):
    """One exception: a remark (`sentence` empty, `key` is its ref) or a sentence inside a passage.

    The key of a sentence is a digest of its headings and its words: it survives a change elsewhere in its passage.
    """

    key: str
    ref: str
    sentence: str


def build_graph(passages: Sequence[Passage]) -> Graph:
    """Compile the decision graph of one document.

    Args:
        passages: those of one document, in reading order; may be empty.

    Returns:
        a graph in which each passage is either common or under exactly one branch of each choice on its path.
    """
    common = [passage for passage in passages if not any(step.choice for step in passage.path)]
    return Graph(
        document=passages[0].key if passages else "",
        choices=_choices(passages, 0),
        common=_refs(common),
        exceptions=_remarks(common),
        passages=tuple(passages),
    )


def _choices(passages: Sequence[Passage], depth: int) -> tuple[Choice, ...]:
    """Group by their next option the passages that have one at or after `depth` on their path."""
    grouped: dict[str, dict[Trail, list[Passage]]] = {}
    for passage in passages:
        place = next((at for at in range(depth, len(passage.path)) if passage.path[at].choice), None)
        if place is not None:
            options = grouped.setdefault(passage.path[place].choice, {})
            options.setdefault(passage.path[: place + 1], []).append(passage)
    return tuple(_choice(choice, options) for choice, options in grouped.items())


def _choice(choice: str, options: dict[Trail, list[Passage]]) -> Choice:
    branches = tuple(_branch(path, passages) for path, passages in options.items())
    first = next(iter(options))
    ways = choice.startswith("m")
    asked = next((path[-1].prompt for path in options if path[-1].prompt), "")
    above = first[-2].title if len(first) > 1 and not first[-2].choice else ""
    return Choice(
        id=choice,
        prompt=asked or above or _default_prompts()["ways" if ways else "situations"],
        ways=ways,
        branches=branches,
        parent=first[:-1],
        signature=tuple(fold(branch.label) for branch in branches),
    )


def _branch(path: Trail, passages: Sequence[Passage]) -> Branch:
    said = [[p.kind, [step.title for step in p.path[len(path) :]], p.condition, p.text] for p in passages]
    return Branch(
        id=f"{path[-1].choice}/{path[-1].title}",
        label=path[-1].title,
        choice=path[-1].choice,
        path=path,
        passages=_refs(passages),
        figures=tuple(dict.fromkeys(figure for passage in passages for figure in find_figures(passage.text))),
        exceptions=_remarks(passages),
        children=_choices(passages, len(path)),
        content=hashlib.sha256(orjson.dumps(said)).hexdigest(),
    )


def differing(choice: Choice) -> bool:
    """Tell whether its branches say different things, in figures or in words; if not, there is nothing to ask."""
    return len({branch.content for branch in choice.branches}) > 1


def figures_differ(choice: Choice) -> bool:
    """Tell whether its branches disagree on a figure."""
    return len({frozenset(branch.figures) for branch in choice.branches}) > 1


def siblings(graph: Graph, path: Trail) -> tuple[Siblings, ...]:
    """For each choice on `path`, outermost first, give the branches that the path does not take."""
    by_id = {choice.id: choice for choice in graph.every_choice()}
    found: list[Siblings] = []
    for step in path:
        if step.choice in by_id:
            choice = by_id[step.choice]
            found.append(Siblings(choice, step.title, tuple(b for b in choice.branches if b.label != step.title)))
    return tuple(found)


def undecided(graph: Graph, path: Trail) -> tuple[Choice, ...]:
    """Choices that stand below `path`, at any depth: the path does not say which of their branches holds."""
    return tuple(choice for choice in graph.every_choice() if starts_with(choice.parent, path))


def exceptions_on(graph: Graph, path: Trail) -> tuple[ExceptionFound, ...]:
    """Exceptions that stand above, at or below `path`, in reading order: remarks, and sentences with a marker."""
    found: dict[str, ExceptionFound] = {}
    for passage in graph.passages:
        if starts_with(passage.path, path) or starts_with(path, passage.path):
            for exception in _exceptions(passage):
                found.setdefault(exception.key, exception)
    return tuple(found.values())


def _exceptions(passage: Passage) -> Iterator[ExceptionFound]:
    if passage.kind in REMARKS:
        yield ExceptionFound(passage.ref, passage.ref, "")
    elif passage.kind not in _NO_SENTENCES:
        place = "\x1f".join(f"{step.title}\x1e{step.choice}" for step in passage.path)
        for sentence in exception_sentences(passage.text):
            said = f"{place}\x1d{passage.condition}\x1d{fold_spaces(sentence)}"
            key = f"{passage.key}#s{hashlib.sha256(said.encode()).hexdigest()[:16]}"
            yield ExceptionFound(key, passage.ref, sentence)


def starts_with(path: Trail, start: Trail) -> bool:
    """Tell whether `path` lies at or below `start`; the wording of a question does not move a heading."""
    return _place(path[: len(start)]) == _place(start)


def _place(path: Trail) -> tuple[tuple[str, str], ...]:
    return tuple((step.title, step.choice) for step in path)


def fold(label: str) -> str:
    """Return `label` without accents, case, punctuation at its ends or repeated spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    return fold_spaces(plain.casefold()).strip(" .:;,?!")


def _refs(passages: Sequence[Passage]) -> tuple[str, ...]:
    return tuple(passage.ref for passage in passages)


def _remarks(passages: Sequence[Passage]) -> tuple[str, ...]:
    return tuple(passage.ref for passage in passages if passage.kind in REMARKS)


@cache
def _default_prompts() -> dict[str, str]:
    return dict(tomllib.loads(_TEXTS.read_text(encoding="utf-8"))["prompt"])
