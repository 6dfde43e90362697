"""Daily updates pass when only text changed; a new figure, phone or address waits for a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ethics.canonical import digest
from ethics.envelope import Statement
from ethics.errors import EthicsError
from ethics.levels import Level
from ethics.manifest import PARTS, Manifest
from ethics.records import file_data
from ethics.snapshot import SNAPSHOT, Snapshot, read_snapshot
from tests.ethics.city import POLICY, City, a_city, a_manifest, codes, signed

LIST = b"before, after"
ROOTS = ["ab" * 32, "c1" * 32, "c2" * 32]
INDEX = {ROOTS[0]: "ab" * 32, ROOTS[1]: "d1" * 32, ROOTS[2]: "d2" * 32}


@pytest.fixture(scope="module")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> City:
    return a_city(tmp_path_factory.mktemp("snapshot"))


@pytest.fixture
def city(approved_once: City, tmp_path: Path) -> City:
    return approved_once.copied(tmp_path / "copy")


def update(city: City, **change: Any) -> Snapshot:
    root = change.pop("root", ROOTS[1])
    usual = Snapshot(
        *(city.proposal.digest, ROOTS[0], root, INDEX[root]), documents=1000, changed=20, added=30, values={"phone": 0}
    )
    return replace(usual, **change)


def live(root: str, **change: Any) -> Manifest:
    """What is served once a synchronisation gave these passages, and the index drawn from them."""
    return a_manifest(**({"passages": root, "index": INDEX[root]} | change))


def test_it_is_read_back_as_it_was_signed(city: City) -> None:
    envelope = signed(update(city).statement(), "corpus")

    assert read_snapshot(envelope) == update(city, digest=envelope.digest)


def test_a_change_of_text_passes(city: City) -> None:
    city.file("snapshot", signed(update(city).statement(), "corpus"))
    found = city.ask(live(ROOTS[1]))

    assert (found.level, found.findings) == (Level.L0, ())
    assert found.manifest == live(ROOTS[1])
    assert city.ask().level is Level.L3


@pytest.mark.parametrize(
    "part", [part for part in PARTS if part not in {"passages", "model", "prompts", "code", "policy"}]
)
def test_nothing_but_the_passages_and_their_index_may_change_with_an_update(city: City, part: str) -> None:
    city.file("snapshot", signed(update(city).statement(), "corpus"))
    found = city.ask(live(ROOTS[1], **{part: "ee" * 32}))

    assert found.level is Level.L3
    assert f"differs_{part}" in codes(found.findings)


def test_the_passages_of_an_update_are_served_with_no_other_index_than_the_one_signed(city: City) -> None:
    city.file("snapshot", signed(update(city).statement(), "corpus"))

    assert city.ask(live(ROOTS[1], index=INDEX[ROOTS[0]])).level is Level.L3
    assert city.ask(live(ROOTS[0], index=INDEX[ROOTS[1]])).level is Level.L3


def test_an_index_drawn_again_from_the_same_passages_is_an_update_too(city: City) -> None:
    same = update(city, root=ROOTS[0], index="d3" * 32, changed=0, added=0)
    city.file("snapshot", signed(same.statement(), "corpus"))

    assert city.ask(live(ROOTS[0], index="d3" * 32)).level is Level.L0
    assert city.ask().level is Level.L3


def test_updates_follow_each_other(city: City) -> None:
    city.file("snapshot", signed(update(city).statement(), "corpus"))
    city.file("snapshot", signed(update(city, previous=ROOTS[1], root=ROOTS[2]).statement(), "corpus"))

    assert city.ask(live(ROOTS[2])).level is Level.L0
    assert city.ask(live(ROOTS[1])).level is Level.L3


@pytest.mark.parametrize("kind", ["phone", "url", "email", "iban", "amount"])
def test_one_new_value_waits_for_a_person(city: City, kind: str) -> None:
    statement = update(city, changed=1, added=1, values={kind: 1}, changes=digest(LIST)).statement()
    file_data(city.folder, "changes", LIST, city.tick(), "changes", ".json")
    city.file("snapshot", signed(statement, "corpus"))
    waiting = city.ask(live(ROOTS[1]))
    city.file("snapshot", signed(statement, "corpus", "alice"))

    assert waiting.level is Level.L3
    assert "snapshot_waits" in codes(waiting.findings)
    assert city.ask(live(ROOTS[1])).level is Level.L0


def test_too_many_changes_wait_for_a_person(city: City) -> None:
    assert update(city, changed=100).waits_for(POLICY) == ()
    assert len(update(city, changed=101).waits_for(POLICY)) == 1
    assert "101 documents changés sur 1000" in update(city, changed=101).waits_for(POLICY)[0]


def test_a_removal_always_passes(city: City) -> None:
    removal = update(city, changed=900, added=0, values={"phone": 3})
    city.file("snapshot", signed(removal.statement(), "corpus"))

    assert city.ask(live(ROOTS[1])).level is Level.L0


@pytest.mark.parametrize("signer", ["log", "evaluation", "stranger", "alice"])
def test_only_the_key_of_the_corpus_signs_an_update(city: City, signer: str) -> None:
    city.file("snapshot", signed(update(city).statement(), signer))
    found = city.ask(live(ROOTS[1]))

    assert found.level is Level.L3
    assert any("clé du corpus" in finding.text for finding in found.findings)


@pytest.mark.parametrize("change", [{"proposal": "ee" * 32}, {"previous": "ee" * 32}])
def test_an_update_of_something_else_changes_nothing(city: City, change: dict[str, Any]) -> None:
    city.file("snapshot", signed(update(city, **change).statement(), "corpus"))

    assert city.ask().level is Level.L0
    assert city.ask(live(ROOTS[1])).level is Level.L3


def test_the_signature_of_an_update_grows_old(city: City) -> None:
    city.file("snapshot", signed(update(city).statement(), "corpus"))
    later = city.now + timedelta(days=7)
    city.cosign(when=later)

    assert city.ask(live(ROOTS[1]), now=later).level is Level.L0
    assert city.ask(live(ROOTS[1]), now=later + timedelta(seconds=1)).level is Level.L3


def test_updates_of_every_day_last_as_long_as_the_last_one_is_recent(city: City) -> None:
    city.file("snapshot", signed(update(city).statement(), "corpus"))
    city.now += timedelta(days=6)
    city.file("snapshot", signed(update(city, previous=ROOTS[1], root=ROOTS[1], added=0).statement(), "corpus"))
    city.now += timedelta(days=6)
    city.cosign()

    assert city.ask(live(ROOTS[1])).level is Level.L0
    assert codes(city.ask(live(ROOTS[1]), now=city.now + timedelta(days=2)).findings)[-1] == "snapshot_old"


@pytest.mark.parametrize(
    "rules", [replace(POLICY.corpus, changed_share=0.01), replace(POLICY.corpus, snapshot_days=0), None]
)
def test_flipping_a_rule_of_the_corpus_changes_what_waits(city: City, rules: Any) -> None:
    city.file("snapshot", signed(update(city, values={"amount": 1}).statement(), "corpus"))
    lenient = replace(POLICY, corpus=replace(POLICY.corpus, waits=()))
    policy = lenient if rules is None else replace(lenient, corpus=replace(rules, waits=()))
    found = city.ask(live(ROOTS[1]), policy=policy, now=city.now + timedelta(seconds=30))

    assert found.level is (Level.L0 if rules is None else Level.L3)


@pytest.mark.parametrize(
    "change",
    [
        {"values": None},
        {"values": {"phone": -1}},
        {"values": {"telephone": 1}},
        {"documents": "1"},
        {"root": 1},
        {"index": None},
        {"previous": None},
        {"changes": None},
    ],
)
def test_a_badly_formed_update_is_refused(city: City, change: dict[str, Any]) -> None:
    said = dict(update(city).statement().predicate) | change

    with pytest.raises(EthicsError):
        read_snapshot(signed(Statement(SNAPSHOT, {"proposal": city.proposal.digest}, said), "corpus"))


def test_another_statement_is_no_update(city: City) -> None:
    said = dict(update(city).statement().predicate)

    for statement in (Statement("urn:other", {"proposal": "a"}, said), Statement(SNAPSHOT, {"release": "a"}, said)):
        with pytest.raises(EthicsError, match="mise à jour"):
            read_snapshot(signed(statement, "corpus"))
