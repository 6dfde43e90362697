"""The quote answer: verbatim sentences from the branch that holds, the one that answers first.

Deterministic, and certain by construction: a sentence is a piece of a stored passage, cut nowhere else than where the
publisher ended a sentence, an item or a table row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.lead import case_of, lead_of
from bot.page import PROSE, Page, Relevance, heading_of, page_of, pieces_of, sentence_of
from bot.roles import asked_role, role_of
from bot.settle import settle
from bot.turn import Asked, Role, Sentence, Status, Turn
from corpus.branches import Choice, build_graph
from corpus.document import REMARKS, DocumentKind
from corpus.situations import are_outcomes

_LIMITS = {Role.STEPS: 5, Role.DOCUMENTS: 14, Role.COST: 4, Role.DELAY: 4, Role.WHERE: 3, Role.ONLINE: 4}
_CAUTIONS = 5
_SMALL_CHOICE = 4
"""A choice of at most this many options is shown option by option when nothing decides between them."""

_EVERY_CASE = 12
"""A choice of at most this many options is shown option by option to who asks for every case."""

_CLOSE = 0.85
"""A passage that holds leads over one that may hold from this share of its relevance."""


_NEAR = 0.5
"""Share of the best relevance from which the open choice under a heading is worth a question."""

_IN_ROLE = 0.05
"""What standing under a heading of the kind asked for (a price, a delay...) adds to a passage."""


class Quote:
    """The step that composes an answer from the document that was found."""

    def __init__(self, relevance: Relevance) -> None:
        self._relevance = relevance

    def __call__(self, turn: Turn) -> Turn:
        """Compose the sentences, the branch they hold for, and the question that decides what is open."""
        if turn.status is not None or turn.found is None or turn.card is None:
            return turn
        graph = turn.graph or build_graph(turn.passages)
        settled = settle(graph, turn.query, turn.conversation.picked)
        page = page_of(turn.passages, settled, turn.found.question, self._relevance)
        asked = _asked(page)
        sentences = tuple(_compose(turn, page, asked))
        left = _left_out(turn, page, sentences)
        if turn.conversation.every_case:
            asked = None
        return replace(
            turn,
            graph=graph,
            settled=settled,
            status=_status(sentences, asked),
            sentences=sentences,
            warnings=(*turn.warnings, ("cut", str(left))) if left else turn.warnings,
            question=Asked(asked.prompt, asked.id, tuple(b.label for b in asked.branches)) if asked else None,
            branch=tuple(dict.fromkeys(taken.label for taken in settled.taken.values())),
        )


def _status(sentences: Sequence[Sentence], asked: Choice | None) -> Status:
    if asked is not None and not any(sentence.role is Role.LEAD for sentence in sentences):
        return Status.CLARIFY_BRANCH
    return Status.ANSWERED if sentences else Status.UNANSWERABLE_NO_CITATION


def _asked(page: Page) -> Choice | None:
    """The open choice with the passage nearest the question under it.

    A choice that splits the whole document is always asked about; one under a heading ("Change of address"), only
    when that heading is near what was asked.
    """
    role = asked_role(page.question.text)
    found: list[tuple[float, Choice]] = []
    for choice in page.settled.open:
        if are_outcomes([branch.label for branch in choice.branches]):
            continue
        near = [page.near[p.ref] + _IN_ROLE * (role is not None and role_of(p) is role) for p in page.under(choice)]
        if near:
            found.append((max(near), choice))
    needed = _NEAR * max(page.near.values(), default=0.0)
    asked = [pair for pair in found if pair[0] >= needed or all(step.choice for step in pair[1].parent)]
    return max(asked, key=lambda pair: pair[0])[1] if asked else None


def _compose(turn: Turn, page: Page, asked: Choice | None) -> Iterator[Sentence]:
    shown: set[str] = set()
    yield from _keep(_lead(turn, page, asked), shown)
    if asked is not None and len(asked.branches) <= (_EVERY_CASE if turn.conversation.every_case else _SMALL_CHOICE):
        yield from _keep(_cases(turn, page, asked), shown)
    if turn.card is None or turn.card.kind not in {DocumentKind.SHEET, DocumentKind.SERVICE}:
        return
    for role, limit in _LIMITS.items():
        yield from _keep(_section(turn, page, role, limit), shown)
    yield from _keep(_cautions(turn, page, set(shown)), shown)


def _keep(sentences: Iterable[Sentence], shown: set[str]) -> Iterator[Sentence]:
    """Pass on the sentences not shown yet: fiches repeat themselves from one heading to the next."""
    for sentence in sentences:
        if sentence.text not in shown:
            shown.add(sentence.text)
            yield sentence


def _lead(turn: Turn, page: Page, asked: Choice | None) -> Iterator[Sentence]:
    found = lead_of(page, asked_role(turn.query))
    if found is None:
        services = [p for p in page.holding() if turn.card_is_service]
        found = (services[0], list(pieces_of(services[0]))) if services else None
    if found is None:
        return
    passage, pieces = found
    open_best = page.best(page.under(asked)) if asked is not None else None
    if open_best is not None and page.near[passage.ref] < _CLOSE * page.near[open_best.ref]:
        return
    for piece in pieces:
        yield sentence_of(piece, Role.LEAD, passage, turn.day)
    if not page.settled.names(passage.path):
        yield from _rule_of_the_branch(turn, page)


def _rule_of_the_branch(turn: Turn, page: Page) -> Iterator[Sentence]:
    """What the branch that the asker named says itself, after an opening that speaks for every branch.

    A branch begins with its rule; what is nearest the question is read instead when a price, a delay... is asked for.
    """
    own = tuple(p for p in page.passages if page.settled.names(p.path))
    role = asked_role(turn.query)
    if role is None:
        own = tuple(p for p in own if p.kind in PROSE and page.settled.holds(p.path))[:1]
    if (found := lead_of(replace(page, passages=own), role)) is None:
        return
    passage, pieces = found
    for piece in pieces:
        yield sentence_of(piece, Role.LEAD, passage, turn.day)


def _cases(turn: Turn, page: Page, choice: Choice) -> Iterator[Sentence]:
    """The first words of each option, under its label, when nothing says which one holds."""
    for branch in choice.branches:
        if (found := case_of(page, branch)) is not None:
            passage, pieces = found
            for piece in pieces:
                sentence = sentence_of(piece, Role.CASE, passage, turn.day)
                yield replace(sentence, heading=heading_of(passage.path[len(branch.path) - 1 :]))


def _section(turn: Turn, page: Page, role: Role, limit: int) -> list[Sentence]:
    found = [
        sentence_of(piece, role, passage, turn.day)
        for passage in page.holding()
        if role_of(passage) is role and passage.kind not in REMARKS
        for piece in pieces_of(passage)
    ]
    kept = found[:limit]
    # A line that announces a list is nothing without it.
    while len(kept) < len(found) and kept and kept[-1].text.endswith(":"):
        kept.pop()
    return kept


def _left_out(turn: Turn, page: Page, sentences: Sequence[Sentence]) -> int:
    """Count the lines of the sections shown that their limits left out."""
    if turn.card is None or turn.card.kind is not DocumentKind.SHEET:
        return 0
    shown = {sentence.text for sentence in sentences}
    every = (s.text for role in _LIMITS for s in _section(turn, page, role, len(turn.passages) * 100))
    return len(set(every) - shown)


def _cautions(turn: Turn, page: Page, shown: set[str]) -> list[Sentence]:
    """Remarks that stand above or beside what is shown."""
    holding = page.holding()
    places = {p.path for p in holding if any(piece in shown for piece in pieces_of(p))}
    remarks = [p for p in holding if p.kind in REMARKS and any(place[: len(p.path)] == p.path for place in places)]
    return [
        sentence_of(piece, Role.CAUTION, passage, turn.day)
        for passage in remarks[:_CAUTIONS]
        for piece in pieces_of(passage)
    ]
