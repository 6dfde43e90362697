"""`python -m ui`: the address is printed, this machine alone gets the demonstration, an agent pins and recalls."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from corpus.settings import ROOT, Settings
from tests.bot.town import LOST_CARD_CHILD
from tests.ui.reading import asked, first, text_of
from ui.__main__ import app
from ui.records import Records

pytestmark = pytest.mark.slow


@contextmanager
def started(data: Path, *options: str, **more: str) -> Iterator[str]:
    """Run the command; gives the address that it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CITE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "--port", "0", *options],
        cwd=ROOT,
        env=environment | {"CITE_DATA": str(data)} | more,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        told = ""
        while not (found := re.search(r"http://\S+", told)):
            line = process.stderr.readline()
            assert line, told
            told += line
        yield found[0].replace("0.0.0.0", "127.0.0.1")
    finally:
        process.terminate()
        process.wait(10)
        process.stderr.close()


def command(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui", *words],
        cwd=ROOT,
        env=os.environ | {"CITE_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_fresh_machine_serves_the_demonstration_to_itself_with_receipts_alerts_and_recalls(town: Settings) -> None:
    with started(town.data) as address, httpx.Client(base_url=address, timeout=60) as client:
        answer = asked(client, LOST_CARD_CHILD).text
        assert "non approuvée" in text_of(answer)
        receipt = first(answer, ".receipt code").text()
        passage = client.get(f"/api/v1/receipts/{receipt}").json()["passages"][0]["ref"]
        pinned = command(town.data, "alert", "Canicule : buvez de l’eau.", "--until", "2999-01-01")
        told = command(town.data, "recall", passage, "--why", "Tarif changé.", "--before", "19 €", "--after", "23 €")

        assert (pinned.returncode, told.returncode) == (0, 0)
        assert "Canicule" in client.get("/").text
        assert "Tarif changé." in client.get(f"/recu/{receipt}").text
        assert client.get("/", headers={"host": "evil.example"}).status_code == 400
        command(town.data, "alert")
    (town.records / "recalls.jsonl").unlink()


@pytest.mark.parametrize(("options", "scope"), [(["--host", "0.0.0.0"], "demo"), ([], "public")])
def test_beyond_this_machine_or_beyond_a_demonstration_nothing_unapproved_answers(
    town: Settings, options: list[str], scope: str
) -> None:
    with (
        started(town.data, *options, CITE_SCOPE=scope) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        page = asked(client, LOST_CARD_CHILD)

    assert page.status_code == 503
    assert "3975" in text_of(page.text)
    assert "19 €" not in page.text


def test_an_agent_takes_a_case_from_its_reception_to_its_end(
    town: Settings, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = records.contest("", "Le tarif est faux.", severe=False).number
    assert number in command(town.data, "case", "list").stdout
    monkeypatch.setenv("CITE_DATA", str(town.data))

    def here(*words: str) -> str:
        told = CliRunner().invoke(app, ["case", *words])
        assert told.exit_code == 0, told.output
        return told.output

    assert "Le tarif est faux." in here("show", number)
    assert CliRunner().invoke(app, ["case", "close", number]).exit_code == 1
    for words in (
        ("assign", number, "Bureau des titres"),
        ("answer", number, "fondé", "Le tarif cité était ancien."),
        ("correct", number, "Le tarif est à jour."),
        ("close", number),
    ):
        here(*words)

    assert number not in here("list")
    assert "clos" in here("show", number)


def test_an_alert_that_no_page_may_show_is_refused(town: Settings) -> None:
    told = command(town.data, "alert", "x", "--url", "http://paris.fr")

    assert told.returncode != 0
    assert "https" in told.stderr


def test_a_port_already_taken_is_one_sentence(town: Settings) -> None:
    with started(town.data) as address:
        told = command(town.data, "--port", address.rpartition(":")[2])

    assert told.returncode == 1
    assert "n’est pas libre" in told.stderr
    assert "Traceback" not in told.stderr
