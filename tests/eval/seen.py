"""Small runs made by hand: cases, what was seen of them, and the folder that holds both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from eval.case import Case
from eval.observation import Observation
from eval.rates import Judged, judge
from eval.run import CASES, OBSERVATIONS, SETTINGS

CITATION = {
    "quote": "La carte coûte 25 €.",
    "document": "F1",
    "path": "Coût > Cas général",
    "passage": "p",
    "title": "Carte perdue",
}
SETTINGS_OF_A_RUN: dict[str, Any] = {
    "suite": "essai",
    "cases": 0,
    "cases_digest": "c" * 64,
    "trials": 1,
    "day": "2026-11-27",
    "reworded": False,
    "model": "",
    "scope": "demo",
    "index": {"generation": "g", "root": "r" * 64},
    "weights": "w",
    "parts": {"prompts": "p1", "guard": "g1"},
    "git": {"commit": "a" * 40, "dirty": False},
    "python": "3.11",
}


def an_answer(document: str | None = "F1", text: str = "La carte coûte 25 €.", **change: Any) -> dict[str, Any]:
    sentences = [{"text": text, "citations": [CITATION | {"document": document, "quote": text}]}] if document else []
    return {
        "status": "answered" if document else "unanswerable_no_source",
        "text": "",
        "document": document,
        "sentences": sentences,
        "also": [],
        "question": None,
        "contact": None,
        "notices": [],
        "urgent": [],
        "generated": False,
        "energy_wh": [0, 0],
    } | change


def seen(
    case: str, document: str | None = "F1", trial: int = 0, text: str = "La carte coûte 25 €.", **change: Any
) -> Observation:
    steps = (("search", 20.0 + trial),)
    ranked = ("F1", "F2") if document else ()
    return Observation(case, trial, an_answer(document, text, **change), ranked=ranked, steps=steps)


def a_case(name: str, **change: Any) -> Case:
    return Case(name, **({"q": f"Question {name} ?", "documents": ("F1",), "author": "cité"} | change))


def judged(*pairs: tuple[Case, Sequence[Observation]]) -> list[Judged]:
    return judge([case for case, _ in pairs], [one for _, every in pairs for one in every])


def right(count: int, prefix: str = "r", **change: Any) -> list[tuple[Case, Sequence[Observation]]]:
    """Cases answered as they should be."""
    return [(a_case(f"{prefix}{n}", **change), [seen(f"{prefix}{n}")]) for n in range(count)]


def wrong(count: int, prefix: str = "w", **change: Any) -> list[tuple[Case, Sequence[Observation]]]:
    """Cases answered from another document."""
    return [(a_case(f"{prefix}{n}", **change), [seen(f"{prefix}{n}", "F9")]) for n in range(count)]


def run_in(folder: Path, pairs: Sequence[tuple[Case, Sequence[Observation]]], **settings: Any) -> Path:
    """Write a run as `eval.run` does."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = [asdict(case) | ({} if case.shown else {"q": "", "before": ()}) for case, _ in pairs]
    (folder / SETTINGS).write_bytes(orjson.dumps(SETTINGS_OF_A_RUN | {"cases": len(pairs)} | settings))
    (folder / CASES).write_bytes(b"".join(orjson.dumps(case) + b"\n" for case in kept))
    lines = [orjson.dumps(asdict(one)) + b"\n" for _, every in pairs for one in every]
    (folder / OBSERVATIONS).write_bytes(b"".join(lines))
    return folder
