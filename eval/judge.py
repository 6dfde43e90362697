"""A second opinion of a language model on answers already observed: read with care, never used to decide.

Owns ragas. The judge is the Mistral model that the settings name, under the City's own rules (`bot.model`): nothing is
sent anywhere else, and ragas' tracking is off. Each metric is asked several times and averaged; what failed is counted,
never taken for a bad mark nor for a good one. Nothing here reaches a threshold (`eval/verdict.py`).
"""

from __future__ import annotations

import asyncio
import math
import os
import time
import tomllib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import Any, TypeVar

from pydantic import BaseModel
from sklearn.metrics import cohen_kappa_score

# Read by ragas when it is imported: it would otherwise report its use to its authors.
os.environ["RAGAS_DO_NOT_TRACK"] = "true"

from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics.collections import (
    AnswerRelevancy,
    ContextPrecisionWithoutReference,
    ContextRecall,
    Faithfulness,
    QuotedSpansAlignment,
    ResponseGroundedness,
)

from bot.model import LanguageModel, Message
from corpus.embed import Embedder
from eval.intervals import Interval, proportion
from eval.rates import Judged

_PROMPTS = Path(__file__).with_name("judge_prompts.toml")
_SECONDS = 30.0
_FLAGGED = 0.5
"""Mark under which an answer counts as flagged by the judge."""

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Sample:
    """What the judge reads of one answer.

    Attributes:
        sentences: of the answer, in order.
        reference: what the case says the answer must hold, in words; empty when it says nothing.
    """

    case: str
    question: str
    sentences: tuple[str, ...]
    contexts: tuple[str, ...]
    reference: str = ""

    @property
    def response(self) -> str:
        """The whole answer."""
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Mark:
    """Mean of the marks of one metric on one answer, 0 to 1 (NaN when all failed), with how many came and failed."""

    case: str
    metric: str
    value: float
    marks: int
    failed: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a judge is worth, on answers that people labelled.

    Attributes:
        sensitivity: share of the wrong answers that it flags.
        specificity: share of the right ones that it leaves.
        kappa: agreement beyond chance; NaN where everything has one label, misleading where errors are rare.
        answers: how many were compared.
    """

    sensitivity: Interval
    specificity: Interval
    kappa: float
    answers: int


class MistralJudge(InstructorBaseRagasLLM):
    """The model of the settings, asked for JSON of the schema that each metric wants; no retry, no repair."""

    def __init__(self, model: LanguageModel, seconds: float = _SECONDS) -> None:
        self._model = model
        self._seconds = seconds
        self.calls = 0

    def generate(self, prompt: str, response_model: type[Answer]) -> Answer:
        """Ask, and check the answer against its schema.

        Raises:
            ModelError: the model did not answer in time, or not in JSON.
            ValidationError: the JSON is of another schema.
        """
        self.calls += 1
        messages = [Message("user", prompt)]
        deadline = time.monotonic() + self._seconds
        return response_model.model_validate(
            self._model.complete_json(messages, response_model.model_json_schema(), deadline)
        )

    async def agenerate(self, prompt: str, response_model: type[Answer]) -> Answer:
        """Ask from a thread: the client waits."""
        return await asyncio.to_thread(self.generate, prompt, response_model)


class StaticEmbedding(BaseRagasEmbedding):
    """The embedding in force, for the metric that compares questions."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__()
        self._embedder = embedder

    def embed_text(self, text: str, **_: Any) -> list[float]:
        """Return the vector of one text."""
        return [float(value) for value in self._embedder.encode([text])[0]]

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        """Return the vector of one text; nothing is waited for."""
        return self.embed_text(text)


Asked = Callable[[Sample], Awaitable[Any] | None]


def metrics_with(judge: MistralJudge, embedder: Embedder) -> dict[str, Asked]:
    """Return the metrics of a judge, by name; one that has nothing to read in a sample gives None."""
    faithful, precise, recalled = (
        _in_french(made)
        for made in (Faithfulness(judge), ContextPrecisionWithoutReference(judge), ContextRecall(judge))
    )
    relevant = _in_french(AnswerRelevancy(judge, StaticEmbedding(embedder)))
    grounded = _in_french(ResponseGroundedness(judge, max_retries=1))

    def recall(s: Sample) -> Awaitable[Any] | None:
        if not s.reference:
            return None
        asked: Awaitable[Any] = recalled.ascore(s.question, list(s.contexts), s.reference)
        return asked

    return {
        "faithfulness": lambda s: faithful.ascore(s.question, s.response, list(s.contexts)),
        "answer_relevancy": lambda s: relevant.ascore(s.question, s.response),
        "context_precision": lambda s: precise.ascore(s.question, s.response, list(s.contexts)),
        "context_recall": recall,
        "response_groundedness": lambda s: grounded.ascore(s.response, list(s.contexts)),
    }


