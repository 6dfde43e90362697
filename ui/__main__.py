"""Serve the pages: `python -m ui`; and what an agent does beside: pin an alert, recall answers, follow cases."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from bot.assembly import Assembly, assemble
from bot.errors import BotError
from bot.manifest import Fingerprinter, both
from bot.release import Release, open_release
from bot.store import open_store
from corpus.errors import ConfigurationError, CorpusError
from corpus.settings import Settings, load_settings
from ethics.errors import EthicsError
from ethics.gate import Place
from ethics.manifest import Manifest
from ethics.policy import load_policy
from ethics.recall import Change
from ui import case_commands, partner_commands, retention_commands
from ui.admission import Admission, Limits
from ui.alert import Alert, Pinned
from ui.archive import write_archive
from ui.closed import closed_pages, closed_service, closed_watch
from ui.door import Hurried
from ui.identity import commands as user_commands
from ui.identity.settings import identity_of
from ui.mcp_server import mcp_server
from ui.partners import Partners
from ui.public.evaluation import Evaluations
from ui.recalls import RecallBook
from ui.records import Records
from ui.server import create_app
from ui.service import DeskRules, Service
from ui.successor import Kept, approved_index, become
from ui.takedown import takedown_of
from ui.watch import Successor, Watch, unknown_manifest

HERE = ("127.0.0.1", "localhost", "::1")

HandOver = Callable[[Release | None], None]

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
app.add_typer(case_commands.app, name="case")
app.add_typer(partner_commands.app, name="partner")
app.add_typer(retention_commands.app, name="retention")
app.add_typer(user_commands.app, name="user")


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Adresse d’écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port d’écoute.")] = 8080,
    release: Annotated[Path | None, typer.Option(help="Dossier d’une version approuvée, servie à la place.")] = None,
    door: Annotated[int, typer.Option(hidden=True, help="Descripteur d’un port déjà pris.")] = -1,
) -> None:
    """Ouvrir les pages de Cité ; les autres commandes sont celles des agents."""
    if context.invoked_subcommand:
        return
    settings, loopback = load_settings(), _loopback(host)
    taken = _door(host, port) if door < 0 else socket.socket(fileno=door)
    words = ["--host", host, "--port", str(taken.getsockname()[1])]
    if release is not None and not (wanted := open_release(release)).is_running():
        wanted.check(settings)
        become(wanted, taken, words, settings.data)
    next_one, servers = list[Release | None](), list[uvicorn.Server]()

    def hand_over(one: Release | None) -> None:
        next_one.append(one)
        for server in servers:
            # What is being answered is finished first.
            server.should_exit = True

    names = _listed(settings.hosts) or ((*HERE, host) if loopback else ())
    try:
        opened = _opened(settings, release, loopback=loopback, hand_over=hand_over)
    except CorpusError as error:
        closed = closed_service(error, settings)
        pages, findings = closed_pages(closed, names, Pinned(settings.data)), closed.findings
        watch, level = closed_watch(settings, release, hand_over, loopback=loopback), closed.standing().level
    else:
        if opened is None:
            become(next_one[0], taken, words, settings.data)
            return
        service, watch = opened
        service.desk = DeskRules(settings.second_reader == "always", _internal(settings))
        pages, level = _pages(service, settings, names), watch().level
        findings = (*service.assembly.findings, *watch().findings)
    for finding in findings:
        typer.echo(f"attention : {finding}", err=True)
    servers.append(server := _server(pages))
    watch.follow()
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"Cité, niveau {level} : http://{shown}:{taken.getsockname()[1]}", err=True)
    server.run(sockets=[taken.dup()])
    if next_one:
        become(next_one[-1], taken, words, settings.data)


@app.command()
def mcp() -> None:
    """Répondre à un assistant par le protocole MCP, sur l’entrée et la sortie."""
    opened = _opened(load_settings(), loopback=True)
    assert opened is not None, "the place is left to nobody"
    service, watch = opened
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


@app.command("export")
def export_file(
    out: Annotated[Path, typer.Argument(help="Fichier .zip à écrire.")],
) -> None:
    """Écrire l’archive entière pour un vérificateur extérieur, sans donnée personnelle."""
    settings = load_settings()
    records = Records(open_store(settings.records, _database(settings)), settings.records, load_policy())
    typer.echo(f"{write_archive(records, out)} octets ; LISEZ-MOI.md, dans l’archive, dit comment la vérifier.")


def _opened(
    settings: Settings, release: Path | None = None, *, loopback: bool, hand_over: HandOver | None = None
) -> tuple[Service, Watch] | None:
    """Open the bot and ask the gate about it; None when the place was left to another process.

    Args:
        settings: of the service.
        release: folder of the release that this process runs; None for the code and the index in force.
        loopback: served on this machine only.
        hand_over: leaves the place to another process; None leaves it to nobody.
    """
    served = settings if release is None else open_release(release).settings(settings)
    place = Place(settings.scope, loopback)
    index = approved_index(served, settings.records, place)
    kept, left = Kept(settings, served), list[Release | None]()

    def leave(one: Release | None) -> None:
        left.append(one)
        if hand_over is not None:
            hand_over(one)

    def watched(
        live: Callable[[], Manifest],
        chore: Callable[[], object] = lambda: None,
        errors: Callable[[], object] = lambda: None,
    ) -> Watch:
        successor = None if hand_over is None else Successor(kept.fresh, kept.releases, kept.check, leave)
        return Watch(settings.records, place, live=live, chore=chore, errors=errors, successor=successor)

    # Asked before anything is loaded, since what was altered may not even load; and fingerprinted again afterwards:
    # what changes meanwhile is not known to be what is in memory.
    first = watched(Fingerprinter(served, generation=index).manifest)
    first.check()
    if left:
        return None
    store = open_store(settings.records, _database(settings))
    records = Records(store, settings.records, load_policy())
    now = [first]
    assembly = assemble(served, keep=store.turns.keep, release=lambda: now[-1].release, index=index)
    prints = Fingerprinter(served, generation=assembly.opened.folder)
    start = first.live or unknown_manifest()
    takedown = takedown_of(records, assembly.opened.store)
    watch = watched(lambda: both(start, prints.manifest()), records.purge, takedown.look)
    watch.check()
    now.append(watch)
    service = Service(assembly, Admission(Limits()), watch, records=records, distrust=watch.distrust)
    return service, watch


def _internal(settings: Settings) -> Assembly | None:
    """Open the agents' own corpus, in quotes alone; None without one."""
    if settings.agents_data is None:
        return None
    apart = settings.model_copy(update={"data": settings.agents_data, "model_url": None, "second_check": None})
    try:
        return assemble(apart)
    except CorpusError as error:
        raise ConfigurationError(f"Le corpus des agents (CITE_AGENTS_DATA) ne s’ouvre pas : {error}") from error


def _pages(service: Service, settings: Settings, names: Sequence[str]) -> FastAPI:
    assert service.records is not None
    return create_app(
        service,
        names,
        _listed(settings.origins),
        Pinned(settings.data),
        identity_of(settings, service.records.store),
        Partners(settings.data).find,
        Evaluations(settings.data / "eval", settings.records),
    )


def _server(pages: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            pages,
            log_level="warning",
            lifespan="off",
            http=Hurried,
            limit_concurrency=1000,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=30,
            h11_max_incomplete_event_size=32_768,
            server_header=False,
        )
    )


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
