"""Which branch of the document holds for the asker: settled by what they said, by where they live, or left open.

A branch wrongly taken is the worst outcome, worse than a question too many: a branch is taken when one alone has
something for it, or when all the others have something against them, and never on a tie.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from corpus.analyse import fold, terms
from corpus.branches import Branch, Choice, Graph, differing
from corpus.document import Trail
from corpus.quantities import Stated, fits_among, quantities_stated
from corpus.situations import (
    Fact,
    are_aspects,
    are_ways,
    is_general,
    is_negative,
    is_residual,
    may_live_elsewhere,
    names_country,
    names_paris,
    of_an_event,
    place_rank,
    situation_heard,
    speaks_for,
    undenied,
)

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")

_NAMED = 3.0
"""A label said word for word outweighs what facts may say of it."""

_COVERED, _HINTED = 0.6, 0.5
"""Share of the words proper to a label that must be said for the words alone to settle it, or to rule out a default."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One choice settled: the label of the branch that holds, and why (`said`, `place`, `general`, `alike`)."""

    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What the question decides.

    Attributes:
        taken: by choice id, the branch that holds.
        open: situation choices on which the branches differ and nothing decides, outermost first.
        listed: ids of the choices between ways of doing one thing or sides of one subject, told by their labels: each
            of them holds.
        within: by choice id, the branch that holds under an option still open, should that option be the one.
    """

    taken: Mapping[str, Taken]
    open: tuple[Choice, ...]
    listed: frozenset[str] = frozenset()
    within: Mapping[str, Taken] = field(default_factory=dict)

    def may_hold(self, path: Trail) -> bool:
        """Tell whether a passage under `path` holds once the open choices above it are settled its way."""
        settled = {**self.taken, **self.within}
        return all(settled[step.choice].label == step.title for step in path if step.choice in settled)

    def holds(self, path: Trail) -> bool:
        """Tell whether a passage under `path` holds for the asker: no option on it was left out or left open."""
        return all(
            step.choice in self.taken and self.taken[step.choice].label == step.title
            for step in path
            if step.choice.startswith("c") and step.choice not in self.listed
        )


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a text states, in the forms that labels are compared with."""

    text: str
    facts: tuple[Fact, ...]
    stated: Stated

    @classmethod
    def of(cls, text: str) -> _Heard:
        return _heard(text)


