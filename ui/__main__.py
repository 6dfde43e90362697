"""Serve the pages: `python -m ui`; and what an agent does beside: pin an alert, recall answers, follow cases."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from datetime import UTC, date, datetime
from typing import Annotated

import typer
import uvicorn

from bot.assembly import assemble
from bot.errors import BotError
from bot.store import open_store
from corpus.errors import CorpusError
from corpus.settings import Settings, load_settings
from ethics.errors import EthicsError
from ethics.gate import Place
from ethics.policy import load_policy
from ethics.recall import Change
from ui import case_commands
from ui.admission import Admission, Limits
from ui.alert import Alert, Pinned
from ui.door import Hurried
from ui.mcp_server import mcp_server
from ui.recalls import RecallBook
from ui.records import Records
from ui.server import create_app
from ui.service import Service
from ui.watch import Watch

HERE = ("127.0.0.1", "localhost", "::1")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.add_typer(case_commands.app, name="case")


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Adresse d’écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port d’écoute.")] = 8080,
) -> None:
    """Ouvrir les pages de Cité ; les autres commandes sont celles des agents."""
    if context.invoked_subcommand:
        return
    settings, loopback = load_settings(), _loopback(host)
    door = _door(host, port)
    service, watch = _opened(settings, loopback=loopback)
    watch.follow()
    standing = watch()
    for finding in (*service.assembly.findings, *standing.findings):
        typer.echo(f"attention : {finding}", err=True)
    names = _listed(settings.hosts) or ((*HERE, host) if loopback else ())
    pages = create_app(service, names, _listed(settings.origins), Pinned(settings.data))
    server = uvicorn.Server(
        uvicorn.Config(
            pages,
            log_level="warning",
            lifespan="off",
            http=Hurried,
            limit_concurrency=1000,
            timeout_keep_alive=5,
            h11_max_incomplete_event_size=32_768,
            server_header=False,
        )
    )
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Cité, niveau {standing.level} : http://{shown}:{door.getsockname()[1]}", err=True)
    server.run(sockets=[door])


@app.command()
def mcp() -> None:
    """Répondre à un assistant par le protocole MCP, sur l’entrée et la sortie."""
    service, watch = _opened(load_settings(), loopback=True)
    watch.follow()
    mcp_server(service).run("stdio")


@app.command()
def alert(
    text: Annotated[str, typer.Argument(help="Texte de l’alerte ; vide pour la retirer.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Dernier jour d’affichage.")] = None,
    url: Annotated[str, typer.Option(help="Page officielle, en https.")] = "",
) -> None:
    """Afficher une alerte officielle sur toutes les pages, ou la retirer."""
    pinned = Pinned(load_settings().data)
    if not text:
        pinned.remove()
        typer.echo("Aucune alerte n’est affichée.")
        return
    day = until.date() if until else date.today()  # noqa: DTZ011  a civil day, where the city is
    try:
        pinned.pin(Alert(text, day, url))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    typer.echo(f"L’alerte est affichée jusqu’au {day.isoformat()} compris.")


@app.command()
def recall(
    passage: Annotated[str, typer.Argument(help="Référence du passage faux ou changé.")],
    why: Annotated[str, typer.Option(help="La raison, en une phrase.")],
    before: Annotated[str, typer.Option(help="Ce que disait le passage.")],
    after: Annotated[str, typer.Option(help="Ce qu’il dit maintenant ; vide s’il est retiré.")] = "",
    url: Annotated[str, typer.Option(help="Page officielle.")] = "",
) -> None:
    """Rappeler les réponses qui ont cité un passage, et le publier."""
    settings = load_settings()
    store = open_store(settings.records, _database(settings))
    change = Change(passage, before, after, why, url)
    made = RecallBook(settings.records).publish(store.turns.quoting(passage), change, datetime.now(UTC))
    typer.echo(f"{len(made.receipts)} réponses rappelées ; voir la page /erreurs.")


def _opened(settings: Settings, *, loopback: bool) -> tuple[Service, Watch]:
    store = open_store(settings.records, _database(settings))
    records = Records(store, settings.records, load_policy())
    watch = Watch(settings.records, Place(settings.scope, loopback), chore=records.purge)
    watch.check()
    assembly = assemble(settings, keep=store.turns.keep)
    return Service(assembly, Admission(Limits()), watch, records=records), watch


def _door(host: str, port: int) -> socket.socket:
    """Take the port before anything long is done; a port of 0 is one that is free."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        advice = 'choisissez-en un autre, par exemple : make serve ARGS="--port 8081"'
        typer.echo(
            f"erreur : l’adresse {host}:{port} n’est pas libre ({os.strerror(error.errno or 0)}) ; {advice}", err=True
        )
        raise typer.Exit(1) from error


def _database(settings: Settings) -> str | None:
    return settings.records_url.get_secret_value() if settings.records_url else None


def _listed(setting: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in setting.split(",") if part.strip())


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def run() -> None:
    """Run the command; what an operator can mend is one line on the error output."""
    try:
        app()
    except (CorpusError, BotError, EthicsError) as error:
        typer.echo(f"erreur : {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    run()
