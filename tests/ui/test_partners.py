"""A partner has a key of which only the digest is kept, asks more than a resident, and stops when revoked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.assembly import Assembly
from tests.bot.town import LOST_CARD_CHILD, PASSPORT
from tests.ui.conftest import serving
from ui.admission import Limits
from ui.partner_commands import app
from ui.partners import FILE, Partners

TODAY = date(2026, 11, 27)
TIGHT = Limits(per_address="1/minute", overall="1000/minute")


def ask(client: httpx.Client, key: str = "", text: str = LOST_CARD_CHILD, **headers: str) -> httpx.Response:
    sent = {**headers, **({"cite-key": key} if key else {})}
    return client.post("/api/v1/ask", json={"q": text}, headers=sent)


def test_a_partner_asks_more_than_a_resident_until_its_own_limit(bot: Assembly, tmp_path: Path) -> None:
    known = Partners(tmp_path)
    key = known.add("lutece", "3/minute", TODAY)
    with serving(bot, TIGHT, partners=known.find) as address, httpx.Client(base_url=address, timeout=60) as client:
        codes = [ask(client, key).status_code for _ in range(4)]
        alone = [ask(client).status_code for _ in range(2)]

    assert codes == [200, 200, 200, 429]
    assert alone == [200, 429]


def test_a_key_revoked_or_made_up_is_refused_at_once_and_counted(bot: Assembly, tmp_path: Path) -> None:
    known = Partners(tmp_path)
    key = known.add("lutece", "30/minute", TODAY)
    with serving(bot, TIGHT, partners=known.find) as address, httpx.Client(base_url=address, timeout=60) as client:
        assert ask(client, key).status_code == 200
        Partners(tmp_path).revoke("lutece", TODAY)
        refused = ask(client, key)
        guessed = ask(client, "cite_x")

    assert (refused.status_code, guessed.status_code) == (401, 429)
    assert refused.headers["content-type"] == "application/problem+json"


def test_the_key_itself_is_written_nowhere_and_its_file_is_for_the_service_alone(tmp_path: Path) -> None:
    key = Partners(tmp_path).add("lutece", "30/minute", TODAY)
    file = tmp_path / FILE

    assert key not in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o077 == 0
    found = Partners(tmp_path).find(key)
    assert found is not None
    assert found.name == "lutece"


def test_two_callers_may_choose_the_same_idempotency_key(bot: Assembly, tmp_path: Path) -> None:
    known = Partners(tmp_path)
    key = known.add("lutece", "30/minute", TODAY)
    with serving(bot, partners=known.find) as address, httpx.Client(base_url=address, timeout=60) as client:
        mine = ask(client, key, **{"idempotency-key": "1"})
        other = ask(client, text=PASSPORT, **{"idempotency-key": "1"})

    assert (mine.status_code, other.status_code) == (200, 200)
    assert mine.json()["receipt"] != other.json()["receipt"]


@pytest.mark.parametrize("damaged", ["{", "[1]", '[{"name": "x"}]', "\x00"])
def test_a_file_that_cannot_be_read_knows_nobody(tmp_path: Path, damaged: str) -> None:
    (tmp_path / FILE).write_text(damaged, encoding="utf-8")

    assert Partners(tmp_path).find("cite_x") is None


def test_the_command_gives_a_key_once_lists_and_revokes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITE_DATA", str(tmp_path))
    run = CliRunner()
    given = run.invoke(app, ["add", "lutece"])
    twice = run.invoke(app, ["add", "lutece"])
    listed = run.invoke(app, ["list"])
    ended = run.invoke(app, ["revoke", "lutece"])
    unknown = run.invoke(app, ["revoke", "lutece"])

    assert Partners(tmp_path).all()[0].revoked
    assert given.stdout.startswith("cite_")
    assert [one.exit_code for one in (given, twice, listed, ended, unknown)] == [0, 2, 0, 0, 2]
    assert "lutece  600/minute" in listed.stdout
    assert "cite_" not in listed.stdout


@pytest.mark.parametrize("wrong", [["add", "Été"], ["add", "ok", "--rate", "beaucoup"]])
def test_a_name_or_a_rate_that_is_not_one_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: list[str]
) -> None:
    monkeypatch.setenv("CITE_DATA", str(tmp_path))

    assert CliRunner().invoke(app, wrong).exit_code == 2
    assert not (tmp_path / FILE).exists()
