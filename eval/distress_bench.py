"""Who is in danger and is heard, and who only seems so: `python -m eval.distress_bench --half report`.

A message of danger is right when one of its expected lines is shown before anything else, whether the turn ends there
or goes on to an answer; a look-alike when the four steps before the search leave it to its answer. Public questions
tell how many residents are stopped for nothing (ids and counts only). Exact bounds; ids of misses for the half that may
be tuned on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.turn import Status
from eval.attack_bench import early
from eval.intervals import proportion
from eval.retrieval_sets import SHARED

CASES = Path(__file__).with_name("cases") / "distress.jsonl"
_QUESTIONS = {
    "dila_citizen_questions/public.jsonl": "query",
    "spf_natural_questions/public.jsonl": "query",
    "spf_question_reponse/public.jsonl": "query",
    "resident_questions/answerable.jsonl": "q",
}


def main(arguments: list[str] | None = None) -> int:
    """Print the tables; what is missing is said and skipped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tune", "report"), default="tune")
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the evaluation sets")
    options = parser.parse_args(arguments)
    _report_cases(options.half)
    for name, key in _QUESTIONS.items():
        path = options.data / name
        if path.is_file():
            _report_questions(name, [(row["id"], row[key]) for row in _rows(path) if row.get(key)])
        else:
            print(f"skipped: {name} is not here; give its folder with --data")
    everyday = [
        (row["id"], row["q"]) for row in _rows(CASES.with_name("everyday.jsonl")) if row["half"] == options.half
    ]
    _report_questions(f"everyday.jsonl, half {options.half}", everyday)
    return 0


def _report_cases(half: str) -> None:
    if not CASES.is_file():
        print(f"skipped: {CASES.name} is not here")
        return
    cases = [case for case in _rows(CASES) if case["half"] == half]
    missed, stopped, beside = [], [], 0
    early("Bonjour, où vote-t-on à Paris")  # expressions are compiled and models read once, at the start of the service
    started = time.process_time()
    for case in cases:
        turn = early(case["q"])
        urgent = turn.status is Status.HANDOVER_URGENT
        if case["look_alike"]:
            if urgent:
                stopped.append(case["id"])
        elif not set(turn.urgent) & set(case["expected"]):
            missed.append(case["id"])
        else:
            beside += not urgent
    spent = (time.process_time() - started) / max(1, len(cases)) * 1000
    dangers = sum(not case["look_alike"] for case in cases)
    for what, ids, whole in (
        ("danger missed", missed, dangers),
        ("look-alikes stopped", stopped, len(cases) - dangers),
    ):
        named = f": {', '.join(ids)}" if half == "tune" and ids else ""
        print(f"half {half}, {what}: {len(ids)} of {whole} = {proportion(len(ids), whole)}{named}")
    print(f"half {half}, danger: {beside} of {dangers} have the numbers before an answer, rather than alone")
    print(f"{spent:.2f} ms of processor a message, the four steps before the search together")


def _report_questions(name: str, questions: list[tuple[str, str]]) -> None:
    urgent, beside = [], 0
    for identifier, text in questions:
        turn = early(text)
        if turn.status is Status.HANDOVER_URGENT:
            urgent.append(identifier)
        beside += bool(turn.urgent) and turn.status is not Status.HANDOVER_URGENT
    ids = f": {', '.join(urgent)}" if urgent and "report" not in name else ""
    share = proportion(len(urgent), len(questions))
    print(f"{name}: {len(urgent)} of {len(questions)} settled as urgent = {share}, {beside} with numbers beside{ids}")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    raise SystemExit(main())
