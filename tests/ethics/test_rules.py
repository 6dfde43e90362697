"""Each rule of policy.toml is read strictly, explained in French, and flipping it changes something."""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ethics.errors import PolicyError
from ethics.policy import POLICY_FILE, load_policy, read_policy
from ethics.rules import SCOPES, ScopeRule, Threshold
from tests.ethics.signers import public
from tests.house.tree import ROOT

TEXT = POLICY_FILE.read_text(encoding="utf-8")
TABLES = tomllib.loads(TEXT)
POLICY = load_policy()
TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def changed(**change: Any) -> dict[str, Any]:
    return copy.deepcopy(TABLES) | change


def test_the_policy_of_the_city_is_read() -> None:
    assert set(POLICY.scopes) == set(SCOPES)
    assert len(POLICY.digest) == 64
    assert replace(read_policy(TABLES), digest=POLICY.digest) == POLICY


@pytest.mark.parametrize("table", [name for name in TABLES if name != "generation"])
def test_no_table_can_be_left_out(table: str) -> None:
    with pytest.raises(PolicyError, match=r"policy\.toml"):
        read_policy({name: value for name, value in TABLES.items() if name != table})


PLAIN = ["quorum", "opinion", "gate", "freshness", "corpus", "retention", "deadlines", "builders"]


@pytest.mark.parametrize(("table", "key"), [(table, key) for table in PLAIN for key in TABLES[table]])
def test_no_key_can_be_left_out_nor_have_another_type(table: str, key: str) -> None:
    values: list[Any] = [None, -1, "", [1], {}]
    for value in values:
        said = {name: kept for name, kept in TABLES[table].items() if value is not None or name != key}
        with pytest.raises(PolicyError, match=key):
            read_policy(changed(**{table: said if value is None else said | {key: value}}))


@pytest.mark.parametrize("table", PLAIN)
def test_an_unknown_key_is_named(table: str) -> None:
    with pytest.raises(PolicyError, match="plus"):
        read_policy(changed(**{table: TABLES[table] | {"plus": 1}}))


def test_an_unknown_table_is_named() -> None:
    with pytest.raises(PolicyError, match="seuils"):
        read_policy(changed(seuils={}))


def test_every_scope_has_its_table_and_there_is_no_other() -> None:
    scopes = TABLES["scopes"]
    wrongs: list[Any] = [{}, {k: v for k, v in scopes.items() if k != "demo"}, scopes | {"monde": scopes["demo"]}, []]
    for wrong in wrongs:
        with pytest.raises(PolicyError, match="scopes"):
            read_policy(changed(scopes=wrong))
    with pytest.raises(PolicyError, match="witnesses"):
        read_policy(changed(scopes=scopes | {"demo": scopes["demo"] | {"witnesses": True}}))


@pytest.mark.parametrize(
    "change",
    [
        {"limit": 1.5},
        {"limit": -0.1},
        {"limit": True},
        {"confidence": 0},
        {"confidence": 1},
        {"scopes": ["monde"]},
        {"rule": "about"},
        {"by": "judge"},
        {"measure": " "},
    ],
)
def test_an_impossible_threshold_is_refused(change: dict[str, Any]) -> None:
    first = TABLES["threshold"][0]
    with pytest.raises(PolicyError, match="threshold"):
        read_policy(changed(threshold=[first | change]))


def test_a_quantity_may_be_above_one() -> None:
    first = TABLES["threshold"][0] | {"rule": "value_at_most", "limit": 12}

    assert read_policy(changed(threshold=[first])).thresholds[0].limit == 12.0


@pytest.mark.parametrize("wrong", [[], {}, None, [TABLES["threshold"][0], TABLES["threshold"][0]], [12]])
def test_thresholds_are_a_list_where_each_measure_stands_once(wrong: Any) -> None:
    with pytest.raises(PolicyError, match="threshold"):
        read_policy(changed(threshold=wrong))


def test_no_threshold_rests_on_the_judgement_of_a_model() -> None:
    assert {threshold.by for threshold in POLICY.thresholds} == {"human", "harness"}


@pytest.mark.parametrize("wrong", [[], {}, [12], [{"use": "x"}]])
def test_refused_uses_are_listed_with_their_test(wrong: Any) -> None:
    with pytest.raises(PolicyError, match="refused_use"):
        read_policy(changed(refused_use=wrong))


def test_the_key_of_a_builder_is_a_key() -> None:
    read_policy(changed(builders={"names": [], "keys": [public("builder")]}))
    with pytest.raises(PolicyError, match="builders"):
        read_policy(changed(builders={"names": [], "keys": ["ab"]}))


def test_every_key_is_explained_in_french_beside_it() -> None:
    lines, table, explained, silent = TEXT.splitlines(), "", False, []
    for line in lines:
        if line.startswith("["):
            table, explained = line.strip("[]"), False
        elif line.startswith("#"):
            explained = True
        elif not line.strip():
            explained = False
        elif table in PLAIN and re.match(r"[a-z_]+ = ", line) and not explained:
            silent.append(line)

    assert silent == []
    # Tables that come several times are explained once, key by key, at their head.
    for name in [*(f.name for f in fields(ScopeRule)), *(f.name for f in fields(Threshold))]:
        assert re.search(rf"^#.*\b{name}\b", TEXT, re.MULTILINE), name


def test_every_key_is_used_by_the_code() -> None:
    # Where a key is read: a module of ethics beside rules.py, or rules.py itself for its own small functions.
    code = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "ethics").glob("*.py")))
    keys = (
        {key for table in PLAIN for key in TABLES[table]} | set(TABLES["scopes"]["demo"]) | set(TABLES["threshold"][0])
    )

    assert [key for key in sorted(keys) if not re.search(rf"\.{key}\b|{{what}}_days", code)] == []


# Rules that other floors ask.


def test_freshness_turns_on_the_day_after_its_limit() -> None:
    rules = replace(POLICY.freshness, text_days=10, figure_days=5)

    assert not rules.text_is_old(TODAY - timedelta(days=10), TODAY)
    assert rules.text_is_old(TODAY - timedelta(days=11), TODAY)
    assert not rules.figures_are_old(TODAY - timedelta(days=5), TODAY)
    assert rules.figures_are_old(TODAY - timedelta(days=6), TODAY)


@pytest.mark.parametrize("what", ["turn", "sample", "case"])
def test_what_is_kept_is_kept_for_its_days(what: str) -> None:
    rules = replace(POLICY.retention, **{f"{what}_days": 3})

    assert not rules.is_over(what, NOW - timedelta(days=3), NOW)
    assert rules.is_over(what, NOW - timedelta(days=3, seconds=1), NOW)


def test_a_byte_of_the_file_changes_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(TEXT + "#\n", encoding="utf-8")

    assert load_policy(path).digest != POLICY.digest
    assert replace(load_policy(path), digest=POLICY.digest) == POLICY
