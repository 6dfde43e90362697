"""What an operator does with what is kept: `python -m ui retention run [--dry-run] | export NUMBER | erase NUMBER`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.store import open_store
from corpus.settings import load_settings
from ethics.policy import load_policy
from ethics.words import trouble
from ui.records import PARIS
from ui.retention import Due, Keeping

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Durées de conservation, copie et effacement.")
Number = Annotated[str, typer.Argument(help="Numéro d’un reçu ou d’une demande.")]
_UNKNOWN = "Rien n’est gardé sous ce numéro : vérifiez-le, chiffre par chiffre, ou il a déjà été effacé."


@app.command()
def run(*, dry_run: Annotated[bool, typer.Option("--dry-run", help="Dire, sans rien effacer.")] = False) -> None:
    """Effacer ce qui a été gardé aussi longtemps que les règles le disent (le service le fait chaque heure)."""
    keeping = _keeping()
    if dry_run:
        _tell(keeping.due())
        return
    gone = keeping.purge()
    typer.echo(f"Effacés : {gone.turns} traces, {gone.cases} demandes closes, {gone.samples} échantillons.")


@app.command()
def export(
    number: Number, out: Annotated[Path | None, typer.Option(help="Fichier JSON à écrire ; sinon, à l’écran.")] = None
) -> None:
    """Donner tout ce qui est gardé sous un numéro."""
    found = _keeping().export(number)
    if found is None:
        typer.echo(_UNKNOWN, err=True)
        raise typer.Exit(1)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        typer.echo(f"Le fichier {out.name} n’a pas pu être écrit ({trouble(error)}) : vérifiez le dossier.", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"Écrit : {out.name}")


@app.command()
def erase(number: Number) -> None:
    """Effacer ce qui est gardé sous un numéro ; une erreur reconnue par la Ville reste publiée, sans le message."""
    gone = _keeping().erase(number)
    if not gone.turns and not gone.cases:
        typer.echo(_UNKNOWN, err=True)
        raise typer.Exit(1)
    typer.echo(f"Effacés : {gone.turns} trace, {gone.cases} demandes.")


def _tell(due: Due) -> None:
    for line in due.turns:
        typer.echo(f"trace    {line.receipt}  du {line.at.astimezone(PARIS):%Y-%m-%d}")
    for case in due.cases:
        typer.echo(f"demande  {case.number}  close le {case.steps[-1].time.astimezone(PARIS):%Y-%m-%d}")
    for path in due.samples:
        typer.echo(f"échantillon  {path.name}")
    typer.echo(
        f"À effacer : {len(due.turns)} traces, {len(due.cases)} demandes closes, {len(due.samples)} échantillons. "
        "Rien n’a été effacé."
    )


def _keeping() -> Keeping:
    settings = load_settings()
    url = settings.records_url.get_secret_value() if settings.records_url else None
    return Keeping(open_store(settings.records, url), settings.records, load_policy().retention)
