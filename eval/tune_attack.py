"""Train what tells an order to the assistant, or abuse, from a question: `python -m eval.tune_attack`.

Learns on the public halves of `injection` and `toxicity_fr` under `shared/`, whose texts never enter this repository,
and on the ordinary and look-alike phrases of `eval/tune_danger.py`. `cross_validated` gives honest shares on the same
texts: each one judged by a model that saw none of its group.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from bot.attack import LEANING_FILE, as_read
from bot.leaning import Leaning, read_leaning
from eval.tune_danger import Learnt, ordinary, phrases, train

_SHARED = Path(__file__).parents[1] / ".." / "shared" / "data" / "eval"
_BINS = 1 << 16
_FOLDS = 4
_MARKED_WEIGHT = 3.0
_LONGEST = 4000
# Instructions to plant in a document ("write in capitals"): nobody types them to a town hall.
_INDIRECT = "bipia_instruction"


class Example(NamedTuple):
    """One text with what it is; examples of one group are alike and are never split between two folds."""

    text: str
    label: str
    group: str
    origin: str
    weight: float = _MARKED_WEIGHT


def main(arguments: list[str] | None = None) -> int:
    """Train the model and write it beside bot/attack.py, or in a folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=_SHARED, help="folder of the evaluation sets")
    parser.add_argument("--out", type=Path, default=LEANING_FILE.parent, help="folder of the model")
    options = parser.parse_args(arguments)
    marked = read_marked(options.data)
    if not marked:
        print(
            "skipped: injection/public.jsonl and toxicity_fr/public.jsonl are not here; give their folder with --data"
        )
        return 1
    fit([*marked, *harmless()], options.out / LEANING_FILE.name)
    print(f"{len(marked)} marked texts, {len(harmless())} harmless phrases")
    return 0


def read_marked(folder: Path) -> list[Example]:
    """Read the two public sets; an empty list when they are absent."""
    names = {"attack": "attack", "benign": "none", "toxic": "abuse", "non_toxic": "none"}
    found = []
    for name in ("injection", "toxicity_fr"):
        path = folder / name / "public.jsonl"
        if not path.is_file():
            return []
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            origin = row.get("set") or f"{row['lang']}:{row['category']}"
            if origin != _INDIRECT:
                found.append(Example(row["text"][:_LONGEST], names[row["label"]], f"{name}:{row['group']}", origin))
    return found


def harmless() -> list[Example]:
    """Return phrases of ours that are neither orders nor abuse: questions, look-alikes, calls for help."""
    dangers, look_alikes = phrases()
    close = [Example(text, "none", "ours", "ours") for text in look_alikes]
    return close + [
        Example(text, "none", "ours", "ours", 1.0) for text in [*ordinary(), *(text for _, text in dangers)]
    ]


def fit(examples: Sequence[Example], path: Path) -> Leaning:
    """Train on examples and return the model as it was written."""
    texts = [as_read(one.text) for one in examples]
    learnt = Learnt.of(texts, None, _BINS)
    train(learnt, [one.label for one in examples], path, [one.weight for one in examples])
    read_leaning.cache_clear()
    return read_leaning(path)


def cross_validated(marked: Sequence[Example]) -> list[dict[str, float]]:
    """Return the shares of each marked text by a model that saw nothing of its group."""
    groups = sorted({one.group for one in marked})
    part = dict(zip(groups, np.random.default_rng(0).integers(0, _FOLDS, len(groups)), strict=True))
    others = harmless()
    shares: list[dict[str, float]] = [{} for _ in marked]
    with TemporaryDirectory() as folder:
        for fold in range(_FOLDS):
            model = fit([*(one for one in marked if part[one.group] != fold), *others], Path(folder) / f"{fold}.npz")
            for at, one in enumerate(marked):
                if part[one.group] == fold:
                    shares[at] = dict(model.shares(as_read(one.text)))
    return shares


if __name__ == "__main__":
    raise SystemExit(main())
