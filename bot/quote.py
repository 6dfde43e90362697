"""The quote answer: verbatim sentences from the branch that holds, the one that answers first.

Deterministic, and certain by construction: a sentence is a piece of a stored passage, cut nowhere else than where the
publisher ended a sentence, an item or a table row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from bot.lead import case_of, lead_of, rows_for, said_rows, start_of
from bot.page import PROSE, Page, Relevance, heading_of, introduced, page_of, pieces_of, sentence_of
from bot.roles import asked_role, asks_right, role_of, says_who
from bot.settle import settle
from bot.turn import Asked, Role, Sentence, Status, Turn
from corpus.branches import Choice, build_graph, starts_with
from corpus.document import REMARKS, BlockKind, DocumentKind, Passage, Trail
from corpus.situations import are_events, are_outcomes

_LIMITS = {Role.STEPS: 5, Role.DOCUMENTS: 14, Role.COST: 4, Role.DELAY: 4, Role.WHERE: 3, Role.ONLINE: 4}
_BESIDE = frozenset({Role.STEPS, Role.COST, Role.DELAY})
"""Kinds of lines that are left out beside a heading that the question names, unless they stand under it."""

_WHOLE = 14
"""A document of at most this many lines is read whole."""

_BESIDES, _AS_NEAR = 3, 0.7
"""How many passages are read beside the one that leads, and the share of the best relevance that each must have.

