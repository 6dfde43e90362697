"""ragas runs with a Mistral judge of ours; a judge that fails is counted, and never decides anything."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bot.model import open_generation
from corpus.settings import Settings
from eval.audit_sheets import read_rows, write_rows, write_sheets
from eval.mistral_server.behaviours import BEHAVIOURS
from eval.mistral_server.judge import JUDGE
from eval.mistral_server.server import MistralServer, serving
from eval.report import write_report
from eval.run_folder import read_run
from tests.eval.seen import a_case, right, run_in, seen

pytest.importorskip("ragas", reason="make setup-eval installs it")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]

from eval.judge import (  # noqa: E402  only where ragas is installed
    MistralJudge,
    Sample,
    calibrated,
    flagged,
    marked,
    metrics_with,
    metrics_without_model,
    samples_of,
    totals,
)
from eval.judging import JUDGE_FILE, judge_run  # noqa: E402

CONTEXT = "La nouvelle carte d'identité coûte 25 € en timbres fiscaux. Le délai de fabrication est de 21 jours."
TRUE = Sample("t", "Combien coûte la carte ?", ("La nouvelle carte d'identité coûte 25 €.",), (CONTEXT,), CONTEXT)
FALSE = Sample("f", "Combien coûte la carte ?", ("Les encombrants partent gratuitement mardi.",), (CONTEXT,))


class Lengths:
    """An embedding by hand: the number of words, and one."""

    digest = "by hand"

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.asarray([[len(text.split()), 1.0] for text in texts], dtype=np.float32)


@pytest.fixture(scope="module")
def server() -> Iterator[MistralServer]:
    with serving(BEHAVIOURS) as made:
        yield made


def judge_of(server: MistralServer, name: str, data: Path) -> MistralJudge:
    model = open_generation(Settings(data=data, model_url=server.url, model_name=name)).model
    assert model is not None
    return MistralJudge(model, seconds=5)


def test_every_metric_is_marked_by_the_judge_in_french(server: MistralServer, tmp_path: Path) -> None:
    judge = judge_of(server, JUDGE, tmp_path)

    marks = marked([TRUE, FALSE], metrics_with(judge, Lengths()), repeats=2)  # type: ignore[arg-type]

    value = {(mark.case, mark.metric): mark.value for mark in marks}
    assert all(mark.failed == 0 and mark.marks == 2 for mark in marks)
    assert value["t", "faithfulness"] == 1.0
    assert value["f", "faithfulness"] == 0.0
    assert value["t", "response_groundedness"] == 1.0
    assert value["t", "context_recall"] == 1.0
    assert ("f", "context_recall") not in value
    assert 0 <= value["t", "answer_relevancy"] <= 1
    assert judge.calls > 20


@pytest.mark.parametrize("fault", ["test-fault-500", "test-fault-malformed_json", "test-fault-wrong_shape"])
def test_a_judge_that_fails_is_counted_and_marks_nothing(fault: str, server: MistralServer, tmp_path: Path) -> None:
    metrics = metrics_with(judge_of(server, fault, tmp_path), Lengths())  # type: ignore[arg-type]

    marks = marked([TRUE], {"faithfulness": metrics["faithfulness"]}, repeats=2)

    assert totals(marks) == {"faithfulness": {"mean": None, "answers": 0, "without": 1, "failed": 2}}
    assert flagged(marks, "faithfulness") == {}


def test_some_failures_leave_the_mean_of_the_others() -> None:
    replies = iter([1.0, None, 0.5])

    async def sometimes(_: Sample) -> object:
        if (value := next(replies)) is None:
            raise ConnectionError
        return type("Result", (), {"value": value})

    (mark,) = marked([TRUE], {"m": sometimes}, repeats=3)

    assert (mark.value, mark.marks, mark.failed) == (0.75, 2, 1)


def test_what_needs_no_model_asks_none() -> None:
    marks = marked([TRUE, FALSE], metrics_without_model(), repeats=1)

    assert [(mark.metric, mark.value) for mark in marks] == [
        ("quoted_spans_alignment", 1.0),
        ("quoted_spans_alignment", 0.0),
    ]


def test_tracking_is_off() -> None:
    assert os.environ["RAGAS_DO_NOT_TRACK"] == "true"


def test_the_judge_reads_no_hidden_case_and_no_refusal(tmp_path: Path) -> None:
    hidden = (a_case("h", shown=False), [seen("h")])
    run = read_run(run_in(tmp_path, [*right(2), hidden, (a_case("n"), [seen("n", None)])]))

    samples = samples_of(run.judged, {"p": CONTEXT}.get)

    assert [sample.case for sample in samples] == ["r0", "r1"]
    assert samples[0].contexts == (CONTEXT,)


def test_a_judge_is_measured_against_people() -> None:
    flags = {"a": True, "b": True, "c": False, "d": False, "e": True}
    wrong = {"a": True, "b": False, "c": False, "d": True, "z": True}

    found = calibrated(flags, wrong)

    assert (found.answers, found.sensitivity.value, found.specificity.value, found.kappa) == (4, 0.5, 0.5, 0.0)
    assert math.isnan(calibrated({}, wrong).sensitivity.value)
    assert math.isnan(calibrated({"a": True}, wrong).kappa)


def test_no_figure_of_a_judge_reaches_a_verdict(server: MistralServer, served: Path, tmp_path: Path) -> None:
    folder = run_in(tmp_path, right(5))
    before = write_report(folder).html.read_bytes(), (folder / "report.json").read_bytes()
    settings = Settings(data=served, model_url=server.url, model_name=JUDGE)
    sheets = write_sheets(read_run(folder), ["a", "b"], "g", size=5, planted=0)
    for sheet in sheets:
        write_rows(sheet, [row | {"étiquette": "trompeuse"} for row in read_rows(sheet)])

    lines = list(judge_run(read_run(folder), settings, 1, 5, sheets))

    assert (folder / JUDGE_FILE).exists()
    assert any("faithfulness face aux personnes (5 réponses)" in line for line in lines)
    assert before == (write_report(folder).html.read_bytes(), (folder / "report.json").read_bytes())