# One question is put to several documents, and one document to many questions.
@lru_cache(maxsize=256)
def _heard(text: str) -> _Heard:
    return _Heard(_spaced(undenied(text)), situation_heard(text), quantities_stated(text))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question put to one document.

    Attributes:
        question: what it states.
        title: what the title of the document states.
        rest: what the question states in other words than those of the title.
        words: terms of the question that are not in the title.
        away, in_paris, country: it names a place elsewhere and none in Paris; one in Paris; a foreign country.
    """

    question: _Heard
    title: _Heard
    rest: _Heard
    words: frozenset[str]
    away: bool
    in_paris: bool
    country: bool


def settle(graph: Graph, text: str, picked: Sequence[tuple[str, str]] = ()) -> Settled:
    """Decide every choice of a document that the question, or the place, decides.

    Args:
        graph: of the document.
        text: the question as asked.
        picked: (choice id, label) for each option that the asker chose; it holds for every choice of the same options.

    Returns:
        choices settled by what was said first, then by the place the service is for, then by the publisher's own
        general case; those whose options say the same thing are settled as `alike`.
    """
    asked = _ask(graph.passages[0].title if graph.passages else "", text)
    said = _picked(graph, picked)
    found = _settle(graph.choices, asked, said)
    under = [child for choice in found.open for branch in choice.branches for child in branch.children]
    within: dict[str, Taken] = {}
    while under:
        below = _settle(under, asked, said)
        within |= below.taken
        under = [child for choice in below.open for branch in choice.branches for child in branch.children]
    return replace(found, within=within)


def _settle(choices: Sequence[Choice], asked: _Asked, said: Mapping[tuple[str, ...], str]) -> Settled:
    """Decide `choices`, and those under the branches taken; what lies under an open one is left."""
    taken: dict[str, Taken] = {}
    opened: list[Choice] = []
    listed: set[str] = set()
    waiting = list(choices)
    while waiting:
        choice = waiting.pop(0)
        if (branch := _of_label(choice, said.get(choice.signature, ""))) is not None:
            taken[choice.id] = Taken(branch.label, "said")
            waiting[:0] = branch.children
        elif _all_hold(choice):
            listed.add(choice.id)
            waiting[:0] = [child for option in choice.branches for child in option.children]
        elif (found := _decide_or_alike(choice, asked)) is not None:
            branch, why = found
            taken[choice.id] = Taken(branch.label, why)
            waiting[:0] = branch.children
        else:
            opened.append(choice)
    return Settled(taken, tuple(opened), frozenset(listed))


def _all_hold(choice: Choice) -> bool:
    """Tell whether the options are no situations: ways of doing one thing, or sides of one subject."""
    labels = [option.label for option in choice.branches]
    return choice.ways or are_ways(labels) or are_aspects(labels)


def _decide_or_alike(choice: Choice, asked: _Asked) -> tuple[Branch, str] | None:
    branch, why = _decide(choice, asked)
    if branch is None and not differing(choice):
        branch, why = choice.branches[0], "alike"
    return None if branch is None else (branch, why)


def _picked(graph: Graph, picked: Sequence[tuple[str, str]]) -> dict[tuple[str, ...], str]:
    """Label chosen, by signature of the choice; an option that the document does not have is ignored."""
    labels = dict(picked)
    return {choice.signature: labels[choice.id] for choice in graph.every_choice() if choice.id in labels}


def _of_label(choice: Choice, label: str) -> Branch | None:
    return next((branch for branch in choice.branches if branch.label == label), None)


def _ask(title: str, text: str) -> _Asked:
    subject = set(terms(title))
    return _Asked(
        question=_Heard.of(text),
        title=_Heard.of(title),
        rest=_Heard.of(re.sub(r"[^\W_]+", lambda word: "" if set(terms(word[0])) & subject else word[0], text)),
        words=frozenset(terms(undenied(text))) - subject,
        away=may_live_elsewhere(text),
        in_paris=names_paris(text),
        country=names_country(text),
    )


def _decide(choice: Choice, asked: _Asked) -> tuple[Branch | None, str]:
    weights = _evidence(choice, asked.question)
    if (best := _only_best(weights)) is not None and best == _only_best(_evidence(choice, asked.title)):
        # The title says as much: it is what the whole document is about, not what this asker adds.
        weights = _evidence(choice, asked.rest)
    branches = choice.branches
    if (best := _only_best(weights)) is not None:
        return branches[best], "said"
    if max(weights) > 0:
        return None, ""
    left = [at for at, weight in enumerate(weights) if weight >= 0]
    if len(left) == 1:
        return branches[left[0]], "said"
    worded = _worded(choice, asked.words, left)
    if (best := _only_best(worded)) is not None and worded[best] >= _COVERED:
        return branches[best], "said"
    return _by_default(choice, asked, left) if max(worded) < _HINTED else (None, "")


def _by_default(choice: Choice, asked: _Asked, left: Sequence[int]) -> tuple[Branch | None, str]:
    """The option for somebody who lives in Paris, else the publisher's ordinary case.

    The ordinary case is no default for who names a country where another option is for some countries.
    """
    ranks = [place_rank(choice.branches[at].label) for at in left]
    if asked.away or of_an_event(_above(choice)):
        # Where a theft or a birth took place is not where one lives.
        ranks = [rank if asked.in_paris and rank > 1 else 0 for rank in ranks]
    if (best := _only_best(ranks)) is not None:
        return choice.branches[left[best]], "place"
    general = [at for at in left if is_general(choice.branches[at].label)]
    by_country = asked.country and any(names_country(branch.label) for branch in choice.branches)
    return (choice.branches[general[0]], "general") if len(general) == 1 and not by_country else (None, "")


def _evidence(choice: Choice, heard: _Heard) -> list[float]:
    """What speaks for each option, less what speaks against it.

    "Other situation" says nothing itself: what stands right under it speaks for it.
    """
    own = _own_evidence(choice, heard)
    return [
        weight or max(0.0, _below(branch, heard)) if is_general(branch.label) or is_residual(branch.label) else weight
        for weight, branch in zip(own, choice.branches, strict=True)
    ]


def _below(branch: Branch, heard: _Heard) -> float:
    right_under = [child for child in branch.children if child.parent == branch.path]
    return max((max(_evidence(child, heard)) for child in right_under), default=0.0)


def _own_evidence(choice: Choice, heard: _Heard) -> list[float]:
    return _said_of([branch.label for branch in choice.branches], _above(choice), heard)


def rows_said(labels: Sequence[str], above: str, text: str) -> list[float]:
    """What a question says for each row of a table, by the label that opens it; below 0 for a row it rules out.

    Args:
        labels: first cell of each row.
        above: what the table and its first column are about.
        text: the question.
    """
    return _said_of(labels, above, _Heard.of(text))


def _said_of(labels: Sequence[str], above: str, heard: _Heard) -> list[float]:
    named = [_NAMED if _is_named(label, labels, heard.text) else 0.0 for label in labels]
    if sum(named) > _NAMED:
        # Who names two options compares them.
        return [0.0] * len(labels)
    counted = fits_among(heard.stated, labels, above)
    facts = [_spoken_for(label, heard) for label in labels]
    # A stated figure outside the range of a label rules it out, whatever else is said.
    return [
        -_NAMED if count < 0 else fact + 2.0 * count + name
        for fact, count, name in zip(facts, counted, named, strict=True)
    ]


def _spoken_for(label: str, heard: _Heard) -> int:
    """What the facts stated say of a label; nothing for it when it holds for years that nobody named.

    That a husband died does not say that he died before 2009.
    """
    said = speaks_for(heard.facts, label)
    return min(said, 0) if _YEAR.search(label) and not _YEAR.search(heard.text) else said


def _is_named(label: str, labels: Sequence[str], text: str) -> bool:
    """Tell whether the question holds the whole label, and no longer sibling label around it."""
    own, others = _spaced(label), [_spaced(other) for other in labels]
    longer = [other for other in others if own in other and other != own]
    return len(own) > 5 and own in text and not any(other in text for other in longer)


def _spaced(text: str) -> str:
    """Folded words between single spaces, one at each end: a label is found as whole words."""
    return f" {re.sub(r'[^a-z0-9]+', ' ', fold(text)).strip()} "


def _worded(choice: Choice, words: frozenset[str], left: Sequence[int]) -> list[float]:
    """Share of the words proper to each label that the question says; 0 for an option that was ruled out."""
    said = [set(terms(branch.label)) for branch in choice.branches]
    shares: list[float] = []
    for at, label in enumerate(said):
        proper = label.difference(*(other for rank, other in enumerate(said) if rank != at))
        # A word shared with "You have no passport" does not say that one has none.
        silent = not proper or at not in left or is_negative(choice.branches[at].label)
        shares.append(0.0 if silent else len(proper & words) / len(proper))
    return shares


def _only_best(weights: Sequence[float]) -> int | None:
    """Rank of the greatest weight, None when it is not above 0 or not alone."""
    best = max(weights, default=0)
    return weights.index(best) if best > 0 and list(weights).count(best) == 1 else None


def _above(choice: Choice) -> str:
    return f"{choice.prompt} {choice.parent[-1].title if choice.parent else ''}"
