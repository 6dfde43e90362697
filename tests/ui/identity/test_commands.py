"""Accounts opened, changed and closed by a command, each time with a line of the journal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.store import Store, open_store
from ui.identity.commands import AccountError, app

_RUN = CliRunner()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("CITE_DATA", str(tmp_path))
    store = open_store(tmp_path / "records")
    yield store
    store.turns.close()


def run(*arguments: str, typed: str = "une phrase bien longue\n") -> str:
    done = _RUN.invoke(app, arguments, input=typed)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_an_account_is_opened_changed_closed_and_reopened_and_the_journal_says_why(kept: Store) -> None:
    run("add", "claire", "--role", "agent", "--role", "committee")
    run("roles", "claire", "--role", "supervisor", "--why", "nommée cheffe")
    run("close", "claire", "--why", "départ")
    closed = kept.accounts.find("claire")
    run("reopen", "claire", "--why", "retour")

    assert closed is not None
    assert (closed.roles, closed.active) == (("supervisor",), False)
    account = kept.accounts.find("claire")
    assert account is not None
    assert account.active
    assert account.secret.startswith("$argon2id$")
    lines = [(act.what, act.subject, act.why) for act in kept.acts.latest()]
    assert lines == [
        ("account_reopened", "claire", "retour"),
        ("account_closed", "claire", "départ"),
        ("account_roles", "claire", "nommée cheffe (supervisor)"),
        ("account_added", "claire", "ouverture du compte (agent, committee)"),
    ]
    assert "claire  supervisor  mot de passe" in run("list")


def test_a_password_drawn_at_random_is_shown_once_and_one_is_not_needed_with_a_provider(kept: Store) -> None:
    assert "affiché cette seule fois" in run("add", "paul", "--role", "agent", "--generate")
    run("add", "sso@ville.example", "--role", "agent", "--external")

    account = kept.accounts.find("sso@ville.example")
    assert account is not None
    assert account.secret == ""


@pytest.mark.parametrize(
    ("arguments", "typed", "told"),
    [
        (("add", "a b", "--role", "agent"), "", "lettres"),
        (("add", "a", "--role", "agent"), "court\n", "12 caractères"),
        (("close", "nobody", "--why", "x"), "", "user list"),
        (("add", "there", "--role", "agent", "--external"), "", "existe déjà"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_the_next_step(
    kept: Store, arguments: tuple[str, ...], typed: str, told: str
) -> None:
    run("add", "there", "--role", "agent", "--external")

    with pytest.raises(AccountError, match=told):
        run(*arguments, typed=typed)


def test_a_change_of_rights_without_a_reason_is_refused(kept: Store) -> None:
    run("add", "there", "--role", "agent", "--external")

    with pytest.raises(AccountError, match="raison"):
        run("close", "there", "--why", " ")
    account = kept.accounts.find("there")
    assert account is not None
    assert account.active
