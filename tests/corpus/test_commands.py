"""The command line: what an operator reads, and how a failure looks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus import sync as sync_module
from corpus.__main__ import app
from corpus.errors import ConfigurationError
from corpus.index import open_index
from corpus.messages import sync_summary
from corpus.settings import ROOT, load_settings
from tests.corpus.builders import Fiche, engines, settings_in, sync_fiches

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings = settings_in(tmp_path)
    monkeypatch.setenv("CITE_DATA", str(settings.data))
    monkeypatch.setenv("CITE_SOURCES_FILE", str(settings.sources_file))
    return tmp_path


def test_show_prints_the_passage_with_the_promised_keys(folder: Path) -> None:
    sync_fiches(settings_in(folder), {"particuliers": [Fiche("F1")]})
    with open_index(settings_in(folder)).store as store:
        (passage,) = store.all_passages()

    shown = RUN.invoke(app, ["show", passage.ref, "--json"])

    values = json.loads(shown.stdout)
    promised = "ref document title path text url publisher licence updated valid_from valid_until digest"
    assert set(promised.split()) <= values.keys()
    assert (values["path"], values["updated"], values["url"]) == (["Démarche"], "2026-01-15", None)
    assert values["digest"] == passage.digest
    assert passage.text in RUN.invoke(app, ["show", passage.ref]).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "F1#0"],
        ["sync"],
        ["sync", "--source", "inconnue"],
        ["sync", "--from", "x"],
        ["sync", "--source", "fiches"],
    ],
)
def test_an_expected_failure_is_one_line_on_stderr_and_exit_code_1(folder: Path, arguments: list[str]) -> None:
    done = RUN.invoke(app, arguments)

    assert done.exit_code == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_ctrl_c_says_that_the_index_has_not_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sync_module, "sync", interrupted)

    done = RUN.invoke(app, ["sync"])

    assert done.exit_code == 130
    assert "n’a pas changé" in done.stderr


def test_the_summary_counts_and_gives_the_reasons(folder: Path) -> None:
    short = Fiche("F3", chapters=(("Court", "Trop peu."),))

    report = sync_fiches(settings_in(folder), {"particuliers": [Fiche("F1"), short], "professionnels": [Fiche("F1")]})

    text = "\n".join(sync_summary(report))
    assert "1 créés, 0 modifiés, 0 inchangés, 0 supprimés" in text
    assert "3 fichiers lus = 1 documents + 1 doublons entre publics + 1 mis de côté" in text
    assert "presque vide" in text
    assert report.root in text


def test_the_json_report_is_json_and_has_totals(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(folder)
    sync_fiches(settings, {"particuliers": [Fiche("F1")]})
    monkeypatch.setattr(sync_module, "Engines", engines)

    done = RUN.invoke(app, ["sync", "--source", "fiches", "--from", str(settings.data / "fiches.tgz"), "--json"])

    assert json.loads(done.stdout)["totals"]["unchanged"] == 1


def test_a_wrong_setting_is_named_and_its_value_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITE_VECTORS", "s3cret")

    with pytest.raises(ConfigurationError, match="CITE_VECTORS") as caught:
        load_settings()

    assert "s3cret" not in str(caught.value)


def test_paths_start_at_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITE_DATA", "elsewhere")

    assert load_settings().data == ROOT / "elsewhere"
