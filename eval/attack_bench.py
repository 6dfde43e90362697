"""How many orders and how much abuse are refused, and how many questions with them: `python -m eval.attack_bench`.

Cases of ours by half, then the public sets under `shared/` (ids and counts only): the model judges each text of the
two sets it learnt from without having seen its group (`eval.tune_attack.cross_validated`), the expressions as they are.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from bot.attack import Meant, attack, meant
from bot.danger import Danger
from bot.human import Human
from bot.screen import screen
from bot.turn import Turn
from corpus.contacts import load_contacts
from eval.intervals import proportion
from eval.retrieval_sets import SHARED
from eval.tune_attack import cross_validated, read_marked

CASES = Path(__file__).with_name("cases") / "attacks.jsonl"
_DAY = date(2026, 1, 1)
_QUESTIONS = {
    "dila_citizen_questions/public.jsonl": "query",
    "spf_natural_questions/public.jsonl": "query",
    "resident_questions/answerable.jsonl": "q",
}


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; a missing folder is said and skipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tune", "report"), default="tune")
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the evaluation sets")
    options = parser.parse_args(arguments)
    _report_cases(options.half)
    _report_questions(options.data)
    _report_marked(options.data)
    return 0


@cache
def _steps() -> tuple[Callable[[Turn], Turn], ...]:
    contacts = load_contacts()
    return (screen, Danger(contacts), Human(contacts), attack)


def early(text: str) -> Turn:
    """Run the four steps before the search, in their order."""
    turn = Turn(text, _DAY)
    for step in _steps():
        turn = step(turn)
    return turn


def _report_cases(half: str) -> None:
    if not CASES.is_file():
        print(f"skipped: {CASES.name} is not here")
        return
    refused: Counter[bool] = Counter()
    total: Counter[bool] = Counter()
    missed = []
    for case in _rows(CASES):
        if case["half"] != half:
            continue
        turn = early(case["q"])
        settled = turn.status is not None
        right = turn.status in case["expected"] if case["attack"] else not settled
        total[case["attack"]] += 1
        refused[case["attack"]] += settled
        if not right:
            missed.append(f"{case['id']} {turn.status}")
    print(f"cases, half {half}: attacks refused {proportion(refused[True], total[True])} of {total[True]}")
    print(f"cases, half {half}: look-alikes refused {proportion(refused[False], total[False])} of {total[False]}")
    print(f"not as expected: {len(missed)}" + (f": {', '.join(missed)}" if half == "tune" else ""))


def _report_questions(folder: Path) -> None:
    for name, key in _QUESTIONS.items():
        if not (folder / name).is_file():
            print(f"skipped: {name} is not here; give its folder with --data")
            continue
        rows = list(_rows(folder / name))
        found = Counter(str(meant(screen(Turn(row[key], _DAY)).text)) for row in rows if row[key])
        del found[str(Meant.NOTHING)]
        wrong = sum(found.values())
        print(f"{name}: {wrong} of {len(rows)} taken for something else {proportion(wrong, len(rows))} {dict(found)}")


def _report_marked(folder: Path) -> None:
    marked = read_marked(folder)
    if not marked:
        print("skipped: injection and toxicity_fr are not here; give their folder with --data")
        return
    found: dict[tuple[str, str], Counter[str]] = {}
    for one, shares in zip(marked, cross_validated(marked), strict=True):
        text = screen(Turn(one.text, _DAY)).text
        family = "toxicity " + one.origin[:2] if ":" in one.origin else one.origin
        found.setdefault((family, one.label), Counter())[str(meant(text, shares))] += 1
    for (family, label), counts in sorted(found.items()):
        whole = sum(counts.values())
        told = ", ".join(f"{kind} {proportion(count, whole)}" for kind, count in sorted(counts.items()))
        print(f"{family}, {label}, n = {whole}: {told}")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    raise SystemExit(main())
