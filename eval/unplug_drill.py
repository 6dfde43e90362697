"""Cut the model off while residents are being answered, and count the answers that are left: none may be lost.

    python -m eval.unplug_drill [--turns 100] [--deadline 20] [--json]

The bot is the one that is served, on the index in force; the model is the test server, in a process of its own, which
replies verbatim sentences at a reading pace. An answer is complete when it is the quoted one, sentence for sentence,
with the notice that the model is unavailable; or when its model answered. The deadline binds the time given to the
model; the rest of a turn waits for its share of the processor. Prints one line a scenario and returns 1 when an answer
is missing, its model was waited for too long, or the cut is not told.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from bot.assembly import Assembly, assemble
from bot.turn import Status, Turn
from corpus.errors import CorpusError
from corpus.settings import ROOT, Settings, load_settings
from eval.mistral_server.server import VERBATIM

QUESTIONS = Path(__file__).with_name("cases") / "everyday.jsonl"
NOTICE = "model_unavailable"

_PACE_S = 0.02
_AT_ONCE = 100
_GRACE_S = 2.0
"""What reading and checking may add to the deadline of the model, with a hundred turns on a few cores."""

Respond = Callable[[str], Turn]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One turn of a scenario.

    Attributes:
        reworded: the model worded at least one sentence shown.
        noticed: the resident is told that the model is unavailable.
        same: the sentences are those of the answer without a model.
        seconds: of the whole turn.
        waited: seconds of its wording, by a model or not.
    """

    answered: bool
    reworded: bool
    noticed: bool
    same: bool
    seconds: float
    waited: float = 0.0

    @property
    def complete(self) -> bool:
        """Nothing was lost: a reworded answer, or the quoted one."""
        return self.answered and (self.reworded or self.same)


