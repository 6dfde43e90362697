"""What the answer does not show is listed (branches, exceptions, neighbouring documents), and certified."""

from __future__ import annotations

from dataclasses import replace
from textwrap import shorten

from bot.certificate import certify, decisive_branches
from bot.turn import Also, Turn
from corpus.branches import Branch, exceptions_on, starts_with
from corpus.document import DocumentKind, Trail
from corpus.figures import has_figures

_FAMILY = 6
_LABEL = 160


def complete(turn: Turn) -> Turn:
    """List every decisive thing that is not shown, and write the certificate of what was done with each."""
    if not turn.sentences:
        return turn
    if turn.graph is None or turn.settled is None:
        # The first words of several documents: what is decisive in them is due once one is chosen, their age is not.
        return replace(turn, warnings=(*turn.warnings, *_warnings(turn)))
    path = _decided_path(turn)
    quoted = {sentence.text for sentence in turn.sentences}
    whole = {p.ref for p in turn.passages if all(line in quoted for line in _lines(p.text))}
    asked = {turn.question.choice} if turn.question else set()
    exceptions = exceptions_on(turn.graph, path)
    shown = whole | {found.key for found in exceptions if found.sentence in quoted}
    texts = {passage.ref: passage.text for passage in turn.passages}
    branches = decisive_branches(turn.graph, path)
    followed = {(choice, taken.label) for choice, taken in turn.settled.taken.items()}
    also = [
        Also("branch", _label(branch), branch.id, branch.choice)
        for branch in branches
        if (branch.choice, branch.label) not in followed
    ]
    also += [
        Also("exception", shorten(found.sentence or texts[found.ref], _LABEL, placeholder=" …"), found.ref)
        for found in exceptions
        if found.key not in shown and found.ref not in whole
    ]
    also += [Also("document", title, key) for key, title in (turn.card.family if turn.card else ())[:_FAMILY]]
    listed = {branch.id for branch in branches} | {found.key for found in exceptions}
    why = {choice: taken.why for choice, taken in turn.settled.taken.items()}
    certificate = certify(turn.graph, path, shown=shown, listed=listed, asked=asked, why=why)
    return replace(turn, also=tuple(also), certificate=certificate, warnings=(*turn.warnings, *_warnings(turn)))


def _decided_path(turn: Turn) -> Trail:
    """The options settled from the top down, for as long as nothing that may hold stands beside them."""
    if turn.graph is None or turn.settled is None:
        return ()
    if turn.card is not None and turn.card.kind is DocumentKind.FILE:
        # A file covers many subjects: the chapter it is quoted from is what the answer is bounded by.
        quoted = turn.sentences[0].citations[0].passage
        return next((passage.path for passage in turn.passages if passage.ref == quoted), ())
    taken = {choice: settled.label for choice, settled in turn.settled.taken.items()}
    paths = [passage.path for passage in turn.passages]
    may_hold = [at for at in paths if all(taken.get(step.choice, step.title) == step.title for step in at)]
    path: Trail = ()
    choices = turn.graph.choices
    while choices:
        options = [branch for choice in choices for branch in choice.branches if taken.get(choice.id) == branch.label]
        alone = [o for o in options if all(starts_with(at, o.path) or starts_with(o.path, at) for at in may_hold)]
        if not alone:
            break
        path, choices = alone[0].path, alone[0].children
    return path


def _label(branch: Branch) -> str:
    """The words of an option, after the heading it stands under: "Coût : En Guyane" says more than "En Guyane"."""
    above = next((step.title for step in reversed(branch.path[:-1]) if step.title), "")
    return f"{above} : {branch.label}" if above else branch.label


def _lines(text: str) -> list[str]:
    return [line.lstrip("- ").strip() for line in text.split("\n") if line.strip()]


def _warnings(turn: Turn) -> list[tuple[str, str]]:
    """What the reader must know of the age of what is quoted."""
    found: list[tuple[str, str]] = []
    by_ref = {passage.ref: passage for passage in turn.passages}
    cited = [(s, by_ref[c.passage]) for s in turn.sentences for c in s.citations if c.passage in by_ref]
    used = [passage for _, passage in cited]
    with_figures = [passage for sentence, passage in cited if has_figures(sentence.text)]
    if any(passage.old_figures(turn.day) for passage in with_figures):
        found.append(("old_figures", str(with_figures[0].updated or with_figures[0].valid_from or "")))
    elif any(passage.text_until and turn.day > passage.text_until for passage in used):
        found.append(("old_text", str(used[0].updated or "")))
    if any(passage.valid_from or passage.valid_until for passage in used):
        found.append(("as_of", str(turn.day)))
    if turn.language != "fr":
        found.append(("language", ""))
    return found
