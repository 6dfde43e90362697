"""Break the bot on purpose: each way must turn the automatic verdict from met to not met, for the right reason.

    python -m eval.regression_bench [--only NAME ...] [--older FOLDER] [--quoted 500] [--worded 120] [--json]

A verdict can only be lost where it was met, and that of the shipped configuration on the whole suite is not (its line
says so, `whole`). The baseline is therefore a regression suite: the cases that the shipped configuration answers as it
should, so its verdict is met by construction and says nothing of the bot; a threshold that so many cases cannot show
met is left out, and named. Where it meets none of those that a regression should break, that regression is told as not
measured: it would prove nothing.
What is measured is whether each regression is seen: the verdict, and which thresholds it no longer meets. `--older` is
another CITE_DATA, with an index of an earlier corpus; without it that regression is told as not measured.

Two are controls: a model that quotes the wrong branch is no regression while the bot holds. As served, it is given the
passages that hold for the asker and nothing else, so it has no wrong quote to give; given every branch, its quotes are
to be refused (bot/checks/place.py). Their verdict must stay met: a control that is not met (`seen` is false) is a
finding against that check, not against the harness. Once the check is dropped as well, the verdict must be lost.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

from bot.assembly import assemble
from corpus.errors import CorpusError
from corpus.progress import Silent
from corpus.settings import Settings, load_settings
from ethics.policy import load_policy
from eval.broken import every_branch_given, lexicon_swapped, place_unchecked, threshold_raised, verifier_dropped
from eval.case import Case
from eval.consistency import succeeded
from eval.metrics import key_of
from eval.mistral_server.behaviours import BEHAVIOURS
from eval.mistral_server.server import serving
from eval.observation import read_observations
from eval.rates import Judged, judge
from eval.run import OBSERVATIONS, Plan, run
from eval.suites import read_suite
from eval.verdict import Outcome, Verdict, automatic, measures_of, verdicts

_SEED = 20_261_127
_SCOPE = "public"


@dataclass(frozen=True, slots=True)
class Regression:
    """One way to break the bot.

    Attributes:
        expected: thresholds of which one at least must no longer be met; none for a control, that must change nothing.
        worded: it is seen on answers that a model words.
        model: of the test server; empty for answers in quotes.
        broken: what is broken while the bot is assembled and asked.
        older: it is measured on the index of an earlier corpus.
    """

    name: str
    expected: frozenset[str] = frozenset()
    worded: bool = False
    model: str = ""
    broken: Callable[[], AbstractContextManager[object]] = nullcontext
    older: bool = False


REGRESSIONS: Mapping[str, Regression] = {
    one.name: one
    for one in (
        Regression(
            "verifier_dropped",
            frozenset({"harmful_automatic", "quotes_not_verbatim"}),
            worded=True,
            model="test-liar-figure_shifted",
            broken=verifier_dropped,
        ),
        Regression("threshold_raised", frozenset({"false_refusal", "settled_wrong"}), broken=threshold_raised),
        Regression("older_corpus", frozenset({"settled_wrong", "harmful_automatic"}), older=True),
        Regression(
            "lexicon_swapped",
            frozenset({"document_found", "harmful_automatic", "false_refusal"}),
            broken=lexicon_swapped,
        ),
        Regression("honest_quote_liar", worded=True, model="test-liar-honest_quote"),
        Regression(
            "honest_quote_liar_given_every_branch",
            worded=True,
            model="test-liar-honest_quote",
            broken=every_branch_given,
        ),
        Regression(
            "place_check_dropped",
            frozenset({"harmful_automatic"}),
            worded=True,
            model="test-liar-honest_quote",
            broken=place_unchecked,
        ),
    )
}


def asked(
    settings: Settings, cases: Sequence[Case], day: date, regression: Regression | None = None, model: str = ""
) -> list[Judged]:
    """Ask the cases to the bot, broken or whole, and judge what it answers."""
    broken = regression.broken if regression else nullcontext
    with tempfile.TemporaryDirectory() as name, broken():
        assembly = assemble(settings)
        try:
            plan = Plan("regression", cases, 1, day, reworded=bool(model))
            run(plan, assembly, settings, Path(name), Silent())
            return judge(cases, read_observations(Path(name) / OBSERVATIONS))
        finally:
            assembly.opened.store.close()


def found_in(every: Sequence[Judged], kept: frozenset[str] | None = None) -> list[Verdict]:
    """Compare with every automatic threshold of the City, or with those kept."""
    asked_of = [t for t in load_policy().thresholds if t.by == "harness" and (kept is None or t.measure in kept)]
    return verdicts(asked_of, measures_of(every))


def named(found: Sequence[Verdict], outcome: Outcome) -> frozenset[str]:
    """Return the thresholds of one outcome."""
    return frozenset(verdict.threshold.measure for verdict in found if verdict.outcome is outcome)


def seen(regression: Regression, verdict: Outcome, missed: frozenset[str]) -> bool:
    """Tell whether a regression was seen for the right reason; a control, whether it was accused of nothing."""
    if not regression.expected:
        return not missed
    return verdict is Outcome.NOT_MET and bool(missed & regression.expected)


def unmeasurable(regression: Regression, kept: frozenset[str], older: Path | None) -> str:
    """Return why a regression would prove nothing; empty where it can be measured.

    Args:
        regression: to measure.
        kept: thresholds that the baseline meets.
        older: data folder of an earlier corpus.
    """
    if regression.older and older is None:
        return "no index of an earlier corpus was given: --older"
    if not kept:
        return "the baseline meets no threshold: no verdict can be lost"
    if regression.expected and not regression.expected & kept:
        return f"the baseline meets none of {', '.join(sorted(regression.expected))}"
    return ""


class _Baseline(NamedTuple):
    """What the shipped configuration answers as it should, and all that it was asked."""

    good: list[Judged]
    every: list[Judged]

    def kept(self) -> frozenset[str]:
        """Return the thresholds that they meet: those that can be lost."""
        return named(found_in(self.good), Outcome.MET)

    def line(self, name: str) -> dict[str, object]:
        """Tell it, with the thresholds left out, beside the verdict of all that was asked."""
        found, whole = found_in(self.good), found_in(self.every)
        left = sorted(one.threshold.measure for one in found if one.outcome is not Outcome.MET)
        told = {"cases": len(self.every), "verdict": automatic(whole, _SCOPE).value}
        told_missed = {"not_met": sorted(named(whole, Outcome.NOT_MET))}
        kept = [one for one in found if one.outcome is Outcome.MET]
        return _line(name, len(self.good), kept, left=left, whole=told | told_missed)


def _suite(settings: Settings, cases: Sequence[Case], count: int, day: date, model: str) -> _Baseline:
    """The settled rules, then others in a seeded order, that the shipped configuration answers as it should."""
    head = [case for case in cases if case.settled]
    rest = [case for case in cases if not case.settled]
    random.Random(_SEED).shuffle(rest)  # noqa: S311  the same every time, nothing secret
    # Where a test model says nothing, it cannot lie: the paraphrases that it words come first.
    every = asked(settings, [*head, *(rest if model else rest[: 3 * count // 2])], day, model=model)
    good = [one for one in every if succeeded(one) and "false_refusal" not in one.failures]
    return _Baseline(sorted(good, key=lambda one: not one.seen[0].draft)[:count], every)


def measure(
    settings: Settings, wanted: Sequence[str], older: Path | None, sizes: tuple[int, int], day: date
) -> Iterator[dict[str, object]]:
    """Yield the baseline of each suite that is needed, then what became of it under each regression wanted.

    Args:
        settings: of the whole bot.
        wanted: names of regressions.
        older: data folder of an earlier corpus.
        sizes: cases in quotes, and worded by a model.
        day: civil day of the answers.
    """
    with serving(BEHAVIOURS) as server:

        def speaking(model: str) -> Settings:
            address = (
                {"model_url": server.url, "model_name": model} if model else {"model_url": None, "model_name": None}
            )
            return settings.model_copy(update=address)

        suites: dict[bool, list[Case]] = {}
        kept: dict[bool, frozenset[str]] = {}
        for by_model, cases, count in zip(
            (False, True), (read_suite("default"), read_suite("worded")), sizes, strict=True
        ):
            if not any(REGRESSIONS[name].worded is by_model for name in wanted):
                continue
            model = "test-honest" if by_model else ""
            baseline = _suite(speaking(model), cases, count, day, model)
            suites[by_model] = [one.case for one in baseline.good]
            kept[by_model] = baseline.kept()
            yield baseline.line(f"baseline_{'worded' if by_model else 'quoted'}")
        for one in map(REGRESSIONS.__getitem__, wanted):
            if why := unmeasurable(one, kept[one.worded], older):
                yield {"name": one.name, "verdict": "not measured", "why": why, "seen": None}
                continue
            used = speaking(one.model).model_copy(update={"data": older} if one.older else {})
            every = asked(used, suites[one.worded], day, one, one.model)
            found = found_in(every, kept[one.worded])
            as_wanted = seen(one, automatic(found, _SCOPE), named(found, Outcome.NOT_MET))
            more = _written(every) if one.model else {}
            yield _line(one.name, len(suites[one.worded]), found, seen=as_wanted, **more)


def _written(every: Sequence[Judged]) -> dict[str, object]:
    """What the model wrote, and why sentences of it were refused: a liar that says nothing false shows nothing."""
    false = [one for one in every if set(map(key_of, one.seen[0].draft)) - set(map(key_of, one.case.worded))]
    reasons = Counter(reason for one in every for _, reason in one.seen[0].rejected)
    return {"wrote": sum(bool(one.seen[0].draft) for one in every), "lied": len(false), "refused": dict(reasons)}


def _line(name: str, cases: int, found: Sequence[Verdict], **more: object) -> dict[str, object]:
    counts = {v.threshold.measure: f"{v.measure.counted}/{v.measure.trials}" for v in found if v.measure is not None}
    missed = named(found, Outcome.NOT_MET)
    verdict = automatic(found, _SCOPE).value
    return {"name": name, "cases": cases, "verdict": verdict, "not_met": sorted(missed), "counts": counts, **more}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; return 0 when every regression that was measured is seen, and no control accused."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--older", type=Path, help="CITE_DATA of an earlier corpus")
    parser.add_argument("--quoted", type=int, default=500, help="cases answered in quotes")
    parser.add_argument("--worded", type=int, default=120, help="cases worded by a test model")
    parser.add_argument("--only", action="append", choices=tuple(REGRESSIONS), help="several times for more")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    try:
        found: list[dict[str, object]] = []
        sizes = (options.quoted, options.worded)
        wanted = options.only or tuple(REGRESSIONS)
        for line in measure(load_settings(), wanted, options.older, sizes, datetime.now(UTC).date()):
            found.append(line)
            if not options.json:
                print(json.dumps(line, ensure_ascii=False), flush=True)
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    return int(any(line.get("seen") is False for line in found))


if __name__ == "__main__":
    sys.exit(main())