@dataclass(frozen=True, slots=True)
class Row:
    """One scenario: turns, how they ended, and seconds of a whole turn; `waited` is the longest wording."""

    scenario: str
    turns: int
    complete: int
    reworded: int
    noticed: int
    p50: float
    p95: float
    longest: float
    waited: float
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is expected of one scenario.

    Attributes:
        model, fallback: (address, name) of each server; no fallback when None.
        cut_after: the servers are killed when that many turns are done; 0, never.
        expects: `model` (every answer reworded or checked away, none noticed), `notice` (every answer noticed), or
            `both` (cut midway: some of each).
    """

    name: str
    model: tuple[str, str]
    fallback: tuple[str, str] | None
    expects: str
    cut_after: int = 0


def row(scenario: Scenario, outcomes: Sequence[Outcome], deadline: float) -> Row:
    """Summarise one scenario, and say what is wrong with it."""
    seconds = np.array([outcome.seconds for outcome in outcomes])
    counts = {name: sum(getattr(one, name) for one in outcomes) for name in ("complete", "reworded", "noticed")}
    wrong = []
    if counts["complete"] < len(outcomes):
        wrong.append(f"{len(outcomes) - counts['complete']} answers lost")
    waited = max(one.waited for one in outcomes)
    if waited > deadline + _GRACE_S:
        wrong.append(f"a model was waited for {waited:.1f} s")
    if scenario.expects == "notice" and counts["noticed"] < len(outcomes):
        wrong.append("a cut was not told")
    if scenario.expects == "model" and (counts["noticed"] or not counts["reworded"]):
        wrong.append("the model was not used")
    if scenario.expects == "both" and not (counts["noticed"] and counts["reworded"]):
        wrong.append("nothing was cut midway")
    p50, p95 = np.percentile(seconds, [50, 95])
    times = {"p50": p50, "p95": p95, "longest": seconds.max(), "waited": waited}
    return Row(scenario.name, len(outcomes), **counts, **times, failed="; ".join(wrong))


def run(
    scenario: Scenario, questions: Sequence[str], plain: Sequence[Turn], ask: Respond, cut: Callable[[], None]
) -> list[Outcome]:
    """Ask every question at once; call `cut` when `scenario.cut_after` of them are answered."""
    done = threading.Semaphore(0)

    def one(question: str, expected: Turn) -> Outcome:
        started = time.perf_counter()
        turn = ask(question)
        seconds = time.perf_counter() - started
        done.release()
        return outcome(turn, expected, seconds)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(one, question, expected) for question, expected in zip(questions, plain, strict=True)]
        if scenario.cut_after:
            for _ in range(scenario.cut_after):
                done.acquire()
            cut()
        return [future.result() for future in waiting]


def outcome(turn: Turn, expected: Turn, seconds: float) -> Outcome:
    """Judge one turn against the answer without a model."""
    return Outcome(
        answered=turn.status is Status.ANSWERED and all(sentence.citations for sentence in turn.sentences),
        reworded=turn.generated,
        noticed=any(key == NOTICE for key, _ in turn.notices),
        same=turn.sentences == expected.sentences and turn.also == expected.also,
        seconds=seconds,
        waited=sum(milliseconds for step, milliseconds in turn.timings if step == "generate") / 1000,
    )


@contextmanager
def server_process(pace: float) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run the test server in a process of its own; yield its address."""
    command = [sys.executable, "-m", "eval.mistral_server", "--pace", str(pace)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module
        try:
            assert process.stdout
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def scenarios(url: str, turns: int) -> list[Scenario]:
    """Return the scenarios, the cut last: nothing answers at `url` after it."""
    nobody = (_nobody(), VERBATIM)
    return [
        Scenario("the model answers", (url, VERBATIM), None, "model"),
        Scenario("first server down, second answers", nobody, (url, VERBATIM), "model"),
        Scenario("first server stalls, second answers", (url, "test-fault-stall"), (url, VERBATIM), "model"),
        Scenario("429, Retry-After 600 s", (url, "test-fault-429_retry_600"), None, "notice"),
        Scenario("the server stalls", (url, "test-fault-stall"), None, "notice"),
        Scenario("an endless drip", (url, "test-fault-slow_drip"), None, "notice"),
        Scenario("nobody answers", nobody, None, "notice"),
        Scenario("killed midway", (url, VERBATIM), None, "both", cut_after=max(1, turns // 5)),
    ]


def _nobody() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def _settings(given: Settings, scenario: Scenario, deadline: float) -> Settings:
    url, name = scenario.fallback or (None, None)
    servers = {"model_url": scenario.model[0], "model_name": scenario.model[1]}
    second = {"model_fallback_url": url, "model_fallback_name": name}
    rest = {"scope": "demo", "generation": "always", "deadline": deadline}
    return given.model_copy(update={**servers, **second, **rest, "model_key": None, "model_fallback_key": None})


def _answered(questions: Sequence[str], ask: Respond, turns: int) -> tuple[list[str], list[Turn]]:
    """Keep the questions that are answered whole without a model, repeated up to `turns` of them.

    Where a deciding question is left to ask, no model words the answer.
    """
    turns_of = ((question, ask(question)) for question in questions)
    pairs = [(text, turn) for text, turn in turns_of if turn.status is Status.ANSWERED and turn.question is None]
    if not pairs:
        raise SystemExit("No question is answered without a model: run `make ask` first, and see what it says.")
    chosen = [pairs[rank % len(pairs)] for rank in range(turns)]
    return [question for question, _ in chosen], [turn for _, turn in chosen]


def _reworded(bot: Assembly, day: date) -> Respond:
    return lambda text: bot.responder.respond(text, day, wanted=True)


def _drill(given: Settings, day: date, turns: int, deadline: float) -> Iterator[Row]:
    lines = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    typed = [case["q"] for case in lines if case["half"] == "tune" and case["lang"] == "fr"]
    with ExitStack() as stack:
        url, process = stack.enter_context(server_process(_PACE_S))
        bare = assemble(given.model_copy(update={"model_url": None, "generation": "never"}))
        stack.callback(bare.opened.store.close)
        questions, plain = _answered(typed, lambda text: bare.responder.respond(text, day), turns)
        for scenario in scenarios(url, turns):
            bot = assemble(_settings(given, scenario, deadline))
            stack.callback(bot.opened.store.close)
            outcomes = run(scenario, questions, plain, _reworded(bot, day), process.kill)
            yield row(scenario, outcomes, deadline)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the drill; return a process exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.unplug_drill", description=__doc__)
    parser.add_argument("--turns", type=int, default=100, help="turns at once in each scenario")
    parser.add_argument("--deadline", type=float, default=20.0, help="CITE_DEADLINE of the drill, in seconds")
    parser.add_argument("--json", action="store_true")
    said = parser.parse_args(arguments)
    try:
        rows = []
        for made in _drill(load_settings(), datetime.now(UTC).date(), said.turns, said.deadline):
            rows.append(made)
            print(json.dumps(asdict(made)) if said.json else _line(made), flush=True)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    return int(any(made.failed for made in rows))


def _line(made: Row) -> str:
    counts = f"{made.complete}/{made.turns} complete, {made.reworded} reworded, {made.noticed} noticed"
    times = f"p50 {made.p50:.2f} s, p95 {made.p95:.2f} s, longest {made.longest:.2f} s, wording {made.waited:.2f} s"
    return f"{made.scenario:<38} {counts:<52} {times}{'  FAILED: ' + made.failed if made.failed else ''}"


if __name__ == "__main__":
    sys.exit(main())
