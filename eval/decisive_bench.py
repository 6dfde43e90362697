"""Measure whether what decides is read: the sentences of the right document that an answer to the question must show.

    python -m eval.decisive_bench [--half tune|report] [--cases opened|fifth] [--names] [--json]

The answer is composed from the right document, whatever the search prefers, and each question it asks back is answered
as the label says. A case holds when the sentence that answers is shown; first when it is among the first ones, where
hurried readers stop. Labels (eval/cases/decisive*.jsonl) name sentences by digest: no official text is copied.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from bot.assembly import Assembly, assemble
from bot.page import pieces_of
from bot.quote import Quote
from bot.turn import Conversation, Turn
from corpus.analyse import fold
from corpus.errors import CorpusError
from corpus.settings import load_settings
from corpus.store import PassageStore
from eval.intervals import proportion
from eval.refusal_sets import rows

CASES = Path(__file__).with_name("cases")
FILES = {"opened": CASES / "decisive.jsonl", "fifth": CASES / "decisive_fifth.jsonl"}

FIRST = 5
"""Sentences read by somebody in a hurry."""

_PRESSES = 3


@dataclass(frozen=True, slots=True)
class Case:
    """One question and what its answer must show.

    Attributes:
        document: publisher's id of the fiche.
        options: labels of the branches that the asker is in, pressed when they are offered.
        need: groups of digests of sentences; one of each group must be shown, the first group answers the question.
    """

    id: str
    q: str
    document: str
    options: frozenset[str]
    need: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """How one answer did: the answering sentence first, anywhere, all that is needed; and its length in sentences."""

    first: bool
    answer: bool
    all: bool
    sentences: int


def digest_of(piece: str) -> str:
    """Name a sentence, whatever its spacing and punctuation."""
    return sha256(re.sub(r"\W+", "", fold(piece)).encode()).hexdigest()[:12]


def read_cases(half: str, path: Path) -> list[Case]:
    """Read the cases of one half that have something to show; none when there is no such file."""
    return [
        Case(
            row["id"],
            row["q"],
            row["document"],
            frozenset(map(fold, row["options"])),
            tuple(frozenset(group) for group in row["need"]),
        )
        for row in rows(path, half)
        if row["need"]
    ]


def play(case: Case, assembly: Assembly, day: date) -> list[Turn]:
    """Compose the answer, then those after each button that the label says to press."""
    store, searcher = assembly.opened.store, assembly.opened.searcher
    key = next(iter(store.keys_of(case.document)), case.document)
    turn = Turn(
        case.q,
        day,
        found=searcher.search(case.q, limit=1, as_of=day),
        card=store.document(key),
        passages=store.passages_of(key),
    )
    quote, turns = Quote(searcher.relevance), []
    picked: tuple[tuple[str, str], ...] = ()
    for _ in range(_PRESSES):
        turns.append(quote(replace(turn, conversation=Conversation(picked=picked))))
        question = turns[-1].question
        pressed = [option for option in question.options if fold(option) in case.options] if question else []
        if question is None or not pressed:
            break
        picked = (*picked, (question.choice, pressed[0]))
    return turns


def judge(case: Case, turns: Sequence[Turn]) -> Shown:
    """Look for what is needed in the answers read one after the other."""
    read = [[digest_of(sentence.text) for sentence in turn.sentences] for turn in turns]
    seen = {digest for digests in read for digest in digests}
    early = {digest for digests in read for digest in digests[:FIRST]}
    return Shown(
        first=bool(case.need[0] & early),
        answer=bool(case.need[0] & seen),
        all=all(group & seen for group in case.need),
        sentences=len(read[-1]),
    )


def unknown(cases: Sequence[Case], store: PassageStore) -> list[str]:
    """Return the ids of the cases whose sentences this index does not hold: they measure nothing here."""
    found = []
    for case in cases:
        held = {
            digest_of(piece)
            for key in store.keys_of(case.document)
            for passage in store.passages_of(key)
            for piece in pieces_of(passage)
        }
        if not all(group & held for group in case.need):
            found.append(case.id)
    return found


def report(shown: dict[str, Shown], *, names: bool) -> dict[str, Any]:
    """Count what was shown, with exact 95 % intervals; name the misses for the half that may be tuned on."""
    counts: dict[str, Any] = {"n": len(shown), "sentences": median([one.sentences for one in shown.values()] or [0])}
    for name in ("first", "answer", "all"):
        missed = [case for case, one in shown.items() if not getattr(one, name)]
        share = proportion(len(shown) - len(missed), len(shown))
        counts[name] = {"right": len(shown) - len(missed), "share": share.value, "bounds": share[1:]}
        if names:
            counts[name]["missed"] = missed
    return counts


def main(argv: Sequence[str] | None = None) -> int:
    """Measure one half on the index in force."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--half", choices=("tune", "report"), default="tune")
    parser.add_argument("--cases", choices=tuple(FILES), default="opened")
    parser.add_argument("--names", action="store_true", help="give the ids of misses of the `report` half too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    try:
        assembly = assemble(load_settings())
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    cases = read_cases(options.half, FILES[options.cases])
    lost = unknown(cases, assembly.opened.store)
    day = datetime.now(UTC).date()
    shown = {case.id: judge(case, play(case, assembly, day)) for case in cases if case.id not in lost}
    counts = report(shown, names=options.names or options.half == "tune")
    counts["not in this index"] = lost
    if options.json:
        print(json.dumps(counts, ensure_ascii=False, indent=2))
        return 0
    print(f"{counts['n']} questions, {counts['sentences']} sentences in the middle answer")
    if lost:
        print(f"not in this index, not measured: {' '.join(lost)}")
    for name, meaning in (("first", f"the answer in the first {FIRST}"), ("answer", "the answer"), ("all", "all")):
        low, high = counts[name]["bounds"]
        print(f"{meaning} shown: {counts[name]['right']}, {counts[name]['share']:.3f} [{low:.3f} to {high:.3f}]")
        if "missed" in counts[name]:
            print(f"    missed: {' '.join(counts[name]['missed'])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
