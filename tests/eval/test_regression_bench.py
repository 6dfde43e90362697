"""Each planted regression is seen on the town's bot, and for the right reason; the whole bot is not accused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpus.settings import Settings
from eval.case import Case
from eval.mistral_server.behaviours import behaviours_from
from eval.mistral_server.server import serving
from eval.rates import Judged, rate
from eval.regression_bench import REGRESSIONS, Regression, asked, found_in, measure, named, seen, unmeasurable
from eval.verdict import Outcome
from tests.bot.town import DAY, FICHES, LOST_CARD_ADULT, LOST_CARD_CHILD, in_scope, town_in

FACTS = (
    (LOST_CARD_ADULT, "F9001", "25 €"),
    (LOST_CARD_CHILD, "F9001", "19 €"),
    ("Sous quel délai déclarer une naissance ?", "F9005", "5 jours"),
    ("Le permis de détention du chien catégorisé, combien coûte-t-il ?", "F9013", "gratuit"),
)
CASES = [
    Case(f"t{n}", q, documents=(fiche,), must_say=(fact,), settled=True) for n, (q, fiche, fact) in enumerate(FACTS)
]


def failing(every: Sequence[Judged], metric: str) -> int:
    return rate(every, metric).failed


def test_the_whole_bot_is_not_accused(town: Settings) -> None:
    every = asked(town, CASES, DAY)

    assert failing(every, "settled") == 0
    assert "settled_wrong" in named(found_in(every), Outcome.MET)


def test_a_threshold_raised_refuses_what_was_answered(town: Settings) -> None:
    every = asked(town, CASES, DAY, REGRESSIONS["threshold_raised"])

    assert failing(every, "false_refusal") > 0
    assert seen(REGRESSIONS["threshold_raised"], Outcome.NOT_MET, named(found_in(every), Outcome.NOT_MET))


def test_an_older_corpus_tells_older_facts(tmp_path: Path) -> None:
    older = {
        name: xml.replace("coûte 25 €", "coûte 21 €").replace("les 5 jours", "les 3 jours")
        for name, xml in FICHES.items()
    }
    settings = in_scope(town_in(tmp_path, fiches=older, orders=False), "demo")

    every = asked(settings, CASES, DAY, REGRESSIONS["older_corpus"])

    assert failing(every, "must_say") == 2
    assert "settled_wrong" in named(found_in(every), Outcome.NOT_MET)


def test_a_regression_seen_for_another_reason_is_not_seen() -> None:
    one = Regression("x", frozenset({"settled_wrong"}))

    assert seen(one, Outcome.NOT_MET, frozenset({"settled_wrong", "energy_wh"}))
    assert not seen(one, Outcome.NOT_MET, frozenset({"energy_wh"}))
    assert not seen(one, Outcome.NOT_ENOUGH, frozenset({"settled_wrong"}))


def test_a_control_is_right_when_it_accuses_nothing() -> None:
    control = Regression("x")

    assert seen(control, Outcome.MET, frozenset())
    assert seen(control, Outcome.NOT_ENOUGH, frozenset())
    assert not seen(control, Outcome.NOT_MET, frozenset({"harmful_automatic"}))


def test_a_regression_that_could_prove_nothing_is_not_said_to_be_seen(tmp_path: Path) -> None:
    one = Regression("x", frozenset({"settled_wrong"}))

    assert unmeasurable(one, frozenset({"settled_wrong", "energy_wh"}), None) == ""
    assert unmeasurable(one, frozenset({"energy_wh"}), None)
    assert unmeasurable(one, frozenset(), None)
    assert unmeasurable(Regression("control"), frozenset({"energy_wh"}), None) == ""
    older = Regression("older", frozenset({"settled_wrong"}), older=True)
    assert unmeasurable(older, frozenset({"settled_wrong"}), None)
    assert unmeasurable(older, frozenset({"settled_wrong"}), tmp_path) == ""


def test_the_baseline_says_what_the_whole_suite_says_and_no_more_than_it_shows(
    town: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hopeless = Case("bad", LOST_CARD_ADULT, documents=("F9001",), must_say=("26 €",), settled=True)
    monkeypatch.setattr("eval.regression_bench.read_suite", lambda _: [*CASES, hopeless])

    baseline, raised = measure(town, ["threshold_raised"], None, (10, 0), DAY)

    assert baseline["cases"] == len(CASES)
    whole = baseline["whole"]
    assert isinstance(whole, dict)
    assert (whole["cases"], whole["verdict"]) == (len(CASES) + 1, "not_met")
    assert "settled_wrong" in whole["not_met"]
    assert "false_refusal" in str(baseline["left"])
    assert raised["seen"] is True


def test_what_is_broken_is_mended_afterwards(town: Settings) -> None:
    for name in ("threshold_raised", "lexicon_swapped", "verifier_dropped", "place_check_dropped"):
        asked(town, CASES[:1], DAY, REGRESSIONS[name])

    assert failing(asked(town, CASES, DAY), "settled") == 0


@pytest.mark.slow
def test_a_liar_is_seen_once_the_verifier_is_dropped(town: Settings) -> None:
    written = Path(__file__).with_name("town_paraphrases.jsonl")
    rows = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    true = tuple(sentence["text"] for row in rows for sentence in row["sentences"])
    cases = [Case(row["id"], row["q"], documents=(row["document"],), worded=true) for row in rows]
    liar = "test-liar-figure_shifted"
    with serving(behaviours_from([written])) as server:
        honest = town.model_copy(update={"model_url": server.url, "model_name": "test-honest"})
        lying = town.model_copy(update={"model_url": server.url, "model_name": liar})

        told = asked(honest, cases, DAY, None, "test-honest")
        guarded = asked(lying, cases, DAY, None, liar)
        naked = asked(lying, cases, DAY, REGRESSIONS["verifier_dropped"], liar)

    assert any(one.seen[0].answer["generated"] for one in told)
    assert (failing(told, "worded"), failing(guarded, "worded")) == (0, 0)
    assert failing(naked, "worded") > 0
    assert failing(naked, "harmful") > 0
