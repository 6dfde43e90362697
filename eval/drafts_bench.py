"""Measure the drafts on eval/cases/letters.jsonl: right procedure and branch for each question, gaps, inventions.

`python -m eval.drafts_bench [--half report] [--show]` prints one JSON object. "Invented" is counted the hard way: every
proposed sentence is looked for, letter by letter, in the passage that it names or in the house's own words.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.assembly import assemble
from bot.letter import Composer, Part, Reply, State, hide
from corpus.analyse import fold
from corpus.document import fold_spaces
from corpus.settings import load_settings
from corpus.store import PassageStore
from eval.intervals import proportion

CASES = Path(__file__).with_name("cases") / "letters.jsonl"


@dataclass(frozen=True, slots=True)
class Judged:
    """One expected question of a letter, and what became of it.

    Attributes:
        heard: a part of the draft is about it.
        procedure: it is answered from a right document; None when none is.
        branch: a right situation is the one answered, shown or asked about; None when none is expected.
        gap: a question that no document answers is marked as a gap; None when one does.
        asked: a fact that the letter lacks is asked for; None when none lacks.
    """

    letter: str
    asks: str
    heard: bool
    procedure: bool | None
    branch: bool | None
    gap: bool | None
    asked: bool | None
    told: str


def judge(letter: dict[str, Any], reply: Reply) -> list[Judged]:
    """Compare a draft with what is expected of each question of its letter."""
    return [_judged(letter["id"], expected, _part_of(reply, expected["asks"])) for expected in letter["questions"]]


def _judged(identifier: str, expected: dict[str, Any], part: Part | None) -> Judged:
    documents = {part.key.partition("~")[0]} if part and part.key else set()
    if part and part.missing and part.missing.by_document:
        documents |= {value.partition("~")[0] for value, _ in part.missing.options}
    right = bool(documents & set(expected["documents"]))
    told = "" if part is None else f"{part.status} {part.key} {part.title}"
    wants_branch = bool(expected["branch"]) and right
    branch = _branch(part, expected["branch"]) if part is not None and wants_branch else None
    missing = None if not expected["missing"] else part is not None and part.missing is not None
    return Judged(
        identifier,
        expected["asks"],
        heard=part is not None,
        procedure=None if expected["gap"] else right,
        branch=branch,
        gap=(part is not None and part.gap is not None) if expected["gap"] else None,
        asked=missing,
        told=told,
    )


def _branch(part: Part, labels: list[str]) -> bool:
    """Tell whether one of the labels is the situation answered, one of those shown, or one of those asked about."""
    shown = [*part.branch, *part.also, *(line.heading for line in part.lines)]
    shown += [source.path for line in part.lines for source in line.sources]
    shown += [label for _, label in part.missing.options] if part.missing else []
    told = fold(" | ".join(shown))
    return any(fold(label) in told for label in labels)


def _part_of(reply: Reply, asks: str) -> Part | None:
    wanted = _plain(asks)
    return next((part for part in reply.parts if wanted in _plain(part.ask)), None)


def _plain(text: str) -> str:
    return " ".join(fold(text).replace("’", "'").split())


def invented(reply: Reply, store: PassageStore) -> list[str]:
    """Return the proposed sentences that stand neither in their passage nor among the house's words."""
    found = []
    for line in reply.lines():
        if line.state is State.FORMULA or line.contact:
            continue
        passages = [store.passage(source.passage) for source in line.sources]
        text = fold_spaces(line.text).partition(" : http")[0]
        if not any(passage is not None and _stands(text, fold_spaces(passage.text)) for passage in passages):
            found.append(line.text)
    return found


def _stands(text: str, passage: str) -> bool:
    """Tell whether a sentence is in a passage, but for the capital that opens it."""
    return any(first + text[1:] in passage for first in (text[:1], text[:1].lower()))


def _share(values: list[bool]) -> dict[str, Any]:
    if not values:
        return {"right": 0, "of": 0, "interval_95": None}
    found = proportion(sum(values), len(values))
    return {"right": sum(values), "of": len(values), "interval_95": [round(found.low, 3), round(found.high, 3)]}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tune", "report", "all"), default="report")
    parser.add_argument("--show", action="store_true", help="what became of each question")
    chosen = parser.parse_args(argv)
    assembly = assemble(load_settings())
    composer, store = Composer(assembly), assembly.opened.store
    judged: list[Judged] = []
    seconds: list[float] = []
    made_up: list[str] = []
    states: Counter[str] = Counter()
    parts = 0
    for line in CASES.read_text(encoding="utf-8").splitlines():
        letter = json.loads(line)
        if chosen.half not in {letter["half"], "all"}:
            continue
        started = time.perf_counter()
        reply = composer.draft(hide(letter["letter"]).text, date.today())  # noqa: DTZ011  a civil day
        seconds.append(time.perf_counter() - started)
        judged += judge(letter, reply)
        made_up += invented(reply, store)
        states.update(line.state for line in reply.lines())
        parts += len(reply.parts)
    names = ("heard", "procedure", "branch", "gap", "asked")
    told = {name: _share([value for one in judged if (value := getattr(one, name)) is not None]) for name in names}
    said = {
        "half": chosen.half,
        "letters": len(seconds),
        "questions": len(judged),
        "parts_drafted": parts,
        **told,
        "invented": len(made_up),
        "lines": dict(sorted(states.items())),
        "seconds_median": round(sorted(seconds)[len(seconds) // 2], 3),
    }
    if chosen.show:
        for one in judged:
            found = " ".join(f"{name}={getattr(one, name)}" for name in names)
            sys.stderr.write(f"{one.letter} {found} | {one.asks} | {one.told}\n")
    sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
