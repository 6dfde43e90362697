"""A summary holds counts beside every share, the worst slice first, and nothing where nothing was measured."""

from __future__ import annotations

import json

import pytest

from eval.observation import Observation
from eval.readability import readability
from eval.summary import summarise, worst_slice
from tests.eval.seen import a_case, judged, right, seen, wrong


def test_it_can_be_written_as_json_and_holds_no_nan() -> None:
    values = json.dumps(summarise(judged(*right(3), *wrong(2))), allow_nan=False)

    assert json.loads(values)["rates"]["harmful"] == {
        "failed": 2,
        "of": 5,
        "share": 0.4,
        "bound": pytest.approx(0.81, abs=0.01),
    }


def test_nothing_at_all_gives_nothing_and_no_zero_share() -> None:
    values = summarise([])

    assert values["rates"]["harmful"] == {"failed": 0, "of": 0, "share": None, "bound": None}
    assert values["speed_ms"] == {"p50": None, "p95": None, "answers": 0}
    assert values["energy_wh"]["high"] is None
    assert values["readability"]["median"] is None
    assert values["worst"] is None


def test_the_worst_slice_comes_first() -> None:
    every = judged(*right(9, "a", theme="bien"), *wrong(6, "b", theme="mal"), *right(3, "c", theme="mal"))

    assert [row["name"] for row in summarise(every)["slices"]["theme"]] == ["mal", "bien"]
    assert worst_slice(every) is not None
    assert (worst_slice(every) or {})["name"] == "mal"


def test_a_slice_too_small_to_be_read_is_not_the_worst() -> None:
    every = judged(*right(9, "a", theme="bien"), *wrong(2, "b", theme="mal"))

    assert (worst_slice(every) or {})["name"] != "mal"


def test_a_slice_that_nothing_answers_is_not_the_worst_for_each_of_its_answers_misleads() -> None:
    invented = [
        (a_case(f"i{n}", theme="invented", status=("unanswerable",), documents=()), [seen(f"i{n}")]) for n in range(6)
    ]
    every = judged(*right(9, "a", theme="bien"), *wrong(5, "b", theme="mal"), *invented)

    row = next(row for row in summarise(every)["slices"]["theme"] if row["name"] == "invented")
    assert (worst_slice(every) or {})["name"] == "mal"
    assert (row["answerable"], row["harmful"]["of"]) == (0, 0)
    assert (row["missed_refusal"]["failed"], row["missed_refusal"]["of"]) == (6, 6)
    assert summarise(every)["rates"]["harmful"]["failed"] == 11


def test_the_cases_read_while_tuning_stand_apart() -> None:
    values = summarise(judged(*right(4), *wrong(3, half="tune")))

    assert values["rates"]["harmful"]["failed"] == 0
    assert values["tuned_rates"]["harmful"]["failed"] == 3


def test_times_are_those_of_every_answer() -> None:
    every = judged((a_case("a"), [seen("a", trial=n) for n in range(11)]))

    assert summarise(every)["speed_ms"] == {"p50": 25.0, "p95": 29.5, "answers": 11}


def test_sentences_are_counted_in_words() -> None:
    long = " ".join(["mot"] * 30) + "."
    found = readability([seen("a", text=f"L'acte est gratuit. {long}")])

    assert (found.sentences, found.median, found.long_share) == (2, 16.5, 0.5)
    assert readability([Observation("b", 0, seen("b", None).answer)]).sentences == 0
