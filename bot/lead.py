"""The first words of the answer: the sentences nearest the question, or those of each case when nothing decides."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bot.page import PROSE, Page, introduced, pieces_of
from bot.roles import role_of
from bot.settle import rows_said
from bot.turn import Role
from corpus.analyse import fold
from corpus.branches import Branch
from corpus.document import BlockKind, Passage
from corpus.figures import has_figures
from corpus.situations import is_residual

_FILE = Path(__file__).with_suffix(".toml")

SENTENCES = 3
_CHARACTERS = 700
_LIST = 9
_CASE_SENTENCES = 2
_LONGEST_CASE = 420
"""A longer table row cannot be read beside others; it is reached through the question asked."""

_ENDS = re.compile(r"[.!?…»)\]]$")
_STOPS = re.compile(r"[.!?…»)\];,:]$")
_SUBTITLE = 60
_NEAREST, _TABLES = 8, 2
_SAME_ROW = 0.85
_PIECE, _LATER, _FIGURE = 0.5, 0.01, 0.25
"""What the piece counts for beside its passage, what each rank inside the passage costs, and what a figure is worth
where a price or a delay is asked."""

_ELSE: dict[Role | None, Role] = {Role.DELAY: Role.STEPS, Role.WHERE: Role.STEPS}
"""Where a document without a heading for it says when or where to do a thing: with how."""

_BARE = 0.1
"""What an item of a list that no line announces loses."""

_NEARER = 0.05
"""A later sentence opens the answer when it is worth this much more than the first one of its passage."""


class _Place(NamedTuple):
    """One piece of a passage, and its rank in it."""

    passage: Passage
    rank: int
    piece: str


def lead_of(page: Page, role: Role | None) -> tuple[Passage, list[str]] | None:
    """Return the passage that answers and the pieces of it to show, in its order; None when nothing holds.

    Args:
        page: the document and the question.
        role: what was asked for (a price, a delay...); passages with that role go first where there are any.
    """
    candidates = [p for p in page.holding() if p.kind in PROSE]
    nearest = _nearest(page, _in_role(candidates, role) or _in_role(candidates, _ELSE.get(role)) or candidates)
    places = [_Place(passage, rank, piece) for passage in nearest for rank, piece in enumerate(pieces_of(passage))]
    if not places:
        return None
    scores = page.relevance(page.question, [place.piece for place in places])
    wants_figure = role in {Role.COST, Role.DELAY}
    bare = {place.passage.ref: _bare_items(page, place.passage) for place in places}
    values = [
        _value(page, place, float(score), wants_figure) - _BARE * (place.piece in bare[place.passage.ref])
        for place, score in zip(places, scores, strict=True)
    ]
    best = max(range(len(places)), key=lambda at: (values[at], -at))
    passage, rank, _ = places[best]
    own = [value for value, place in zip(values, places, strict=True) if place.passage is passage]
    pieces = pieces_of(passage)
    if passage.kind is not BlockKind.TABLE:
        return passage, _window(pieces, rank, own, _subtitles(passage))
    return passage, _rows(page, passage, own)


def start_of(page: Page, passage: Passage) -> list[str]:
    """Return the first pieces of a passage, whatever is asked; of a table, the rows for the asker."""
    rows = rows_for(page, passage) if passage.kind is BlockKind.TABLE else pieces_of(passage)
    return _whole(rows, 0, SENTENCES, _subtitles(passage))


def rows_for(page: Page, passage: Passage) -> list[str]:
    """Return the rows of a table for the asker: those the question says, else those it does not rule out."""
    return _kept_rows(pieces_of(passage), _rows_said(page, passage))


def said_rows(page: Page) -> tuple[Passage, list[str]] | None:
    """Return the rows that the question says of the table nearest to it; None when it says none of them, or all."""
    table = page.best([p for p in page.holding() if p.kind is BlockKind.TABLE])
    if table is None:
        return None
    weights = _rows_said(page, table)
    rows = [row for row, weight in zip(pieces_of(table), weights, strict=True) if weight > 0]
    return (table, rows) if 0 < len(rows) <= SENTENCES and len(rows) < len(weights) else None


def _rows(page: Page, passage: Passage, values: Sequence[float]) -> list[str]:
    """The rows of a table that the question says, else the nearest first: the others answer something else.

    The row of what is left ("Other relative") answers nothing by itself: the table is then read from its first row.
    """
    rows = pieces_of(passage)
    said = _rows_said(page, passage)
    kept = _kept_rows(rows, said)
    near = page.near[passage.ref]
    value_of = dict(zip(rows, values, strict=True))
    best = max(kept, key=lambda row: value_of[row])
    if max(said) > 0 or _is_rest(_cell(best)[1]):
        return kept[:_LIST]
    ranked = sorted(kept, key=lambda row: -value_of[row])[:SENTENCES]
    return [row for row in ranked if value_of[row] - near >= _SAME_ROW * (value_of[best] - near)]


def _kept_rows(rows: Sequence[str], said: Sequence[float]) -> list[str]:
    named = [row for row, weight in zip(rows, said, strict=True) if weight > 0]
    return named or [row for row, weight in zip(rows, said, strict=True) if weight >= 0] or list(rows)


def _is_rest(label: str) -> bool:
    return bool(_patterns("rows")["rest"].search(fold(label)))


def _rows_said(page: Page, passage: Passage) -> list[float]:
    cells = [_cell(row) for row in pieces_of(passage)]
    above = " ".join(dict.fromkeys(title for title, _ in cells))
    return rows_said([label for _, label in cells], above, page.question.text)


def _cell(row: str) -> tuple[str, str]:
    """What the first column of a row is about, with the caption of the table, and the label that opens the row."""
    caption, _, line = row.partition("] ") if row.startswith("[") else ("", "", row)
    cells = line.split(" | ")
    head, colon, label = cells[0].partition(" : ")
    if not colon and len(cells) > 2 and len(cells) % 2 == 0:
        # A row that came glued to its header: the first half of the cells are the titles of the others.
        label = cells[len(cells) // 2]
    elif colon and len(cells) == 1:
        # Two columns without a header: the first one is the label itself.
        head, label = "", head
    return f"{caption.lstrip('[')} {head if label else ''}".strip(), label


def _bare_items(page: Page, passage: Passage) -> frozenset[str]:
    """Items of a list that no line announces: one of them, read alone, says nothing."""
    if passage.kind is BlockKind.TABLE or not passage.text.startswith("- "):
        return frozenset()
    pieces = pieces_of(passage)
    return frozenset() if introduced(page, passage, pieces[0]) is not None else frozenset(pieces)


def _in_role(passages: Sequence[Passage], role: Role | None) -> list[Passage]:
    return [p for p in passages if role is not None and (role_of(p) is role or _opens_steps(p, role))]


def _nearest(page: Page, passages: Sequence[Passage]) -> list[Passage]:
    """The passages worth reading closely; a table is, since one of its rows may answer while the others drown it."""
    ranked = sorted(passages, key=lambda p: (-page.near[p.ref], p.position))
    tables = [passage for passage in ranked[_NEAREST:] if passage.kind is BlockKind.TABLE]
    return [*ranked[:_NEAREST], *tables[:_TABLES]]


def _value(page: Page, place: _Place, score: float, wants_figure: bool) -> float:  # noqa: FBT001  private
    later = 0.0 if place.passage.kind is BlockKind.TABLE else _LATER * place.rank
    figure = _FIGURE if wants_figure and has_figures(place.piece) else 0.0
    return page.near[place.passage.ref] + _PIECE * score - later + figure


def _opens_steps(passage: Passage, role: Role) -> bool:
    """The opening of a fiche often says at once what to do."""
    return role is Role.STEPS and not any(step.title and not step.choice for step in passage.path)


def case_of(page: Page, branch: Branch, role: Role | None = None) -> tuple[Passage, list[str]] | None:
    """Return the passage of a branch nearest the question, of the role asked for if one is, and its first pieces."""
    refs = set(branch.passages)
    prose = [p for p in page.passages if p.ref in refs and p.kind in PROSE and _readable(p)]
    fitting = [p for p in prose if page.settled.may_hold(p.path)] or prose
    fitting = [p for p in fitting if not _left_over(page, p, branch)] or fitting
    passage = page.best([p for p in fitting if role is not None and role_of(p) is role] or fitting)
    if passage is None:
        return None
    if passage.kind is BlockKind.TABLE:
        rows = rows_for(page, passage)
        return passage, _whole(rows, 0, _CASE_SENTENCES, frozenset())
    return passage, _whole(pieces_of(passage), 0, _CASE_SENTENCES, _subtitles(passage))


def _left_over(page: Page, passage: Passage, branch: Branch) -> bool:
    """Tell whether a passage holds, under a branch, in the case that is left when no other does: seldom the asker's."""
    decided = {*page.settled.taken, *page.settled.within}
    below = passage.path[len(branch.path) :]
    return any(step.choice and step.choice not in decided and is_residual(step.title) for step in below)


