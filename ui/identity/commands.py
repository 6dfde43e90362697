"""Accounts of this machine: `python -m ui user add NAME --role agent`, list, roles, password, close, reopen."""

from __future__ import annotations

import getpass
import re
import secrets
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.store import Account, Store, open_store
from corpus.errors import CorpusError
from corpus.settings import load_settings
from ui.identity.journal import Journal
from ui.identity.layout import words_in
from ui.identity.passwords import Passwords, weakness
from ui.identity.roles import Role
from ui.identity.settings import FOLDER

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Gérer les comptes des agents et du comité.")
Name = Annotated[str, typer.Argument(help="Identifiant : lettres, chiffres, points, tirets, @.")]
Roles = Annotated[list[Role], typer.Option("--role", help="Rôle ; répétez l’option pour en donner plusieurs.")]
Why = Annotated[str, typer.Option(help="La raison, notée au journal.")]


class AccountError(CorpusError):
    """What was asked cannot be done; one sentence."""


@app.command()
def add(
    name: Name,
    role: Roles,
    *,
    why: Why = "ouverture du compte",
    external: Annotated[bool, typer.Option(help="La personne se connecte par le fournisseur d’identité.")] = False,
    generate: Annotated[bool, typer.Option(help="Tirer un mot de passe au hasard et l’afficher une fois.")] = False,
) -> None:
    """Ouvrir un compte ; le mot de passe est demandé, jamais en argument."""
    if not re.fullmatch(r"[\w.@-]{1,200}", name):
        raise AccountError("L’identifiant ne peut contenir que des lettres, chiffres, points, tirets et @.")
    secret = "" if external else Passwords().hash(_password(name, generate=generate))
    store = _store()
    if store.accounts.find(name) is not None:
        raise AccountError(f"Le compte {name} existe déjà. Changez-le avec : python -m ui user roles {name} --role ...")
    _note(store, "account_added", name, f"{why} ({', '.join(role)})")
    store.accounts.add(Account(name, secret, tuple(role), active=True, made=datetime.now(UTC)))
    typer.echo(f"Le compte {name} est ouvert : {', '.join(role)}.")


@app.command("list")
def list_accounts() -> None:
    """Lister les comptes."""
    for account in _store().accounts.all():
        kind = "mot de passe" if account.secret else "fournisseur"
        typer.echo(f"{account.name}  {' '.join(account.roles)}  {kind}{'' if account.active else '  FERMÉ'}")


@app.command()
def roles(name: Name, role: Roles, *, why: Annotated[str, typer.Option(help="La raison, notée au journal.")]) -> None:
    """Remplacer les rôles d’un compte ; ses sessions se ferment."""
    _change(name, "account_roles", f"{why} ({', '.join(role)})", roles=tuple(role))


@app.command()
def password(
    name: Name,
    *,
    why: Why = "à la demande de la personne",
    generate: Annotated[bool, typer.Option(help="Tirer un mot de passe au hasard et l’afficher une fois.")] = False,
) -> None:
    """Donner un nouveau mot de passe, et débloquer le compte."""
    _change(name, "account_password", why, secret=Passwords().hash(_password(name, generate=generate)))


@app.command()
def close(name: Name, *, why: Annotated[str, typer.Option(help="La raison, notée au journal.")]) -> None:
    """Fermer un compte ; ses sessions se ferment aussitôt."""
    _change(name, "account_closed", why, active=False)


@app.command()
def reopen(name: Name, *, why: Annotated[str, typer.Option(help="La raison, notée au journal.")]) -> None:
    """Rouvrir un compte fermé ou bloqué."""
    _change(name, "account_reopened", why, active=True)


def _change(name: str, what: str, why: str, **values: object) -> None:
    store = _store()
    if store.accounts.find(name) is None:
        raise AccountError(f"Aucun compte ne s’appelle {name}. Voyez la liste avec : python -m ui user list")
    if not why.strip():
        raise AccountError("Donnez la raison avec --why : elle est notée au journal.")
    # The line first: nothing is changed that the journal does not tell.
    _note(store, what, name, why)
    store.accounts.change(name, **values)  # type: ignore[arg-type]
    typer.echo(f"Compte {name} : {words_in(FOLDER)('act.' + what)}.")


def _note(store: Store, what: str, name: str, why: str) -> None:
    Journal(store.acts).write_now(f"{getpass.getuser()} (commande)", what, name, why)


def _password(name: str, *, generate: bool) -> str:
    if generate:
        made = "-".join(secrets.token_hex(3) for _ in range(3))
        typer.echo(f"Mot de passe, affiché cette seule fois : {made}")
        return made
    if sys.stdin.isatty():
        typed = getpass.getpass("Mot de passe : ")
        if getpass.getpass("Encore une fois : ") != typed:
            raise AccountError("Les deux saisies diffèrent. Recommencez.")
    else:
        typed = sys.stdin.readline().rstrip("\r\n")
    if reason := weakness(typed, name):
        raise AccountError(words_in(FOLDER)(reason))
    return typed


def _store() -> Store:
    settings = load_settings()
    return open_store(settings.records, settings.records_url.get_secret_value() if settings.records_url else None)
