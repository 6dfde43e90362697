"""From official files to an index, and what a second run does to it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from corpus.collect import Result
from corpus.dila import npm
from corpus.errors import BusyError, ConfigurationError, CorpusError, SourceUnreachableError, WeightsMissingError
from corpus.generation import current_generation, writing
from corpus.index import collection_ids, open_index
from corpus.settings import Settings
from corpus.store import PassageStore
from corpus.sync import Engines, passages_to_learn_from, sync
from ethics.merkle import passages_root
from tests.corpus.builders import (
    ALLOW_LIST,
    TEXT,
    TODAY,
    FakeEmbedder,
    Fiche,
    engines,
    fiche_xml,
    settings_in,
    sync_fiches,
    tarball_of,
    zip_of,
)
from tests.corpus.site import Site

OTHER = "Le délai est de deux mois à compter du dépôt de la demande complète auprès du service compétent."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


def keys_in(settings: Settings) -> set[str]:
    with open_index(settings).store as store:
        return {card.key for card in store.documents()}


def test_every_file_is_indexed_merged_or_set_aside(settings: Settings) -> None:
    several = [Fiche("F1"), Fiche("F2", "* Brouillon"), Fiche("F3", chapters=(("Court", "Trop peu."),))]

    report = sync_fiches(settings, {"particuliers": several, "professionnels": [Fiche("F1")]})

    (source,) = report.sources
    assert (source.documents, source.merged, len(source.set_aside), source.files) == (1, 1, 2, 4)
    assert (source.created, source.changed, source.unchanged, source.deleted) == (1, 0, 0, 0)
    assert source.origin == "fichier fiches.tgz du 2026-01-15"


def test_one_id_with_the_same_text_for_two_audiences_is_one_document(settings: Settings) -> None:
    sync_fiches(settings, {"professionnels": [Fiche("F1")], "particuliers": [Fiche("F1")]})

    with open_index(settings).store as store:
        (card,) = store.documents()
        assert card.audiences == ("particuliers", "professionnels")


def test_one_id_with_another_text_for_another_audience_gets_another_key(settings: Settings) -> None:
    twin = Fiche("F1", chapters=(("Démarche", OTHER),))

    sync_fiches(settings, {"associations": [twin], "particuliers": [Fiche("F1")], "professionnels": [twin]})

    with open_index(settings).store as store:
        assert store.keys_of("F1") == ("F1", "F1~professionnels")
        other = store.document("F1~professionnels")
        assert other is not None
        assert other.audiences == ("professionnels", "associations")


def test_a_second_sync_of_the_same_archive_touches_nothing(settings: Settings) -> None:
    first = sync_fiches(settings, {"particuliers": [Fiche("F1"), Fiche("F2")]})
    before = written(settings.index)
    archive = settings.data / "fiches.tgz"

    again = sync(settings, ["fiches"], archive, TODAY, engines=engines())

    assert not again.switched
    assert again.generation == first.generation
    assert again.sources[0].result is Result.UNCHANGED
    assert again.sources[0].unchanged == 2
    assert written(settings.index) == before


def written(index: Path) -> dict[Path, int]:
    """When each file of the index was last written; the lock is taken by every run."""
    return {path: path.stat().st_mtime_ns for path in index.rglob("*") if path.is_file() and path.name != "lock"}


def test_the_same_fiches_packed_anew_touch_nothing_and_are_parsed_once(settings: Settings, tmp_path: Path) -> None:
    fiches = [Fiche("F1"), Fiche("F2")]
    sync_fiches(settings, {"particuliers": fiches})
    archive = tarball_of(settings.data / "fiches.tgz", {"particuliers": fiches[::-1]})

    packed_anew = sync(settings, ["fiches"], archive, TODAY, engines=engines())
    third = sync(settings, ["fiches"], archive, TODAY, engines=engines())

    assert packed_anew.sources[0].result is Result.READ
    assert third.sources[0].result is Result.UNCHANGED
    assert not packed_anew.switched
    assert not third.switched


def test_what_a_cut_left_half_written_beside_the_index_goes_though_nothing_changed(
    settings: Settings, tmp_path: Path
) -> None:
    archive = tarball_of(tmp_path / "fiches.tgz", {"particuliers": [Fiche("F1")]})
    sync(settings, ["fiches"], archive, TODAY, engines=engines())
    left = [settings.index / name for name in ("current.new", "seen.json.new")]
    for path in left:
        path.write_bytes(b"{")

    report = sync(settings, ["fiches"], archive, TODAY, engines=engines())

    assert not report.switched
    assert not any(path.exists() for path in left)


def test_only_what_changed_gets_another_ref(settings: Settings) -> None:
    two = Fiche("F1", chapters=(("Démarche", TEXT), ("Délai", OTHER)))
    sync_fiches(settings, {"particuliers": [two, Fiche("F2")]})
    with open_index(settings).store as store:
        before = [passage.ref for passage in store.all_passages()]
    changed = Fiche("F1", chapters=(("Coût", "La démarche est gratuite."), ("Démarche", TEXT), ("Délai", OTHER)))

    report = sync_fiches(settings, {"particuliers": [changed, Fiche("F2")]})

    with open_index(settings).store as store:
        after = [passage.ref for passage in store.all_passages()]
        assert [passage.position for passage in store.passages_of("F1")] == [0, 1, 2]
    assert set(before) < set(after)
    assert (report.sources[0].changed, report.sources[0].unchanged) == (1, 1)


def test_a_document_gone_from_its_source_is_gone_from_every_artefact(settings: Settings) -> None:
    # A long id: three bytes alone would sometimes stand in a binary file by chance.
    sync_fiches(settings, {"particuliers": [Fiche("F987654321"), Fiche("F2")]})

    report = sync_fiches(settings, {"particuliers": [Fiche("F2")]})

    assert report.sources[0].deleted == 1
    assert keys_in(settings) == {"F2"}
    assert_no_orphan(settings)
    files = [path for path in current_generation(settings.index).rglob("*") if path.is_file()]
    assert not [path.name for path in files if b"F987654321#" in path.read_bytes()]


CORPORA = st.dictionaries(
    st.sampled_from(["F1", "F2", "F3"]),
    st.tuples(st.sampled_from([TEXT, OTHER]), st.sampled_from(["particuliers", "professionnels"])),
    min_size=1,
)


@hypothesis_settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CORPORA, min_size=2, max_size=4))
def test_after_any_sequence_of_syncs_no_artefact_holds_an_orphan(
    tmp_path_factory: pytest.TempPathFactory, corpora: list[dict[str, tuple[str, str]]]
) -> None:
    settings = settings_in(tmp_path_factory.mktemp("syncs"))
    for corpus in corpora:
        fiches: dict[str, list[Fiche]] = {}
        for identifier, (text, audience) in corpus.items():
            fiches.setdefault(audience, []).append(Fiche(identifier, chapters=(("Règle", text),)))
        report = sync_fiches(settings, fiches)

        assert keys_in(settings) == corpus.keys()
        assert report.root == assert_no_orphan(settings)


def assert_no_orphan(settings: Settings) -> str:
    """Every artefact holds the very same passages; returns their root."""
    index = open_index(settings, verify=True)
    with index.store as store:
        passages = list(store.all_passages())
        assert {passage.key for passage in passages} == {card.key for card in store.documents()}
        assert store.root() == passages_root(store.path) == index.manifest.root
    assert set(json.loads((index.folder / "rows.json").read_text())) == {passage.ref for passage in passages}
    for audience, refs in collection_ids(index.folder).items():
        assert refs == {passage.ref for passage in passages if not passage.audiences or audience in passage.audiences}
    return index.manifest.root


def test_a_damaged_or_hostile_file_is_set_aside_and_the_run_goes_on(settings: Settings, tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Publication ID="F4">&b;</Publication>'
    files = {"F1.xml": fiche_xml(Fiche("F1")), "F2.xml": b"<Publication", "F4.xml": bomb, "../F5.xml": b"<a/>"}

    report = sync(settings, ["fiches"], zip_of(tmp_path / "part.zip", files), TODAY, engines=engines())

    assert keys_in(settings) == {"F1"}
    assert {item.name for item in report.sources[0].set_aside} == {"F2.xml", "F4.xml", "../F5.xml"}


def test_a_document_about_persons_is_set_aside(settings: Settings) -> None:
    rows = " ; ".join(f"M. Paul Durand, né le {day}/03/1971, 1 71 03 75 116 0{day} 4{day}" for day in range(10, 20))
    personal = Fiche("F9", chapters=(("Liste", rows),))

    report = sync_fiches(settings, {"particuliers": [Fiche("F1"), personal]})

    (aside,) = report.sources[0].set_aside
    assert (aside.name, aside.reason.partition(" :")[0]) == ("particuliers/F9", "données personnelles")


def test_a_banner_retires_on_its_day_though_the_archive_is_the_same(settings: Settings) -> None:
    fiches = {"particuliers": [Fiche("F1", banner="2026-02-20")]}
    sync_fiches(settings, fiches, date(2026, 3, 1))
    archive = settings.data / "fiches.tgz"

    on_its_last_day = sync(settings, ["fiches"], archive, date(2026, 3, 22), engines=engines())
    the_day_after = sync(settings, ["fiches"], archive, date(2026, 3, 23), engines=engines())

    assert not on_its_last_day.switched
    assert (the_day_after.switched, the_day_after.sources[0].changed) == (True, 1)


def test_an_empty_archive_deletes_nothing(settings: Settings, tmp_path: Path) -> None:
    sync_fiches(settings, {"particuliers": [Fiche("F1")]})

    with pytest.raises(SourceUnreachableError, match="aucun document"):
        sync(settings, ["fiches"], zip_of(tmp_path / "part.zip", []), TODAY, engines=engines())

    assert keys_in(settings) == {"F1"}


def feed_settings(folder: Path, site: Site, package: str = "") -> Settings:
    urls = [f"{site.root}/{version}/{name}.zip" for version in ("3.4", "3.3") for name in ("part", "pro")]
    keys = f'hosts = ["127.0.0.1"]\ndelay_s = 0.0\nurls = {json.dumps(urls)}\npackage = "{package}"\n'
    return settings_in(folder, f"{ALLOW_LIST}{keys}audiences = {json.dumps(['particuliers', 'professionnels'] * 2)}\n")


def serve(site: Site, folder: Path, version: str, **fiches: list[Fiche]) -> None:
    for name, group in fiches.items():
        site.add(f"/{version}/{name}.zip", zip_of(folder / "z.zip", group).read_bytes())


def test_the_feed_is_read_for_each_audience(tmp_path: Path, site: Site) -> None:
    settings = feed_settings(tmp_path, site)
    serve(site, tmp_path, "3.4", part=[Fiche("F1")], pro=[Fiche("F2")])

    report = sync(settings, None, None, TODAY, engines=engines())

    assert report.sources[0].origin == "flux officiel 3.4 du 2026-01-15"
    assert set(map(len, collection_ids(open_index(settings).folder).values())) == {0, 1}


def test_an_older_version_of_the_feed_stands_in_and_the_report_says_why(tmp_path: Path, site: Site) -> None:
    settings = feed_settings(tmp_path, site)
    serve(site, tmp_path, "3.4", part=[Fiche("F1")])
    serve(site, tmp_path, "3.3", part=[Fiche("F1")], pro=[Fiche("F2")])

    (source,) = sync(settings, None, None, TODAY, engines=engines()).sources

    assert source.origin.startswith("flux officiel 3.3")
    assert "404" in source.note


def test_a_feed_out_of_reach_keeps_what_was_indexed(tmp_path: Path, site: Site) -> None:
    settings = feed_settings(tmp_path, site)
    serve(site, tmp_path, "3.4", part=[Fiche("F1")], pro=[Fiche("F2")])
    first = sync(settings, None, None, TODAY, engines=engines())
    site.pages.clear()

    again = sync(settings, None, None, TODAY, engines=engines())

    assert again.sources[0].result is Result.UNREACHABLE
    assert again.generation == first.generation
    assert keys_in(settings) == {"F1", "F2"}


def test_the_snapshot_stands_in_for_a_feed_never_answered(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = feed_settings(tmp_path, site, "fiches@1.2.0")
    fake_npm(monkeypatch, tmp_path, {"particuliers": [Fiche("F1", updated="2020-11-12")]})

    (source,) = sync(settings, None, None, TODAY, engines=engines()).sources

    assert source.origin == "instantané npm 1.2.0 du 2020-11-12"
    assert source.note


def test_the_snapshot_never_replaces_newer_fiches(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = feed_settings(tmp_path, site, "fiches@1.2.0")
    fake_npm(monkeypatch, tmp_path, {"particuliers": [Fiche("F1", updated="2020-11-12")]})
    serve(site, tmp_path, "3.4", part=[Fiche("F1"), Fiche("F3")], pro=[Fiche("F2")])
    sync(settings, None, None, TODAY, engines=engines())
    site.pages.clear()

    (source,) = sync(settings, None, None, TODAY, engines=engines()).sources

    assert source.result is Result.UNREACHABLE
    assert "plus ancien" in source.note
    assert keys_in(settings) == {"F1", "F2", "F3"}


def fake_npm(monkeypatch: pytest.MonkeyPatch, folder: Path, fiches: dict[str, list[Fiche]]) -> None:
    """Put a program called npm first on the path: it copies a tarball where npm would."""
    archive = tarball_of(folder / "packed.tgz", fiches)
    program = folder / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\ncp "{archive}" "$PWD/packed.tgz"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_without_npm_the_operator_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceUnreachableError, match="--from"):
        npm.pack("fiches@1.2.0", tmp_path)


@pytest.mark.parametrize("package", ["fiches", "--global@1.0.0", "fiches@../up", "a b@1.0.0"])
def test_a_package_is_named_with_its_version_or_refused(tmp_path: Path, package: str) -> None:
    with pytest.raises(ConfigurationError):
        npm.pack(package, tmp_path)


def a_folder(folder: Path, name: str = "regles") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "regle.md").write_text(f"# Règle\n\n{TEXT}\n", encoding="utf-8")
    (folder / "manifest.toml").write_text(
        f'[[document]]\nid = "{name}"\nfile = "regle.md"\ntitle = "Règlement"\npublisher = "Ville"\nlicence = "LO"\n',
        encoding="utf-8",
    )
    return folder


def test_a_folder_with_a_manifest_is_read_though_no_source_has_its_name(settings: Settings, tmp_path: Path) -> None:
    sync_fiches(settings, {"particuliers": [Fiche("F1")]})
    sync(settings, ["aides"], a_folder(tmp_path / "aides"), TODAY, engines=engines())
    sync_fiches(settings, {"particuliers": [Fiche("F2")]})

    assert keys_in(settings) == {"F2", "regles"}


def test_two_sources_never_share_a_document_key(settings: Settings, tmp_path: Path) -> None:
    sync_fiches(settings, {"particuliers": [Fiche("F1")]})

    report = sync(settings, ["aides"], a_folder(tmp_path / "aides", "F1"), TODAY, engines=engines())

    assert "fiches" in report.sources[0].set_aside[0].reason
    assert keys_in(settings) == {"F1"}


def test_a_source_that_leaves_the_allow_list_leaves_the_index(settings: Settings, tmp_path: Path) -> None:
    sync_fiches(settings, {"particuliers": [Fiche("F1")]})
    sync(settings, ["aides"], a_folder(tmp_path / "aides"), TODAY, engines=engines())
    assert settings.sources_file is not None
    settings.sources_file.write_text(ALLOW_LIST.replace('"fiches"', '"autres"'), encoding="utf-8")

    report = sync(settings, ["aides"], a_folder(tmp_path / "aides"), TODAY, engines=engines())

    assert [source.result for source in report.sources if source.name == "fiches"] == [Result.DROPPED]
    assert keys_in(settings) == {"regles"}


@pytest.mark.parametrize(
    ("names", "path"), [(None, "fiches.tgz"), (["a", "b"], "fiches.tgz"), (["inconnue"], None), (["fiches"], "absent")]
)
def test_a_wrong_name_or_path_is_one_sentence(settings: Settings, names: list[str] | None, path: str | None) -> None:
    with pytest.raises(ConfigurationError) as caught:
        sync(settings, names, settings.data / path if path else None, TODAY, engines=engines())

    assert "\n" not in str(caught.value)


def test_new_weights_make_a_new_generation_from_the_same_passages(settings: Settings) -> None:
    first = sync_fiches(settings, {"particuliers": [Fiche("F1")]})

    other = engines(load_embedder=lambda _: FakeEmbedder("cd" * 32, dimension=8))
    report = sync(settings, ["fiches"], settings.data / "fiches.tgz", TODAY, engines=other)

    assert report.switched
    assert report.root == first.root


def test_missing_weights_are_told_before_anything_is_read(settings: Settings) -> None:
    with pytest.raises(WeightsMissingError):
        sync(settings, None, None, TODAY, engines=Engines())

    assert not settings.downloads.exists()


def test_weights_can_be_trained_before_any_index_and_the_first_sync_reads_nothing_again(
    tmp_path: Path, site: Site
) -> None:
    settings = feed_settings(tmp_path, site)
    serve(site, tmp_path, "3.4", part=[Fiche("F1")], pro=[Fiche("F2")])
    with passages_to_learn_from(settings, TODAY, engines=engines()) as store:
        assert {card.key for card in store.documents()} == {"F1", "F2"}

    (source,) = sync(settings, None, None, TODAY, engines=engines()).sources

    assert source.result is Result.UNCHANGED
    assert (source.created, source.unchanged, source.files) == (2, 0, 2)
    assert keys_in(settings) == {"F1", "F2"}


def test_a_second_writer_is_told_to_wait(settings: Settings) -> None:
    with writing(settings.index), pytest.raises(BusyError):
        sync_fiches(settings, {"particuliers": [Fiche("F1")]})


def test_a_full_disk_leaves_the_old_index_and_says_so(settings: Settings) -> None:
    sync_fiches(settings, {"particuliers": [Fiche("F1")]})

    def full(folder: Path, store: PassageStore, *_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(CorpusError, match="libérez de la place"):
        sync_fiches(settings, {"particuliers": [Fiche("F2")]}, build_ranking=full)

    assert keys_in(settings) == {"F1"}
    assert not list(settings.index.glob("*.building"))


def test_a_damaged_index_is_rebuilt_from_its_passages_when_these_are_whole(settings: Settings, tmp_path: Path) -> None:
    sync_fiches(settings, {"particuliers": [Fiche("F1")]})
    (current_generation(settings.index) / "rows.json").unlink()

    sync(settings, ["aides"], a_folder(tmp_path / "aides"), TODAY, engines=engines())

    assert keys_in(settings) == {"F1", "regles"}


def test_generations_other_than_the_last_two_go(settings: Settings) -> None:
    generations = [sync_fiches(settings, {"particuliers": [Fiche(f"F{n}")]}).generation for n in range(1, 5)]
    (settings.index / "20260101T000000000000.building").mkdir()

    sync(settings, ["fiches"], settings.data / "fiches.tgz", TODAY, engines=engines())

    assert sorted(path.name for path in settings.index.iterdir() if path.is_dir()) == generations[-2:]
