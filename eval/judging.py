"""A run, marked by the judge: judge.json beside it, and what is said of it. Read by nothing that decides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from bot.model import open_generation
from corpus.embed import load_embedder
from corpus.generation import current_generation
from corpus.settings import Settings
from corpus.store import PassageStore
from ethics.opinion import CORRECT
from eval.audit_results import labels_from
from eval.errors import EvalError
from eval.judge import (
    Calibration,
    MistralJudge,
    calibrated,
    caveat,
    flagged,
    marked,
    metrics_with,
    metrics_without_model,
    samples_of,
    totals,
)
from eval.run_folder import RunFolder

JUDGE_FILE = "judge.json"
_STORE = "passages.sqlite"


def judge_run(
    run: RunFolder, settings: Settings, repeats: int, limit: int, sheets: Sequence[Path] = ()
) -> Iterator[str]:
    """Mark the first answers of a run, write judge.json, and yield what is found, one line a metric.

    Args:
        run: marked.
        settings: whose model judges; without one, only what needs no model is measured.
        repeats: marks asked of each metric.
        limit: answers marked.
        sheets: labels of people, to calibrate the judge on.

    Raises:
        EvalError: judge.json cannot be written, or a sheet cannot be read.
    """
    generation = open_generation(settings)
    metrics = metrics_without_model()
    if generation.model is not None:
        metrics |= metrics_with(MistralJudge(generation.model), load_embedder(settings))
    with PassageStore(current_generation(settings.index) / _STORE) as store:
        samples = samples_of(run.judged, lambda ref: p.text if (p := store.passage(ref)) else None)[:limit]
    marks = marked(samples, metrics, repeats)
    labels = labels_from(run.path, sheets) if sheets else {}
    wrong = {case: label != CORRECT for case, label in labels.items()}
    compared = {name: calibrated(flagged(marks, name), wrong) for name in metrics} if wrong else {}
    values: dict[str, Any] = {
        "judge": generation.model.name if generation.model is not None else None,
        "repeats": repeats,
        "caveat": caveat(),
        "totals": totals(marks),
        "calibration": {name: _told(one) for name, one in compared.items()},
        "marks": [asdict(mark) | {"value": None if math.isnan(mark.value) else mark.value} for mark in marks],
    }
    try:
        (run.path / JUDGE_FILE).write_bytes(orjson.dumps(values, option=orjson.OPT_INDENT_2))
    except OSError as error:
        raise EvalError(f"{JUDGE_FILE} ne s’écrit pas : {error.strerror}.") from error
    yield from (f"attention : {line}" for line in generation.said)
    yield f"Juge : {values['judge'] or 'aucun modèle configuré'}. {caveat()}"
    for name, total in values["totals"].items():
        mean = "non mesuré" if total["mean"] is None else f"{total['mean']:.3f}"
        counts = f"{total['without']} sans note, {total['failed']} échecs"
        yield f"{name} : {mean} sur {total['answers']} réponses ; {counts}."
    for name, one in compared.items():
        yield (
            f"{name} face aux personnes ({one.answers} réponses) : erreurs trouvées {one.sensitivity}, "
            f"bonnes réponses laissées {one.specificity}, kappa {one.kappa:.3f}."
        )


def _told(one: Calibration) -> dict[str, Any]:
    """A calibration as JSON holds it: nothing where nothing was measured."""
    shares = {name: list(getattr(one, name)) for name in ("sensitivity", "specificity")}
    values = {**shares, "kappa": one.kappa, "answers": one.answers}
    return {
        name: [_or_none(v) for v in value] if isinstance(value, list) else _or_none(value)
        for name, value in values.items()
    }


def _or_none(value: Any) -> float | None:
    return None if math.isnan(value) else value
