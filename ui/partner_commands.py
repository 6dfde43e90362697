"""Keys of the partners that use the API: `python -m ui partner add | list | revoke`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from corpus.settings import load_settings
from ethics.words import trouble
from ui.partners import USUAL_RATE, Partners
from ui.records import PARIS

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Donner et révoquer les clés des partenaires.")
Name = Annotated[str, typer.Argument(help="Nom du partenaire : lettres minuscules, chiffres, tirets.")]


@app.command()
def add(
    name: Name, rate: Annotated[str, typer.Option(help="Débit permis, par exemple 600/minute.")] = USUAL_RATE
) -> None:
    """Donner une clé à un partenaire. Elle n’est affichée qu’une fois : seule son empreinte est gardée."""
    with _told():
        key = Partners(load_settings().data).add(name, rate, datetime.now(PARIS).date())
    typer.echo(key)
    typer.echo(f"Clé de {name} ({rate}), à envoyer dans l’en-tête « cite-key ». Elle ne sera plus affichée.", err=True)


@app.command("list")
def list_partners() -> None:
    """Lister les partenaires."""
    for one in Partners(load_settings().data).all():
        ended = f"  révoquée le {one.revoked}" if one.revoked else ""
        typer.echo(f"{one.name}  {one.rate}  depuis le {one.made}{ended}")


@app.command()
def revoke(name: Name) -> None:
    """Révoquer la clé d’un partenaire, aussitôt."""
    with _told():
        Partners(load_settings().data).revoke(name, datetime.now(PARIS).date())
    typer.echo(f"La clé de {name} est révoquée.")


@contextmanager
def _told() -> Iterator[None]:
    """Tell in one line what an operator can mend."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    except OSError as error:
        typer.echo(f"erreur : la clé ne s’enregistre pas ({trouble(error)}) ; vérifiez CITE_DATA.", err=True)
        raise typer.Exit(1) from error
