"""Each key of policy.toml, one by one: another value changes what is decided. A key that changes nothing is not a rule.

The keys come from the file itself, so that a new one without its flip fails here.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corpus.source import load_sources
from ethics.case import Case, State, Step
from ethics.evidence import Measure, judged
from ethics.gate import Place, verdict
from ethics.levels import Level, suspension
from ethics.policy import MODES, POLICY_FILE, Policy, read_policy
from ethics.register import missing_tests, read_register
from ethics.rules import SCOPES
from ethics.snapshot import Snapshot
from tests.ethics.city import SIGNERS, START, City, a_city, a_manifest, signed
from tests.ethics.signers import public
from tests.house.tree import ROOT

TABLES: dict[str, Any] = tomllib.loads(POLICY_FILE.read_text(encoding="utf-8"))
Flip = tuple[object, Callable[[Policy, Path], object]]
"""Another value of a key, and something that the policy decides."""


def keys() -> Iterator[str]:
    """Every key, as `table.key`, `table.name.key` or `table.number.key`."""
    for table, said in TABLES.items():
        named: list[tuple[Any, Any]] = list(enumerate(said)) if isinstance(said, list) else list(said.items())
        for key, value in named:
            deeper = [f".{name}" for name in value] if isinstance(value, dict) else [""]
            yield from (f"{table}.{key}{name}" for name in deeper)


def changed(name: str, value: object) -> Policy:
    """The policy with another value under one key."""
    tables = copy.deepcopy(TABLES)
    place: Any = tables
    *path, last = name.split(".")
    for step in path:
        place = place[int(step) if step.isdigit() else step]
    assert place[last] != value
    place[last] = value
    return read_policy(tables)


# What the gate says of a city that was approved.


@cache
def city_of(scope: str, folder: Path, *, clean: bool = True) -> City:
    code = a_manifest().parts["code"] | {"clean": clean}
    return a_city(folder / f"{scope}-{clean}", scope=scope, manifest=a_manifest(code=code))


def asked(city: City, policy: Policy, later: timedelta = timedelta(0), **place: Any) -> tuple[object, ...]:
    usual: dict[str, Any] = {"loopback": city.scope == "demo", "pin": city.pin}
    # What was signed is what is in force: only what the policy says may differ.
    ruled = replace(policy, digest=city.policy.digest)
    found = verdict(ruled, city.folder, city.manifest, Place(city.scope, **usual | place), city.now + later)
    return found.level, found.findings, found.again_s, found.figures_withheld


def gate(scope: str = "public", later: timedelta = timedelta(0), **place: Any) -> Callable[[Policy, Path], object]:
    return lambda policy, folder: asked(city_of(scope, folder), policy, later, **place)


def unclean(scope: str) -> Callable[[Policy, Path], object]:
    return lambda policy, folder: asked(city_of(scope, folder, clean=False), policy)


def audited_badly(policy: Policy, folder: Path) -> object:
    path = folder / "missed"
    if not path.exists():
        (path / "records").mkdir(parents=True)
        city = City(path / "records")
        city.seat()
        city.drill()
        city.propose(city.evaluate())
        for name in SIGNERS:
            city.opine(name, {"missed": 1})
        city.decide()
        city.cosign()
    return asked(City(path / "records", now=START + timedelta(hours=1)), policy)


def reduced(policy: Policy, folder: Path) -> object:
    path = folder / "reduced"
    if not path.exists():
        city = a_city(path)
        city.file("suspension", signed(suspension(Level.L2, "oncall", "Erreur."), "oncall"))
    return asked(City(path / "records", now=START + timedelta(days=9)), policy)


def scope_flips() -> Iterator[tuple[str, Flip]]:
    for scope in SCOPES:
        rule = TABLES["scopes"][scope]
        away = gate(scope, loopback=False)
        yield f"scopes.{scope}.loopback_only", (not rule["loopback_only"], away)
        yield f"scopes.{scope}.pinned_roster", (not rule["pinned_roster"], gate(scope, pin=None))
        yield f"scopes.{scope}.witnesses", (2, gate(scope))
        yield f"scopes.{scope}.clean_code", (not rule["clean_code"], unclean(scope))
        yield f"scopes.{scope}.expiry_days", (0, gate(scope))
        yield f"scopes.{scope}.reminder_days", (400, gate(scope))
        yield f"scopes.{scope}.figures_withheld", (not rule["figures_withheld"], gate(scope))


# What an evaluation must reach.


def barely(number: int) -> Measure:
    """The smallest measure that passes a threshold: with one answer less, or a value above, it does not."""
    threshold = read_policy(TABLES).thresholds[number]
    if threshold.rule == "value_at_most":
        return Measure(threshold.by, 0, 1, str(threshold.limit))
    for trials in range(1, 1000):
        measure = Measure(threshold.by, trials if threshold.rule == "lower" else 0, trials, "")
        if judged([threshold], {threshold.measure: measure})[threshold.measure] == "":
            return measure
    raise AssertionError(threshold)


def threshold_flips() -> Iterator[tuple[str, Flip]]:
    for number, said in enumerate(TABLES["threshold"]):
        name, good = said["measure"], barely(number)
        bad = Measure(said["by"], 500, 1000, "99")

        def judging(measure: Measure, name: str = name) -> Callable[[Policy, Path], object]:
            return lambda policy, _: judged(policy.thresholds, {name: measure}).get(name)

        def where(name: str = name) -> Callable[[Policy, Path], object]:
            return lambda policy, _: [
                scope for scope in SCOPES for one in policy.thresholds if one.measure == name and scope in one.scopes
            ]

        stricter = {"lower": 0.9, "value_at_most": said["limit"] + 1}.get(said["rule"], said["limit"] / 2)
        above = replace(good, value=str(said["limit"] + 0.5)) if said["rule"] == "value_at_most" else good
        flips: dict[str, Flip] = {
            "measure": ("other", judging(good)),
            "label": ("autre", judging(bad)),
            "by": ("human" if said["by"] == "harness" else "harness", judging(good)),
            "rule": ("lower" if said["rule"] == "value_at_most" else "value_at_most", judging(bad)),
            "limit": (stricter, judging(above)),
            "confidence": (0.999, judging(good)),
            "scopes": ([], where()),
        }
        yield from ((f"threshold.{number}.{key}", flip) for key, flip in flips.items())


# What the other tables decide.


def model_refused(model: str, scope: str = "public") -> Callable[[Policy, Path], object]:
    return lambda policy, _: policy.generation.refusal("http://127.0.0.1:1", model, scope)


def freshness(policy: Policy, folder: Path) -> object:
    path = folder / "sources.toml"
    path.write_text('[[source]]\nname = "a"\nkind = "site"\npublisher = "p"\nlicence = "l"\n', encoding="utf-8")
    return load_sources(path, policy.freshness)


def update(**said: Any) -> Callable[[Policy, Path], object]:
    usual = Snapshot("ab" * 32, "ab" * 32, "cd" * 32, "cd" * 32, 1000, 20, 30, {})
    return lambda policy, _: replace(usual, **said).waits_for(policy)


def an_old_update(policy: Policy, folder: Path) -> object:
    path = folder / "updated"
    if not path.exists():
        city = a_city(path)
        made = Snapshot(city.proposal.digest, city.manifest.parts["passages"], "cd" * 32, "cd" * 32, 1000, 20, 30, {})
        city.file("snapshot", signed(made.statement(), "corpus"))
    return asked(City(path / "records", now=START + timedelta(days=2)), policy)


def kept(what: str) -> Callable[[Policy, Path], object]:
    return lambda policy, _: policy.retention.is_over(what, START - timedelta(days=20), START)


def a_case(*, severe: bool = False) -> Callable[[Policy, Path], object]:
    case = Case("PAR-2026-000001-16", "", severe, (Step(State.RECEIVED, datetime(2026, 3, 2, tzinfo=UTC), "Reçu."),))
    days = [datetime(2026, month, 20, tzinfo=UTC).date() for month in range(3, 10)]
    return lambda policy, _: (
        case.reply_by(policy.deadlines),
        case.acknowledgement(policy.deadlines),
        [case.next_instances(policy.deadlines, day) for day in days],
    )


FLIPS: dict[str, Flip] = {
    "generation.mode": ("never", lambda policy, _: [policy.generation.bounded(mode) for mode in MODES]),
    "generation.hosts": ([], model_refused("mistral-small-2603")),
    "generation.models": ([], model_refused("mistral-small-2603")),
    "generation.demo_models": ([], model_refused("test-honest", "demo")),
    "quorum.members": (4, gate()),
    "quorum.seats": (6, gate()),
    "quorum.colleges": (["syndicats"], gate()),
    "opinion.audited": (21, gate()),
    "opinion.planted": (6, gate()),
    "opinion.missed": (0, audited_badly),
    "gate.interval_s": (7, gate()),
    "gate.witness_days": (1, gate(later=timedelta(days=2))),
    "gate.drill_days": (0, gate()),
    "gate.clock_s": (0, gate(later=timedelta(seconds=-60))),
    "freshness.text_days": (9, freshness),
    "freshness.figure_days": (9, freshness),
    "corpus.changed_share": (0.01, update()),
    "corpus.snapshot_days": (0, an_old_update),
    "corpus.waits": (["iban"], update(values={"phone": 1})),
    "retention.turn_days": (10, kept("turn")),
    "retention.sample_days": (10, kept("sample")),
    "retention.case_days": (10, kept("case")),
    "deadlines.reply_days": (3, a_case()),
    "deadlines.severe_reply_days": (3, a_case(severe=True)),
    "deadlines.report_days": (90, reduced),
    "deadlines.silence_months": (2, a_case()),
    "deadlines.referral_months": (3, a_case()),
    "builders.names": (["Emma Martin"], gate()),
    "builders.keys": ([public("emma")], gate()),
    **dict(scope_flips()),
    **dict(threshold_flips()),
    **{
        f"refused_use.{number}.{key}": (other, decided)
        for number in range(len(TABLES["refused_use"]))
        for key, other, decided in (
            ("test", "tests/absent.py::test_x", lambda policy, _: missing_tests(policy, ROOT)),
            ("use", "autre", lambda policy, folder: read_register().page(*public_page(policy, folder))["refused_uses"]),
        )
    },
}


def public_page(policy: Policy, folder: Path) -> tuple[Any, Policy]:
    city = city_of("public", folder)
    return verdict(policy, city.folder, city.manifest, Place("public"), city.now), policy


UNUSED = {
    f"threshold.{number}.confidence"
    for number, said in enumerate(TABLES["threshold"])
    if said["rule"] == "value_at_most"
}
"""The file says so: a quantity has no confidence."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flips")


def test_every_key_of_the_policy_has_its_flip() -> None:
    assert set(FLIPS) == set(keys())


@pytest.mark.parametrize("name", sorted(set(FLIPS) - UNUSED))
def test_flipping_a_key_changes_what_is_decided(folder: Path, name: str) -> None:
    value, decided = FLIPS[name]

    assert decided(read_policy(TABLES), folder) != decided(changed(name, value), folder)