On 300 questions labelled with the sentence that answers (eval/decisive_bench.py), it is shown for 256 instead of 219,
and all that is needed for 205 instead of 160, in 16 lines instead of 13 on average. Of the passages that may hold, the
nearest one is the one that answers for 51 % of them, one of the three nearest for 76 %: a logistic model of their
headings, places and kinds ranks them no better."""

_ALONE = frozenset({Role.COST, Role.DELAY, Role.DOCUMENTS, Role.WHERE})
"""Who asks for one of these is not read the rest beside it; how to do a thing is told in many places."""

_SHORT_SECTION = 3
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
    right = asks_right(page.question.text)
    found: list[tuple[float, Choice]] = []
    for choice in page.settled.open:
        labels = [branch.label for branch in choice.branches]
        if are_outcomes(labels) or (are_events(labels) and not _splits_all(choice)):
            continue
        near = [page.near[p.ref] + _IN_ROLE * _is_asked(p, role, right=right) for p in page.under(choice)]
        if near:
            found.append((max(near), choice))
    needed = _NEAR * max(page.near.values(), default=0.0)
    under = max((page.near[p.ref] for p in page.under_named(page.passages)), default=0.0)
    asked = [
        (near, choice)
        for near, choice in found
        if _splits_all(choice) or near >= (needed if _on_the_way(page, choice) else max(needed, under))
    ]
    return max(asked, key=lambda pair: pair[0])[1] if asked else None


def _is_asked(passage: Passage, role: Role | None, *, right: bool) -> bool:
    """Tell whether a passage stands under a heading of the kind asked for, or of conditions when a right is asked."""
    if role is not None and role_of(passage) is role:
        return True
    return right and any(says_who(step.title) for step in passage.path if not step.choice)


def _splits_all(choice: Choice) -> bool:
    return all(step.choice for step in choice.parent)


def _on_the_way(page: Page, choice: Choice) -> bool:
    """Tell whether a choice stands above or under the heading that the question names, if it names one."""
    return choice.parent[: len(page.named)] == page.named[: len(choice.parent)]


def _compose(turn: Turn, page: Page, asked: Choice | None) -> Iterator[Sentence]:
    shown: set[str] = set()
    cited: set[str] = set()
    for sentence in _keep(_body(turn, page, asked), shown):
        cited.update(citation.passage for citation in sentence.citations)
        yield sentence
    if _has_sections(turn):
        yield from _keep(_cautions(turn, page, cited), shown)


def _body(turn: Turn, page: Page, asked: Choice | None) -> Iterator[Sentence]:
    only = _of_the_heading(page)
    opening = list(_in_its_order(turn, page, asked)) or list(_opening(turn, page, only, asked))
    yield from opening
    if opening and _is_a_sheet(turn):
        yield from _besides(turn, page, only, {cited.passage for sentence in opening for cited in sentence.citations})
    if asked is not None and len(asked.branches) <= (_EVERY_CASE if turn.conversation.every_case else _SMALL_CHOICE):
        yield from _cases(turn, page, asked)
    if _has_sections(turn):
        for role, limit in _LIMITS.items():
            yield from _section(turn, page, role, limit)


def _has_sections(turn: Turn) -> bool:
    return turn.card is not None and turn.card.kind in {DocumentKind.SHEET, DocumentKind.SERVICE}


def _keep(sentences: Iterable[Sentence], shown: set[str]) -> Iterator[Sentence]:
    """Pass on the sentences not shown yet: fiches repeat themselves from one heading to the next.

    What two cases have in common is said of each: the price of one would else follow the condition of the other.
    """
    for sentence in sentences:
        said = f"{sentence.heading}\n{sentence.text}" if sentence.role is Role.CASE else sentence.text
        if said not in shown:
            shown.update((said, sentence.text))
            yield sentence


def _opening(turn: Turn, page: Page, only: Page, asked: Choice | None) -> Iterator[Sentence]:
    """The first words: what stands under the heading that the question names, else what is nearest to it.

    Who asks for a price, a delay... reads it first, and then what stands under that heading.
    """
    named = list(_under_the_heading(turn, page, page.under_named(page.holding())))
    if named and only is not page:
        yield from named
        yield from _lead(turn, only, asked)
    else:
        yield from _lead(turn, page, asked)
        yield from named
    if (found := said_rows(page)) is not None:
        yield from _shown(turn, page, *found)


def _in_its_order(turn: Turn, page: Page, asked: Choice | None) -> Iterator[Sentence]:
    """All of a short document that is itself an answer: its title asks, its first words say yes or no."""
    answers = _is_a_sheet(turn) and turn.card is not None and turn.card.title.rstrip().endswith("?")
    prose = [passage for passage in page.holding() if passage.kind in PROSE]
    if answers and asked is None and asked_role(turn.query) not in _ALONE and _are_short(prose):
        yield from _all_of(turn, page, prose)


def _is_a_sheet(turn: Turn) -> bool:
    """A file or a page holds many matters: what stands beside the one that was asked about is another."""
    return turn.card is not None and turn.card.kind is DocumentKind.SHEET


def _are_short(prose: Sequence[Passage]) -> bool:
    return sum(len(pieces_of(passage)) for passage in prose) <= _WHOLE


def _all_of(turn: Turn, page: Page, prose: Sequence[Passage]) -> Iterator[Sentence]:
    """Passages whole, in their order, but for steps, papers, prices..., which have a place of their own below."""
    for passage in prose:
        placed = _has_sections(turn) and role_of(passage) in _LIMITS
        if not placed and (pieces := _whole_of(page, passage)):
            yield from _shown(turn, page, passage, pieces)


def _of_the_heading(page: Page) -> Page:
    """The document without its other headings, when the one that the question names is what it asks for.

    The rule of another heading ("Faute simple" after "Faute grave") would be read as this one's. Who asks for a price,
    a delay... that the heading does not hold is not asking for what is under it.
    """
    under = page.under_named(page.holding())
    role = asked_role(page.question.text)
    if not under or (role is not None and not any(role_of(passage) is role for passage in under)):
        return page
    kept = [p for p in page.passages if p in under or not any(step.title and not step.choice for step in p.path)]
    return replace(page, passages=tuple(kept))


def _besides(turn: Turn, page: Page, only: Page, read: Collection[str]) -> Iterator[Sentence]:
    """What is nearly as near the question as what was read first; of a short document, all that was not read.

    Who asks for a price, a delay... reads what else the document says of it.
    """
    prose = [passage for passage in only.holding() if passage.kind in PROSE]
    if (role := asked_role(turn.query)) in _ALONE:
        prose = [passage for passage in prose if role_of(passage) is role] or prose
    if _are_short(prose):
        # What is left of a passage read in part would lean on the wrong line.
        yield from _all_of(turn, page, [passage for passage in prose if passage.ref not in read])
        return
    needed = _AS_NEAR * max((page.near[passage.ref] for passage in prose), default=0.0)
    left = [passage for passage in prose if passage.ref not in read and page.near[passage.ref] >= needed]
    for passage in sorted(left, key=lambda one: -page.near[one.ref])[:_BESIDES]:
        if (found := lead_of(replace(page, passages=(passage,)), None)) is not None:
            yield from _shown(turn, page, *found)


def _under_the_heading(turn: Turn, page: Page, under: Sequence[Passage]) -> Iterator[Sentence]:
    """A short section passage after passage; of a long one, what begins it, or what is of the kind asked for."""
    prose = [passage for passage in under if passage.kind in PROSE]
    role = asked_role(turn.query)
    if len(prose) > _SHORT_SECTION:
        prose = [passage for passage in prose if role is not None and role_of(passage) is role] or prose
        prose = prose[:1]
    for passage in prose:
        if (found := lead_of(replace(page, passages=(passage,)), role)) is not None:
            yield from _shown(turn, page, *found)


def _shown(
    turn: Turn, page: Page, passage: Passage, pieces: Sequence[str], role: Role = Role.LEAD
) -> Iterator[Sentence]:
    """Pieces of a passage, after the line that announces their list where another passage holds it."""
    if (found := introduced(page, passage, pieces[0])) is not None:
        above, line = found
        yield sentence_of(line, role, above, turn.day)
    for piece in pieces:
        yield sentence_of(piece, role, passage, turn.day)


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
    branches = _said_branches(page)
    aside = bool(branches) and not any(starts_with(passage.path, branch) for branch in branches)
    opens = not any(step.title for step in passage.path)
    if aside and not opens:
        # What the asker said of themselves comes before what stands under another heading.
        yield from _rule_of_the_branch(turn, page, branches)
    yield from _shown(turn, page, passage, pieces)
    if aside and opens:
        yield from _rule_of_the_branch(turn, page, branches)


def _said_branches(page: Page) -> list[Trail]:
    """The options that the asker named, down to the last one on each way."""
    said = {choice: taken.label for choice, taken in page.settled.taken.items() if taken.why == "said"}
    paths = {
        passage.path[: at + 1]
        for passage in page.holding()
        for at, step in enumerate(passage.path)
        if said.get(step.choice) == step.title
    }
    return [path for path in paths if not any(other != path and starts_with(other, path) for other in paths)]


def _rule_of_the_branch(turn: Turn, page: Page, branches: Sequence[Trail]) -> Iterator[Sentence]:
    """What the branch that the asker named says itself, beside an opening that speaks for every branch.

    A branch begins with its rule, and what is nearest the question follows; that alone is read when a price, a
    delay... is asked for. Of several branches, the one nearest the question is read.
    """
    role = asked_role(turn.query)
    holding = [p for p in page.holding() if p.kind in PROSE and any(starts_with(p.path, path) for path in branches)]
    nearest = page.best(holding)
    if nearest is None:
        return
    path = next(path for path in branches if starts_with(nearest.path, path))
    own = tuple(passage for passage in holding if starts_with(passage.path, path))
    if role is None:
        yield from _shown(turn, page, own[0], start_of(page, own[0]))
    if (found := lead_of(replace(page, passages=own), role)) is not None:
        yield from _shown(turn, page, *found)


def _cases(turn: Turn, page: Page, choice: Choice) -> Iterator[Sentence]:
    """The first words of each option, under its label, when nothing says which one holds."""
    for branch in choice.branches:
        if (found := case_of(page, branch, asked_role(turn.query))) is not None:
            heading = heading_of(found[0].path[len(branch.path) - 1 :])
            yield from (replace(said, heading=heading) for said in _shown(turn, page, *found, Role.CASE))


def _section(turn: Turn, page: Page, role: Role, limit: int) -> list[Sentence]:
    every = [p for p in page.holding() if role_of(p) is role and p.kind not in REMARKS]
    under = page.under_named(every)
    if not under and page.named and role in _BESIDE and role is not asked_role(turn.query):
        # Who names a heading asks for what is under it: the rest of the document would drown it.
        return []
    found = [
        sentence_of(piece, role, passage, turn.day) for passage in under or every for piece in _whole_of(page, passage)
    ]
    kept = found[:limit]
    # A line that announces a list is nothing without it.
    while len(kept) < len(found) and kept and kept[-1].text.endswith(":"):
        kept.pop()
    return kept


def _whole_of(page: Page, passage: Passage) -> Sequence[str]:
    """All that a passage says to the asker."""
    return rows_for(page, passage) if passage.kind is BlockKind.TABLE else _announced(page, passage)


def _announced(page: Page, passage: Passage) -> Sequence[str]:
    """The pieces of a passage, but for a last line that announces what is not read after it."""
    pieces = pieces_of(passage)
    after = page.beside(passage, 1)
    follows = after is not None and page.settled.holds(after.path) and after.path[: len(passage.path)] == passage.path
    return pieces if follows or len(pieces) == 0 or not pieces[-1].endswith(":") else pieces[:-1]


def _left_out(turn: Turn, page: Page, sentences: Sequence[Sentence]) -> int:
    """Count the lines of the sections shown that their limits left out, and the rows of tables read in part."""
    if not _is_a_sheet(turn):
        return 0
    shown = {sentence.text for sentence in sentences}
    sections = [p for p in page.holding() if role_of(p) in _LIMITS and p.kind not in REMARKS]
    read = {cited.passage for sentence in sentences for cited in sentence.citations}
    tables = [p for p in page.holding() if p.kind is BlockKind.TABLE and p.ref in read]
    lines = {piece for passage in sections for piece in pieces_of(passage)}
    return len(lines.union(*(rows_for(page, table) for table in tables)) - shown)


def _cautions(turn: Turn, page: Page, cited: set[str]) -> list[Sentence]:
    """Remarks that stand above or beside what is shown."""
    holding = page.holding()
    places = {p.path for p in holding if p.ref in cited}
    remarks = [p for p in holding if p.kind in REMARKS and any(place[: len(p.path)] == p.path for place in places)]
    return [
        sentence_of(piece, Role.CAUTION, passage, turn.day)
        for passage in remarks[:_CAUTIONS]
        for piece in pieces_of(passage)
    ]