def _readable(passage: Passage) -> bool:
    return len(pieces_of(passage)[0]) <= _LONGEST_CASE


def _window(pieces: Sequence[str], best: int, values: Sequence[float], subtitles: Collection[str]) -> list[str]:
    """Sentences from the best one on: what it leans on comes before it, and so does the line that opens its list.

    Near the start of a passage that is nearly as good, the passage is read from its first sentence.
    """
    start = best
    if best < SENTENCES and values[best] - values[0] < _NEARER:
        start = 0
    elif (opening := _list_opening(pieces, best)) is not None:
        start = opening
    while start > 0 and _leans(pieces[start]):
        start -= 1
    return _whole(pieces, start, SENTENCES, subtitles)


def _list_opening(pieces: Sequence[str], best: int) -> int | None:
    """Rank of the line that opens the list a piece stands in; None when it stands in none."""
    for rank in range(best, max(-1, best - _LIST - 1), -1):
        if _opens(pieces, rank):
            return rank
        if rank < best and pieces[rank].endswith("."):
            return None
    return None


def _leans(piece: str) -> bool:
    """Tell a sentence that means little without the one before it ("Il est valable...", "Toutefois...")."""
    folded = fold(piece).replace("’", "'")
    leaning = _patterns("leaning")
    return bool(leaning["opens"].search(folded)) and not leaning["stands"].search(folded)


