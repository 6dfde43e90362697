"""What an agent does with cases until there is a desk: `python -m ui case list | show | assign | answer | ...`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.store import CaseTable, open_store
from corpus.settings import load_settings
from ethics.case import Case, Finding, State, answered, assigned, closed, corrected
from ethics.errors import CaseError
from ethics.policy import load_policy
from ui.records import PARIS

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Traiter les demandes des habitants.")
Number = Annotated[str, typer.Argument(help="Numéro de la demande, par exemple PAR-2026-000042-17.")]


@app.command("list")
def list_cases(*, every: Annotated[bool, typer.Option("--all", help="Aussi les demandes closes.")] = False) -> None:
    """Lister les demandes, avec la date à laquelle une réponse est due."""
    rules, today = load_policy().deadlines, datetime.now(PARIS).date()
    for case in _table().all():
        if every or case.state is not State.CLOSED:
            late = "  EN RETARD" if case.is_late(rules, today) else ""
            grave = "  grave" if case.severe else ""
            typer.echo(f"{case.number}  {case.state.value}  pour le {case.reply_by(rules).isoformat()}{grave}{late}")


@app.command()
def show(number: Number) -> None:
    """Lire une demande, avec le message que la personne a accepté d’y laisser."""
    table = _table()
    case = _found(table, number)
    for step in case.steps:
        typer.echo(f"{step.time.astimezone(PARIS):%Y-%m-%d %H:%M}  {step.state.value}  {step.text}")
    typer.echo(f"reçu contesté : {case.receipt or 'aucun'}")
    typer.echo(f"message : {table.message(number) or 'aucun'}")


@app.command()
def assign(number: Number, service: Annotated[str, typer.Argument(help="Service, jamais une personne.")]) -> None:
    """Confier une demande à un service."""
    _step(number, lambda case, now: assigned(case, service, now))


@app.command()
def answer(
    number: Number,
    finding: Annotated[Finding, typer.Argument(help="Conclusion.")],
    reply: Annotated[str, typer.Argument(help="Réponse motivée, publique, sans donnée personnelle.")],
) -> None:
    """Répondre à une demande."""
    _step(number, lambda case, now: answered(case, finding, reply, now))


@app.command()
def correct(number: Number, what: Annotated[str, typer.Argument(help="Ce qui a été corrigé ; publié.")]) -> None:
    """Dire ce qui a été corrigé : l’erreur paraît sur la page des erreurs reconnues."""
    _step(number, lambda case, now: corrected(case, what, now))


@app.command()
def close(number: Number) -> None:
    """Clore une demande."""
    _step(number, closed)


def _step(number: str, move: Callable[[Case, datetime], Case]) -> None:
    table = _table()
    moved = move(_found(table, number), datetime.now(UTC))
    table.keep(moved)
    typer.echo(f"{moved.number} : {moved.state.value}.")


def _found(table: CaseTable, number: str) -> Case:
    case = table.find(number)
    if case is None:
        raise CaseError(f"Aucune demande ne porte le numéro {number}.")
    return case


def _table() -> CaseTable:
    settings = load_settings()
    url = settings.records_url.get_secret_value() if settings.records_url else None
    return open_store(settings.records, url).cases
