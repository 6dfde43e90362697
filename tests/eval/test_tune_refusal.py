"""Weights keep their sides, the split keeps every case once, and the file keeps the words that people wrote."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answerable import AGAINST, EVIDENCE, FOR
from bot.intent_leaning import least
from eval.tune_refusal import Case, believed, fit, shares, split, strange, write, written


def case(identifier: str, group: str, *, answerable: bool, settled: bool = False, **measured: float) -> Case:
    values = [1.0, *(measured.get(name, 0.0) for name in (*EVIDENCE, "strange"))]
    return Case(identifier, group, answerable, settled, np.asarray(values))


SOME = [
    *(case(f"a{n}", "resident_fr", answerable=True, score=1.5 + n / 100, named=1.0) for n in range(20)),
    *(case(f"u{n}", "invented", answerable=False, score=0.5 + n / 100, missing=0.6) for n in range(20)),
]


def test_evidence_for_an_answer_never_weighs_against_it_nor_the_reverse() -> None:
    wrong_way = [
        case("x", "resident_fr", answerable=True, missing=1.0),
        case("y", "invented", answerable=False, named=1.0),
    ]
    weights = dict(zip(("constant", *EVIDENCE, "strange"), fit([*SOME, *wrong_way * 30]), strict=True))

    assert all(weights[name] >= 0 for name in FOR)
    assert all(weights[name] <= 0 for name in (*AGAINST, "strange"))


def test_what_was_fitted_on_is_told_apart() -> None:
    beliefs = believed(SOME, fit(SOME))

    assert beliefs[:20].min() > beliefs[20:].max()


def test_the_belief_asked_of_a_strange_question_is_the_one_that_was_chosen() -> None:
    weights = np.asarray([0.3, *np.full(len(EVIDENCE), 0.1), -0.5])
    asks = tomllib.loads(written(weights, 0.2, {}))["asks"]
    sounds = (0.99, 0.9, 0.5, 0.1)

    for share in sounds:
        apart = believed([case("x", "advice", answerable=False, strange=strange(share))], weights)[0] - 0.2
        alone = believed([case("x", "advice", answerable=False)], weights)[0]
        assert (alone >= max(0.2, least(1 - share, **asks))) == (apart >= 0)


def test_a_question_that_sounds_ordinary_is_not_strange() -> None:
    assert strange(0.95) == strange(0.9) == 0
    assert 0 < strange(0.7) < strange(0.2)


def test_a_question_settled_before_the_search_is_never_answered() -> None:
    settled = case("s", "local_fact", answerable=False, settled=True, score=2.0, named=1.0)

    assert believed([settled], fit(SOME))[0] == 0


@given(st.integers(0, 1000))
def test_each_case_is_fitted_on_or_kept(seed: int) -> None:
    fitted, kept = split(SOME, seed)

    assert sorted(c.id for c in SOME) == sorted(c.id for c in (*fitted, *kept))
    assert {c.group for c in fitted} == {c.group for c in kept}


def test_the_file_keeps_its_words_and_takes_the_new_tables(tmp_path: Path) -> None:
    path = tmp_path / "refusal.toml"
    path.write_text('[scheme]\nnouns = ["aide"]\n\n[answer]\nfrom = 0.9\n\n[weights]\nold = 1.0\n', encoding="utf-8")

    write(written(np.zeros(2 + len(EVIDENCE)), 0.25, {"risk": 0.12, "method": "LTT"}), path)
    tables = tomllib.loads(path.read_text(encoding="utf-8"))

    assert tables["scheme"] == {"nouns": ["aide"]}
    assert tables["answer"] == {"from": 0.25}
    assert tables["asks"].keys() == {"slope", "shift"}
    assert tables["certificate"] == {"risk": 0.12, "method": "LTT"}
    assert tables["weights"].keys() == {"constant", *EVIDENCE}


def test_the_share_of_each_group_is_written() -> None:
    first, second = shares(SOME, np.asarray([1.0] * 20 + [0.0] * 20), 0.5).splitlines()

    assert first.split() == ["resident_fr", "n=", "20", "answered", "1.000"]
    assert second.split() == ["invented", "n=", "20", "answered", "0.000"]


def test_the_tables_in_force_are_those_that_the_code_reads() -> None:
    tables = tomllib.loads((Path(__file__).parents[2] / "bot" / "refusal.toml").read_text(encoding="utf-8"))

    assert tables["weights"].keys() == {"constant", *EVIDENCE}
    assert tables["certificate"]["answered"] <= tables["certificate"]["n"] * tables["certificate"]["risk"]
    assert 0 < tables["answer"]["from"] < 1


@pytest.mark.parametrize("group", ["resident_fr", "invented"])
def test_a_split_is_the_same_for_the_same_seed(group: str) -> None:
    first, second = split(SOME, 7), split(SOME, 7)

    assert [c.id for c in first[0] if c.group == group] == [c.id for c in second[0] if c.group == group]