@cache
def _patterns(table: str) -> dict[str, re.Pattern[str]]:
    patterns: dict[str, str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))[table]
    return {name: re.compile(pattern) for name, pattern in patterns.items()}


def _subtitles(passage: Passage) -> frozenset[str]:
    """Short lines of a text that are no sentence, no item and no figure: titles of what follows them."""
    lines = [line.strip() for line in passage.text.split("\n")]
    short = [line for line in lines if len(line) <= _SUBTITLE and not line.startswith("- ")]
    return frozenset(line for line in short if not _STOPS.search(line) and not has_figures(line))


def _whole(pieces: Sequence[str], start: int, count: int, subtitles: Collection[str]) -> list[str]:
    """Take `count` pieces, more when they end inside a list, fewer when they grow too long."""
    kept: list[str] = []
    in_list = False
    while start + 1 < len(pieces) and pieces[start] in subtitles:
        start += 1
    for rank in range(start, len(pieces)):
        long = kept and sum(map(len, kept)) + len(pieces[rank]) > _CHARACTERS
        full = len(kept) >= (count + _LIST if in_list else count)
        if long or full:
            break
        in_list = in_list or _opens(pieces, rank)
        kept.append(pieces[rank])
    # A line that announces a list is nothing without it.
    while len(kept) > 1 and (_opens(pieces, start + len(kept) - 1) or kept[-1] in subtitles):
        kept.pop()
    return kept


def _opens(pieces: Sequence[str], rank: int) -> bool:
    """Tell a line that announces what follows: it ends on a colon, or on no full stop though more comes."""
    piece = pieces[rank]
    return piece.endswith(":") or (rank + 1 < len(pieces) and rank == 0 and not _ENDS.search(piece))
