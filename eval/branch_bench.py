"""Measure promise 3 on eval/cases/branches.jsonl: the right branch, or the question that decides it.

    python -m eval.branch_bench --half tune|report [--cases first|second|...] [--json]

Given the fiche: the composed answer to the question when the search has found the right fiche. End to end: the answer
as served; another fiche, or no answer, is not right. Rules were set on the `tune` half, whose figures are therefore
optimistic; the `report` half prints counts alone, so that nobody fits a rule to one of its cases.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.assembly import Assembly, assemble
from bot.quote import Quote
from bot.turn import Conversation, Status, Turn
from corpus.analyse import fold
from corpus.branches import Branch, Choice, build_graph
from corpus.errors import CorpusError
from corpus.settings import load_settings
from eval.intervals import proportion
from eval.later_sets import FIRST, SETS, case_rows, file_of
from eval.refusal_sets import rows

CASES = Path(__file__).with_name("cases") / "branches.jsonl"

Chain = tuple[tuple[Choice, Branch], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One line of branches.jsonl (described in cases/branches.md)."""

    id: str
    q: str
    document: str
    audience: str
    kind: str
    expected_branch: tuple[str, ...]
    expected_options: tuple[str, ...]
    half: str


class Verdict(StrEnum):
    """What an answer did; the first five are right."""

    TAKEN = "taken"
    ASKED = "asked"
    ASKED_DOCUMENT = "asked which document, then right"
    SHOWN = "shown"
    LISTED = "every way shown"
    OTHER_BRANCH = "another branch, in silence"
    OTHER_QUESTION = "left open, another question or none"
    OTHER_DOCUMENT = "another document"
    NO_ANSWER = "no answer"
    NO_SUCH_PATH = "the path is not in the index"


RIGHT = frozenset({Verdict.TAKEN, Verdict.ASKED, Verdict.ASKED_DOCUMENT, Verdict.SHOWN, Verdict.LISTED})


def read_cases(half: str, path: Path = CASES) -> list[Case]:
    """Read the cases of one half; none when there is no such file."""
    return [_case(row, row["document"], row["audience"], row["kind"]) for row in rows(path, half)]


def later_cases(cases: str, half: str) -> list[Case]:
    """Read the cases of a later set: its branching fiches, and the questions of residents that a branch matters to."""
    return [
        *read_cases(half, file_of("branches", cases)),
        *(
            _case(row, row["relevant"][0], "particuliers", row["branch_kind"])
            for row in case_rows("residents", cases, half)
            if row["branch_kind"] != "plain"
        ),
    ]


def _case(row: Mapping[str, Any], document: str, audience: str, kind: str) -> Case:
    branch, options = (tuple(row[name] or ()) for name in ("expected_branch", "expected_options"))
    return Case(row["id"], row["q"], document, audience, kind, branch, options, row["half"])


def judge(case: Case, turn: Turn) -> Verdict:
    """Compare a composed answer, on the right document, with what was expected."""
    if turn.settled is None or turn.graph is None:
        return Verdict.NO_ANSWER
    return _judge_implied(case, turn) if case.kind == "implied" else _judge_open(case, turn)


def _judge_implied(case: Case, turn: Turn) -> Verdict:
    graph = turn.graph or build_graph(turn.passages)
    verdicts = [_follow(chain, turn) for chain in _chains(graph.choices, case.expected_branch)]
    if not verdicts:
        return Verdict.NO_SUCH_PATH
    # The same path may stand under several headings: one wrong place is enough to be wrong.
    worst_first = (Verdict.OTHER_BRANCH, Verdict.TAKEN, Verdict.SHOWN, Verdict.ASKED, Verdict.OTHER_QUESTION)
    return next(verdict for verdict in worst_first if verdict in verdicts)


def _follow(chain: Chain, turn: Turn) -> Verdict:
    if turn.settled is None:
        return Verdict.NO_ANSWER
    for choice, branch in chain:
        taken = turn.settled.taken.get(choice.id)
        if taken is None and not choice.ways:
            return _left_open([choice], turn)
        if taken is not None and taken.label != branch.label and taken.why != "alike":
            return Verdict.OTHER_BRANCH
    return Verdict.TAKEN


def _judge_open(case: Case, turn: Turn) -> Verdict:
    graph = turn.graph or build_graph(turn.passages)
    wanted = sorted(map(_key, case.expected_options))
    places = [c for c in graph.every_choice() if sorted(_key(branch.label) for branch in c.branches) == wanted]
    if not places:
        return Verdict.NO_SUCH_PATH
    if turn.settled is not None and any(choice.id in turn.settled.taken for choice in places):
        return Verdict.OTHER_BRANCH
    return _left_open(places, turn)


def _left_open(places: Sequence[Choice], turn: Turn) -> Verdict:
    signatures = {choice.signature for choice in places}
    graph = turn.graph or build_graph(turn.passages)
    by_id = {choice.id: choice for choice in graph.every_choice()}
    # A question between documents belongs to no choice.
    asked = by_id.get(turn.question.choice) if turn.question is not None else None
    if asked is not None and asked.signature in signatures:
        return Verdict.ASKED
    for choice in places:
        quoted = {cited.passage for sentence in turn.sentences for cited in sentence.citations}
        if all(quoted & set(branch.passages) for branch in choice.branches):
            return Verdict.LISTED if choice.ways else Verdict.SHOWN
    return Verdict.OTHER_QUESTION


