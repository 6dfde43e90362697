"""Let each lying test model word the answers, and see what reaches the reader, and what the verdict says of it.

    python -m eval.liars_bench [--cases 60] [--worded 60] [--bot BOT] [--only KIND ...] [--json]
    python -m eval.liars_bench --cases 5000 --worded 0 --json >told.jsonl && python -m eval.liars_page told.jsonl

The same cases are asked of the honest test model, then of every liar: a fixed subset of the default suite, each kind of
case in proportion, and one of the suite whose true wordings were written by hand. The default suite has none by hand:
there, the honest model has nothing to say, and every sentence of a liar is a lie. Where no model may word the answer
(a refusal, an open question), it is the same under every model and is asked once.

`--bot served` is the bot as served. `--bot every_branch` gives the model the passages of every branch, so that a liar
who quotes the wrong one has something to lie with. `--bot unguarded` also drops the guard: what a lie then does to the
verdict tells whether the harness would see it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from bot.assembly import Assembly, assemble
from bot.errors import BotError
from corpus.errors import CorpusError
from corpus.progress import Silent
from corpus.settings import Settings, load_settings
from ethics.audit import drawn
from ethics.policy import load_policy
from eval.broken import every_branch_given, unguarded
from eval.case import Case
from eval.consistency import succeeded
from eval.metrics import key_of, stands_in
from eval.mistral_server.asked import Behaviour
from eval.mistral_server.behaviours import BEHAVIOURS
from eval.mistral_server.server import MistralServer, serving
from eval.observation import Observation, read_observations
from eval.rates import Judged, judge, rate
from eval.run import OBSERVATIONS, Plan, run
from eval.suites import read_suite
from eval.verdict import Outcome, Verdict, automatic, fresh, measures_of, verdicts

_SEED = "menteurs"
_MODEL, _HONEST = "test-bench", "test-honest"
_LIAR = "test-liar-"
_SCOPE = "public"
BOTS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "served": nullcontext,
    "every_branch": every_branch_given,
    "unguarded": unguarded,
}
_WATCHED = ("harmful", "worded", "must_say", "right_branch", "right_document", "verbatim")


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the answers of one model.

    Attributes:
        model: its name on the wire.
        asked: answers that it was asked to word.
        wrote: those for which it wrote something.
        lied: answers whose draft holds a sentence that is not known to be true.
        shown: answers in which such a sentence is read.
        rejected: how often each reason refused a sentence (keys of bot/checks/reasons.toml).
        verdict: of the automatic thresholds together, in public, as `eval run` gives it: under the honest model, then
            under this one. One threshold not met decides: where the honest model misses one, it cannot be lost again.
        flips: thresholds that the honest model meets and that this one does not, or the other way round.
        worse: metrics that fail more often than with the honest model, with both counts.
        read: ids of the cases in which a sentence not known to be true is read: for a person to judge. A liar that
            takes a passage for another branch may quote the one that holds.
        claims: (case, sentence) of those, where the case was read before: the others are counted, not quoted.
        broken: ids of the cases that end well under the honest model and no longer do.
    """

    model: str
    asked: int
    wrote: int
    lied: int
    shown: int
    rejected: Mapping[str, int]
    flips: Mapping[str, str]
    worse: Mapping[str, tuple[int, int]]
    read: tuple[str, ...] = ()
    claims: tuple[tuple[str, str], ...] = ()
    broken: tuple[str, ...] = ()
    verdict: tuple[Outcome, Outcome] = (Outcome.NOT_ENOUGH, Outcome.NOT_ENOUGH)

    def values(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {name: getattr(self, name) for name in self.__slots__}


def subset(cases: Sequence[Case], size: int) -> list[Case]:
    """Draw cases, each kind in proportion; the same ones every time, in the order of the suite."""
    kept = set(drawn({case.id: case.kind for case in cases}, size, _SEED))
    return [case for case in cases if case.id in kept]


class Bench:
    """One bot, asked the same cases under one model after the other.

    Args:
        settings: of the bot; the model is this bench's.
        cases: asked.
        day: civil day of the answers.
        broken: what is broken while the bot is assembled and asked.
    """

    def __init__(
        self,
        settings: Settings,
        cases: Sequence[Case],
        day: date,
        broken: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._cases = tuple(cases)
        self._day = day
        self._settings = settings
        self._broken = broken
        self._open = ExitStack()
        self._server: MistralServer
        self._assembly: Assembly
        self._same: tuple[Observation, ...] = ()

    def __enter__(self) -> Self:
        self._server = self._open.enter_context(serving(BEHAVIOURS))
        self._open.enter_context(self._broken())
        named = {"model_url": self._server.url, "model_name": _MODEL}
        self._assembly = assemble(self._settings.model_copy(update=named))
        self._open.callback(self._assembly.opened.store.close)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def under(self, behaviour: Behaviour) -> list[Judged]:
        """Ask every case while the model behaves so, and judge what is answered."""
        self._server.behaviours[_MODEL] = behaviour
        known = {seen.case for seen in self._same}
        seen = (*self._same, *self._asked([case for case in self._cases if case.id not in known]))
        if not self._same:
            self._same = tuple(one for one in seen if not _may_word(one))
        return judge(self._cases, seen)

    def _asked(self, cases: Sequence[Case]) -> Iterator[Observation]:
        with tempfile.TemporaryDirectory() as name:
            plan = Plan("liars", cases, 1, self._day, reworded=True)
            run(plan, self._assembly, self._settings, Path(name), Silent())
            yield from read_observations(Path(name) / OBSERVATIONS)


def _may_word(seen: Observation) -> bool:
    """Tell whether the model was asked: it wrote something, or its silence is told of."""
    silent = any(notice["key"] == "model_unavailable" for notice in seen.answer["notices"])
    return bool(seen.draft) or silent


def lies(one: Judged) -> tuple[bool, bool, bool, bool]:
    """Tell of one answer: the model was asked, it wrote, it wrote something not known to be true, and that is read."""
    seen = one.seen[0]
    return _may_word(seen), bool(seen.draft), bool(_false(one)), bool(false_read(one))


def _false(one: Judged) -> set[str]:
    """What the model wrote that is not known to be true."""
    known = {key_of(text) for text in one.case.worded}
    return {key_of(text) for text in one.seen[0].draft} - known


def false_read(one: Judged) -> list[str]:
    """Return the sentences read that a model wrote and that are not known to be true.

    A part of such a sentence counts as it does, but where it stands word for word in its own quotes.
    """
    false = _false(one)
    said = [s for s in one.seen[0].answer["sentences"] if s.get("origin") == "model"]
    return [str(s["text"]) for s in said if key_of(s["text"]) in false or _is_part(s, false)]


def _is_part(sentence: Mapping[str, Any], false: Collection[str]) -> bool:
    quotes = (key_of(citation["quote"]) for citation in sentence["citations"])
    return not stands_in(sentence["text"], quotes) and stands_in(sentence["text"], false)


def told(model: str, every: Sequence[Judged], honest: Sequence[Judged]) -> Told:
    """Compare the answers of one model with those of the honest one."""
    found = [lies(one) for one in every]
    rejected = Counter(reason for one in every for _, reason in one.seen[0].rejected)
    before, now = outcomes(honest), outcomes(every)
    flips = {name: f"{before[name]} > {now[name]}" for name in now if before.get(name) != now[name]}
    ended_well = {one.case.id for one in honest if succeeded(one)}
    counts = {name: (rate(honest, name).failed, rate(every, name).failed) for name in _WATCHED}
    asked, wrote, lied, shown = (sum(one[rank] for one in found) for rank in range(4))
    return Told(
        model,
        asked,
        wrote,
        lied,
        shown,
        dict(rejected.most_common()),
        flips,
        {name: pair for name, pair in counts.items() if pair[1] > pair[0]},
        tuple(one.case.id for one, (*_, is_read) in zip(every, found, strict=True) if is_read),
        tuple((one.case.id, text) for one in every if one.case.half != "report" for text in false_read(one)),
        tuple(one.case.id for one in every if one.case.id in ended_well and not succeeded(one)),
        (together(honest), together(every)),
    )


def outcomes(every: Sequence[Judged]) -> dict[str, Outcome]:
    """Return what each automatic threshold says, on the cases that nobody tuned on, as in the report."""
    return {one.threshold.measure: one.outcome for one in _compared(every)}


def together(every: Sequence[Judged]) -> Outcome:
    """Return what the automatic thresholds say together, in public."""
    return automatic(_compared(every), _SCOPE)


def _compared(every: Sequence[Judged]) -> list[Verdict]:
    thresholds = [one for one in load_policy().thresholds if one.by == "harness"]
    return verdicts(thresholds, measures_of(fresh(every)))


def measure(
    settings: Settings, cases: Sequence[Case], wanted: Sequence[str], day: date, bot: str = "served"
) -> Iterator[Told]:
    """Yield what became of the answers of the honest model, then of each liar wanted."""
    with Bench(settings, cases, day, BOTS[bot]) as bench:
        honest = bench.under(BEHAVIOURS[_HONEST])
        yield told(_HONEST, honest, honest)
        for name in wanted:
            yield told(name, bench.under(BEHAVIOURS[name]), honest)


def row(one: Told) -> str:
    """Write one line of the table."""
    reasons = ", ".join(f"{name} {count}" for name, count in list(one.rejected.items())[:4]) or "-"
    worse = ", ".join(f"{name} {before}>{now}" for name, (before, now) in one.worse.items()) or "-"
    flips = ", ".join(f"{name} {change}" for name, change in one.flips.items()) or "-"
    shown = f"{one.shown} ({' '.join(one.read)})" if one.read else "0"
    return f"| {one.model} | {one.asked} | {one.wrote} | {one.lied} | {shown} | {reasons} | {worse} | {flips} |"


_HEAD = (
    "| model | asked | wrote | lied | lies read | refused for | fails more often | thresholds that change |",
    "|---|---|---|---|---|---|---|---|",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 when a lie is read in spite of the guard."""
    parser = argparse.ArgumentParser(prog="python -m eval.liars_bench", description=(__doc__ or "").splitlines()[0])
    liars = [name for name in BEHAVIOURS if name.startswith(_LIAR)]
    kinds = [name.removeprefix(_LIAR) for name in liars]
    parser.add_argument("--cases", type=int, default=60, help="cases of the default suite")
    parser.add_argument("--worded", type=int, default=60, help="cases whose true wordings were written by hand")
    parser.add_argument("--only", action="append", choices=kinds, help="one kind of lie; several times for more")
    parser.add_argument("--bot", choices=tuple(BOTS), default="served", help="as served, or broken (see above)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    wanted = [f"{_LIAR}{kind}" for kind in options.only or kinds]
    cases = [*subset(read_suite("default"), options.cases), *subset(read_suite("worded"), options.worded)]
    read = 0
    try:
        print(f"{len(cases)} cases, bot: {options.bot}", file=sys.stderr)
        if not options.json:
            print("\n".join(_HEAD), flush=True)
        for one in measure(load_settings(), cases, wanted, datetime.now(UTC).date(), options.bot):
            read += one.shown if one.model != _HONEST else 0
            print(json.dumps(one.values(), ensure_ascii=False) if options.json else row(one), flush=True)
    except (CorpusError, BotError) as error:
        print(error, file=sys.stderr)
        return 2
    return int(options.bot != "unguarded" and read > 0)


if __name__ == "__main__":
    sys.exit(main())
