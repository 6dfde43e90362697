"""Ask from the command line: one question, or a batch."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot.answer import to_json
from bot.assembly import assemble
from bot.render import render
from corpus.batch import Asked, run_batch
from corpus.errors import CorpusError
from corpus.settings import load_settings

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

AsOf = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Répondre d'après les textes en vigueur à cette date.")
]


@app.callback()
def main() -> None:
    """Cité : des réponses citées, tirées des documents officiels."""


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="La question, entre guillemets.")] = "",
    as_of: AsOf = None,
    batch: Annotated[Path | None, typer.Option(help="Fichier JSONL de questions (clés id et q).")] = None,
    out: Annotated[Path | None, typer.Option(help="Fichier JSONL des réponses.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="La réponse en JSON.")] = False,
) -> None:
    """Répondre à une question, ou à un fichier de questions."""
    day = as_of.date() if as_of else date.today()  # noqa: DTZ011  a civil day, where the city is
    settings = load_settings()
    assembly = assemble(settings)

    def answer(asked: Asked) -> dict[str, Any]:
        turn = assembly.responder.respond(asked.text, day, asked.id)
        return to_json(turn, assembly.reply.contact(turn))

    if batch is not None:
        run_batch(batch, out, answer)
    elif as_json:
        typer.echo(orjson.dumps(answer(Asked("", question)), option=orjson.OPT_INDENT_2).decode())
    else:
        turn = assembly.responder.respond(question, day)
        typer.echo(render(turn, assembly.reply.contact(turn), demo=settings.scope == "demo"), nl=False)


def run() -> None:
    """Run the command; what an operator can mend is one line on the error output."""
    try:
        app()
    except CorpusError as error:
        typer.echo(f"erreur : {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    run()