def metrics_without_model() -> dict[str, Asked]:
    """Return the metric that no model is asked for: what stands between quotation marks is in the contexts."""
    aligned = QuotedSpansAlignment()
    return {"quoted_spans_alignment": lambda s: aligned.ascore(_in_quotes(s), list(s.contexts))}


def samples_of(judged: Iterable[Judged], text_of: Callable[[str], str | None]) -> list[Sample]:
    """Return what a judge may read: answers that affirm something, of cases that may be shown.

    Args:
        judged: a run.
        text_of: text of a passage, by its ref; None when it is no longer indexed.
    """
    found: list[Sample] = []
    for one in judged:
        seen = one.seen[0]
        if not (one.case.shown and seen.answered):
            continue
        cited = [c for sentence in seen.answer["sentences"] for c in sentence["citations"]]
        contexts = dict.fromkeys(text_of(c["passage"]) or c["quote"] for c in cited)
        sentences = tuple(sentence["text"] for sentence in seen.answer["sentences"])
        reference = one.case.note or " ; ".join(one.case.must_say)
        found.append(Sample(one.case.id, one.case.q, sentences, tuple(contexts), reference))
    return found


def marked(samples: Sequence[Sample], metrics: Mapping[str, Asked], repeats: int = 3) -> list[Mark]:
    """Ask every metric of every sample, several times; one event loop for the whole run, as ragas needs."""

    async def every() -> list[Mark]:
        return [
            mark
            for sample in samples
            for name, asked in metrics.items()
            if (mark := await _marked(sample, name, asked, repeats)) is not None
        ]

    return asyncio.run(every())


def totals(marks: Iterable[Mark]) -> dict[str, dict[str, float | int | None]]:
    """Return, by metric, the mean over answers (None without any), how many have one, and the calls that failed."""
    by_metric: dict[str, list[Mark]] = {}
    for mark in marks:
        by_metric.setdefault(mark.metric, []).append(mark)
    found: dict[str, dict[str, float | int | None]] = {}
    for name, every in by_metric.items():
        known = [mark.value for mark in every if not math.isnan(mark.value)]
        found[name] = {
            "mean": fmean(known) if known else None,
            "answers": len(known),
            "without": len(every) - len(known),
            "failed": sum(mark.failed for mark in every),
        }
    return found


def flagged(marks: Iterable[Mark], metric: str) -> dict[str, bool]:
    """Tell which answers a metric marks low; one without a mark is neither flagged nor left."""
    return {m.case: m.value < _FLAGGED for m in marks if m.metric == metric and not math.isnan(m.value)}


def calibrated(flags: Mapping[str, bool], wrong: Mapping[str, bool]) -> Calibration:
    """Compare a judge with people, on the answers that both read.

    Args:
        flags: answers that the judge marks low.
        wrong: answers that people found wrong.
    """
    both = sorted(set(flags) & set(wrong))
    bad = [case for case in both if wrong[case]]
    good = [case for case in both if not wrong[case]]
    pairs = [(flags[case], wrong[case]) for case in both]
    several = len({flag for flag, _ in pairs}) > 1 and len({truth for _, truth in pairs}) > 1
    kappa = float(cohen_kappa_score(*zip(*pairs, strict=True))) if several else math.nan
    return Calibration(
        proportion(sum(flags[case] for case in bad), len(bad)),
        proportion(sum(not flags[case] for case in good), len(good)),
        kappa,
        len(both),
    )


def _in_quotes(sample: Sample) -> str:
    """The sentences between straight quotation marks, the only ones that the metric reads."""
    return " ".join(f'"{sentence}"' for sentence in sample.sentences)


async def _marked(sample: Sample, name: str, asked: Asked, repeats: int) -> Mark | None:
    values: list[float] = []
    failed = 0
    for _ in range(repeats):
        try:
            waiting = asked(sample)
            if waiting is None:
                return None
            value = (await waiting).value
        except Exception:  # noqa: BLE001  whatever ragas or the model raised, no mark was given: it is counted
            value = math.nan
        if value is None or math.isnan(value):
            failed += 1
        else:
            values.append(float(value))
    return Mark(sample.case, name, fmean(values) if values else math.nan, len(values), failed)


def _in_french(metric: Any) -> Any:
    """Replace the instructions of a metric by ours, and its foreign examples by none."""
    for attribute, prompt in vars(metric).items():
        instruction = _instructions().get(metric.name if attribute == "prompt" else attribute)
        for key in ("context_precision", "context_recall", "answer_relevancy"):
            if attribute == "prompt" and metric.name.startswith(key):
                instruction = _instructions()[key]
        if instruction is not None:
            prompt.instruction, prompt.examples, prompt.language = instruction, [], "french"
    return metric


@cache
def _instructions() -> dict[str, str]:
    read: dict[str, str] = tomllib.loads(_PROMPTS.read_text(encoding="utf-8"))["instruction"]
    return read


def caveat() -> str:
    """Return what must be read beside any figure of a judge."""
    return str(tomllib.loads(_PROMPTS.read_text(encoding="utf-8"))["told"]["caveat"])
