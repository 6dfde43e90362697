"""The gate behind the pages: asked again and again, believed for a while only, and closed whatever goes wrong."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ethics.gate import Place, Serve, Verdict
from ethics.levels import Level
from ethics.manifest import Manifest, read_manifest
from ui.watch import Watch, standing_of, unknown_manifest

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


class Ticks:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def watch(tmp_path: Path, place: Place, **more: object) -> Watch:
    return Watch(tmp_path, place, now=lambda: NOW, **more)  # type: ignore[arg-type]


def test_without_records_a_demonstration_on_this_machine_quotes_under_its_banner(tmp_path: Path) -> None:
    one = watch(tmp_path, Place("demo", loopback=True))
    one.check()

    assert (one().level, one().demo) == ("L2", True)
    assert one().findings


@pytest.mark.parametrize(
    "place", [Place("demo"), Place("labo", loopback=True), Place("public"), Place("inconnu", loopback=True)]
)
def test_beyond_this_machine_or_beyond_a_demonstration_nothing_unapproved_is_served(
    tmp_path: Path, place: Place
) -> None:
    one = watch(tmp_path, place)
    one.check()

    assert (one().level, one().demo, one().open) == ("L3", False, False)


def test_nothing_is_served_before_the_gate_was_asked_nor_long_after(tmp_path: Path) -> None:
    ticks = Ticks()
    one = watch(tmp_path, Place("demo", loopback=True), ticks=ticks)
    assert one().level == "L3"

    one.check()
    ticks.at = 89
    assert one().level == "L2"
    ticks.at = 91
    assert one().level == "L3"


def test_rules_that_cannot_be_read_close_it(tmp_path: Path) -> None:
    one = watch(tmp_path, Place("demo", loopback=True), policy=tmp_path / "absent.toml")
    one.check()

    assert one().level == "L3"


def test_a_manifest_that_cannot_be_computed_closes_it(tmp_path: Path) -> None:
    def broken() -> Manifest:
        raise OSError

    one = watch(tmp_path, Place("demo", loopback=True), live=broken)
    one.check()

    assert one().level == "L3"


def test_what_nobody_fingerprinted_is_a_manifest_like_no_approved_one() -> None:
    assert read_manifest(dict(unknown_manifest().parts)) == unknown_manifest()


def test_another_release_than_the_one_in_memory_is_not_served_in_its_place() -> None:
    assert standing_of(Verdict(Level.L0, Serve.BUNDLE)).level == "L3"
    assert standing_of(Verdict(Level.L2, Serve.STATIC)).level == "L3"
    assert standing_of(Verdict(Level.L1, Serve.LIVE, themes_off=("Logement",))).themes_off == ("Logement",)


def test_a_line_more_in_the_records_is_seen_without_waiting_for_the_interval(tmp_path: Path) -> None:
    seen = threading.Event()
    asked = list[int]()

    def live() -> Manifest:
        asked.append(1)
        if len(asked) > 1:
            seen.set()
        return unknown_manifest()

    one = watch(tmp_path, Place("demo", loopback=True), live=live)
    one.check()
    stopped = one.follow()
    try:
        (tmp_path / "log.jsonl").write_bytes(b"")
        # The interval of the policy is 30 s.
        assert seen.wait(15)
    finally:
        stopped.set()


def test_an_answer_that_is_not_proved_closes_until_the_gate_is_asked_again(tmp_path: Path) -> None:
    one = watch(tmp_path, Place("demo", loopback=True))
    one.check()
    one.distrust()
    assert (one().level, one.release) == ("L3", "")

    one.check()
    assert one().level == "L2"


def test_what_is_in_memory_is_told_and_forgotten_when_it_cannot_be_computed(tmp_path: Path) -> None:
    states: list[Manifest | None] = [unknown_manifest(), None]

    def live() -> Manifest:
        found = states.pop(0)
        if found is None:
            raise OSError
        return found

    one = watch(tmp_path, Place("demo", loopback=True), live=live)
    one.check()
    assert one.live == unknown_manifest()
    one.check()
    assert one.live is None