def _chains(choices: Sequence[Choice], labels: Sequence[str]) -> Iterator[Chain]:
    """Every way down the graph that meets the labels in order; choices with none of them are passed through."""
    if not labels:
        yield ()
        return
    for choice in choices:
        here = [branch for branch in choice.branches if _key(branch.label) == _key(labels[0])]
        for branch in here or choice.branches:
            for rest in _chains(branch.children, labels[1:] if here else labels):
                yield ((choice, branch), *rest)


def _key(label: str) -> str:
    return re.sub(r"\W+", "", fold(label))


def answer_given(case: Case, assembly: Assembly, day: date) -> Turn:
    """Compose the answer from the right document, whatever the search prefers."""
    store, searcher = assembly.opened.store, assembly.opened.searcher
    key = _key_of(case, assembly)
    found = searcher.search(case.q, limit=1, as_of=day)
    turn = Turn(case.q, day, found=found, card=store.document(key), passages=store.passages_of(key))
    return Quote(searcher.relevance)(turn)


def _key_of(case: Case, assembly: Assembly) -> str:
    """The document of that id written for that audience: one id may have two texts."""
    keys = assembly.opened.store.keys_of(case.document)
    cards = [card for key in keys if (card := assembly.opened.store.document(key))]
    fitting = [card.key for card in cards if not card.audiences or case.audience in card.audiences]
    return next(iter((*fitting, *keys)), case.document)


def answer_served(case: Case, assembly: Assembly, day: date) -> Verdict:
    """Judge the answer as a resident gets it."""

    def press(document: str) -> Turn:
        return assembly.responder.respond(case.q, day, conversation=Conversation(document=document))

    return judge_served(case, _key_of(case, assembly), assembly.responder.respond(case.q, day), press)


def judge_served(case: Case, key: str, turn: Turn, press: Callable[[str], Turn]) -> Verdict:
    """Judge an answer of which the search chose the document.

    Args:
        case: the question and what is expected.
        key: of the right document.
        turn: what the resident gets first.
        press: the turn that follows when the resident presses the button of a document.

    Returns:
        for a question about documents, right when the right one is offered and the answer that follows it is right.
    """
    if turn.status is Status.CLARIFY_DOCUMENT:
        if turn.question is None or key not in turn.question.documents:
            return Verdict.OTHER_DOCUMENT
        pressed = press(key)
        verdict = judge(case, pressed) if pressed.card is not None and pressed.card.key == key else Verdict.NO_ANSWER
        return Verdict.ASKED_DOCUMENT if verdict in RIGHT else verdict
    if turn.card is None or turn.settled is None:
        return Verdict.NO_ANSWER
    return judge(case, turn) if turn.card.key == key else Verdict.OTHER_DOCUMENT


def report(verdicts: Mapping[str, Mapping[str, Verdict]], cases: Sequence[Case], *, names: bool) -> dict[str, Any]:
    """Count the verdicts by way of measuring and by kind.

    Args:
        verdicts: by way (`given`, `served`), then by case id.
        cases: those judged.
        names: also give the ids of the failures.
    """
    counts: dict[str, Any] = {}
    for way, found in verdicts.items():
        for kind in ("implied", "open"):
            ids = [case.id for case in cases if case.kind == kind]
            right = sum(found[name] in RIGHT for name in ids)
            share = proportion(right, len(ids))
            entry: dict[str, Any] = {"right": right, "of": len(ids), "share": share.value, "bounds": share[1:]}
            entry["verdicts"] = dict(Counter(found[name].value for name in ids).most_common())
            if names:
                entry["failures"] = {name: found[name].value for name in ids if found[name] not in RIGHT}
            counts[f"{way} {kind}"] = entry
    return counts


def main(argv: Sequence[str] | None = None) -> int:
    """Measure one half on the index in force and print the counts with exact 95 % intervals."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("tune", "report"), required=True)
    parser.add_argument("--cases", choices=SETS, default=FIRST, help="a later set: cases that nobody tuned on")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    day = datetime.now(UTC).date()
    try:
        assembly = assemble(load_settings())
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    cases = read_cases(options.half) if options.cases == FIRST else later_cases(options.cases, options.half)
    verdicts = {
        "given": {case.id: judge(case, answer_given(case, assembly, day)) for case in cases},
        "served": {case.id: answer_served(case, assembly, day) for case in cases},
    }
    counts = report(verdicts, cases, names=options.half == "tune")
    if options.json:
        print(json.dumps(counts, ensure_ascii=False, indent=2))
        return 0
    for name, entry in counts.items():
        low, high = entry["bounds"]
        print(f"{name}: {entry['right']} of {entry['of']} right, {entry['share']:.3f} [{low:.3f} to {high:.3f}]")
        for group in ("verdicts", "failures"):
            for key, value in entry.get(group, {}).items():
                print(f"    {key}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
