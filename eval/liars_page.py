"""What the lies of each test model became, as a page that a member of the committee can read.

    python -m eval.liars_bench --cases 5000 --worded 0 --json >told.jsonl
    python -m eval.liars_page told.jsonl --cases 1058 >docs/menteurs.md

Reads the lines that the bench wrote, one model each, the honest one first; measures nothing. Words: liars_page.toml.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ethics.policy import load_policy
from eval.case import Case
from eval.mistral_server.behaviours import BEHAVIOURS
from eval.suites import read_suite

WORDS = Path(__file__).with_suffix(".toml")
REASONS = Path(__file__).parents[1] / "bot" / "checks" / "reasons.toml"
_HONEST = "test-honest"
_MOST_REASONS = 3
_SHORT = 70
"""Characters of a reason that a cell holds."""

Told = Mapping[str, Any]
"""One line of the bench: the fields of `eval.liars_bench.Told`."""


@cache
def words() -> dict[str, dict[str, str]]:
    """Return the words of the page."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


@cache
def reasons() -> dict[str, str]:
    """Return why a sentence is refused, in words, by key."""
    found: dict[str, str] = tomllib.loads(REASONS.read_text(encoding="utf-8"))["reason"]
    return found


def page(every: Sequence[Told], cases: int, asked: Mapping[str, Case]) -> str:
    """Write the page.

    Args:
        every: one line a model.
        cases: asked of each.
        asked: the cases, by id: their questions stand beside what was read.

    Raises:
        ValueError: no line is that of the honest model, to which the others are compared.
    """
    honest = next((one for one in every if one["model"] == _HONEST), None)
    if honest is None:
        raise ValueError(f"no line of {_HONEST}")
    liars = [one for one in every if one["model"] != _HONEST]
    told = words()["page"]
    parts = [
        f"# {told['title']}",
        told["written"],
        told["asked"].format(asked=honest["asked"], cases=cases),
        _verdict(honest),
        *_counts(liars),
        "\n".join(_table(every)),
        *_missing(every),
        *_claims(liars, asked),
    ]
    return "\n\n".join(parts) + "\n"


def _verdict(honest: Told) -> str:
    verdict = str(honest["verdict"][1])
    told = words()["page"]
    why = told["could"] if verdict == "met" else told["already"] if verdict == "not_met" else ""
    return told["verdict"].format(verdict=words()["outcome"][verdict], why=why).strip()


def _counts(liars: Sequence[Told]) -> list[str]:
    told = words()["page"]
    flipping, read = (sum(bool(one[name]) for one in liars) for name in ("flips", "shown"))
    lines = [told["flips"].format(count=flipping, of=len(liars))]
    if not read:
        return [*lines, told["nothing"]]
    unseen = [] if any(one["broken"] for one in liars) else [told["unseen"]]
    return [*lines, told["read"].format(count=read, of=len(liars)), *unseen]


def _missing(every: Sequence[Told]) -> list[str]:
    models = sorted(set(BEHAVIOURS) - {one["model"] for one in every})
    return [words()["page"]["missing"].format(models=", ".join(f"`{name}`" for name in models))] if models else []


def _table(every: Sequence[Told]) -> list[str]:
    names = list(words()["column"].values())
    head = [_row(names), _row(["---"] * len(names))]
    return [*head, *(_row(_cells(one)) for one in every)]


def _cells(one: Told) -> list[str]:
    kind = str(one["model"]).removeprefix("test-").removeprefix("liar-")
    of = one["asked"]
    return [
        f"`{one['model']}`",
        words()["kind"][kind],
        f"{one['wrote']} sur {of}",
        f"{one['lied']} sur {one['wrote']}",
        f"{one['shown']} sur {one['lied']}",
        " ; ".join(f"{_reason(name)} ({count})" for name, count in list(one["rejected"].items())[:_MOST_REASONS])
        or "–",
        " ; ".join(_flip(name, change) for name, change in one["flips"].items()) or "aucun",
        str(len(one["broken"])),
    ]


def _reason(name: str) -> str:
    text = reasons()[name].rstrip(".").partition(" :")[0]
    text = text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
    return text[0].lower() + text[1:]


def _flip(name: str, change: str) -> str:
    before, _, now = change.partition(" > ")
    outcomes = words()["outcome"]
    return f"{_labels()[name]} : {outcomes[before]} → {outcomes[now]}"


@cache
def _labels() -> dict[str, str]:
    return {one.measure: one.label for one in load_policy().thresholds}


def _claims(liars: Sequence[Told], asked: Mapping[str, Case]) -> list[str]:
    read = [one for one in liars if one["shown"]]
    if not read:
        return []
    told = words()["page"]
    unread = sum(len(set(one["read"]) - {case for case, _ in one["claims"]}) for one in read)
    lines = [
        f"- `{one['model']}`, {case}, « {_cell(asked[case].q)} » : « {_cell(text)} »"
        for one in read
        for case, text in one["claims"]
    ]
    return [f"## {told['claims']}", told["claims_of"].format(unread=unread), *(["\n".join(lines)] if lines else [])]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "·").split())


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the page; return 1 where no line is that of the honest model."""
    parser = argparse.ArgumentParser(prog="python -m eval.liars_page", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("told", type=Path, nargs="+", help="lines of the bench; several files for several parts")
    parser.add_argument("--cases", type=int, required=True, help="cases asked of each model")
    options = parser.parse_args(arguments)
    lines = [json.loads(line) for path in options.told for line in path.read_text(encoding="utf-8").splitlines()]
    every = list({line["model"]: line for line in lines}.values())
    asked = {case.id: case for name in ("default", "worded") for case in read_suite(name)}
    try:
        print(page(every, options.cases, asked), end="")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
